/**
 * Tolerant schemas of services' answers: an invalid field counts as missing, so that a slip of the service never costs
 * an answer that is there.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { encloseInFrame, label, speaker, withoutTemplateMarks } from '../../base/frames.ts';
import { nestsTooDeep, parseJson } from '../../base/json.ts';
import type { ModelEvent, ModelImage, ModelMessage, ModelRequest, ToolMessage } from '../inference/model.ts';
import { fieldsOf } from './refusal.ts';

/** No request has more tokens: a larger count is a fault of the service. */
const MOST_TOKENS = 20_000_000;

export const anything = z.unknown().optional();

/** Missing in most pieces: an error that is caught would cost more than all else of a piece. */
export const words = anything.transform((text): string => (typeof text === 'string' ? text : ''));

/** The id of a call; some services write numbers. */
export const ident = anything.transform((id): string =>
  typeof id === 'string' || typeof id === 'number' ? String(id) : '',
);

/** The index of a call or block; undefined where it is none. */
export const position = ident.transform((index) => (index === '' ? undefined : index)).optional();

/** A call's arguments as JSON text; some services send the object itself, or an empty one before the text begins. */
export const jsonText = anything.transform((callArguments): string => {
  if (typeof callArguments === 'string') return callArguments;
  const text = nestsTooDeep(callArguments) ? 'Nested too deeply.' : JSON.stringify(callArguments ?? {});
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

const part = z.object({
  type: words,
  text: anything,
  thinking: anything,
  reasoning: anything,
  image_url: anything,
  source: anything,
  inline_data: anything,
  inlineData: anything,
  data: anything,
  b64_json: anything,
  media_type: anything,
  mime_type: anything,
  mimeType: anything,
});

/**
 * Content as a text, or as a list of parts as Mistral's thinking models send it: what is said and what is thought.
 * Parts of other kinds (references) are left out.
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
    else yield* pictureEvents(read.data);
  }
}

const PICTURE = /^data:(image\/(?:png|jpeg|gif|webp));base64,/;
const PICTURE_TYPE = /^image\/(?:png|jpeg|gif|webp)$/;
const BASE64 = /^[\w+/=-]+$/;

/** A picture that a model has made, in the forms in which services hand it over: its bytes, never an address. */
export function* pictureEvents(piece: unknown): Generator<ModelEvent> {
  const read = part.safeParse(piece);
  if (!read.success) return;
  const { image_url: url, source, inline_data, inlineData } = read.data;
  const address = typeof url === 'string' ? url : fieldsOf(url).url;
  const [start = '', type = ''] = typeof address === 'string' ? (PICTURE.exec(address) ?? []) : [];
  const inner = { ...read.data, ...fieldsOf(source ?? inline_data ?? inlineData) };
  const named = inner.media_type ?? inner.mime_type ?? inner.mimeType ?? 'image/png';
  const base64 = start === '' ? (inner.data ?? inner.b64_json) : String(address).slice(start.length);
  const kind = start === '' ? named : type;
  if (typeof base64 !== 'string' || typeof kind !== 'string') return;
  if (!PICTURE_TYPE.test(kind) || !BASE64.test(base64)) return;
  yield { type: 'picture', picture: { type: kind as ModelImage['type'], base64 } };
}

export function* thoughtEvents(text: string): Generator<ModelEvent> {
  if (text !== '') yield { type: 'reasoning', text };
}

const DEEPEST_TEXT = 10;

function plain(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || depth > DEEPEST_TEXT) return '';
  return value
    .map((each) => plain(typeof each === 'object' ? (each as { text?: unknown } | null)?.text : each, depth + 1))
    .join('');
}

export function argumentsOf(callArguments: unknown): unknown {
  const text = jsonText.parse(callArguments);
  if (text.trim() === '') return {};
  try {
    return parseJson(text);
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
      const exchange = assistant(message, messages, index + 1);
      if (exchange.length > 0 && out.length === 0) out.push({ role: 'user', text: '…' });
      out.push(...exchange);
      continue;
    }
    if (index !== answered && message.text.trim() === '' && !message.images?.length) continue;
    out.push(message);
    if (index === answered) at = out.length - 1;
  }
  return { messages: out, asked: at };
}

