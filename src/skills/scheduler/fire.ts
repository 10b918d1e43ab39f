import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { conversations, type PlannedTurn } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { quietUntil } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { passedOccurrences } from '../../time/index.ts';
import { planRuns, turnRun } from './run.ts';
import { commandRun } from './schedule.ts';
import * as store from './store.ts';
import { addressesOf, type ToldAddress, turnTold } from './tell.ts';
import { texts } from './texts.ts';

const BATCH = 100;
const SETTLED = 500;
/** An occurrence this late was missed; anything less is only a busy moment. */
const MISSED_MS = 60_000;
/** Missed occurrences that are read: only the latest counts, or each of these. */
const MOST_PASSED = 2;
const MOST_EACH = 24;

type Deps = Pick<SkillDeps, 'database' | 'speech' | 'work'>;

export function scheduleSource(deps: Deps): DueSource {
  return { name: 'schedules of people', earliest: store.EARLIEST, batch: BATCH, fire: (now) => fireDue(deps, now) };
}

export function outcomeSource({ database }: Pick<Deps, 'database'>): DueSource {
  const fire = () => store.settleEnded(database, SETTLED);
  return { name: 'outcomes of schedules', earliest: store.EARLIEST_ENDED, batch: SETTLED, fire };
}

/** Has the turns looked at, too, that an older version has begun: which may be there until all replicas are replaced. */
export function adoptTurns({
  database,
  world,
  work: { wakeAt },
}: Pick<SkillDeps, 'database' | 'world' | 'work'>): void {
  store.adoptTurns(database).then(
    (count) => count > 0 && wakeAt(world.clock.now()),
    (error: unknown) => world.log.warn({ error: messageOf(error) }, 'turns of an older version were not looked at'),
  );
}

interface Firing {
  schedule: store.Due;
  /** Occurrences that run now: one, or with `missed: each` all that were missed, or none. */
  begins: readonly Instant[];
  nextAt: Instant | undefined;
}

/** Each occurrence that is due begins one turn or one look, or none, and the next one is planned — or nothing happened. */
async function fireDue(deps: Deps, now: Instant): Promise<number> {
  return deps.database.tx('scheduler.fire', async (tx) => {
    const due = (await store.claimDue(tx, now, BATCH)).map((schedule) => firingOf(schedule, now));
    if (due.length === 0) return 0;
    const turnIds = await beginTurns(
      deps,
      tx,
      due.filter(({ schedule }) => !schedule.watch),
      now,
    );
    for (const { schedule, begins } of due) {
      if (!schedule.watch) continue;
      const occurrences = begins.map((at) => ({ key: keyOf(schedule.id, at), at }));
      const run = await planRuns(deps.work, tx, schedule, occurrences, now);
      if (run !== undefined) turnIds.set(schedule.id, run);
    }
    await store.planNext(
      tx,
      due.map(({ schedule, nextAt }) => ({ id: schedule.id, nextAt, turn: turnIds.get(schedule.id) })),
      now,
    );
    return due.length;
  });
}

/** Begins turns, with a row for each run; returns the last turn of each schedule. */
async function beginTurns(
  { speech: { turns } }: Deps,
  tx: Transaction,
  firings: readonly Firing[],
  now: Instant,
): Promise<Map<string, string>> {
  const each = firings.flatMap(({ schedule, begins }) => begins.map((at) => ({ schedule, at })));
  const addresses = await addressesOf(
    tx,
    firings.flatMap(({ schedule, begins }) => (begins.length > 0 ? [schedule] : [])),
  );
  const turnIds = await turns.begin(
    tx,
    each.map(({ schedule, at }) => turnOf(schedule, at, addresses.get(schedule.id), now)),
  );
  const last = new Map<string, string>();
  const fresh = each.flatMap(({ schedule, at }) => {
    const turn = turnIds.get(keyOf(schedule.id, at));
    if (turn === undefined) return [];
    last.set(schedule.id, turn);
    return [turnRun(schedule, { key: keyOf(schedule.id, at), at, turn }, now)];
  });
  await store.insertRuns(tx, fresh);
  return last;
}

function firingOf(schedule: store.Due, now: Instant): Firing {
  const first = schedule.nextAt ?? now;
  const most = schedule.missed === 'each' ? MOST_EACH : MOST_PASSED;
  const passed =
    schedule.rule === undefined
      ? { at: [first], next: undefined }
      : passedOccurrences(schedule.rule, { first, now, most });
  const latest = passed.at.at(-1) ?? first;
  const isMissed = now.getTime() - latest.getTime() > MISSED_MS;
  const isLeftOut = schedule.isBusy || (isMissed && schedule.missed === 'skip');
  const begins = isLeftOut ? [] : schedule.missed === 'each' ? passed.at : [latest];
  return { schedule, begins, nextAt: passed.next };
}

/** The identity of an occurrence: with it it runs once, whoever comes to it. */
const keyOf = (id: string, at: Instant): string => `schedule:${id}:${at.toISOString()}`;

function turnOf(
  { id, conversationId, personId, prompt, title, run, quiet: ownQuiet, tainted }: store.Due,
  at: Instant,
  address: ToldAddress | undefined,
  now: Instant,
): PlannedTurn {
  const quiet = address?.quiet ?? ownQuiet;
  return {
    key: keyOf(id, at),
    conversationId,
    ...turnTold(address),
    personId,
    origin: 'schedule',
    text: prompt ?? title,
    planned: run && commandRun(run),
    notBefore: quiet && quietUntil(quiet, now),
    tainted,
    by: store.PLANNER,
  };
}

/** Tells owners, once, of what has failed three times in a row: people's schedules, and coda's own tasks. */
export function failingSource({
  database,
  speech: { outbox },
  work: { schedules },
}: Pick<SkillDeps, 'database' | 'speech' | 'work'>): DueSource {
  return {
    name: 'failing schedules',
    earliest: store.earliestFailing(schedules.failing),
    fire: () =>
      database.tx('scheduler.tell', async (tx) => {
        const people = await store.takeFailing(tx);
        const tasks = await schedules.takeFailing(tx);
        const notices = [
          ...people.map((one) => ({
            key: `${one.id}:${one.at.toISOString()}`,
            text: texts.failing(one),
            choice: { tool: 'schedule_stop', input: { id: one.id } },
          })),
          ...tasks.map(({ name, failures, error, at }) => ({
            key: `${name}:${at.toISOString()}`,
            text: texts.taskFailing(name, failures, error),
            choice: { tool: 'schedule_stop', input: { task: name } },
          })),
        ];
        if (notices.length === 0) return 0;
        const owners = await conversations.ownersDirect(tx);
        const messages = notices.flatMap(({ key, text, choice }) =>
          owners.map((owner) => ({
            key: `schedule-failing:${key}:${owner.personId}`,
            ...owner,
            card: { kind: 'notice' as const, text, choices: [{ label: texts.switchOff, ...choice }] },
            // Others' titles, and words of services, stand in it.
            tainted: true,
          })),
        );
        await outbox.addAll(tx, messages);
        return notices.length;
      }),
  };
}
