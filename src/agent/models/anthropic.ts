import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import type {
  Model,
  ModelEvent,
  ModelImage,
  ModelMessage,
  ModelRequest,
  ModelUsage,
  StopReason,
} from '../inference/model.ts';
import { type Endpoint, type EndpointOptions, endpoint, endpointNow, withoutRefused } from './endpoint.ts';
import { noAnswer, pageFault, windowFull } from './fault.ts';
import type { Watch } from './watch.ts';
import {
  anything,
  argumentsOf,
  callId,
  contentEvents,
  context,
  ident,
  jsonText,
  list,
  maybe,
  resultText,
  thoughtEvents,
  tidy,
  tokens,
  unseen,
  worded,
  words,
} from './wire.ts';

/** Beyond that the estimate has to do. */
const COUNTED_WITHIN_MS = 3_000;

/** A model behind the Messages API. One attempt a request: who asks decides about the next. */
export function anthropicModel(options: EndpointOptions): Model {
  let connected: Promise<Anthropic> | undefined;
  const client = () => {
    connected ??= connect(options);
    return connected;
  };
  const model = endpoint(options, async function* (request, watch, now) {
    yield* speak((await client()).withOptions({ fetch: watch.fetch }), request, now, watch);
  });
  return { ...model, count: async (request, signal) => count(await client(), request, endpointNow(options), signal) };
}

async function count(client: Anthropic, request: ModelRequest, options: Endpoint, signal: AbortSignal) {
  const { max_tokens: _, ...body } = anthropicRequest(request, options);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(COUNTED_WITHIN_MS)]);
  const { input_tokens: told } = (await client.messages.countTokens(body, { signal: limit })) ?? {};
  const counted = tokens.parse(told);
  if (!counted) throw pageFault(options.name);
  return counted;
}

async function connect({ apiKey, baseUrl }: EndpointOptions): Promise<Anthropic> {
  const { default: Client } = await import('@anthropic-ai/sdk');
  return new Client({
    apiKey: apiKey ?? 'none',
    authToken: null,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    maxRetries: 0,
    // It would write raw answers to the terminal.
    logLevel: 'off',
  });
}

async function* speak(
  client: Anthropic,
  request: ModelRequest,
  options: Endpoint,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const body = withoutRefused(anthropicRequest(request, options), options.refuses);
  if (!options.stream) {
    yield* wholeAnswer(await client.messages.create(body, { signal: watch.signal }), options.name, watch);
    return;
  }
  const streaming = { ...body, stream: true as const };
  const { data, response } = await client.messages.create(streaming, { signal: watch.signal }).withResponse();
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('text/html')) throw pageFault(options.name);
  // Some endpoints do not stream, whatever they are asked.
  if (type.includes('application/json')) yield* wholeAnswer(await response.json(), options.name, watch);
  else yield* new Reading(options.name, watch).streamed(data);
}

type Block = Anthropic.ContentBlockParam;
interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

const CACHED = { type: 'ephemeral' } as const;

/**
 * The request as the Messages API takes it. The order is that in which the service caches: tools, system, messages;
 * breakpoints stand after the system text, after the last message before the one that is answered, and at the end.
 */
function anthropicRequest(
  request: ModelRequest,
  options: Pick<Endpoint, 'name' | 'model' | 'sees' | 'thinking' | 'refuses'>,
): Anthropic.MessageCreateParamsNonStreaming {
  const { messages, asked } = tidy(request);
  const isCached = !options.refuses.has('cache_control');
  const out: Message[] = [];
  for (const [index, message] of messages.entries()) {
    if (index === asked && isCached) markEnd(out);
    const moving = index === asked && request.moving !== '' ? context(request.moving) : undefined;
    add(out, message.role === 'assistant' ? 'assistant' : 'user', blocksOf(message, options, moving));
  }
  if (isCached) markEnd(out);
  const isThinking = !options.refuses.has('thinking') && mayThink(messages, options.name);
  const thinking = isThinking ? options.thinking : undefined;
  return {
    model: options.model,
    max_tokens: request.maxTokens + (thinking ?? 0),
    ...(thinking !== undefined && { thinking: { type: 'enabled', budget_tokens: thinking } as const }),
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, schema }) => ({
        name,
        description,
        input_schema: { ...schema, type: 'object' as const },
      })),
    }),
    ...(request.system !== '' && {
      system: [{ type: 'text' as const, text: request.system, ...(isCached && { cache_control: CACHED }) }],
    }),
    messages: out,
  };
}

/** Calls that are being answered and that the service did not make itself have no thoughts, and it insists on them. */
function mayThink(messages: readonly ModelMessage[], name: string): boolean {
  const last = messages.findLast(({ role }) => role !== 'tool');
  return last?.role !== 'assistant' || (last.calls ?? []).length === 0 || last.keep?.model === name;
}

