/** Skills as vectors: made once for each text that says what one is for, kept in the database, compared in this process. */

import { createHash } from 'node:crypto';
import { withTimeout } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { JobHandler, JobQueue } from '../../jobs/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { type Embedder, EmbedderFault, Matrix, packVector } from '../../vectors/index.ts';
import type { AgentSkill, SkillSnapshot } from '../skill.ts';
import * as store from './store.ts';
import { spaceName, whatFor } from './words.ts';

export interface Comparable {
  vector: Float32Array;
  held: HeldVectors;
}

export interface Nearness {
  /** By place in the snapshot; NaN where a skill has no vector. It holds until the next comparison. */
  near: Float32Array;
  /** The request's distance from what all skills have in common; undefined where too few are there to tell. */
  distance: number | undefined;
}

export interface SkillVectorsDeps {
  database: Database;
  world: World;
  embedder: Embedder;
  wanted?: (() => void) | undefined;
  /** Milliseconds that a request waits for its own vector. */
  patienceMs?: number;
}

const PATIENCE_MS = 300;
/** Characters of a text: what is longer says nothing more. */
const LONGEST = 700;
const READ_AT_ONCE = 1_000;
const MOST_REQUEST_VECTORS = 200;
/** Interval of looking, and asking, for missing vectors. */
const AGAIN_MS = 60_000;
const WANTED_MS = 5 * 60_000;
/** Meaning counts once so large a part of the skills has vectors: those without are found by words alone. */
const ENOUGH = 0.9;
export const FEWEST_FOR_CENTRE = 50;
/** Above so many skills a part of the dimensions decides which are compared whole. */
const SIZES = { large: 2_000, exact: 500, roughDim: 64 };
/** Vectors of skills that have gone are kept for so long: they may come back, or be another replica's. */
const KEPT_MS = 30 * 86_400_000;

interface HeldVectors {
  hashes: readonly string[];
  matrix: Matrix;
  missing: Map<string, number[]>;
  readAt: number;
}

export class SkillVectors {
  private readonly deps: SkillVectorsDeps;
  private readonly held = new WeakMap<SkillSnapshot, Promise<HeldVectors>>();
  private readonly requests = new BoundedMap<string, Float32Array>(MOST_REQUEST_VECTORS);
  private wantedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: SkillVectorsDeps) {
    this.deps = deps;
  }

  /** The vector space; what is learned about distances holds for it alone. */
  get space(): string {
    return this.deps.embedder.id;
  }

  /** Undefined where the vectors of the skills, or of the words, are not there in time, and where the embedder fails. */
  async comparable(snapshot: SkillSnapshot, words: string, patienceMs?: number): Promise<Comparable | undefined> {
    if (snapshot.skills.size === 0 || words.trim() === '') return undefined;
    const skillVectors = await this.current(snapshot);
    if (skillVectors.missing.size > 0) this.want();
    const has =
      skillVectors.hashes.length - [...skillVectors.missing.values()].reduce((sum, places) => sum + places.length, 0);
    if (has < skillVectors.hashes.length * ENOUGH) return undefined;
    const vector = await this.vectorOf(words, patienceMs);
    return vector && { vector, held: skillVectors };
  }

  /** Makes up to `most` missing vectors, and says how many skills' texts are still without. Throws `EmbedderFault`. */
  async fill(snapshot: SkillSnapshot, most: number, signal: AbortSignal): Promise<number> {
    const { database, world, embedder } = this.deps;
    const skillVectors = await this.current(snapshot, true);
    const texts = new Map([...snapshot.skills.values()].map((skill) => [hashOf(textOf(skill)), textOf(skill)]));
    const missing = [...skillVectors.missing.keys()].slice(0, most);
    for (let at = 0; at < missing.length; at += embedder.maxBatch) {
      signal.throwIfAborted();
      const hashes = missing.slice(at, at + embedder.maxBatch);
      const vectors = await embedder.embed(
        hashes.map((hash) => texts.get(hash) ?? ''),
        'document',
        signal,
      );
      const newVectors = hashes.map((hash, index) => ({ hash, vector: packVector(vectors[index] as Float32Array) }));
      await database.tx('skills.vectors', (tx) => store.addVectors(tx, embedder.id, newVectors, world.clock.now()));
      fillMatrix(skillVectors, newVectors);
    }
    return skillVectors.missing.size;
  }

  async dropOld(snapshot: SkillSnapshot): Promise<void> {
    const { database, world, embedder } = this.deps;
    const { hashes } = await this.current(snapshot);
    const before = new Date(world.clock.now().getTime() - KEPT_MS);
    await database.tx('skills.vectors', (tx) => store.dropVectors(tx, { space: embedder.id, hashes, before }));
  }

  private async current(snapshot: SkillSnapshot, isNow = false): Promise<HeldVectors> {
    const loading = this.held.get(snapshot) ?? this.begin(snapshot);
    this.held.set(snapshot, loading);
    const skillVectors = await loading.catch((error) => {
      this.held.delete(snapshot);
      throw error;
    });
    if (skillVectors.missing.size > 0 && (isNow || performance.now() - skillVectors.readAt > AGAIN_MS))
      await this.read(skillVectors);
    return skillVectors;
  }

  private async begin(snapshot: SkillSnapshot): Promise<HeldVectors> {
    const hashes = [...snapshot.skills.values()].map((skill) => hashOf(textOf(skill)));
    const missing = new Map<string, number[]>();
    for (const [place, hash] of hashes.entries()) missing.set(hash, [...(missing.get(hash) ?? []), place]);
    const matrix = new Matrix(await this.deps.embedder.dim(AbortSignal.timeout(PATIENCE_MS * 100)), SIZES);
    const skillVectors = { hashes, matrix, missing, readAt: 0 };
    await this.read(skillVectors);
    return skillVectors;
  }

  private async read(skillVectors: HeldVectors): Promise<void> {
    skillVectors.readAt = performance.now();
    const missing = [...skillVectors.missing.keys()];
    for (let at = 0; at < missing.length; at += READ_AT_ONCE) {
      const some = missing.slice(at, at + READ_AT_ONCE);
      fillMatrix(skillVectors, await store.vectorsOf(readerOf(this.deps.database), this.deps.embedder.id, some));
    }
  }

  private async vectorOf(
    words: string,
    patienceMs = this.deps.patienceMs ?? PATIENCE_MS,
  ): Promise<Float32Array | undefined> {
    const cachedVector = this.requests.get(words);
    if (cachedVector) return cachedVector;
    const { embedder, world } = this.deps;
    const embedding = embedder.embed([words], 'query', AbortSignal.timeout(Math.max(patienceMs, 30_000))).then(
      ([vector]) => {
        if (vector) this.requests.set(words, vector);
        return vector;
      },
      (error) => {
        if (!(error instanceof EmbedderFault)) throw error;
        world.log.debug({ error: messageOf(error) }, 'skills are searched by words alone');
        return undefined;
      },
    );
    return withTimeout(patienceMs, embedding);
  }

  private want(): void {
    if (performance.now() - this.wantedAt < WANTED_MS) return;
    this.wantedAt = performance.now();
    this.deps.wanted?.();
  }
}

