import { DAY_MS, type Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { Outgoing, PlannedTurn } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { quietUntil } from '../../people/index.ts';
import { nextOf } from '../../time/index.ts';
import * as store from './store.ts';
import { onGrid } from './task.ts';
import { texts } from './texts.ts';
import { choicesOf, type Tooling } from './tooling.ts';

const BATCH = 100;
const SETTLED = 500;
/** A turn that got no step done is followed by another one so much later, twice as much each time. */
const AGAIN_MS = 15 * 60_000;

type Deps = Pick<SkillDeps, 'database' | 'speech' | 'people'> & { tooling: Tooling; mostResumed: number };

export function taskSource(deps: Deps): DueSource {
  return {
    name: 'tasks',
    earliest: store.EARLIEST,
    fire: async (now) => (await takeUp(deps, now)) + (await settleEnded(deps, now)),
  };
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

interface Act {
  task: store.Due;
  turns: boolean;
  says?: string;
  unblocks: boolean;
  nextAt: Instant | undefined;
  resumed: number;
}

/** Each that is due is taken up once and planned on, or nothing happened. */
async function takeUp({ database, speech: { turns, outbox }, ...deps }: Deps, now: Instant): Promise<number> {
  return database.tx('tasks.fire', async (tx) => {
    const due = await store.claimDue(tx, now, BATCH);
    if (due.length === 0) return 0;
    const acts = due.map((task) => afterQuiet(actOn(task, now, deps), now));
    const turnIds = await turns.begin(
      tx,
      acts.flatMap((act) => (act.turns ? [turnOf(act, now)] : [])),
    );
    await outbox.addAll(
      tx,
      acts.flatMap((act) => (act.says === undefined ? [] : [message(act, act.says, deps.tooling)])),
    );
    await store.planNext(
      tx,
      acts.map(({ task, nextAt, unblocks, resumed }) => ({
        id: task.id,
        nextAt,
        unblocks,
        resumed,
        turn: turnIds.get(keyOf(task)),
      })),
    );
    return due.length;
  });
}

function actOn(
  task: store.Due,
  now: Instant,
  { tooling, mostResumed, people: { gate } }: Pick<Deps, 'tooling' | 'mostResumed' | 'people'>,
): Act {
  const next = task.rule === undefined ? undefined : nextOf(task.rule, now);
  const nextAt = next && onGrid(next, tooling.resumeCron, task.zone);
  const act = { task, turns: false, unblocks: false, nextAt, resumed: task.resumed };
  if (task.isRunning) return act;
  // A task of a person who is no longer let in rests; they can resume it when they come back.
  if (!gate.may(task.who, { kind: 'tool', name: 'task_advance', skill: 'tasks' })) return { ...act, nextAt: undefined };
  if (task.resumed >= mostResumed) return { ...act, nextAt: undefined, says: texts.asks(task) };
  const waits = task.state === 'blocked' && (task.blockType === 'waiting_for_person' || task.blockType === 'failed');
  const resumed = task.resumed + 1;
  if (waits) return { ...act, resumed, says: texts.stillBlocked(task) };
  const unblocks = task.state === 'blocked';
  if (task.steps[task.step]?.by === 'assistant' && tooling.hasModel) return { ...act, turns: true, unblocks, resumed };
  const tomorrow = onGrid(new Date(now.getTime() + DAY_MS), tooling.resumeCron, task.zone);
  return { ...act, unblocks, resumed, says: texts.stepDue(task), nextAt: nextAt ?? tomorrow };
}

/** Delays words in quiet hours until they end: a task that is done, put off or deleted by then says nothing. */
function afterQuiet(act: Act, now: Instant): Act {
  const { task, says } = act;
  const quietEnd = says === undefined ? undefined : heldUntil(task, now);
  return quietEnd ? { task, turns: false, unblocks: false, nextAt: quietEnd, resumed: task.resumed } : act;
}

/** Its identity: with it one turn begins, or one message is said, whoever comes to it. */
const keyOf = ({ id, firing }: store.Due): string => `task:${id}:${firing}`;

const heldUntil = ({ quiet }: store.Due, now: Instant) => quiet && quietUntil(quiet, now);

function turnOf({ task }: Act, now: Instant): PlannedTurn {
  const { id, conversationId, personId, tainted } = task;
  return {
    key: keyOf(task),
    conversationId,
    personId,
    origin: 'schedule',
    text: texts.turn(task),
    planned: `/${WORK} ${id}`,
    notBefore: heldUntil(task, now),
    tainted,
    by: store.PLANNER,
  };
}

/** The name that a turn of a task begins with: `Skill.called` knows it. */
export const WORK = 'task-work';

function message({ task, unblocks }: Act, text: string, tooling: Tooling): Outgoing {
  const { conversationId, personId, tainted } = task;
  const due = unblocks ? { ...task, state: 'active' as const } : task;
  const card = { kind: 'reminder' as const, text, choices: choicesOf(due, tooling) };
  return { key: keyOf(task), conversationId, personId, card, tainted };
}

/** Plans after a turn: the next step at once where one was done, later where none was. */
async function settleEnded({ database, tooling }: Deps, now: Instant): Promise<number> {
  return database.tx('tasks.settle', async (tx) => {
    const over = await store.takeEndedTurns(tx, SETTLED);
    for (const { id, state, nextAt, gotOn, resumed, zone } of over) {
      if (state !== 'active' || nextAt) continue;
      const wait = gotOn ? 0 : AGAIN_MS * 2 ** Math.min(resumed - 1, 6);
      const at = onGrid(new Date(now.getTime() + Math.max(wait, 0)), tooling.resumeCron, zone);
      await store.planAt(tx, id, at);
      tx.afterCommit(() => tooling.wakeAt(at));
    }
    return over.length;
  });
}