/** The service takes turns: what one side says in a row is one message. */
function add(out: Message[], role: 'user' | 'assistant', blocks: Block[]): void {
  if (blocks.length === 0) return;
  const last = out.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else out.push({ role, content: blocks });
}

/** A cache breakpoint at the end of what stands so far. */
function markEnd(out: readonly Message[]): void {
  const last = out.at(-1)?.content.at(-1);
  if (last?.type === 'text' || last?.type === 'tool_use' || last?.type === 'tool_result' || last?.type === 'image') {
    last.cache_control = CACHED;
  }
}

function blocksOf(message: ModelMessage, options: { name: string; sees: boolean }, moving?: string): Block[] {
  if (message.role === 'tool') {
    const words = resultText(message, options.sees);
    const seen = options.sees && message.ok ? (message.images ?? []).map(imageBlock) : [];
    const content = seen.length === 0 ? words : [{ type: 'text' as const, text: words }, ...seen];
    const failed = message.ok ? {} : { is_error: true };
    return [{ type: 'tool_result', tool_use_id: idOf(message.callId), content, ...failed }];
  }
  if (message.role === 'assistant') {
    const kept = message.keep?.model === options.name ? (message.keep.blocks as unknown as Block[]) : [];
    return [...kept, ...text(message.text), ...(message.calls ?? []).map(callBlock)];
  }
  const images = message.images ?? [];
  const notes = options.sees || images.length === 0 ? [] : text(unseen(images.map(({ name }) => name)));
  const seen = options.sees ? images.map(imageBlock) : [];
  return [...text(moving ?? ''), ...seen, ...notes, ...text(worded(message))];
}

/** An empty text block is refused. */
function text(words: string): Block[] {
  return words.trim() === '' ? [] : [{ type: 'text', text: words }];
}

function callBlock(call: { id: string; name: string; input: unknown }): Block {
  const isObject = typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input);
  return { type: 'tool_use', id: idOf(call.id), name: toolName(call.name), input: isObject ? call.input : {} };
}

function imageBlock({ type, base64 }: Pick<ModelImage, 'type' | 'base64'>): Anthropic.ImageBlockParam {
  return { type: 'image', source: { type: 'base64', media_type: type, data: base64 } };
}

/** Ids of another provider's calls may have characters that are refused here. */
function idOf(id: string): string {
  return callId(id, /^[a-zA-Z0-9_-]+$/.test(id));
}

/** A tool that the model made up may have a name that is refused when it is shown again. */
function toolName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unknown';
}

/** Answers of the Messages API, whole and piece by piece. */
const perhaps = z.string().optional().catch(undefined);

/** A block as it came, with no field added: thoughts are shown to the service again. */
const block = z.looseObject({
  type: words,
  text: anything,
  thinking: perhaps,
  signature: perhaps,
  id: ident.optional(),
  name: perhaps,
  input: anything,
});
type BlockAnswer = z.output<typeof block>;

const usage = maybe({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
});
type Counted = NonNullable<z.output<typeof usage>>;

const message = z.object({ content: anything, stop_reason: words, usage });

const delta = maybe({
  type: words,
  text: words,
  thinking: words,
  partial_json: jsonText,
  signature: words,
  stop_reason: words,
});

const streamEvent = z.object({
  type: words,
  index: anything,
  message: maybe({ usage }),
  content_block: block.optional().catch(undefined),
  delta,
  usage,
});
type StreamEvent = z.output<typeof streamEvent>;

/** The events of an answer that came as one. */
function* wholeAnswer(answer: unknown, name: string, watch: Watch): Generator<ModelEvent> {
  const read = message.safeParse(answer);
  const { content } = read.data ?? {};
  if (!read.success || (typeof content !== 'string' && !Array.isArray(content))) throw noAnswer(answer, name);
  if (typeof content === 'string') yield* contentEvents(content);
  const blocks = list(block).parse(content);
  for (const each of blocks) {
    if (each.type === 'text') yield* contentEvents(each.text);
    if (each.type === 'thinking') yield* thoughtEvents(each.thinking ?? '');
    if (each.type === 'tool_use') {
      watch.alive(jsonText.parse(each.input).length, name);
      yield callOf(each);
    }
  }
  const kept = blocks.filter(isThought);
  if (kept.length > 0) yield { type: 'keep', keep: { model: name, blocks: kept as Json[] } };
  yield* usageEvents(read.data.usage);
  yield { type: 'stop', reason: reasonOf(read.data.stop_reason, name) };
}

interface GrowingBlock {
  index: string;
  block: BlockAnswer;
  /** The arguments of a call, as far as they have come. */
  json: string;
  open: boolean;
}

/** One answer while it comes in. */
class Reading {
  private readonly name: string;
  private readonly watch: Watch;
  private readonly blocks: GrowingBlock[] = [];
  private counted: Partial<Counted> = {};
  private reason = '';