/**
 * Similarity of the skills to a request; `besides`: further scores. Nothing is awaited, so that no other request comes
 * in between.
 */
export function nearnessOf({ vector, held: { matrix, hashes } }: Comparable, besides?: Float32Array): Nearness {
  return {
    near: matrix.similarities(vector, hashes.length, besides),
    distance: hashes.length < FEWEST_FOR_CENTRE ? undefined : matrix.distance(vector),
  };
}

function fillMatrix({ matrix, missing }: HeldVectors, newVectors: readonly store.StoredVector[]): void {
  for (const { hash, vector } of newVectors) {
    for (const place of missing.get(hash) ?? []) matrix.set(place, vector);
    missing.delete(hash);
  }
}

export function textOf({ name, description, triggers }: Pick<AgentSkill, 'name' | 'description' | 'triggers'>): string {
  const about = `${spaceName(name).replace(/[/_-]+/g, ' ')}. ${whatFor(description).replace(/\s+/g, ' ').trim()}`;
  return [about, ...triggers].join(' ').slice(0, LONGEST);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

const EMBED_JOB = 'skill.embed';
/** Vectors that are made between two looks at the skills, which may have changed. */
const AT_ONCE = 64;

interface JobDeps {
  world: World;
  vectors: SkillVectors | undefined;
  current(): SkillSnapshot;
}

/** Has the skills' vectors made soon. A hint: it is asked for again while some are missing. */
export async function embedSkillsSoon(
  { database, world }: { database: Database; world: World },
  jobs: Pick<JobQueue, 'enqueue'>,
): Promise<void> {
  const at = world.clock.now();
  await database.tx('skills.embed', (tx) => jobs.enqueue(tx, { kind: EMBED_JOB, payload: {} }, { at, key: 'all' }));
}

/** Embeds skills. The job can be cut off anywhere: what is stored is not made again. A fault is no failure: words find skills meanwhile. */
export function embedSkillsJob({ world, vectors, current }: JobDeps): JobHandler {
  return {
    kind: EMBED_JOB,
    does: 'makes skills findable by their meaning',
    alone: true,
    async run(_, signal) {
      if (!vectors) return;
      try {
        while ((await vectors.fill(current(), AT_ONCE, signal)) > 0);
        await vectors.dropOld(current());
      } catch (error) {
        if (!(error instanceof EmbedderFault)) throw error;
        world.log.warn({ error: messageOf(error) }, 'skills could not be embedded');
      }
    },
  };
}
