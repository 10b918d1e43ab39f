import { z } from 'zod';
import { type Json, nestsTooDeep, omitUndefined } from '../../base/json.ts';
import { Service, type ServiceAnswer } from '../../egress/index.ts';
import type {
  KeptBlocks,
  ModelEvent,
  ModelImage,
  ModelMessage,
  ModelRequest,
  ModelUsage,
  StopReason,
  ToolSpec,
} from '../inference/model.ts';
import {
  type Endpoint,
  type EndpointModel,
  type EndpointOptions,
  endpoint,
  endpointNow,
  withoutRefused,
} from './endpoint.ts';
import { noAnswer, pageFault, windowFull } from './fault.ts';
import { fieldsOf } from './refusal.ts';
import { jsonBody, SentAnswer } from './service.ts';
import { Watch } from './watch.ts';
import {
  anything,
  argumentsOf,
  callId,
  contentEvents,
  contextOf,
  ident,
  jsonText,
  list,
  maybe,
  position,
  resultText,
  thoughtEvents,
  tidy,
  tokens,
  unseen,
  words,
  wordsOfMessage,
} from './wire.ts';

const COUNTED_WITHIN_MS = 3_000;
const VERSION = '2023-06-01';

export function anthropicModel(options: EndpointOptions): EndpointModel {
  const { apiKey = 'none', baseUrl = 'https://api.anthropic.com' } = options;
  const service = new Service(baseUrl, { 'x-api-key': apiKey, 'anthropic-version': VERSION });
  const model = endpoint(options, (request, watch, now) => speak(service, request, now, watch));
  return { ...model, count: (request, signal) => count(service, request, endpointNow(options), signal) };
}

async function count(service: Service, request: ModelRequest, options: Endpoint, signal: AbortSignal): Promise<number> {
  const { max_tokens: _, ...body } = anthropicRequest(request, options);
  const watch = new Watch(signal, COUNTED_WITHIN_MS);
  try {
    const answer = await service.post('/v1/messages/count_tokens', jsonBody(body), watch);
    const counted = tokens.parse(fieldsOf(await answer.json()).input_tokens);
    if (!counted) throw pageFault(options.name);
    return counted;
  } finally {
    watch.close();
  }
}

async function* speak(
  service: Service,
  request: ModelRequest,
  options: Endpoint,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const body = {
    ...withoutRefused(anthropicRequest(request, options), options.refuses),
    ...(options.stream && { stream: true }),
  };
  watch.sent = jsonBody(body);
  const answer = await service.post('/v1/messages', watch.sent, watch);
  yield* new AnthropicReader(options.name, watch).read(answer);
}

const CACHED = { type: 'ephemeral' } as const;

interface Cacheable {
  cache_control?: typeof CACHED;
}
interface TextBlock extends Cacheable {
  type: 'text';
  text: string;
}
interface ImageBlock extends Cacheable {
  type: 'image';
  source: { type: 'base64'; media_type: ModelImage['type']; data: string };
}
type Block =
  | TextBlock
  | ImageBlock
  | (Cacheable & { type: 'tool_use'; id: string; name: string; input: unknown })
  | (Cacheable & {
      type: 'tool_result';
      tool_use_id: string;
      content: string | (TextBlock | ImageBlock)[];
      is_error?: boolean;
    })
  // As they came: never changed.
  | { type: 'thinking' | 'redacted_thinking' };

interface Tool {
  name: string;
  description: string;
  input_schema: Record<string, unknown>;
}

interface Body {
  model: string;
  max_tokens: number;
  thinking?: { type: 'enabled'; budget_tokens: number };
  tools?: readonly Tool[];
  system?: TextBlock[];
  messages: Message[];
}

interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

/**
 * The request as the Messages API takes it. The order is that in which the service caches: tools, system, messages;
 * breakpoints stand after the system text, after the last message before the one that is answered, and at the end.
 */
function anthropicRequest(
  request: ModelRequest,
  options: Pick<Endpoint, 'name' | 'model' | 'sees' | 'thinking' | 'refuses'>,
): Body {
  const { messages, asked } = tidy(request);
  const isCached = !options.refuses.has('cache_control');
  const out: Message[] = [];
  for (const [index, message] of messages.entries()) {
    if (index === asked && isCached) markEnd(out);
    add(out, message.role === 'assistant' ? 'assistant' : 'user', blocksOf(message, options));
  }
  if (isCached) markEnd(out);
  const isThinking = !options.refuses.has('thinking') && mayThink(messages, options);
  const thinking = isThinking ? options.thinking : undefined;
  return {
    model: options.model,
    max_tokens: request.maxTokens + (thinking ?? 0),
    ...omitUndefined({
      thinking: thinking === undefined ? undefined : ({ type: 'enabled', budget_tokens: thinking } as const),
      tools: request.tools.length > 0 ? toolsOf(request.tools) : undefined,
      system:
        request.system !== ''
          ? [{ type: 'text' as const, text: request.system, ...(isCached && { cache_control: CACHED }) }]
          : undefined,
    }),
    messages: out,
  };
}

