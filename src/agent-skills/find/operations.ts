import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { CodaError, messageOf } from '../../base/errors.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { type AskFor, operation, type View } from '../../chat/operation.ts';
import type { Database } from '../../storage/index.ts';
import { EmbedderFault } from '../../vectors/index.ts';
import { tag } from '../catalog/list.ts';
import type { SkillHost } from '../live/host.ts';
import { type AgentSkill, idOf } from '../skill.ts';
import { OFFERED_FROM, type RankedFit } from './search.ts';
import { keepMeasured } from './store.ts';

interface RoutingParts {
  host: SkillHost;
  database: Pick<Database, 'tx'>;
  world: Pick<World, 'clock'>;
}

export interface RankedSkill {
  id: string;
  name: string;
  score: number;
  fit: number;
  words: number;
  meaning: number | null;
  learned: number;
  offered: boolean;
}

const share = z.number().min(0).max(1);

const measured = operation({
  name: 'skills measured',
  input: z.object({
    file: z.string().max(200),
    requests: z.int().min(0),
    accuracyAt1: share,
    accuracyAt5: share,
    mrr: share,
    forNone: z.int().min(0),
    offeredForNothing: z.int().min(0),
  }),
  async run({ database, world }: RoutingParts, measurement) {
    await database.tx('skills.measured', (tx) => keepMeasured(tx, { ...measurement, at: world.clock.now() }));
    return true;
  },
});

/** Vectors that one call makes, so that it ends within the time that an answer may take. */
const FILLED_AT_ONCE = 32;
const GIVEN_UP_MS = 60_000;

/** Makes some of the missing vectors; says how many texts are still without, null where there is no embedder. */
const vectors = operation({
  name: 'skills vectors',
  input: z.object({}),
  async run({ host }: RoutingParts): Promise<number | null> {
    if (host.catalog.current().version === 0) await host.rescan();
    try {
      const until = AbortSignal.timeout(GIVEN_UP_MS);
      return (await host.search.vectors?.fill(host.catalog.current(), FILLED_AT_ONCE, until)) ?? null;
    } catch (error) {
      if (error instanceof EmbedderFault) return null;
      throw error;
    }
  },
});

const rank = operation({
  name: 'skills rank',
  input: z.object({
    queries: z.array(z.string().max(10_000)).max(100),
    most: z.int().min(1).max(100),
    tags: z.array(z.string()).default([]),
    space: z.string().default('terminal'),
  }),
  async run({ host }: RoutingParts, { queries, most, tags, space }) {
    if (host.catalog.current().version === 0) await host.rescan();
    const { deprecated, drafts, resting } = host.decisions.current;
    const learned = host.decisions.learnedIn(space);
    const ranked: RankedSkill[][] = [];
    for (const query of queries) {
      const only = (skill: AgentSkill) => ![deprecated, drafts, resting].some((names) => names.has(skill.name));
      const options = { only, tags, learned, patience: 'command' as const };
      const fits = await host.search.find(host.catalog.current(), query, options);
      ranked.push(fits.slice(0, most).map(toRow));
    }
    return ranked;
  },
});

const toRow = ({ skill, score, fit, offered, words, meaning, learned }: RankedFit): RankedSkill => ({
  id: idOf(skill),
  name: skill.name,
  score,
  fit,
  words,
  meaning: meaning ?? null,
  learned,
  offered,
});

const MOST_SHOWN = 10;
const MOST_MEASURED = 20;
const MOST_ASKED_AT_ONCE = 20;

const why = operation({
  name: 'skills why',
  summary: 'show which skills a request finds, with their scores',
  example: 'coda skills why plan four days in Rome',
  input: z.object({
    query: z.array(z.string()),
    tag,
    space: z
      .string()
      .optional()
      .meta({ description: 'with what was learned there; default: the terminal', value: 'id' }),
  }),
  args: ['query'],
  json: 'indented',
  async conduct(ask, { query, tag: tags, space }, { io, json }) {
    const [ranking = []] = await rankByMeaning(
      ask,
      io,
      () => ask(rank, { queries: [query.join(' ')], most: MOST_SHOWN, tags, space }),
      (ranked) => ranked.flat(),
    );
    const rows = ranking.map((each) => ({
      ...each,
      score: roundFit(each.score),
      fit: roundFit(each.fit),
      words: roundFit(each.words),
      meaning: each.meaning === null ? null : roundFit(each.meaning),
      learned: roundFit(each.learned),
    }));
    if (json) return `${JSON.stringify(rows, null, 2)}\n`;
    return rows.map((each) => `${line(each)}\n`).join('') || 'No skill shares a word with that.\n';
  },
});

