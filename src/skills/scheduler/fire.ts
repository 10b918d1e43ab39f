import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { PlannedTurn } from '../../delivery/index.ts';
import { conversations } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { quietUntil } from '../../people/index.ts';
import { passedOccurrences } from '../../time/index.ts';
import { commandRun } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const BATCH = 100;
const SETTLED = 500;
/** An occurrence this late was missed; anything less is only a busy moment. */
const MISSED_MS = 60_000;
/** Missed occurrences that are read; only the latest counts. */
const MOST_PASSED = 2;

type Deps = Pick<SkillDeps, 'database' | 'turns'>;

export function scheduleSource(deps: Deps): DueSource {
  return { name: 'schedules of people', earliest: store.EARLIEST, batch: BATCH, fire: (now) => fireDue(deps, now) };
}

export function outcomeSource({ database }: Deps): DueSource {
  const fire = () => store.settleEnded(database, SETTLED);
  return { name: 'outcomes of schedules', earliest: store.EARLIEST_ENDED, batch: SETTLED, fire };
}

/** Has the turns looked at, too, that an older version has begun: which may be there until all replicas are replaced. */
export function adoptTurns({ database, world, wakeAt }: Pick<SkillDeps, 'database' | 'world' | 'wakeAt'>): void {
  store.adoptTurns(database).then(
    (count) => count > 0 && wakeAt(world.clock.now()),
    (error: unknown) => world.log.warn({ error: messageOf(error) }, 'turns of an older version were not looked at'),
  );
}

interface Occurrence {
  schedule: store.Due;
  at: Instant;
  nextAt: Instant | undefined;
  begins: boolean;
}

/** Each occurrence that is due begins one turn, or none, and the next one is planned — or nothing happened. */
async function fireDue({ database, turns }: Deps, now: Instant): Promise<number> {
  return database.tx('scheduler.fire', async (tx) => {
    const due = (await store.claimDue(tx, now, BATCH)).map((schedule) => occurrenceOf(schedule, now));
    if (due.length === 0) return 0;
    const beginning = due.filter(({ begins }) => begins);
    const begun = await turns.begin(
      tx,
      beginning.map((occurrence) => turnOf(occurrence, now)),
    );
    await store.planNext(
      tx,
      due.map(({ schedule, at, nextAt }) => ({ id: schedule.id, nextAt, turn: begun.get(keyOf(schedule.id, at)) })),
      now,
    );
    return due.length;
  });
}

function occurrenceOf(schedule: store.Due, now: Instant): Occurrence {
  const first = schedule.nextAt ?? now;
  const passed =
    schedule.rule === undefined
      ? { at: [first], next: undefined }
      : passedOccurrences(schedule.rule, { first, now, most: MOST_PASSED });
  const at = passed.at.at(-1) ?? first;
  const isMissed = now.getTime() - at.getTime() > MISSED_MS;
  const begins = !schedule.isBusy && !(isMissed && schedule.missed === 'skip');
  return { schedule, at, nextAt: passed.next, begins };
}

/** The identity of an occurrence: with it its turn begins once, whoever comes to it. */
const keyOf = (id: string, at: Instant): string => `schedule:${id}:${at.toISOString()}`;

function turnOf({ schedule, at }: Occurrence, now: Instant): PlannedTurn {
  const { id, conversationId, personId, prompt, title, run, quiet, tainted } = schedule;
  return {
    key: keyOf(id, at),
    conversationId,
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
  outbox,
  schedules,
}: Pick<SkillDeps, 'database' | 'outbox' | 'schedules'>): DueSource {
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
        const said = notices.flatMap(({ key, text, choice }) =>
          owners.map((owner) => ({
            key: `schedule-failing:${key}:${owner.personId}`,
            ...owner,
            card: { kind: 'notice' as const, text, choices: [{ label: texts.switchOff, ...choice }] },
            // Others' titles, and words of services, stand in it.
            tainted: true,
          })),
        );
        await outbox.addAll(tx, said);
        return notices.length;
      }),
  };
}
