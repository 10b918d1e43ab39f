import { z } from 'zod';
import { omitUndefined } from '../../base/json.ts';
import type { Transaction } from '../../storage/index.ts';
import * as texts from '../texts.ts';
import { type CallContext, type DataTool, dataTool, done, type ToolResult } from '../tools/tool.ts';
import type { Topic } from './dialogue.ts';
import * as store from './store.ts';

export const DROP = 'question_drop';

export const dropTool = dataTool({
  name: DROP,
  description: 'Lets go of the question that was asked last.',
  effect: 'write',
  callers: 'buttons',
  policy: { always: true },
  input: z.object({}),
  async run(_, { tx, person, conversationId }) {
    store.dropQuestion(tx, { personId: person.id, conversationId });
    return done(texts.droppedNotice());
  },
});

/** Stores the things of one kind that the calls of one message have made or changed as the ones at hand: "delete both". */
export function keepTogether(
  tx: Transaction,
  outcomes: readonly { thing: string | undefined; result: ToolResult }[],
  { person, conversationId, clock }: CallContext,
): void {
  const ids = outcomes.flatMap(({ result }) => (result.ok && result.id !== undefined ? [result.id] : []));
  const [thing, ...others] = new Set(outcomes.map((each) => each.thing));
  if (thing === undefined || others.length > 0 || ids.length < 2 || ids.length < outcomes.length) return;
  const topic: Topic = { thing, how: 'made', id: ids.join(', '), at: clock.now().toISOString() };
  store.note(tx, { personId: person.id, conversationId }, { topic });
}

export function keepDialogue(
  tx: Transaction,
  { tool, input }: { tool: DataTool; input: unknown },
  result: ToolResult,
  ctx: CallContext,
): void {
  const { dialogue } = tool;
  if (!dialogue) return;
  const at = ctx.clock.now().toISOString();
  const whose = { personId: ctx.person.id, conversationId: ctx.conversationId };
  if (!result.ok) {
    const slot = dialogue.asks?.[result.code];
    const call = { tool: tool.name, input: input as Record<string, unknown> };
    if (slot !== undefined && !result.choices) store.note(tx, whose, { question: { kind: 'slot', call, slot, at } });
    return;
  }
  const topic: Topic = {
    thing: dialogue.thing,
    how: tool.effect === 'write' ? 'made' : 'shown',
    ...omitUndefined({ id: result.id, text: result.subject }),
    at,
  };
  store.note(tx, whose, { topic, ...(tool.effect === 'write' && { answers: tool.name }) });
}