function line({ id, score, fit, words, meaning, learned, offered }: RankedSkill): string {
  const parts = [
    `words ${words}`,
    ...(meaning === null ? [] : [`meaning ${meaning}`]),
    ...(learned === 0 ? [] : [`learned ${learned}`]),
  ].join(', ');
  return `${offered ? 'offered  ' : '         '}${id}  score ${score} (${parts})  fit ${fit} (offered from ${OFFERED_FROM})`;
}

const metrics = operation({
  name: 'skills metrics',
  summary: 'measure whether requests find the skill that they are for',
  example: 'coda skills metrics --golden golden.json',
  input: z.object({
    golden: z.string().meta({ description: 'JSON: [{ "query": …, "expected": name, names or null }]', value: 'file' }),
  }),
  json: 'indented',
  async conduct(ask, { golden: file }, { io, json }) {
    const golden = await readGolden(file);
    const rankings = await rankedFor(ask, golden, io);
    const report = await measure(golden, async (query) =>
      (rankings.get(query) ?? []).map(({ id, name, fit }) => ({ names: [id, name], fit })),
    );
    await ask(measured, keptOf(report, file));
    return json ? `${JSON.stringify(report, null, 2)}\n` : metricsText(report);
  },
});

export const routing = [measured, vectors, rank, why, metrics];

function metricsText(metrics: Metrics): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const confusions = metrics.confusions.map(
    ({ query, expected, got }) => `  ${JSON.stringify(query)}: ${got ?? 'none'} instead of ${expected ?? 'none'}\n`,
  );
  return (
    `${plural(metrics.requests, 'request')}: the right skill first ${percent(metrics.accuracy_at_1)}, among five ` +
    `${percent(metrics.accuracy_at_5)}, mean reciprocal rank ${metrics.mrr.toFixed(3)}; offered for nothing ` +
    `${metrics.offered_for_nothing} of ${metrics.for_none}.\n${confusions.join('')}`
  );
}

async function rankedFor(ask: AskFor, golden: Golden, io: View['io']) {
  const queries = [...new Set(golden.map(({ query }) => query))];
  const rankAll = async () => {
    const rankings = new Map<string, RankedSkill[]>();
    for (let at = 0; at < queries.length; at += MOST_ASKED_AT_ONCE) {
      const some = queries.slice(at, at + MOST_ASKED_AT_ONCE);
      const ranked = await ask(rank, { queries: some, most: MOST_MEASURED });
      for (const [index, query] of some.entries()) rankings.set(query, ranked[index] ?? []);
    }
    return rankings;
  };
  return rankByMeaning(ask, io, rankAll, (rankings) => [...rankings.values()].flat());
}

const keptOf = (metrics: Metrics, file: string) => ({
  file: basename(file).slice(0, 200),
  requests: metrics.requests,
  accuracyAt1: metrics.accuracy_at_1,
  accuracyAt5: metrics.accuracy_at_5,
  mrr: metrics.mrr,
  forNone: metrics.for_none,
  offeredForNothing: metrics.offered_for_nothing,
});

/** Ranks when all vectors of the skills are made, and says on stderr if meaning had no part in it: the order may be another one. */
export async function rankByMeaning<Found>(
  ask: AskFor,
  io: View['io'],
  find: () => Promise<Found>,
  rankedIn: (found: Found) => readonly { meaning: number | null }[],
): Promise<Found> {
  const areMade = await makeVectors(ask, io);
  const ranking = await find();
  const ranked = rankedIn(ranking);
  const isByMeaning = ranked.length === 0 ? areMade : ranked.some(({ meaning }) => meaning !== null);
  if (!isByMeaning) io.stderr.write('Ranked by words alone: memory.embedder gave no vectors.\n');
  return ranking;
}

