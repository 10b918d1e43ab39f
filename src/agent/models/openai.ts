import { createHash } from 'node:crypto';
import { z } from 'zod';
import { label } from '../../base/frames.ts';
import { type Json, nestsTooDeep, omitUndefined } from '../../base/json.ts';
import { Service, type ServiceAnswer } from '../../egress/index.ts';
import {
  type KeptBlocks,
  ModelError,
  type ModelEvent,
  type ModelImage,
  type ModelMessage,
  type ModelRequest,
  type StopReason,
  type ToolMessage,
  type ToolSpec,
} from '../inference/model.ts';
import {
  type Endpoint,
  type EndpointModel,
  type EndpointOptions,
  endpoint,
  isLocal,
  withoutRefused,
} from './endpoint.ts';
import { noAnswer, slipError, windowFull } from './fault.ts';
import { jsonBody, SentAnswer } from './service.ts';
import type { Watch } from './watch.ts';
import {
  anything,
  argumentsOf,
  type CallPiece,
  callId,
  contentEvents,
  contextOf,
  GrowingCalls,
  ident,
  jsonText,
  list,
  maybe,
  pictureEvents,
  position,
  resultText,
  thoughtEvents,
  tidy,
  tokens,
  unseen,
  words,
  wordsOfMessage,
} from './wire.ts';

const OPENAI = 'https://api.openai.com/v1';

export function openaiModel(options: EndpointOptions): EndpointModel {
  const { apiKey = 'none', baseUrl = OPENAI } = options;
  // Local endpoints want no key, but some insist on a header.
  const service = new Service(baseUrl, { authorization: `Bearer ${apiKey}` });
  const vendor = vendorAt(baseUrl);
  return endpoint(options, (request, watch, now) => speak({ service, vendor }, request, now, watch));
}

async function* speak(
  { service, vendor }: { service: Service; vendor: Vendor },
  request: ModelRequest,
  options: Endpoint,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const dialect = dialectOf(vendor, options.refuses);
  const isCounted = options.stream && dialect.streamOptions && !options.refuses.has('stream_options');
  const body = {
    ...withoutRefused(openaiRequest(request, options, dialect), options.refuses),
    ...omitUndefined({
      stream: options.stream ? true : undefined,
      stream_options: isCounted ? { include_usage: true } : undefined,
    }),
  };
  watch.sent = jsonBody(body);
  const answer = await service.post('/chat/completions', watch.sent, watch);
  yield* new OpenAiReader(options.name, dialect, watch).read(answer);
}

const called = z.object({ name: words, arguments: jsonText }).catch({ name: '', arguments: '' });
const call = z.object({ index: position, id: ident, function: called, extra_content: anything });

const said = z.object({
  content: anything,
  refusal: words,
  reasoning_content: words,
  reasoning: words,
  reasoning_details: list(z.object({ text: words })),
  tool_calls: list(call),
  images: list(anything),
  // The form before there were `tool_calls`; some endpoints know no other.
  function_call: z.object({ name: words, arguments: jsonText }).optional().catch(undefined),
});
type SaidMessage = z.output<typeof said>;

const usage = maybe({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: maybe({ cached_tokens: tokens }),
  prompt_cache_hit_tokens: tokens,
});

const choice = z.object({
  message: said.optional().catch(undefined),
  delta: said.optional().catch(undefined),
  text: words,
  finish_reason: words,
  usage,
});

const answer = z.object({ choices: list(choice), usage, x_groq: maybe({ usage }) });

class OpenAiReader {
  private readonly name: string;
  private readonly dialect: Dialect;
  private readonly watch: Watch;
  private thoughts = '';
  private thoughtField: ThoughtField | undefined;
  private said = '';
  private readonly calls = new GrowingCalls();
  private reason = '';
  private usage: z.output<typeof usage>;

  constructor(name: string, dialect: Dialect, watch: Watch) {
    this.name = name;
    this.dialect = dialect;
    this.watch = watch;
  }

  /** The events of an answer; without a `stop` where it broke off. */
  async *read(answer: ServiceAnswer): AsyncGenerator<ModelEvent> {
    const stream = new SentAnswer(answer, this.name, this.watch);
    for await (const each of stream.pieces(() => this.reason !== '')) {
      if ('whole' in each) return yield* this.whole(each.whole);
      yield* this.piece(each.piece);
    }
    if (this.reason !== '' || stream.isDone) yield* this.endAnswer();
  }

