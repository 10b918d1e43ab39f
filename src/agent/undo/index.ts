import { z } from 'zod';
import * as texts from '../texts.ts';
import { askIfUnnamed } from '../tools/chosen.ts';
import { dataTool, done, failed } from '../tools/tool.ts';
import * as store from './store.ts';

/** Older acts are not taken back by a bare "undo": nobody remembers what it would be. */
const LONGEST_MS = 24 * 3_600_000;

export const UNDO_ALL = 'undo_all';

export const undoAllTool = dataTool({
  name: UNDO_ALL,
  description: 'Takes back several changes.',
  effect: 'write',
  callers: 'buttons',
  policy: { always: true },
  record: { redact: ({ calls }) => ({ calls: calls.map(({ tool }) => tool) }) },
  input: z.object({
    calls: z.array(z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) })).max(100),
  }),
  async run({ calls }, ctx) {
    const lines: string[] = [];
    let tainted = false;
    const takenById = new Map<string, TakenBack>();
    for (const call of calls) {
      const input = followVersions(call.input, takenById) as Record<string, unknown>;
      const result = await ctx.tools.call({ tool: call.tool, input }, ctx, false);
      if (result.ok) remember(call.input, input, takenById);
      lines.push(result.ok ? result.text : result.message);
      tainted ||= result.tainted === true;
    }
    return done(lines.join('\n'), { tainted });
  },
});

/** Takes the person's last act in this conversation back; said again, the one before. */
export const undoTool = dataTool({
  name: 'undo',
  group: 'always',
  description: 'Takes the last change back.',
  effect: 'write',
  policy: {
    act: { act: 'undo', among: [] },
    // Undo may take back everything that the person has just kept.
    deletes: () => 1,
    mayRepeat: true,
  },
  input: z.object({}),
  async run(_, ctx) {
    const now = ctx.clock.now();
    const since = new Date(now.getTime() - LONGEST_MS);
    if (ctx.turn.chosen) {
      const last = await store.lastUndo(ctx.tx, ctx.person.id, ctx.conversationId, since);
      const unnamed = last && askIfUnnamed(ctx, { text: last.label, yes: { tool: UNDO_ACT, input: { id: last.id } } });
      if (unnamed) return unnamed;
    }
    const undo = await store.takeUndo(ctx.tx, ctx.person.id, ctx.conversationId, since, now);
    if (!undo) return failed('NOTHING_TO_UNDO', texts.nothingToUndo());
    const result = await ctx.tools.call(undo.call, ctx, false);
    return result.ok ? done(result.text, { tainted: result.tainted === true }) : result;
  },
});

/** A thing that was taken back: the version that its act had left, and the one that taking it back has left. */
interface TakenBack {
  acted: number;
  left: number;
}

export const UNDO_ACT = 'undo_act';

/** Takes one certain act of the person's back: the one that an answer over HTTP has named. */
export const undoActTool = dataTool({
  name: UNDO_ACT,
  description: 'Takes one change back.',
  effect: 'write',
  callers: 'buttons',
  policy: { always: true },
  input: z.object({ id: z.uuid() }),
  async run({ id }, ctx) {
    const now = ctx.clock.now();
    const since = new Date(now.getTime() - LONGEST_MS);
    const undo = await store.takeUndoOf(ctx.tx, ctx.person.id, id, since, now);
    if (!undo) return failed('NOTHING_TO_UNDO', texts.nothingToUndo());
    const result = await ctx.tools.call(undo.call, ctx, false);
    return result.ok ? done(result.text, { tainted: result.tainted === true }) : result;
  },
});

/**
 * The input of what takes the act before back, of a thing whose later act was just taken back: it stands as that act left
 * it, under a later version. Where somebody else came in between, the version stays and the undo is refused.
 */
function followVersions(input: unknown, takenById: ReadonlyMap<string, TakenBack>): unknown {
  if (Array.isArray(input)) return input.map((each) => followVersions(each, takenById));
  if (input === null || typeof input !== 'object') return input;
  const fields = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, followVersions(value, takenById)]),
  );
  const { id, version } = fields;
  const after = typeof id === 'string' ? takenById.get(id) : undefined;
  return after && version === after.acted - 1 ? { ...fields, version: after.left } : fields;
}

function remember(input: unknown, called: unknown, takenById: Map<string, TakenBack>): void {
  if (input === null || typeof input !== 'object' || called === null || typeof called !== 'object') return;
  const { id, version } = input as Record<string, unknown>;
  const { version: from } = called as Record<string, unknown>;
  if (typeof id === 'string' && typeof version === 'number' && typeof from === 'number')
    takenById.set(id, { acted: version, left: from + 1 });
  for (const [key, value] of Object.entries(input))
    remember(value, (called as Record<string, unknown>)[key], takenById);
}
