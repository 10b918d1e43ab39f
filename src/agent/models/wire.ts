/**
 * Tolerant schemas of services' answers: an invalid field counts as missing, so that a slip of the service never costs
 * an answer that is there.
 */
import { z } from 'zod';
import type { ModelEvent } from '../inference/model.ts';

/** No request has more tokens: a larger count is a fault of the service. */
const MOST_TOKENS = 20_000_000;

/** Whatever it is, also nothing. */
export const anything = z.unknown().optional();

/** Text; anything else is none. */
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

/** The items that can be read; what is no list is an empty one. */
export function list<T extends z.ZodType>(item: T) {
  return anything.transform((value): z.output<T>[] =>
    (Array.isArray(value) ? value : []).flatMap((each) => {
      const read = item.safeParse(each);
      return read.success ? [read.data] : [];
    }),
  );
}

/** An object of this form; anything else is undefined. */
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

/** Events of a model's thoughts before its answer, if it told any. */
export function* thoughtEvents(text: string): Generator<ModelEvent> {
  if (text !== '') yield { type: 'reasoning', text };
}

/** The text of a text, or of a list of parts. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value
    .map((each) => plain(typeof each === 'object' ? (each as { text?: unknown } | null)?.text : each))
    .join('');
}

/** The arguments of a call, as text or as an object: parsed, or as they came where they are no JSON. */
export function argumentsOf(sent: unknown): unknown {
  const text = jsonText.parse(sent);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
