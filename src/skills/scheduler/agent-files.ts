/** Schedules that the folders of agents say in `schedules.yaml`: planned for the first owner, kept as the files are. */
import { faultsOf, inputWords } from '../../base/input.ts';
import type { SkillDeps, SkillPorts } from '../../chat/index.ts';
import type { JobHandler, JobQueue } from '../../jobs/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { readSlot, slotsOf } from '../../time/index.ts';
import { type Placing, placeAt, planOf } from './create.ts';
import * as store from './store.ts';
import { sourcesOf } from './tell.ts';
import { type Owner, placeFor, planFor, readWatch } from './typed.ts';
import { askerOf, type WatchTooling, watchInput } from './watch.ts';

const KIND = 'schedule.files';

type Deps = Pick<SkillDeps, 'database' | 'world' | 'people'> &
  Pick<SkillPorts, 'plannedInFiles'> & { tooling: WatchTooling };

/** Has the files looked at soon: they may have changed. */
export async function planFilesRead(jobs: Pick<JobQueue, 'enqueue'>, tx: Transaction, now: Date): Promise<void> {
  await jobs.enqueue(tx, { kind: KIND, payload: {} }, { at: now, key: KIND });
}

export function filesJob(deps: Deps): JobHandler {
  return {
    kind: KIND,
    does: 'reads the schedules in your files',
    alone: true,
    run: (_, signal) => readFiles(deps, signal),
  };
}

/** A line that was read before is left alone: its person may have switched it off, moved or deleted it. */
async function readFiles(deps: Deps, signal: AbortSignal): Promise<void> {
  const { database, world } = deps;
  const lines = deps.plannedInFiles();
  if (!lines) return;
  const plannedLines = await database.tx('scheduler.files', async (tx) => {
    const before = await store.fromFiles(tx);
    const staleOrigins = [...before.keys()].filter((origin) => !lines.some((each) => each.origin === origin));
    await dropLines(deps, tx, staleOrigins);
    return before;
  });
  const fresh = lines.filter(({ origin, line }) => plannedLines.get(origin) !== line);
  if (fresh.length === 0) return;
  const owner = await database.tx('scheduler.files.whose', (tx) => placeFor(tx, undefined));
  if (!owner) return;
  for (const { origin, line } of fresh) {
    const why = await planLine(deps, owner, { origin, line }, signal);
    if (why !== undefined) world.log.warn({ schedule: origin, why }, 'a schedule of a file was not planned');
  }
}

async function dropLines({ tooling }: Deps, tx: Transaction, origins: readonly string[]): Promise<void> {
  for (const id of await store.dropFromFiles(tx, origins)) await tooling.acknowledgements.endAsking(tx, sourcesOf(id));
}

/** Undefined: it is planned. */
async function planLine(
  deps: Deps,
  owner: Owner,
  { origin, line }: { origin: string; line: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { database, world, tooling } = deps;
  const { household } = deps.people;
  const [, name = origin] = origin.split('/');
  const read = await readWatch(line, tooling, askerOf(owner), signal);
  if (read && 'ok' in read) return (read as { message?: string }).message;
  const parsed = read && watchInput.safeParse({ title: name, ...read }, { error: inputWords });
  if (parsed?.success === false) return faultsOf(parsed.error, 'the rule');
  const within = (work: (tx: Transaction) => ReturnType<typeof placeAt>) =>
    database.tx('scheduler.files.plan', async (tx) => {
      await dropLines(deps, tx, [origin]);
      const result = await work(tx);
      if (result.ok && result.id !== undefined) await store.noteOrigin(tx, result.id, { origin, line });
      return result;
    });
  const parts = { tooling, household, clock: world.clock };
  const outcome = parsed
    ? await planFor(parts, parsed.data, owner, signal, within)
    : await within((tx) => placePrompt(deps, line, name, { ...owner, tx, clock: world.clock }));
  return outcome.ok ? undefined : outcome.message;
}

async function placePrompt(
  { people: { household }, tooling }: Deps,
  line: string,
  title: string,
  owner: Omit<Placing, 'when' | 'tainted'>,
): ReturnType<typeof placeAt> {
  const { zone = household.zone, locale = household.locale } = owner.person;
  const ctx = { ...owner, when: { now: owner.clock.now(), zone, locale }, tainted: false };
  const { when: words, task } = slotsOf(line, ctx.when);
  const when = readSlot(words ?? '', ctx.when, task);
  if (when.kind === 'ambiguous') return { ok: false, code: 'AMBIGUOUS', message: when.question };
  if (when.kind === 'reject') return { ok: false, code: when.code, message: when.say };
  const plan = planOf(when, ctx, tooling);
  return 'ok' in plan ? plan : placeAt(ctx, { title, prompt: task }, plan, tooling);
}
