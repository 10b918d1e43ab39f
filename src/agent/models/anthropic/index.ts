import type Anthropic from '@anthropic-ai/sdk';
import type { Json } from '../../../base/json.ts';
import type { Model, ModelEvent, ModelRequest, StopReason } from '../../model.ts';
import { argumentsOf, argumentText, type EndpointOptions, endpoint, windowFull } from '../endpoint.ts';
import { pageFault } from '../fault.ts';
import type { Watch } from '../watch.ts';
import { anthropicRequest } from './request.ts';

/** Beyond that the estimate has to do. */
const COUNTED_WITHIN_MS = 3_000;

type Stream = AsyncIterable<Anthropic.RawMessageStreamEvent>;

/** A model behind the Messages API. One attempt a request: who asks decides about the next. */
export function anthropicModel(options: EndpointOptions): Model {
  let connected: Promise<Anthropic> | undefined;
  const client = () => {
    connected ??= connect(options);
    return connected;
  };
  const model = endpoint(options, async function* (request, watch) {
    const speak = options.stream ? streamed : whole;
    yield* speak(await client(), request, options, watch);
  });
  return { ...model, count: async (request, signal) => count(await client(), request, options, signal) };
}

async function count(client: Anthropic, request: ModelRequest, options: EndpointOptions, signal: AbortSignal) {
  const { max_tokens: _, ...body } = anthropicRequest(request, options);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(COUNTED_WITHIN_MS)]);
  const { input_tokens: tokens } = await client.messages.countTokens(body, { signal: limit });
  if (!(tokens > 0)) throw pageFault(options.name);
  return tokens;
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

async function* whole(
  client: Anthropic,
  request: ModelRequest,
  options: EndpointOptions,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const message = await client.messages.create(anthropicRequest(request, options), { signal: watch.signal });
  if (typeof message !== 'object' || !Array.isArray(message.content)) throw pageFault(options.name);
  const kept: Json[] = [];
  for (const block of message.content) {
    if (block.type === 'text' && block.text !== '') yield { type: 'text', text: block.text };
    if (block.type === 'thinking' || block.type === 'redacted_thinking') kept.push(block as unknown as Json);
    if (block.type === 'thinking') yield { type: 'reasoning', text: block.thinking };
    if (block.type === 'tool_use') {
      watch.alive(argumentText(block.input).length, options.name);
      yield { type: 'call', call: { id: block.id, name: block.name, input: argumentsOf(block.input) } };
    }
  }
  if (kept.length > 0) yield { type: 'keep', keep: { model: options.name, blocks: kept } };
  yield* usage(message.usage);
  yield { type: 'stop', reason: reasonOf(message.stop_reason, options.name) };
}

async function* streamed(
  client: Anthropic,
  request: ModelRequest,
  options: EndpointOptions,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const body = { ...anthropicRequest(request, options), stream: true as const };
  const { data, response } = await client.messages.create(body, { signal: watch.signal }).withResponse();
  if (!(response.headers.get('content-type') ?? '').includes('text/event-stream')) throw pageFault(options.name);
  yield* new Reading(options.name, watch).events(data);
}

/** One answer while it comes in. */
class Reading {
  private readonly name: string;
  private readonly watch: Watch;
  private readonly blocks = new Map<number, { block: Anthropic.ContentBlock; json: string }>();
  private readonly usage: Partial<Anthropic.Usage> = {};
  private reason: string | null = null;

  constructor(name: string, watch: Watch) {
    this.name = name;
    this.watch = watch;
  }

  async *events(stream: Stream): AsyncGenerator<ModelEvent> {
    for await (const event of stream) {
      if (event.type === 'message_start') Object.assign(this.usage, event.message.usage);
      else if (event.type === 'content_block_start') yield* this.begin(event);
      else if (event.type === 'content_block_delta') yield* this.grow(event);
      else if (event.type === 'content_block_stop') yield* this.end(event.index);
      else if (event.type === 'message_delta') this.close(event);
      else if (event.type === 'message_stop') return yield* this.stop();
    }
    // Some gateways leave the last event out: with its reason the answer is whole.
    if (this.reason !== null && !this.watch.signal.aborted) yield* this.stop();
  }

  private *begin({ index, content_block: block }: Anthropic.RawContentBlockStartEvent): Generator<ModelEvent> {
    this.blocks.set(index, { block: { ...block }, json: '' });
    if (block.type === 'text' && block.text !== '') yield { type: 'text', text: block.text };
  }

  private *grow({ index, delta }: Anthropic.RawContentBlockDeltaEvent): Generator<ModelEvent> {
    const growing = this.blocks.get(index);
    if (delta.type === 'text_delta') yield { type: 'text', text: delta.text };
    if (!growing) return;
    const { block } = growing;
    if (delta.type === 'input_json_delta') {
      const json = argumentText(delta.partial_json);
      growing.json += json;
      this.watch.alive(json.length, this.name);
    }
    if (delta.type === 'thinking_delta' && block.type === 'thinking') {
      block.thinking += delta.thinking;
      yield { type: 'reasoning', text: delta.thinking };
    }
    if (delta.type === 'signature_delta' && block.type === 'thinking') block.signature = delta.signature;
  }

  private *end(index: number): Generator<ModelEvent> {
    const ended = this.blocks.get(index);
    if (ended?.block.type !== 'tool_use') return;
    const input = argumentsOf(ended.json || ended.block.input);
    yield { type: 'call', call: { id: ended.block.id, name: ended.block.name, input } };
  }

  private close({ delta, usage: counted }: Anthropic.RawMessageDeltaEvent): void {
    this.reason = delta.stop_reason ?? this.reason;
    for (const [key, value] of Object.entries(counted ?? {})) {
      if (value !== null) Object.assign(this.usage, { [key]: value });
    }
  }

  private *stop(): Generator<ModelEvent> {
    const thoughts = [...this.blocks.values()].filter(({ block }) => /thinking$/.test(block.type));
    const blocks = thoughts.map(({ block }) => block as unknown as Json);
    if (blocks.length > 0) yield { type: 'keep', keep: { model: this.name, blocks } };
    yield* usage(this.usage);
    yield { type: 'stop', reason: reasonOf(this.reason, this.name) };
  }
}

function* usage(counted: Partial<Anthropic.Usage> | undefined): Generator<ModelEvent> {
  if (counted?.input_tokens === undefined && counted?.output_tokens === undefined) return;
  const written = counted.cache_creation_input_tokens ?? 0;
  const input = (counted.input_tokens ?? 0) + written;
  const cached = counted.cache_read_input_tokens ?? 0;
  const output = counted.output_tokens ?? 0;
  yield { type: 'usage', usage: { input, cached, output, ...(written > 0 && { written }) } };
}

/** Throws where the service had no room for the answer. */
function reasonOf(reason: string | null | undefined, name: string): StopReason {
  if (reason === 'model_context_window_exceeded') throw windowFull(name);
  if (reason === 'tool_use') return 'tools';
  if (reason === 'max_tokens' || reason === 'pause_turn') return 'length';
  return reason === 'refusal' ? 'refused' : 'end';
}