/** Has all vectors of the skills made; false where there is no embedder, or it fails. */
async function makeVectors(ask: AskFor, io: View['io']): Promise<boolean> {
  let isSaid = false;
  for (;;) {
    const missing = await ask(vectors, {});
    if (missing === null || missing === 0) return missing === 0;
    if (!isSaid)
      io.stderr.write(`Looking at what ${plural(missing, 'more skill is', 'more skills are')} for, once for each …\n`);
    isSaid = true;
  }
}

async function readGolden(file: string) {
  const wrong = (why: string) =>
    new CodaError('INPUT_INVALID', {
      message: `${file} is no golden file: ${why}.`,
      remedy: 'It is a JSON array such as [{ "query": "plan four days in Rome", "expected": "travel-plan" }].',
    });
  const text = await readFile(file, 'utf8').catch((error) => {
    throw wrong(messageOf(error));
  });
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw wrong(messageOf(error));
  }
  const read = goldenFile.safeParse(json, { error: inputWords });
  if (!read.success) throw wrong(faultsOf(read.error, 'the file', 1));
  return read.data;
}

const roundFit = (value: number): number => Math.round(value * 100) / 100;

// Measures whether the right skill is found, over what a search gives for each request.

const ownRequest = z.strictObject({
  query: z.string().min(1),
  expected: z.union([z.string(), z.array(z.string()), z.null()]),
});

/** A request as SkillOS' documents have it, with ids such as `travel.hotels`. */
const foreignRequest = z
  .strictObject({
    id: z.string().optional(),
    query: z.string().min(1),
    expected_skill_id: z.union([z.string(), z.null()]),
  })
  .transform(({ query, expected_skill_id: id }) => ({ query, expected: id === null ? null : id.replace('.', '/') }));

/** Requests and the skill that each is for: one, any of several, or null where none is to be offered. */
export const goldenFile = z
  .array(z.union([ownRequest, foreignRequest]))
  .min(1)
  .max(100_000);

export type Golden = z.output<typeof goldenFile>;

/** Quality of routing. Shares are of the requests that a skill is for, and count offered skills alone. */
export interface Metrics {
  requests: number;
  accuracy_at_1: number;
  accuracy_at_5: number;
  /** Mean reciprocal rank, 0 where the skill is not among the first 20. */
  mrr: number;
  for_none: number;
  /** Requests for nothing that were offered a skill all the same. */
  offered_for_nothing: number;
  /** The requests whose first skill was another one, the most frequent pairs first. */
  confusions: { query: string; expected: string | null; got: string | null }[];
}

const LOOKED_AT = 20;
const MOST_CONFUSIONS = 50;

type FoundFits = readonly { names: readonly string[]; fit: number }[];

/** `find` is asked for one request after another. */
export async function measure(golden: Golden, find: (query: string) => Promise<FoundFits>): Promise<Metrics> {
  const confusions: Metrics['confusions'] = [];
  const wanted = golden.filter(({ expected }) => expected !== null).length;
  let [first, five, reciprocal, offered] = [0, 0, 0, 0];
  for (const { query, expected } of golden) {
    const fits = (await find(query)).filter(({ fit }) => fit >= OFFERED_FROM).slice(0, LOOKED_AT);
    const best = fits[0]?.names[0] ?? null;
    const right = new Set([expected ?? []].flat());
    const place = fits.findIndex(({ names }) => names.some((name) => right.has(name)));
    if (expected === null ? best !== null : place !== 0)
      confusions.push({ query, expected: [...right].join(' or ') || null, got: best });
    if (expected === null) offered += best === null ? 0 : 1;
    if (place < 0) continue;
    if (place === 0) first++;
    if (place < 5) five++;
    reciprocal += 1 / (place + 1);
  }
  const share = (count: number) => (wanted === 0 ? 0 : count / wanted);
  return {
    requests: golden.length,
    accuracy_at_1: share(first),
    accuracy_at_5: share(five),
    mrr: share(reciprocal),
    for_none: golden.length - wanted,
    offered_for_nothing: offered,
    confusions: confusions.slice(0, MOST_CONFUSIONS),
  };
}
