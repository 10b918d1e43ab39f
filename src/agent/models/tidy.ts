import { createHash } from 'node:crypto';
import { enclosed, label, speaker, withoutTemplateMarks } from '../../base/frames.ts';
import type { ModelMessage, ModelRequest, ToolMessage } from '../inference/model.ts';

const NO_RESULT = 'There is no result: it was not run.';

/**
 * The messages as both services insist on them: every call is followed at once by exactly its results, no result is
 * without its call, nothing is empty, and the first word is a person's. `asked` follows its message.
 */
export function tidy({ messages, asked }: ModelRequest): { messages: ModelMessage[]; asked: number } {
  const answered = asked ?? messages.findLastIndex((message) => message.role === 'user');
  const out: ModelMessage[] = [];
  let at = -1;
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') continue;
    if (message.role === 'assistant') {
      const kept = assistant(message, messages.slice(index + 1));
      if (kept.length > 0 && out.length === 0) out.push({ role: 'user', text: '…' });
      out.push(...kept);
      continue;
    }
    if (index !== answered && message.text.trim() === '' && !message.images?.length) continue;
    out.push(message);
    if (index === answered) at = out.length - 1;
  }
  return { messages: out, asked: at };
}

function assistant(message: Extract<ModelMessage, { role: 'assistant' }>, after: ModelMessage[]): ModelMessage[] {
  const calls = message.calls ?? [];
  if (calls.length === 0) return message.text.trim() === '' ? [] : [message];
  const next = after.findIndex(({ role }) => role === 'assistant');
  const results = (next < 0 ? after : after.slice(0, next)).filter(({ role }) => role === 'tool') as ToolMessage[];
  return [
    message,
    ...calls.map(
      ({ id, name }): ToolMessage =>
        results.find(({ callId }) => callId === id) ?? { role: 'tool', callId: id, name, text: NO_RESULT, ok: false },
    ),
  ];
}

/** Services refuse longer ids of calls, and other providers give them. Characters. */
const LONGEST_ID = 40;

/** The id of a call in a form that services take, the same for its result; `taken`: its characters are. */
export function callId(id: string, taken = true): string {
  if (taken && id.length <= LONGEST_ID) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

/** The moving part as it stands before the person's own words. */
export function context(moving: string): string {
  return enclosed('context', withoutTemplateMarks(moving));
}

/** Text for a model without eyes in place of a picture. */
export function unseen(names: readonly string[]): string {
  return names.map((name) => `[A picture, ${label(name)}, came with this; you cannot see pictures.]`).join('\n');
}

/** The text of a result, which no service takes without any; `sees`: whether the model sees the pictures with it. */
export function resultText({ text, images = [] }: ToolMessage, sees: boolean): string {
  const told = sees || images.length === 0 ? [] : [unseen(images.map(({ name }) => name))];
  return [text.trim() === '' ? 'Done.' : withoutTemplateMarks(text), ...told].join('\n');
}

/** A person's words, with their name where several speak. */
export function worded({ text, name }: { text: string; name?: string }): string {
  const words = withoutTemplateMarks(text);
  return name === undefined ? words : `${speaker(name)}: ${words}`;
}
