/** Operations of the terminal on schedules: system tasks, and everybody's schedules. */
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { didYouMean } from '../../base/text.ts';
import type { SkillDeps, Verb } from '../../chat/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { beginNow, switched } from './change.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { type Deps, runTask, switchTask } from './system.ts';

/** More are not shown; the newest are. */
const MOST_SHOWN = 500;

type VerbDeps = Deps & Pick<SkillDeps, 'database' | 'world'>;

export function verbs(deps: VerbDeps): Record<string, Verb> {
  return {
    schedules: async () => {
      const db = { query: deps.database.read.bind(deps.database) };
      const tasks = await deps.schedules.list(db);
      return { tasks, planned: await store.everybodys(db, MOST_SHOWN) } as unknown as Json;
    },
    'schedules-switch': ({ named, on }) =>
      act(deps, String(named), { on: on === true }, async (tx, meant) => {
        if ('task' in meant) return switchTask(deps, meant.task, on === true, tx);
        const next = switched(meant.own, on === true, deps.world.clock.now());
        if (!next) return false;
        await store.save(tx, meant.own.id, next);
        const { nextAt } = next;
        if (on === true && nextAt) tx.afterCommit(() => deps.wakeAt(nextAt));
        return true;
      }),
    'schedules-run': ({ named }) =>
      act(deps, String(named), {}, async (tx, meant) => {
        const now = deps.world.clock.now();
        if ('task' in meant) await runTask(deps, meant.task, tx, now);
        else await beginNow(tx, meant.own, deps.turns, now);
        return true;
      }),
  };
}

type Meant = { task: Awaited<ReturnType<Deps['schedules']['list']>>[number] } | { own: PersonSchedule };

/** Does it and writes it down, in one transaction. `does` gives false where it cannot be done. */
function act(
  deps: VerbDeps,
  named: string,
  detail: Record<string, Json>,
  does: (tx: Transaction, meant: Meant) => Promise<boolean>,
): Promise<Json> {
  return deps.database.tx('schedules.act', async (tx) => {
    const tasks = await deps.schedules.list(tx);
    const task = tasks.find(({ name }) => name === named);
    const own = task ? undefined : await store.anyById(tx, named);
    if (!task && !own)
      throw unknown(
        named,
        didYouMean(
          named,
          tasks.map(({ name }) => name),
        ),
      );
    if (!(await does(tx, task ? { task } : { own: own as PersonSchedule }))) throw cannot(named, task !== undefined);
    appendAct(tx, deps.world, 'schedules', { named, ...detail });
    return true;
  });
}

function unknown(named: string, near: string | undefined): CodaError {
  const remedy = near ? `Did you mean ${near}?` : '"coda schedules" shows the names and ids.';
  return new CodaError('INPUT_INVALID', { message: `There is no schedule ${named}.`, remedy });
}

function cannot(named: string, isTask: boolean): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: isTask ? `The configuration says whether ${named} is on.` : `${named} is over: it has no time to come.`,
    remedy: isTask ? `Change scheduler.tasks."${named}".enabled.` : 'Its person can plan it anew.',
  });
}
