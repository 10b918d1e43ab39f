import { z } from 'zod';
import { buryTellings, type Call, dataTool, done, failed } from '../../agent/index.ts';
import * as store from './store.ts';
import { BLOCKS, type Step, stepSchema, type Task } from './task.ts';
import { texts } from './texts.ts';
import type { Tooling } from './tooling.ts';

const RESTORE = 'task_restore';

/** Call that undoes an act on a task. `after.version` is the one that the act left; without `before` it was made. */
export function undoOf(after: Task, before: Task | undefined): Call & { label: string } {
  const input = { id: after.id, version: after.version, ...(before && { before: undoInput(before, after) }) };
  return { tool: RESTORE, input, label: texts.label(after.title) };
}

/** All of a task's words, for what told of it. */
export const toldBy = ({ title, steps }: Pick<Task, 'title' | 'steps'>) => ({
  text: [title, ...steps.map(({ text }) => text)].join(' '),
  isAct: true as const,
});

/** The steps only where they are others now: they may be long. */
function undoInput(before: Task, after: Task) {
  const { title, step, state, blockType, blockReason, rule, zone, tainted, nextAt } = before;
  const same = isSame(before.steps, after.steps);
  return {
    title,
    step,
    state,
    blockType,
    blockReason,
    rule,
    zone,
    tainted,
    nextAt: nextAt?.toISOString(),
    ...(!same && { steps: before.steps }),
  };
}

const isSame = (one: readonly Step[], other: readonly Step[]): boolean =>
  one.length === other.length &&
  one.every((step, index) => {
    const its = other[index];
    return its?.text === step.text && its.by === step.by && its.specialist === step.specialist;
  });

const before = z.object({
  title: z.string(),
  step: z.int().min(0),
  state: z.enum(['active', 'blocked', 'done', 'cancelled']),
  blockType: z.enum(BLOCKS).optional(),
  blockReason: z.string().optional(),
  rule: z.string().optional(),
  zone: z.string(),
  tainted: z.boolean(),
  nextAt: z.string().optional(),
  steps: z.array(stepSchema).optional(),
});

export const restoreTool = ({ wakeAt }: Tooling) =>
  dataTool({
    name: RESTORE,
    dialogue: { thing: 'task' },
    description: 'Takes back what was done to a task.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: ({ id, version }: { id: string; version: number }) => ({ id, version }) },
    input: z.object({ id: z.string(), version: z.int(), before: before.optional() }),

    async run({ id, version, before: was }, ctx) {
      const { tx, person, clock } = ctx;
      const task = await store.lockById(tx, person.id, id);
      if (!task) return failed('NOT_FOUND', texts.notFound('').message);
      if (task.version !== version) {
        return failed('CHANGED', texts.changedSince(task.title), { tainted: task.tainted });
      }
      const now = clock.now();
      if (!was) {
        await buryTellings(ctx, [toldBy(task)]);
        await store.saveTask(tx, id, { ...task, state: 'cancelled', nextAt: undefined }, now);
        return done(texts.unmade(task.title), { tainted: task.tainted });
      }
      const steps = was.steps ?? task.steps.map((step, index) => (index < was.step ? step : undone(step)));
      const nextAt = was.nextAt === undefined ? undefined : new Date(was.nextAt);
      const wish = { ...task, ...was, blockType: was.blockType, blockReason: was.blockReason, rule: was.rule, steps };
      const tainted = task.tainted || was.tainted;
      await store.saveTask(tx, id, { ...wish, nextAt, tainted, resumed: 0 }, now);
      if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
      return done(texts.restored(was.title), { tainted });
    },
  });

const undone = ({ text, by, specialist }: Step): Step => ({ text, by, ...(specialist && { specialist }) });