  private *whole(completion: unknown): Generator<ModelEvent> {
    const read = answer.safeParse(completion);
    if (!read.success || read.data.choices.length === 0) throw noAnswer(completion, this.name);
    yield* this.piece(completion);
    yield* this.endAnswer();
  }

  private *piece(chunk: unknown): Generator<ModelEvent> {
    const read = answer.safeParse(chunk);
    if (!read.success) return;
    const { choices, x_groq: groq } = read.data;
    const [first] = choices;
    this.usage = read.data.usage ?? groq?.usage ?? first?.usage ?? this.usage;
    if (!first) return;
    this.reason = first.finish_reason || this.reason;
    const piece = first.delta ?? this.beyondSaid(first.message);
    if (piece) yield* this.words(piece, piece !== first.delta && this.calls.empty);
    else yield* contentEvents(first.text);
  }

  private *words(piece: SaidMessage, whole: boolean): Generator<ModelEvent> {
    const details = piece.reasoning_details.map(({ text }) => text).join('');
    this.thoughtField ??= THOUGHT_FIELDS.find((field) => piece[field] !== '');
    for (const event of thoughtEvents(piece.reasoning_content || piece.reasoning || details)) yield this.keep(event);
    for (const event of contentEvents(piece.content)) yield this.keep(event);
    if (typeof piece.content === 'string' && !whole) this.said += piece.content;
    for (const picture of piece.images) yield* pictureEvents(picture);
    yield* contentEvents(piece.refusal);
    for (const each of callsOf(piece)) {
      this.watch.alive(each.name.length + each.json.length, this.name);
      const isNew = whole ? this.calls.add(each) : this.calls.grow(each);
      if (isNew) this.watch.begins(this.name);
    }
  }

  /** Some streams end with the whole message, which says again what came in pieces. */
  private beyondSaid(message: SaidMessage | undefined): SaidMessage | undefined {
    const { content } = message ?? {};
    if (!message || (this.said === '' && this.calls.empty)) return message;
    const isAgain = typeof content === 'string' && content.length >= this.said.length && content.startsWith(this.said);
    const rest = isAgain ? content.slice(this.said.length) : this.said === '' ? content : undefined;
    const text = { content: rest, reasoning_content: '', reasoning: '', reasoning_details: [], images: [] };
    return this.calls.empty
      ? { ...message, ...text }
      : { ...message, ...text, tool_calls: [], function_call: undefined };
  }

  private keep(event: ModelEvent): ModelEvent {
    if (event.type === 'reasoning') this.thoughts += event.text;
    return event;
  }

  private *endAnswer(): Generator<ModelEvent> {
    const calls = this.calls.allCalls();
    for (const { id, name, json } of calls) yield { type: 'call', call: { id, name, input: argumentsOf(json) } };
    const extras = calls.map(({ extra }) => extra);
    const keep = keptThoughts(this.name, extras, this.thoughtsToKeep(), this.thoughtField);
    if (keep) yield { type: 'keep', keep };
    yield* this.countUsage();
    const content = { calls: calls.length > 0, words: this.said.trim() !== '' };
    yield { type: 'stop', reason: reasonOf(this.reason || this.likelyReason(), content, this.name) };
  }

  private thoughtsToKeep(): string {
    if (this.dialect.thoughtsBack) return this.thoughts;
    return this.thoughtField && this.thoughts.length <= LONGEST_KEPT ? this.thoughts : '';
  }

  /** Why the answer ended where the service does not say: half a call means that it was cut. */
  private likelyReason(): string {
    return this.calls.allCalls().some(({ json }) => typeof argumentsOf(json) === 'string') ? 'length' : '';
  }

  /** A count that cannot be believed is none at all: what the answer took is estimated then. */
  private *countUsage(): Generator<ModelEvent> {
    const { prompt_tokens: prompt, completion_tokens: output, prompt_tokens_details: details } = this.usage ?? {};
    if (prompt === undefined || output === undefined) return;
    const cached = Math.min(prompt, details?.cached_tokens ?? this.usage?.prompt_cache_hit_tokens ?? 0);
    yield { type: 'usage', usage: { input: prompt - cached, cached, output } };
  }
}