  constructor(name: string, watch: Watch) {
    this.name = name;
    this.watch = watch;
  }

  /** The events of a stream; without a `stop` where it broke off. */
  async *streamed(stream: AsyncIterable<unknown>): AsyncGenerator<ModelEvent> {
    for await (const sent of stream) {
      const read = streamEvent.safeParse(sent);
      if (!read.success) continue;
      const event = read.data;
      if (event.type === 'message_start') yield* this.start(event);
      else if (event.type === 'content_block_start') yield* this.begin(event);
      else if (event.type === 'content_block_delta') yield* this.grow(event);
      else if (event.type === 'content_block_stop') yield* this.end(this.growing(event.index));
      else if (event.type === 'message_delta') this.close(event);
      else if (event.type === 'message_stop') return yield* this.stop();
    }
    if (this.reason !== '' && !this.watch.signal.aborted) yield* this.stop();
  }

  /** The cost of the question is known before the first word. */
  private *start({ message: begun }: StreamEvent): Generator<ModelEvent> {
    this.count(begun?.usage);
    const usage = usageOf(this.counted);
    if (usage) yield { type: 'charged', model: this.name, usage };
  }

  private *begin({ index, content_block: begun }: StreamEvent): Generator<ModelEvent> {
    if (!begun) return;
    // Some endpoints count every block as the first one: the next one begins where the one before ends.
    yield* this.end(this.growing(index));
    this.blocks.push({ index: String(index), block: begun, json: '', open: true });
    if (begun.type === 'text') yield* contentEvents(begun.text);
  }

  private *grow({ index, delta: grown }: StreamEvent): Generator<ModelEvent> {
    if (!grown) return;
    if (grown.type === 'text_delta') yield* contentEvents(grown.text);
    const growing = this.growing(index);
    if (grown.type === 'thinking_delta') yield* thoughtEvents(grown.thinking);
    if (!growing) return;
    if (grown.type === 'input_json_delta') {
      growing.json += grown.partial_json;
      this.watch.alive(grown.partial_json.length, this.name);
    }
    if (grown.type === 'thinking_delta') growing.block.thinking = (growing.block.thinking ?? '') + grown.thinking;
    if (grown.type === 'signature_delta') growing.block.signature = grown.signature;
  }

  private growing(index: unknown): GrowingBlock | undefined {
    return this.blocks.findLast((each) => each.index === String(index));
  }

  private *end(ended: GrowingBlock | undefined): Generator<ModelEvent> {
    if (!ended?.open) return;
    ended.open = false;
    const { block: whole, json } = ended;
    if (whole.type !== 'tool_use') return;
    yield callOf(whole, json);
  }

  private close({ delta: last, usage: counted }: StreamEvent): void {
    this.reason = last?.stop_reason || this.reason;
    this.count(counted);
  }

  private count(counted: z.output<typeof usage>): void {
    for (const [key, value] of Object.entries(counted ?? {})) {
      if (value !== undefined) this.counted = { ...this.counted, [key]: value };
    }
  }

  private *stop(): Generator<ModelEvent> {
    for (const each of this.blocks) yield* this.end(each);
    const blocks = this.blocks.map(({ block: whole }) => whole).filter(isThought);
    if (blocks.length > 0) yield { type: 'keep', keep: { model: this.name, blocks: blocks as Json[] } };
    yield* usageEvents(this.counted);
    yield { type: 'stop', reason: reasonOf(this.reason, this.name) };
  }
}

function isThought({ type }: BlockAnswer): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/** `json`: the arguments that came piece by piece. */
function callOf({ id = '', name = '', input }: BlockAnswer, json = ''): ModelEvent {
  return { type: 'call', call: { id, name, input: argumentsOf(json || input) } };
}

/** A count that cannot be believed is none at all: what the answer took is estimated then. */
function usageOf(counted: Partial<Counted> | undefined): ModelUsage | undefined {
  const { input_tokens: read, output_tokens: output, cache_creation_input_tokens: written = 0 } = counted ?? {};
  if (read === undefined || output === undefined) return undefined;
  const cached = counted?.cache_read_input_tokens ?? 0;
  return { input: read + written, cached, output, ...(written > 0 && { written }) };
}

function* usageEvents(counted: Partial<Counted> | undefined): Generator<ModelEvent> {
  const usage = usageOf(counted);
  if (usage) yield { type: 'usage', usage };
}

/** Throws where the service had no room for the answer. */
function reasonOf(reason: string, name: string): StopReason {
  if (reason === 'model_context_window_exceeded') throw windowFull(name);
  if (reason === 'tool_use') return 'tools';
  if (reason === 'max_tokens' || reason === 'pause_turn') return 'length';
  return reason === 'refusal' ? 'refused' : 'end';
}
