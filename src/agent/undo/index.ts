import { z } from 'zod';
import * as texts from '../texts.ts';
import { dataTool, done, failed } from '../tool.ts';
import * as store from './store.ts';

/** Older acts are not taken back by a bare "undo": nobody remembers what it would be. */
const LONGEST_MS = 24 * 3_600_000;

export const UNDO_ALL = 'undo_all';

/** What a button of a turn that deleted something calls: takes all of it back. */
export const undoAllTool = dataTool({
  name: UNDO_ALL,
  description: 'Takes back several changes.',
  effect: 'write',
  hidden: true,
  always: true,
  redact: ({ calls }) => ({ calls: calls.map(({ tool }) => tool) }),
  input: z.object({
    calls: z.array(z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) })).max(100),
  }),
  async run({ calls }, ctx) {
    const said: string[] = [];
    let tainted = false;
    for (const call of calls) {
      const result = await ctx.call(call, ctx, false);
      said.push(result.ok ? result.text : result.message);
      tainted ||= result.tainted === true;
    }
    return done(said.join('\n'), { tainted });
  },
});

/** Takes the person's last act in this conversation back; said again, the one before. */
export const undoTool = dataTool({
  name: 'undo',
  description: "Takes back the person's last change in this conversation.",
  effect: 'write',
  // What is taken back may be all that the person has just kept.
  deletes: () => 1,
  input: z.object({}),
  async run(_, ctx) {
    const now = ctx.clock.now();
    const since = new Date(now.getTime() - LONGEST_MS);
    const undo = await store.takeUndo(ctx.tx, ctx.person.id, ctx.conversationId, since, now);
    if (!undo) return failed('NOTHING_TO_UNDO', texts.nothingToUndo());
    const result = await ctx.call(undo.call, ctx, false);
    return result.ok ? done(result.text, { tainted: result.tainted === true }) : result;
  },
});
