/** Tools for models that cannot call them: described in the prompt, called and answered in plain text. */
import { framed } from '../../base/frames.ts';
import type { ModelMessage, ModelRequest, ModelToolCall, ToolMessage, ToolSpec } from '../inference/model.ts';
import { CALL_FENCE } from '../inference/strip-thinking/call-formats.ts';
import { resultText } from './tidy.ts';

/** The request without tools, which says the same in words. Pure. */
export function inText(request: ModelRequest): ModelRequest {
  const { system, tools, messages } = request;
  if (tools.length === 0) return request;
  const asked = request.asked ?? messages.findLastIndex(({ role }) => role === 'user');
  const out: ModelMessage[] = [];
  let at = asked;
  for (const [index, message] of messages.entries()) {
    const last = out.at(-1);
    if (message.role === 'tool' && messages[index - 1]?.role === 'tool' && last?.role === 'user') join(last, message);
    else out.push(worded(message));
    if (index === asked) at = out.length - 1;
  }
  return { ...request, system: `${system}\n\n${described(tools)}`.trim(), tools: [], messages: out, asked: at };
}

function worded(message: ModelMessage): ModelMessage {
  if (message.role === 'tool') {
    const { images } = message;
    return { role: 'user', text: resultOf(message), ...(message.ok && images && { images }) };
  }
  if (message.role !== 'assistant' || !message.calls?.length) return message;
  return { role: 'assistant', text: [message.text.trim(), ...message.calls.map(callOf)].filter(Boolean).join('\n\n') };
}

/** Results that come together are one message: many templates insist on taking turns. */
function join(into: Extract<ModelMessage, { role: 'user' }>, result: ToolMessage): void {
  into.text += `\n\n${resultOf(result)}`;
  if (result.ok && result.images) into.images = [...(into.images ?? []), ...result.images];
}

function resultOf(result: ToolMessage): string {
  const attributes = { tool: result.name, ...(!result.ok && { failed: 'true' }) };
  return framed('tool_result', resultText(result, true), attributes);
}

function callOf({ name, input }: ModelToolCall): string {
  return `\`\`\`${CALL_FENCE}\n${JSON.stringify({ name, arguments: input })}\n\`\`\``;
}

function described(tools: readonly ToolSpec[]): string {
  const lines = tools.map(
    ({ name, description, schema }) => `- ${name}: ${description} Arguments: ${JSON.stringify(schema)}`,
  );
  return [
    '## Tools',
    'To use a tool, end your answer with a block of exactly this form, and write nothing after it:',
    callOf({ id: '', name: 'name_of_the_tool', input: { argument: 'value' } }),
    'Several blocks are several calls. What came of them stands in the next message; never write a result yourself.',
    'Without a block your answer goes to the person. These tools exist, with the JSON Schema of their arguments:',
    lines.join('\n'),
  ].join('\n\n');
}