function callsOf({ tool_calls: calls, function_call: former }: SaidMessage): CallPiece[] {
  const pieces = calls.map(({ index, id, function: { name, arguments: json }, extra_content: extra }) => {
    return { index, id, name, json, extra };
  });
  if (pieces.length > 0 || !former) return pieces;
  return [{ index: '0', id: '', name: former.name, json: former.arguments, extra: undefined }];
}

/** Throws where the service had no room for the answer, or failed in the middle of it. */
function reasonOf(reason: string, content: { calls: boolean; words: boolean }, name: string): StopReason {
  // Mistral's word, and Anthropic's where a gateway passes it on.
  if (reason === 'model_length' || reason === 'model_context_window_exceeded') throw windowFull(name);
  if (/malformed_function_call|malformed_tool_call/i.test(reason)) throw slipError(name);
  if (reason === 'error') throw new ModelError('transient', `${name} failed in the middle of its answer.`);
  if (reason === 'length' || reason === 'max_tokens') return 'length';
  // Gemini's words for an end without a reason: the answer broke off, and is gone on with.
  if (/^(?:other|unknown|finish_reason_unspecified)$/i.test(reason) && content.words && !content.calls) return 'length';
  // Gemini's words beside that of Chat Completions, and Anthropic's where a gateway passes it on.
  if (/^(?:content_filter(?:ed)?|refusal|safety|prohibited_content|blocklist|spii|image_safety)$/i.test(reason))
    return 'refused';
  // Some endpoints end with "stop" although they call.
  return content.calls ? 'tools' : 'end';
}

type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

interface Call {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  extra_content?: Json;
}

type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | Part[] }
  | { role: 'assistant'; content: string | null; reasoning_content?: string; reasoning?: string; tool_calls?: Call[] }
  | { role: 'tool'; tool_call_id: string; content: string };

