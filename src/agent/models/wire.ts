/**
 * Tolerant schemas of services' answers: an invalid field counts as missing, so that a slip of the service never costs
 * an answer that is there.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { enclosed, label, speaker, withoutTemplateMarks } from '../../base/frames.ts';
import type { ModelEvent, ModelMessage, ModelRequest, ToolMessage } from '../inference/model.ts';

/** No request has more tokens: a larger count is a fault of the service. */
export const MOST_TOKENS = 20_000_000;

export const anything = z.unknown().optional();

export const words = z.string().catch('');

/** The id of a call or a position; some services write numbers. */
export const ident = z.union([z.string(), z.number().transform(String)]).catch('');

/** A call's arguments as JSON text; some services send the object itself, or an empty one before the text begins. */
export const jsonText = anything.transform((sent): string => {
  if (typeof sent === 'string') return sent;
  const text = JSON.stringify(sent ?? {});
  return text === '{}' ? '' : text;
});

/** A count of tokens, fractions rounded up; undefined where it is none that a request can have. */
export const tokens = anything.transform((value): number | undefined => {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && count >= 0 && count <= MOST_TOKENS ? Math.ceil(count) : undefined;
});

export function list<T extends z.ZodType>(item: T) {
  return anything.transform((value): z.output<T>[] =>
    (Array.isArray(value) ? value : []).flatMap((each) => {
      const read = item.safeParse(each);
      return read.success ? [read.data] : [];
    }),
  );
}

export function maybe<T extends z.ZodRawShape>(shape: T) {
  return z.object(shape).optional().catch(undefined);
}

const part = z.object({ type: words, text: anything, thinking: anything, reasoning: anything });

/**
 * Content as a text, or as a list of parts as Mistral's thinking models send it: what is said and what is thought.
 * Parts of other kinds (references, pictures) are left out.
 */
export function* contentEvents(content: unknown): Generator<ModelEvent> {
  if (typeof content === 'string') {
    if (content !== '') yield { type: 'text', text: content };
    return;
  }
  for (const each of Array.isArray(content) ? content : [content]) {
    if (typeof each === 'string') yield* contentEvents(each);
    const read = part.safeParse(each);
    if (!read.success) continue;
    const { type, text, thinking, reasoning } = read.data;
    const isThought = /think|thought|reason/.test(type);
    if (isThought) yield* thoughtEvents(plain(thinking) || plain(reasoning) || plain(text));
    else if (/^(?:|text|output_text)$/.test(type)) yield* contentEvents(plain(text));
  }
}

export function* thoughtEvents(text: string): Generator<ModelEvent> {
  if (text !== '') yield { type: 'reasoning', text };
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value
    .map((each) => plain(typeof each === 'object' ? (each as { text?: unknown } | null)?.text : each))
    .join('');
}

export function argumentsOf(sent: unknown): unknown {
  const text = jsonText.parse(sent);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

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

export function context(moving: string): string {
  return enclosed('context', withoutTemplateMarks(moving));
}

export function unseen(names: readonly string[]): string {
  return names.map((name) => `[A picture, ${label(name)}, came with this; you cannot see pictures.]`).join('\n');
}

/** The text of a result, which no service takes without any; `sees`: whether the model sees the pictures with it. */
export function resultText({ text, images = [] }: ToolMessage, sees: boolean): string {
  const told = sees || images.length === 0 ? [] : [unseen(images.map(({ name }) => name))];
  return [text.trim() === '' ? 'Done.' : withoutTemplateMarks(text), ...told].join('\n');
}

export function worded({ text, name }: { text: string; name?: string }): string {
  const words = withoutTemplateMarks(text);
  return name === undefined ? words : `${speaker(name)}: ${words}`;
}
