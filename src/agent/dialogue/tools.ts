import { z } from 'zod';
import { dataTool, done, failed, type ToolResult } from '../tool.ts';
import { DROP, NOT_UNDERSTOOD } from './names.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** What a call that finds nothing of what it names fails with. */
const FOUND_NOTHING = new Set(['NOT_FOUND', 'NOT_A_DATE']);
const NAMED_AGAIN_MS = 24 * 3_600_000;

const inputOfNotUnderstood = z.object({
  text: z.string(),
  /** What it may mean, where it names something that is there. The first that finds it counts. */
  instead: z.array(z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) })).max(10),
  /** Examples that are like it. */
  near: z.array(z.string()).max(3),
  /** Whether the message asked for something else besides, which is done. */
  besides: z.boolean(),
  /** Why no model answers instead, where there is one. */
  why: z.string().optional(),
});

/** Answers words that no phrase understands: does what they mean where they name a thing of the person's, else says so. */
export const notUnderstoodTool = dataTool({
  name: NOT_UNDERSTOOD,
  description: 'Answers what was not understood.',
  effect: 'write',
  hidden: true,
  always: true,
  redact: () => ({}),
  input: inputOfNotUnderstood,
  async run({ text, instead, near, besides, why }, ctx) {
    for (const call of instead) {
      const result = await ctx.call(call, ctx);
      // What takes it back, and what it asks, is kept already.
      if (result.ok || !FOUND_NOTHING.has(result.code)) return kept(result);
    }
    if (besides) return failed('NOT_UNDERSTOOD', texts.partNotUnderstood(text));
    if (why !== undefined) return done(why);
    const now = ctx.clock.now();
    const whose = { personId: ctx.person.id, conversationId: ctx.conversationId };
    const first = await store.nameModel(ctx.tx, whose, new Date(now.getTime() - NAMED_AGAIN_MS), now);
    return done(texts.notUnderstood(near, first));
  },
});

function kept(result: ToolResult): ToolResult {
  if (!result.ok) {
    const { asks: _, ...rest } = result;
    return rest;
  }
  const { undo: _, ...rest } = result;
  return rest;
}

/** Lets go of the open question: that a call of this name has been carried out closes it. */
export const dropTool = dataTool({
  name: DROP,
  description: 'Lets go of the question that was asked last.',
  effect: 'write',
  hidden: true,
  always: true,
  input: z.object({}),
  async run(_, { tx, person, conversationId }) {
    store.passTopic(tx, { personId: person.id, conversationId });
    return done(texts.dropped());
  },
});
