/** `coda skills why` and `coda skills metrics`: which skills a request finds, and whether the right ones are found. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CodaError, messageOf } from '../../base/errors.ts';
import {
  type Golden,
  goldenFile,
  type RoutingMetrics as Metrics,
  measureRouting,
  OFFERED_FROM,
  type RankedSkill,
} from '../../skills/agent-skills/index.ts';
import { type Ask, withVerbs } from '../daemon/verbs.ts';
import type { MetricsFlags, TagFlags } from '../flags.ts';

const MOST_SHOWN = 10;
const MOST_MEASURED = 20;
/** Requests that are asked about at once: an answer must come in time. */
const AT_ONCE = 20;

/** `coda skills why "query"`: the skills that fit it most, and which of them would be offered. */
export async function skillsWhy(flags: TagFlags, io: NodeJS.Process): Promise<number> {
  const [found = []] = await withVerbs(flags, io, async (ask) => {
    await vectorsMade(ask, io);
    return rank(ask, [flags.args.join(' ')], { most: MOST_SHOWN, tags: flags.tag, space: flags.space });
  });
  const shown = found.map((each) => ({
    ...each,
    ...{ score: rounded(each.score), fit: rounded(each.fit), words: rounded(each.words) },
    meaning: each.meaning === null ? null : rounded(each.meaning),
    learned: rounded(each.learned),
  }));
  if (flags.json) io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (shown.length === 0) io.stdout.write('No skill shares a word with that.\n');
  else for (const each of shown) io.stdout.write(`${line(each)}\n`);
  return 0;
}

function line({ id, score, fit, words, meaning, learned, offered }: RankedSkill): string {
  const parts = [
    `words ${words}`,
    ...(meaning === null ? [] : [`meaning ${meaning}`]),
    ...(learned === 0 ? [] : [`learned ${learned}`]),
  ].join(', ');
  return `${offered ? 'offered  ' : '         '}${id}  score ${score} (${parts})  fit ${fit} (offered from ${OFFERED_FROM})`;
}

/** `coda skills metrics --golden FILE`: how many requests find the skill that they are for. */
export async function skillsMetrics(flags: MetricsFlags, io: NodeJS.Process): Promise<number> {
  const golden = await readGolden(flags.golden);
  const metrics = await withVerbs(flags, io, async (ask) => {
    const found = await rankedFor(ask, golden, flags, io);
    const measured = await measureRouting(golden, async (query) =>
      (found.get(query) ?? []).map(({ id, name, fit }) => ({ names: [id, name], fit })),
    );
    await ask('skills-measured', keptOf(measured, flags.golden));
    return measured;
  });
  if (flags.json) {
    io.stdout.write(`${JSON.stringify(metrics, null, 2)}\n`);
    return 0;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  io.stdout.write(
    `${metrics.requests} requests: the right skill first ${percent(metrics.accuracy_at_1)}, among five ` +
      `${percent(metrics.accuracy_at_5)}, mean reciprocal rank ${metrics.mrr.toFixed(3)}; offered for nothing ` +
      `${metrics.offered_for_nothing} of ${metrics.for_none}.\n`,
  );
  for (const { query, expected, got } of metrics.confusions)
    io.stdout.write(`  ${JSON.stringify(query)}: ${got ?? 'none'} instead of ${expected ?? 'none'}\n`);
  return 0;
}

/** Ranked skills for each request of a golden file. */
async function rankedFor(ask: Ask, golden: Golden, flags: MetricsFlags, io: NodeJS.Process) {
  await vectorsMade(ask, io);
  const found = new Map<string, RankedSkill[]>();
  const queries = [...new Set(golden.map(({ query }) => query))];
  for (let at = 0; at < queries.length; at += AT_ONCE) {
    const some = queries.slice(at, at + AT_ONCE);
    const ranked = await rank(ask, some, { most: MOST_MEASURED, tags: flags.tag, space: flags.space });
    for (const [index, query] of some.entries()) found.set(query, ranked[index] ?? []);
  }
  return found;
}

/** For the page of the skills, which shows the last measurement. */
const keptOf = (metrics: Metrics, file: string) => ({
  file: basename(file).slice(0, 200),
  requests: metrics.requests,
  accuracyAt1: metrics.accuracy_at_1,
  accuracyAt5: metrics.accuracy_at_5,
  mrr: metrics.mrr,
  forNone: metrics.for_none,
  offeredForNothing: metrics.offered_for_nothing,
});

interface RankOptions {
  most: number;
  tags: string[] | undefined;
  space: string | undefined;
}

async function rank(ask: Ask, queries: readonly string[], { most, tags = [], space }: RankOptions) {
  const asked = { queries: [...queries], most, tags, ...(space !== undefined && { space }) };
  return (await ask('skills-rank', asked)) as RankedSkill[][];
}

/** Has the skills' vectors made, once for each text; what takes long is said. */
async function vectorsMade(ask: Ask, io: NodeJS.Process): Promise<void> {
  let isSaid = false;
  for (;;) {
    const missing = (await ask('skills-vectors', {})) as number | null;
    if (missing === null || missing === 0) return;
    if (!isSaid) io.stderr.write(`Looking at what ${missing} more skills are for, once for each …\n`);
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
    json = JSON.parse(text);
  } catch (error) {
    throw wrong(messageOf(error));
  }
  const read = goldenFile.safeParse(json);
  if (!read.success) {
    const [problem] = read.error.issues;
    throw wrong(`${problem?.path.join('.')}: ${problem?.message}`);
  }
  return read.data;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
