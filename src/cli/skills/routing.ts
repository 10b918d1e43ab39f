/** `coda skills why` and `coda skills metrics`: which skills a request finds, and whether the right ones are found. */

import { readFile } from 'node:fs/promises';
import { openAgentSkills } from '../../app/index.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { goldenFile, hasTags, measureRouting, OFFERED_FROM, SkillSearch } from '../../skills/agent-skills/index.ts';
import type { Flags, MetricsFlags, TagFlags } from '../flags.ts';
import { prepare } from '../serve.ts';

const MOST_SHOWN = 10;

/** `coda skills why "query"`: the skills that share most with it, and which of them would be offered. */
export async function skillsWhy(flags: TagFlags, io: NodeJS.Process): Promise<number> {
  const found = await new SkillSearch().find(await snapshotOf(flags, io), flags.args.join(' '));
  const shown = found
    .filter(({ skill }) => hasTags(skill, flags.tag))
    .slice(0, MOST_SHOWN)
    .map(({ skill, score, fit }) => ({
      id: skill.name,
      score: rounded(score),
      fit: rounded(fit),
      offered: fit >= OFFERED_FROM,
    }));
  if (flags.json) io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (shown.length === 0) io.stdout.write('No skill shares a word with that.\n');
  else
    for (const { id, score, fit, offered } of shown)
      io.stdout.write(
        `${offered ? 'offered  ' : '         '}${id}  score ${score}  fit ${fit} (offered from ${OFFERED_FROM})\n`,
      );
  return 0;
}

/** `coda skills metrics --golden FILE`: how many requests find the skill that they are for. */
export async function skillsMetrics(flags: MetricsFlags, io: NodeJS.Process): Promise<number> {
  const golden = await readGolden(flags.golden);
  const metrics = await measureRouting(new SkillSearch(), await snapshotOf(flags, io), golden);
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

async function snapshotOf(flags: Flags, io: NodeJS.Process) {
  const { config, world } = prepare(flags, io);
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  return catalog.current();
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
