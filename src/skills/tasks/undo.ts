import { buryTellings, done } from '../../agent/index.ts';
import { ThingUndo } from '../../chat/index.ts';
import * as store from './store.ts';
import { type Step, saved, type Task } from './task.ts';
import { texts } from './texts.ts';
import type { Tooling } from './tooling.ts';

/** All of a task's words, for what told of it. */
export const toldBy = ({ title, steps }: Pick<Task, 'title' | 'steps'>) => ({
  text: [title, ...steps.map(({ text }) => text)].join(' '),
  isAct: true as const,
});

const isSame = (one: readonly Step[], other: readonly Step[]): boolean =>
  one.length === other.length &&
  one.every((step, index) => {
    const its = other[index];
    return its?.text === step.text && its.by === step.by && its.specialist === step.specialist;
  });

export const taskUndo = new ThingUndo<Task, (typeof saved)['spec']>({
  thing: 'task',
  columns: saved,
  omitColumns: (before, after) => (isSame(before.steps, after.steps) ? ['steps'] : []),
  find: store.lockById,
  label: ({ title }) => texts.label(title),
  notFound: texts.notFound('').message,
  changedSince: ({ title }) => texts.changedSince(title),
});

export const restoreTool = ({ wakeAt }: Tooling) =>
  taskUndo.tool(async (ctx, task, before) => {
    const { tx, clock } = ctx;
    const now = clock.now();
    if (!before) {
      await buryTellings(ctx, [toldBy(task)]);
      await store.saveTask(tx, task.id, { ...task, state: 'cancelled', nextAt: undefined }, now);
      return done(texts.unmade(task.title));
    }
    const { values: was, has } = before;
    const steps = has('steps') ? was.steps : task.steps.map((step, index) => (index < was.step ? step : undone(step)));
    const tainted = task.tainted || was.tainted;
    await store.saveTask(tx, task.id, { ...was, steps, tainted, resumed: 0 }, now);
    const { nextAt } = was;
    if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
    return done(texts.restored(was.title), { tainted });
  });

const undone = ({ text, by, specialist }: Step): Step => ({ text, by, ...(specialist && { specialist }) });
