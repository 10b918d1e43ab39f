/**
 * How long a request takes to find its skill among 10,000, by words and meaning: `npm run bench -- skills-routing`. What the
 * request's own embedding takes is not in it: vectors are made up, and memories and notes ask for that one, too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SkillSearch } from '../src/agent-skills/find/search.ts';
import { SkillVectors } from '../src/agent-skills/find/vectors.ts';
import type { AgentSkill, SkillSnapshot } from '../src/agent-skills/index.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import type { World } from '../src/base/world.ts';
import { migrate, openDatabase } from '../src/storage/index.ts';
import type { Embedder } from '../src/vectors/index.ts';
import { Report } from './support/report.ts';

const SKILLS = 10_000;
const REQUESTS = 500;
const DIM = 512;
/** Different words of all descriptions, as a thousand public skills have them. */
const WORDS = 12_000;

const world: World = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};

/** A generator of numbers from 0 to 1 that gives the same ones each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Words as descriptions have them without those that say nothing: the first is in every fourth one, most are in hardly any. */
const COMMON = 20;
const wordOf = (next: () => number) => {
  const rank = COMMON * ((WORDS + COMMON) / COMMON) ** next() - COMMON;
  return `word${Math.floor(rank).toString(36)}`;
};
const textOf = (next: () => number, length: number) => Array.from({ length }, () => wordOf(next)).join(' ');

const embedder: Embedder = {
  id: 'made-up',
  dim: async () => DIM,
  maxBatch: 500,
  async embed(texts) {
    return texts.map((text) => {
      const next = numbers([...text].reduce((sum, sign) => (Math.imul(sum, 31) + sign.charCodeAt(0)) | 0, 7));
      const vector = Float32Array.from({ length: DIM }, () => next() + next() - 1);
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    });
  },
  close: async () => {},
};

function snapshotOf(next: () => number): SkillSnapshot {
  const skills = Array.from({ length: SKILLS }, (_, index) => {
    const name = `${wordOf(next)}-${wordOf(next)}-${index}`;
    return { name, description: textOf(next, 15 + (index % 40)), tags: [], triggers: [] } as unknown as AgentSkill;
  });
  return { version: 1, skills: new Map(skills.map((skill) => [skill.name, skill])) } as unknown as SkillSnapshot;
}

const dataDir = mkdtempSync(join(tmpdir(), 'coda-bench-routing-'));
const report = new Report();
const ms = (value: number): string => `${value.toFixed(1)} ms`;
try {
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, world);
  await migrate(database, { now: world.clock.now() });
  const next = numbers(11);
  const snapshot = snapshotOf(next);
  const vectors = new SkillVectors({ database, world, embedder });
  await vectors.fill(snapshot, SKILLS, AbortSignal.timeout(600_000));

  const later = new SkillVectors({ database, world, embedder });
  const search = new SkillSearch(later);
  const began = performance.now();
  await search.find(snapshot, textOf(next, 6));
  report.add(`${SKILLS} skills: the first request after a start`, ms(performance.now() - began), {
    wanted: '≤ 3,000 ms',
  });
  const took: number[] = [];
  const before = process.cpuUsage();
  for (let request = 0; request < REQUESTS; request++) {
    const words = textOf(next, 3 + (request % 12));
    const from = performance.now();
    await search.find(snapshot, words);
    took.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(before);
  took.sort((a, b) => a - b);
  const at = (share: number) => ms(took[Math.floor(share * took.length)] ?? 0);
  report.add(`${SKILLS} skills: a request, p50 after its embedding`, at(0.5), {
    beside: `p99 ${at(0.99)}, processor ${ms((user + system) / 1_000 / REQUESTS)}`,
    wanted: '≤ 5 ms',
  });
  await database.close();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
report.print();