const known = new WeakMap<readonly ToolSpec[], readonly Tool[]>();

function toolsOf(tools: readonly ToolSpec[]): readonly Tool[] {
  const cachedTools = known.get(tools);
  if (cachedTools) return cachedTools;
  const serviceTools = tools.map(
    ({ name, description, schema }): Tool => ({ name, description, input_schema: { ...schema, type: 'object' } }),
  );
  known.set(tools, serviceTools);
  return serviceTools;
}

/** Calls that are being answered and that the service did not make itself have no thoughts, and it insists on them. */
function mayThink(messages: readonly ModelMessage[], options: Pick<Endpoint, 'name' | 'refuses'>): boolean {
  const last = messages.findLast(({ role }) => role !== 'tool');
  if (last?.role !== 'assistant' || (last.calls ?? []).length === 0) return true;
  return thoughtsIn(last.keep, options).length > 0;
}

function thoughtsIn(keep: KeptBlocks | undefined, { name, refuses }: Pick<Endpoint, 'name' | 'refuses'>): Block[] {
  return keep?.model === name && !refuses.has('thoughts') ? (keep.blocks as unknown as Block[]) : [];
}

/** The service takes turns: what one side says in a row is one message. */
function add(out: Message[], role: 'user' | 'assistant', blocks: Block[]): void {
  if (blocks.length === 0) return;
  const last = out.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else out.push({ role, content: blocks });
}

function markEnd(out: readonly Message[]): void {
  const last = out.at(-1)?.content.at(-1);
  if (last?.type === 'text' || last?.type === 'tool_use' || last?.type === 'tool_result' || last?.type === 'image') {
    last.cache_control = CACHED;
  }
}

function blocksOf(message: ModelMessage, options: Pick<Endpoint, 'name' | 'sees' | 'refuses'>): Block[] {
  if (message.role === 'tool') {
    const words = resultText(message, options.sees);
    const imageBlocks = options.sees && message.ok ? (message.images ?? []).map(imageBlock) : [];
    const content = imageBlocks.length === 0 ? words : [{ type: 'text' as const, text: words }, ...imageBlocks];
    const failed = message.ok ? {} : { is_error: true };
    return [{ type: 'tool_result', tool_use_id: idOf(message.callId), content, ...failed }];
  }
  if (message.role === 'assistant') {
    return [...thoughtsIn(message.keep, options), ...text(message.text), ...(message.calls ?? []).map(callBlock)];
  }
  const images = message.images ?? [];
  const notes = options.sees || images.length === 0 ? [] : text(unseen(images.map(({ name }) => name)));
  const imageBlocks = options.sees ? images.map(imageBlock) : [];
  return [...text(contextOf(message)), ...imageBlocks, ...notes, ...text(wordsOfMessage(message))];
}

/** An empty text block is refused. */
function text(words: string): Block[] {
  return words.trim() === '' ? [] : [{ type: 'text', text: words }];
}

function callBlock(call: { id: string; name: string; input: unknown }): Block {
  const isObject = typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input);
  return { type: 'tool_use', id: idOf(call.id), name: toolName(call.name), input: isObject ? call.input : {} };
}

function imageBlock({ type, base64 }: Pick<ModelImage, 'type' | 'base64'>): ImageBlock {
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
type CountedUsage = NonNullable<z.output<typeof usage>>;

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
  index: position,
  message: maybe({ usage }),
  content_block: block.optional().catch(undefined),
  delta,
  usage,
});
type StreamEvent = z.output<typeof streamEvent>;

function* wholeAnswer(answer: unknown, name: string, watch: Watch): Generator<ModelEvent> {
  const read = message.safeParse(answer);
  const { content } = read.data ?? {};
  if (!read.success || (typeof content !== 'string' && !Array.isArray(content))) throw noAnswer(answer, name);
  if (typeof content === 'string') yield* contentEvents(content);
  const blocks = list(block).parse(content);
  for (const each of blocks) {
    watch.begins(name);
    if (each.type === 'text') yield* contentEvents(each.text);
    if (each.type === 'thinking') yield* thoughtEvents(each.thinking ?? '');
    if (each.type === 'tool_use') {
      watch.alive(jsonText.parse(each.input).length, name);
      yield callOf(each);
    }
  }
  const thoughts = blocks.filter(isThought);
  if (thoughts.length > 0) yield { type: 'keep', keep: { model: name, blocks: thoughts as Json[] } };
  yield* usageEvents(read.data.usage);
  yield { type: 'stop', reason: reasonOf(read.data.stop_reason, name) };
}