interface Tool {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

interface Body {
  model: string;
  max_tokens?: number;
  max_completion_tokens?: number;
  prompt_cache_key?: string;
  cache_prompt?: true;
  tools?: readonly Tool[];
  messages: Message[];
}

interface Dialect {
  /** The vendor's newer models refuse `max_tokens`; many other endpoints know nothing else. */
  maxTokens: 'max_tokens' | 'max_completion_tokens' | undefined;
  streamOptions: boolean;
  /** True if calls that another model made need a sign that they have no signature. */
  signed: boolean;
  thoughtsBack: boolean;
  /** Fields that have a service keep what it has read of a conversation; `key` names that. */
  cacheFields(key: string): { prompt_cache_key?: string; cache_prompt?: true };
  callId(id: string): string;
}

const LENGTHS = ['max_tokens', 'max_completion_tokens'] as const;
const OWN_LENGTHS = LENGTHS.toReversed();

/** Facts about a service that its address tells. */
interface Vendor {
  name: 'openai' | 'mistral' | 'google' | 'deepseek' | undefined;
  isLocal: boolean;
  /** At llama.cpp's own port on this machine or in this network; by default its newer versions keep what they have read. */
  isLlamaCpp: boolean;
}

/** The vendor at `baseUrl`. Read once for each model: it takes 17 µs, 0.5 % of a message. */
export function vendorAt(baseUrl: string): Vendor {
  const { hostname, port } = new URL(baseUrl);
  const [name] = VENDORS.find(([, isOf]) => isOf.test(hostname)) ?? [];
  const isNear = isLocal(baseUrl);
  return { name, isLocal: isNear, isLlamaCpp: isNear && port === '8080' };
}

const VENDORS = [
  ['openai', /^api\.openai\.com$/],
  ['mistral', /mistral\.ai$/],
  ['google', /googleapis\.com$/],
  ['deepseek', /deepseek\.com$/],
] as const;

/** Known differences of a vendor's endpoint. */
export function dialectOf({ name, isLocal, isLlamaCpp }: Vendor, refuses: ReadonlySet<string>): Dialect {
  const own = name === 'openai';
  // Mistral counts without being asked, refuses unknown fields, and takes only ids of nine letters and digits.
  const mistral = name === 'mistral';
  return {
    maxTokens: (own ? OWN_LENGTHS : LENGTHS).find((field) => !refuses.has(field)),
    streamOptions: !mistral,
    signed: name === 'google' || refuses.has('unsigned_calls'),
    thoughtsBack: name === 'deepseek' || refuses.has('bare_calls'),
    cacheFields: (key) =>
      omitUndefined({
        prompt_cache_key: own || isLocal ? key : undefined,
        cache_prompt: isLlamaCpp ? true : undefined,
      }),
    callId: mistral || refuses.has('long_ids') ? nine : callId,
  };
}

function nine(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}

/** The request as Chat Completions takes it; what is stable comes first, so that the service can cache it. */
export function openaiRequest(
  request: ModelRequest,
  options: Pick<Endpoint, 'name' | 'model' | 'sees' | 'refuses'>,
  dialect: Dialect,
): Body {
  const { messages, asked } = tidy(request);
  const { tools, system } = request;
  const isRole = !options.refuses.has('system');
  const dialogue: Message[] = system === '' || isRole ? [] : [{ role: 'user', content: system }];
  for (const [index, message] of messages.entries()) {
    dialogue.push(messageOf(message, options, dialect, { isOfThisTurn: index > asked }));
    if (message.role === 'tool' && options.sees) dialogue.push(...pictures(messages, index, dialect));
  }
  return {
    model: options.model,
    ...(dialect.maxTokens && { [dialect.maxTokens]: request.maxTokens }),
    ...(request.cacheKey !== undefined && dialect.cacheFields(request.cacheKey)),
    ...(tools.length > 0 && { tools: toolsOf(tools) }),
    messages: [
      ...(system === '' || !isRole ? [] : [{ role: 'system' as const, content: system }]),
      ...alternate(dialogue),
    ],
  };
}

const known = new WeakMap<readonly ToolSpec[], readonly Tool[]>();

function toolsOf(tools: readonly ToolSpec[]): readonly Tool[] {
  const cachedTools = known.get(tools);
  if (cachedTools) return cachedTools;
  const serviceTools = tools.map(
    ({ name, description, schema }): Tool => ({
      type: 'function',
      function: { name, description, parameters: { ...schema, type: 'object' } },
    }),
  );
  known.set(tools, serviceTools);
  return serviceTools;
}

/** Results hold only text here: the pictures of those that end at `last` are what a person shows next. */
function pictures(messages: readonly ModelMessage[], last: number, dialect: Dialect): Message[] {
  if (messages[last + 1]?.role === 'tool') return [];
  const from = messages.findLastIndex(({ role }, index) => index <= last && role !== 'tool') + 1;
  const results = messages.slice(from, last + 1) as ToolMessage[];
  const parts = results.flatMap(({ ok, callId, name, images = [] }) =>
    (ok ? images : []).flatMap((image): Part[] => [
      {
        type: 'text',
        text: `[A picture, ${label(image.name)}, that came of ${name} (call ${dialect.callId(callId)}):]`,
      },
      imagePart(image),
    ]),
  );
  return parts.length === 0 ? [] : [{ role: 'user', content: parts }];
}

function imagePart({ type, base64 }: ModelImage): Part {
  return { type: 'image_url', image_url: { url: `data:${type};base64,${base64}` } };
}

/**
 * Persons and the assistant take turns, and the assistant has the word after results. The templates of many models refuse
 * a request where it is otherwise, and whoever serves them names them as they like: so it is for all.
 */
function alternate(messages: readonly Message[]): Message[] {
  const out: Message[] = [];
  for (const message of messages) {
    const last = out.at(-1);
    if (message.role === 'user' && last?.role === 'user') {
      out[out.length - 1] = { role: 'user', content: joinContents(last.content, message.content) };
    } else if (message.role === 'assistant' && last?.role === 'assistant' && !last.tool_calls) {
      out[out.length - 1] = { ...message, content: [last.content, message.content].filter(Boolean).join('\n\n') };
    } else {
      if (message.role === 'user' && last?.role === 'tool') out.push({ role: 'assistant', content: 'I have that.' });
      out.push(message);
    }
  }
  return out;
}

function joinContents(first: string | Part[], second: string | Part[]): string | Part[] {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...partsOf(first), ...partsOf(second)];
}

function partsOf(content: string | Part[]): Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** A tool that the model made up may have a name that is refused when it is shown again. */
function toolName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown';
}

/** Messages of words alone, which are the same for every service: those of earlier turns come again with each request. */
const plainMessages = new WeakMap<ModelMessage, Message>();

