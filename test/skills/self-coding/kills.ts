/** A coda that is killed while it changes itself, and started again. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS } from '../../../src/skills/self-coding/store.ts';
import { openDatabase } from '../../../src/storage/index.ts';
import { Forge, type ForgeMoment } from '../../support/forge.ts';
import { freshDataDir, Jsonl, migratedDataDir } from '../../support/jsonl.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { testWorld } from '../../support/world.ts';
import { answers, byTools, type LabOptions, labConfig, PROGRAM, STANDARD } from './lab.ts';

const SUNDAY = '2026-11-22T20:00:00Z';
const HOURS = ['03', '04', '05', '09'].map((hour) => `2026-11-23T${hour}:00:00Z`);

/** Twenty: before and after the commit of each step but the first two, and around what the forge is asked for. */
export const MOMENTS: readonly string[] = [
  'before:executor.begin:1',
  'after:executor.begin:1',
  ...STEPS.flatMap((_, index) =>
    index < 2 ? [] : [`before:executor.step:${index + 1}`, `after:executor.step:${index + 1}`],
  ),
  ...(['before:push', 'after:push', 'before:open', 'after:open'] satisfies ForgeMoment[]),
];

/** Around what a forge is asked for by the tools of an MCP server. */
export const TOOL_MOMENTS: readonly ForgeMoment[] = [
  ...(['before:create_branch', 'after:create_branch', 'before:push_files', 'after:push_files'] as const),
  ...(['before:create_pull_request', 'after:create_pull_request'] as const),
];

export interface Outcome {
  died: boolean;
  branches: number;
  pulls: number;
  /** `reason`: of one that has failed. */
  runs: { state: string; ended: boolean; reason?: string }[];
}

/** Kills a coda at a moment of its run, as `kill -9` would, and lets another one finish it; with `redis` it holds a lock there. */
export async function killedAt(moment: string, redis?: string): Promise<Outcome> {
  await using forge = await Forge.start(PROGRAM);
  await using models = await scriptedModels();
  begun ??= begin(labConfig(forge, models), forge.folder);
  const dataDir = freshDataDir();
  cpSync(await begun, dataDir, { recursive: true });
  const config = join(forge.folder, 'config.yaml');
  const isByTools = (TOOL_MOMENTS as readonly string[]).includes(moment);
  const more: LabOptions = isByTools ? byTools(forge) : {};
  const own = { ...labConfig(forge, models, more.settings), ...more.config, ...(redis && { redis: { url: redis } }) };
  writeFileSync(config, JSON.stringify(own));
  const args = (at: string) => ['--config', config, '--test-clock', at];
  const isTransaction = moment.includes('executor.');
  const env: Record<string, string> = isTransaction ? { CODA_TEST_KILL_AT: moment } : {};
  let died = false;
  {
    await using first = await Jsonl.start({ dataDir, args: args(SUNDAY), env });
    forge.cuts = (at) => {
      if (at !== moment) return false;
      first.child.kill('SIGKILL');
      return true;
    };
    const exit = first.exit.then(({ signal }) => {
      died = signal === 'SIGKILL';
    });
    // Later hours bring a step on that was put off because Docker or the forge did not answer; where it never dies, all is told.
    for (const at of HOURS) {
      if (died) break;
      await Promise.race([exit, first.clock(at).catch(() => exit)]);
    }
    if (!died) await first.end();
  }
  forge.cuts = undefined;
  {
    await using second = await Jsonl.start({ dataDir, args: args(HOURS[0] as string) });
    for (const at of HOURS.slice(1)) await second.clock(at);
    await second.end();
  }
  const runs = await looked(dataDir);
  return { died, branches: forge.branches().length, pulls: forge.pulls.length, runs };
}

async function scriptedModels(): Promise<ModelServer> {
  const models = await ModelServer.start();
  models.improvise = (body) => ({ text: JSON.stringify(answers(STANDARD, JSON.stringify(body))) });
  return models;
}

/** The data with which each of them begins; made once. */
let begun: Promise<string> | undefined;

/** An owner is met, and has approved a proposal. */
async function begin(settings: Record<string, unknown>, folder: string): Promise<string> {
  const dataDir = await migratedDataDir();
  const config = join(folder, 'begin.yaml');
  writeFileSync(config, JSON.stringify(settings));
  {
    await using coda = await Jsonl.start({ dataDir, args: ['--config', config, '--test-clock', SUNDAY] });
    await coda.say('hello', { user: 'ana', role: 'owner' });
    await coda.end();
  }
  await inDatabase(dataDir, (database) =>
    database.run(
      'test.plant',
      `insert into improvement_proposals
         (id, at, category, title, description, priority, payload, origin, hash, fingerprint, state)
       values ('abcdef', $1, 'code', 'The bill leaves out the first price', 'total([1, 2, 3]) gives 5.', 1, null, 'test',
               'hash', 'print', 'approved')`,
      [new Date(SUNDAY)],
    ),
  );
  return dataDir;
}

async function looked(dataDir: string): Promise<Outcome['runs']> {
  return inDatabase(dataDir, async (database) => {
    const sql = 'select state, ended_at is not null as ended, reason from improvement_runs';
    const { rows } = await database.read<{ state: string; ended: boolean; reason: string | null }>(sql);
    return rows.map(({ reason, ...run }) => ({ ...run, ...(run.state === 'failed' && { reason: reason ?? '' }) }));
  });
}

async function inDatabase<T>(
  dataDir: string,
  act: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  try {
    return await act(database);
  } finally {
    await database.close();
  }
}
