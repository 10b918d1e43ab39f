import type { Transaction } from '../../storage/index.ts';
import type { Call, CallContext, DataTool, ToolResult } from '../tool.ts';
import type { OpenQuestion, Topic } from './dialogue.ts';
import { DROP, NOT_UNDERSTOOD } from './names.ts';
import * as store from './store.ts';

/**
 * Keeps what a call leaves for the next words to refer to: the question that it asks, or the thing that it is about.
 * Where it answers the question that was open, the buttons of that question are closed with it.
 */
export async function keepDialogue(
  tx: Transaction,
  { tool, input }: { tool: DataTool; input: unknown },
  result: ToolResult,
  ctx: CallContext,
): Promise<void> {
  const call = { tool: tool.name, input: input as Record<string, unknown> };
  const at = ctx.clock.now().toISOString();
  const whose = { personId: ctx.person.id, conversationId: ctx.conversationId };
  const { answers } = ctx;
  if (answers && result.ok && tool.effect === 'write' && isAnswer(answers.question, call, result.subject)) {
    const cards = await store.closeQuestion(tx, whose, answers.question, ctx.clock.now());
    for (const card of cards) await answers.close(tx, card);
  }
  const question = questionOf(call, result, at, tool.topic);
  if (question) store.note(tx, whose, { question });
  // What came to nothing leaves the question the last thing that was said.
  else if (answers && result.ok && tool.name !== NOT_UNDERSTOOD) store.passQuestion(tx, whose, answers.question);
  if (!result.ok || !tool.topic) return;
  const topic: Topic = {
    thing: tool.topic,
    how: tool.effect === 'write' ? 'made' : 'shown',
    ...(/_(?:create|ahead|again|choose|save)$/.test(tool.name) && { isNew: true }),
    ...(result.subject !== undefined && { text: result.subject }),
    ...(result.which !== undefined && { which: result.which }),
    ...(typeof call.input.when === 'string' && { when: call.input.when }),
    at,
  };
  store.note(tx, whose, { topic, ...(tool.effect === 'write' && { done: call }) });
}

/** Whether nothing is left to choose after `call`: it is one of the choices, is of their kind, or is about their thing. */
function isAnswer(question: OpenQuestion, call: Call, subject: string | undefined): boolean {
  if (call.tool === DROP) return true;
  if (question.kind !== 'choice') return false;
  return question.choices.some(
    ({ tool, input }) => tool === call.tool || (subject !== undefined && input.text === subject),
  );
}

function questionOf(call: Call, result: ToolResult, at: string, thing: string | undefined): OpenQuestion | undefined {
  if (result.ok) return undefined;
  if (result.asks) return { kind: 'slot', call, ...result.asks, at };
  if (result.code !== 'AMBIGUOUS' || !result.choices) return undefined;
  const { choiceWords } = result;
  const choices = result.choices.map(({ label, tool, input, style }, at) => ({
    ...{ label, tool, input },
    ...(choiceWords?.[at] && { words: choiceWords[at] }),
    ...(style === 'danger' && { style }),
  }));
  if (thing === undefined || result.makes === undefined || choices.length > 1) return { kind: 'choice', choices, at };
  const { when } = call.input;
  const makes = { thing, text: result.makes, ...(typeof when === 'string' && { when }) };
  return { kind: 'choice', choices, makes, at };
}