interface GrowingBlock {
  index: string | undefined;
  block: BlockAnswer;
  json: string;
  open: boolean;
}

class AnthropicReader {
  private readonly name: string;
  private readonly watch: Watch;
  private readonly blocks: GrowingBlock[] = [];
  private counted: Partial<CountedUsage> = {};
  private reason = '';

  constructor(name: string, watch: Watch) {
    this.name = name;
    this.watch = watch;
  }

  /** The events of an answer; without a `stop` where it broke off. */
  async *read(answer: ServiceAnswer): AsyncGenerator<ModelEvent> {
    for await (const each of new SentAnswer(answer, this.name, this.watch).pieces(() => this.reason !== '')) {
      if ('whole' in each) return yield* wholeAnswer(each.whole, this.name, this.watch);
      const read = streamEvent.safeParse(each.piece);
      if (!read.success) continue;
      if (read.data.type === 'message_stop') return yield* this.stop();
      yield* this.event(read.data);
    }
    if (this.reason !== '') yield* this.stop();
  }

  private *event(event: StreamEvent): Generator<ModelEvent> {
    if (event.type === 'message_start') yield* this.start(event);
    else if (event.type === 'content_block_start') yield* this.begin(event);
    else if (event.type === 'content_block_delta') yield* this.grow(event);
    else if (event.type === 'content_block_stop') yield* this.endBlock(this.growingBlock(event.index));
    else if (event.type === 'message_delta') this.close(event);
  }

  private *start({ message: startMessage }: StreamEvent): Generator<ModelEvent> {
    this.count(startMessage?.usage);
    const usage = usageOf(this.counted);
    if (usage) yield { type: 'charged', model: this.name, usage };
  }

  private *begin({ index, content_block: contentBlock }: StreamEvent): Generator<ModelEvent> {
    if (!contentBlock) return;
    // Some endpoints count every block as the first one: the next one begins where the one before ends.
    yield* this.endBlock(this.growingBlock(index));
    this.watch.begins(this.name);
    this.blocks.push({ index, block: contentBlock, json: '', open: true });
    if (contentBlock.type === 'text') yield* contentEvents(contentBlock.text);
  }

  private *grow({ index, delta: growth }: StreamEvent): Generator<ModelEvent> {
    if (!growth) return;
    if (growth.type === 'text_delta') yield* contentEvents(growth.text);
    const growing = this.growingBlock(index);
    if (growth.type === 'thinking_delta') yield* thoughtEvents(growth.thinking);
    if (!growing) return;
    if (growth.type === 'input_json_delta') {
      growing.json += growth.partial_json;
      this.watch.alive(growth.partial_json.length, this.name);
    }
    if (growth.type === 'thinking_delta') growing.block.thinking = (growing.block.thinking ?? '') + growth.thinking;
    if (growth.type === 'signature_delta') growing.block.signature = growth.signature;
  }

  private growingBlock(index: string | undefined): GrowingBlock | undefined {
    return this.blocks.findLast((each) => each.index === index);
  }

  private *endBlock(ended: GrowingBlock | undefined): Generator<ModelEvent> {
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
    for (const each of this.blocks) yield* this.endBlock(each);
    const blocks = this.blocks.map(({ block: whole }) => whole).filter(isThought);
    if (blocks.length > 0) yield { type: 'keep', keep: { model: this.name, blocks: blocks as Json[] } };
    yield* usageEvents(this.counted);
    yield { type: 'stop', reason: reasonOf(this.reason, this.name) };
  }
}

function isThought(block: BlockAnswer): boolean {
  const { type } = block;
  return (type === 'thinking' || type === 'redacted_thinking') && !nestsTooDeep(block);
}

function callOf({ id = '', name = '', input }: BlockAnswer, json = ''): ModelEvent {
  return { type: 'call', call: { id, name, input: argumentsOf(json || input) } };
}

/** A count that cannot be believed is none at all: what the answer took is estimated then. */
function usageOf(counted: Partial<CountedUsage> | undefined): ModelUsage | undefined {
  const { input_tokens: read, output_tokens: output, cache_creation_input_tokens: cacheWrites = 0 } = counted ?? {};
  if (read === undefined || output === undefined) return undefined;
  const cached = counted?.cache_read_input_tokens ?? 0;
  return { input: read + cacheWrites, cached, output, ...(cacheWrites > 0 && { written: cacheWrites }) };
}

function* usageEvents(counted: Partial<CountedUsage> | undefined): Generator<ModelEvent> {
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