function assistant(
  message: Extract<ModelMessage, { role: 'assistant' }>,
  messages: readonly ModelMessage[],
  from: number,
): ModelMessage[] {
  const calls = message.calls ?? [];
  if (calls.length === 0) return message.text.trim() === '' ? [] : [message];
  const after = messages.slice(from);
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

/** The id of a call in a form that services take, the same for its result; `isAccepted`: its characters are. */
export function callId(id: string, isAccepted = true): string {
  if (isAccepted && id.length <= LONGEST_ID) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

/** The frame of what stands beside a message; empty where nothing does. */
export function contextOf({ context = '' }: { context?: string }): string {
  return context === '' ? '' : encloseInFrame('context', withoutTemplateMarks(context));
}

export function unseen(names: readonly string[]): string {
  return names
    .map(
      (name) =>
        `[A picture, ${label(name)}, came with this; you cannot see pictures, but attachment_read may know its text.]`,
    )
    .join('\n');
}

/** In place of pictures that the service refused, each by itself. */
export function unread(names: readonly string[]): string {
  return names.map((name) => `[A picture, ${label(name)}, came with this; it cannot be read.]`).join('\n');
}

/** The text of a result, which no service takes without any; `sees`: whether the model sees the pictures with it. */
export function resultText({ text, images = [] }: ToolMessage, sees: boolean): string {
  const notes = sees || images.length === 0 ? [] : [unseen(images.map(({ name }) => name))];
  return [text.trim() === '' ? 'Done.' : withoutTemplateMarks(text), ...notes].join('\n');
}

export function wordsOfMessage({ text, name }: { text: string; name?: string }): string {
  const words = withoutTemplateMarks(text);
  return name === undefined ? words : `${speaker(name)}: ${words}`;
}

// Calls of one answer while they come in, as the many endpoints send them.

export interface CallPiece {
  /** Index of the call; often missing, or the same for all. */
  index: string | undefined;
  id: string;
  name: string;
  json: string;
  extra: unknown;
}

interface GrowingCall extends CallPiece {
  at: number;
  end: ObjectEnd;
}

export class GrowingCalls {
  private readonly calls: GrowingCall[] = [];
  /** The last call with each index, and with each id: a piece is not looked for among all calls. */
  private readonly byIndex = new Map<string, GrowingCall>();
  private readonly byId = new Map<string, GrowingCall>();

  get empty(): boolean {
    return this.calls.length === 0;
  }

  allCalls(): readonly CallPiece[] {
    return this.calls;
  }

  /** A call that came at once: whatever its id, it is one of its own. */
  add(piece: CallPiece): true {
    const at = this.calls.length;
    const call = { ...piece, at, index: piece.index ?? String(at), end: new ObjectEnd() };
    call.end.add(piece.json);
    this.calls.push(call);
    this.byIndex.set(call.index, call);
    this.identify(call);
    return true;
  }

  /** A piece. Calls may grow in any order; where nothing tells which one a piece belongs to, it is the last. */
  grow(piece: CallPiece): boolean {
    const growing = this.growingCall(piece);
    if (!growing || isAnother(growing, piece)) return this.add(piece);
    if (isRepeated(growing, piece)) return false;
    growing.id ||= piece.id;
    growing.name ||= piece.name;
    growing.json += piece.json;
    growing.end.add(piece.json);
    growing.extra ??= piece.extra;
    this.identify(growing);
    return false;
  }

  private growingCall({ index, id }: CallPiece): GrowingCall | undefined {
    if (index !== undefined) return this.byIndex.get(index);
    return id === '' ? this.calls.at(-1) : this.byId.get(id);
  }

  private identify(call: GrowingCall): void {
    const earlierCall = this.byId.get(call.id);
    if (!earlierCall || earlierCall.at < call.at) this.byId.set(call.id, call);
  }
}

/**
 * Some endpoints count every call as the first one, or do not count: another id, another name or arguments behind whole
 * ones are another call.
 */
function isAnother(growing: GrowingCall, piece: CallPiece): boolean {
  if (piece.name === '' || growing.name === '') return false;
  if (piece.name !== growing.name) return true;
  if (piece.id !== '' && growing.id !== '' && piece.id !== growing.id) return true;
  return piece.json !== '' && isWhole(growing) && !isRepeated(growing, piece);
}

/** True if a stream says again what it has said, as some do at their end. */
function isRepeated(growing: GrowingCall, { id, name, json }: CallPiece): boolean {
  const isSame = id !== '' && id === growing.id && name === growing.name;
  return isSame && json.length === growing.json.length && json === growing.json && isWhole(growing);
}

function isWhole({ json, end }: GrowingCall): boolean {
  if (!end.isReached) return false;
  end.isRead ??= typeof argumentsOf(json) === 'object';
  return end.isRead;
}

/** Finds the end of a JSON object in a text that grows, so that only a text that may be whole is parsed, and once. */
class ObjectEnd {
  /** True if the whole object could be parsed; undefined: not tried. */
  isRead: boolean | undefined;
  private depth = 0;
  private isOver = false;
  private isBroken = false;
  private isText = false;
  private isEscaped = false;

  get isReached(): boolean {
    return this.isOver && !this.isBroken;
  }

  add(piece: string): void {
    for (let at = 0; at < piece.length && !this.isBroken; at++) this.take(piece[at] as string);
  }

  private take(sign: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (this.isText) {
      this.isEscaped = sign === '\\';
      this.isText = sign !== '"';
    } else if (sign.trim() === '') return;
    else if (this.isOver || (this.depth === 0 && sign !== '{')) this.isBroken = true;
    else if (sign === '"') this.isText = true;
    else if (sign === '{' || sign === '[') this.depth++;
    else if (sign === '}' || sign === ']') this.isOver = --this.depth === 0;
  }
}
