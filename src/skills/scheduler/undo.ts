import { z } from 'zod';
import { type Call, dataTool, done, failed, quoting } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { nextOf } from '../../time/index.ts';
import type { PersonSchedule, WakeAt, Wish } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const RESTORE = 'schedule_restore';

/** Call that undoes an act on a schedule. `after.version` is the one that the act left. */
export function undoOf(after: PersonSchedule, before: PersonSchedule | undefined): Call & { label: string } {
  const input = { id: after.id, version: after.version, ...(before && { before: stored(before) }) };
  return { tool: RESTORE, input, label: texts.label(after.title) };
}

function stored(schedule: PersonSchedule) {
  const { conversationId, title, prompt, run, rule, zone, missed, state, tainted, nextAt } = schedule;
  return { conversationId, title, prompt, run, rule, zone, missed, state, tainted, nextAt: nextAt?.toISOString() };
}

const before = z.object({
  conversationId: z.string(),
  title: z.string(),
  prompt: z.string().optional(),
  run: z.string().optional(),
  rule: z.string().optional(),
  zone: z.string(),
  missed: z.enum(['latest', 'skip']),
  state: z.enum(['on', 'off', 'done', 'deleted']),
  tainted: z.boolean(),
  nextAt: z.string().optional(),
});

const gone = (schedule: PersonSchedule): Wish => ({ ...schedule, state: 'deleted', nextAt: undefined });

/** As it stood; what fell due meanwhile is dropped. Undefined: it was to run once, and that is over. */
function stoodBefore(was: Omit<Wish, 'nextAt'>, nextAt: string | undefined, now: Instant): Wish | undefined {
  const planned = nextAt === undefined ? undefined : new Date(nextAt);
  if (!planned || planned > now || was.state !== 'on') return { ...was, nextAt: planned };
  return was.rule === undefined ? undefined : { ...was, nextAt: nextOf(was.rule, now) };
}

export const restoreTool = (wakeAt: WakeAt) =>
  dataTool({
    name: RESTORE,
    dialogue: { thing: 'schedule' },
    description: 'Takes back what was done to a schedule.',
    effect: 'write',
    hidden: true,
    redact: ({ id, version }: { id: string; version: number }) => ({ id, version }),
    input: z.object({ id: z.string(), version: z.int(), before: before.optional() }),

    async run(input, { tx, person, clock }) {
      const schedule = await store.byId(tx, person.id, input.id);
      if (!schedule) return failed('NOT_FOUND', texts.notFound('').message);
      if (schedule.version !== input.version)
        return quoting(failed('CHANGED', texts.changedSince(schedule.title)), [schedule]);
      const { before: was } = input;
      const wish = was ? stoodBefore({ ...schedule, ...was }, was.nextAt, clock.now()) : gone(schedule);
      if (!wish) return quoting(failed('PAST', texts.isOver(schedule.title)), [schedule]);
      await store.save(tx, schedule.id, wish);
      const { nextAt } = wish;
      if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
      return quoting(done(was ? texts.restored(wish.title) : texts.unmade(wish.title)), [schedule, wish]);
    },
  });