function messageOf(
  message: ModelMessage,
  options: Pick<Endpoint, 'name' | 'sees' | 'refuses'>,
  dialect: Dialect,
  { isOfThisTurn }: { isOfThisTurn: boolean },
): Message {
  if (message.role === 'tool') {
    return { role: 'tool', tool_call_id: dialect.callId(message.callId), content: resultText(message, options.sees) };
  }
  if (message.role === 'assistant') {
    const calls = message.calls ?? [];
    if (calls.length === 0) return plainMessage(message, () => ({ role: 'assistant', content: message.text }));
    const isTaken = !options.refuses.has('thoughts');
    const thoughts = isTaken ? thoughtsIn(message.keep, options.name, calls.length) : undefined;
    // A model goes on with its thought from call to call; one of an earlier turn is of no use to it.
    const isBack = dialect.thoughtsBack || (isOfThisTurn && thoughts?.field !== undefined);
    // Calls of another model, or of before the service asked for it, have none.
    const none = isTaken && options.refuses.has('bare_calls') ? NO_THOUGHTS : '';
    const reasoning = (isBack && thoughts?.reasoning) || none;
    const field = dialect.thoughtsBack ? 'reasoning_content' : (thoughts?.field ?? 'reasoning_content');
    const unsigned = dialect.signed && isTaken && !thoughts ? NO_SIGNATURE : null;
    const extraOf = (index: number) => thoughts?.extras[index] ?? unsigned;
    return {
      role: 'assistant',
      content: message.text.trim() === '' ? (options.refuses.has('null_content') ? '' : null) : message.text,
      ...(reasoning && { [field]: reasoning }),
      tool_calls: calls.map(({ id, name, input }, index) => ({
        id: dialect.callId(id),
        type: 'function',
        function: { name: toolName(name), arguments: typeof input === 'object' ? JSON.stringify(input) : '{}' },
        ...(extraOf(index) !== null && { extra_content: extraOf(index) }),
      })),
    };
  }
  const images = message.images ?? [];
  if (images.length === 0) return plainMessage(message, () => ({ role: 'user', content: wordsOf(message, []) }));
  if (!options.sees) return { role: 'user', content: wordsOf(message, [unseen(images.map(({ name }) => name))]) };
  const words = [contextOf(message), wordsOfMessage(message)].filter((text) => text.trim() !== '');
  return { role: 'user', content: [...images.map(imagePart), ...words.map((text): Part => ({ type: 'text', text }))] };
}

const wordsOf = (message: Extract<ModelMessage, { role: 'user' }>, notes: readonly string[]) =>
  [contextOf(message), ...notes, wordsOfMessage(message)].filter((text) => text.trim() !== '').join('\n\n');

function plainMessage(message: ModelMessage, make: () => Message): Message {
  const earlier = plainMessages.get(message);
  if (earlier) return earlier;
  const plain = make();
  plainMessages.set(message, plain);
  return plain;
}

// Data that goes back with calls: services refuse the request without it (Gemini its signatures, DeepSeek and Moonshot
// their thoughts), or answer worse (gpt-oss, Qwen).

interface Thoughts {
  /** Call by call, in their order; null where nothing came with it. */
  extras: Json[];
  reasoning: string;
  /** The field that they came in, and go back in; missing where the service must be known to want them. */
  field?: ThoughtField;
}

const THOUGHT_FIELDS = ['reasoning_content', 'reasoning'] as const;
type ThoughtField = (typeof THOUGHT_FIELDS)[number];

/** Characters: a longer thought is not given back. */
const LONGEST_KEPT = 50_000;

export function keptThoughts(
  model: string,
  extras: readonly unknown[],
  reasoning: string,
  field?: ThoughtField,
): KeptBlocks | undefined {
  const keptExtras = extras.map((extra) => (nestsTooDeep(extra) ? null : (extra ?? null)) as Json);
  if (extras.length === 0 || (reasoning === '' && keptExtras.every((extra) => extra === null))) return undefined;
  return { model, blocks: [{ extras: keptExtras, reasoning, ...(field && { field }) }] };
}

function thoughtsIn(keep: KeptBlocks | undefined, model: string, calls: number): Thoughts | undefined {
  const thoughts = keep?.model === model ? (keep.blocks[0] as unknown as Thoughts | undefined) : undefined;
  return thoughts?.extras.length === calls ? thoughts : undefined;
}

/** Stands for thoughts that nobody has: services look only whether there are some. */
const NO_THOUGHTS = '…';

/** Gemini's placeholder for its own signature, for calls that another model made. */
const NO_SIGNATURE = { google: { thought_signature: 'skip_thought_signature_validator' } };
