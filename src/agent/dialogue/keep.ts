import type { Transaction } from '../../storage/index.ts';
import type { Call, CallContext, DataTool, ToolResult } from '../tool.ts';
import type { Question, Topic } from './dialogue.ts';
import * as store from './store.ts';

/** Keeps what a call leaves for the next words to refer to: the question that it asks, or the thing that it is about. */
export function keepDialogue(
  tx: Transaction,
  { tool, input }: { tool: DataTool; input: unknown },
  result: ToolResult,
  ctx: CallContext,
): void {
  const call = { tool: tool.name, input: input as Record<string, unknown> };
  const at = ctx.clock.now().toISOString();
  const whose = { personId: ctx.person.id, conversationId: ctx.conversationId };
  const question = questionOf(call, result, at);
  if (question) store.note(tx, whose, { question });
  if (!result.ok || !tool.topic) return;
  const topic: Topic = {
    thing: tool.topic,
    how: tool.effect === 'write' ? 'made' : 'shown',
    ...(result.subject !== undefined && { text: result.subject }),
    at,
  };
  store.note(tx, whose, { topic, ...(tool.effect === 'write' && { done: call }) });
}

function questionOf(call: Call, result: ToolResult, at: string): Question | undefined {
  if (result.ok) return undefined;
  if (result.asks) return { kind: 'slot', call, ...result.asks, at };
  if (result.code !== 'AMBIGUOUS' || !result.choices) return undefined;
  return { kind: 'choice', choices: result.choices.map(({ label, tool, input }) => ({ label, tool, input })), at };
}
