import type OpenAI from 'openai';
import { type Model, ModelError, type ModelEvent, type ModelRequest, type StopReason } from '../../model.ts';
import { argumentsOf, argumentText, type EndpointOptions, endpoint, windowFull } from '../endpoint.ts';
import { pageFault } from '../fault.ts';
import type { Watch } from '../watch.ts';
import { type Dialect, dialectOf, openaiRequest } from './request.ts';
import { keptThoughts } from './thoughts.ts';

/** A model behind Chat Completions, or behind one of the many endpoints that speak it. One attempt a request. */
export function openaiModel(options: EndpointOptions): Model {
  let client: Promise<OpenAI> | undefined;
  return endpoint(options, async function* (request, watch) {
    client ??= connect(options);
    yield* options.stream
      ? streamed(await client, request, options, watch)
      : whole(await client, request, options, watch);
  });
}

async function connect({ apiKey, baseUrl }: EndpointOptions): Promise<OpenAI> {
  const { default: Client } = await import('openai');
  return new Client({
    // Local endpoints want no key, but the client insists on one.
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: 0,
    // It would write raw answers to the terminal.
    logLevel: 'off',
  });
}

async function* whole(
  client: OpenAI,
  request: ModelRequest,
  options: EndpointOptions,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const dialect = dialectOf(options);
  const body = openaiRequest(request, options, dialect);
  const completion = await client.chat.completions.create(body, { signal: watch.signal });
  const choice = typeof completion === 'object' ? completion.choices?.[0] : undefined;
  if (!choice) throw toldWithin(completion) ?? pageFault(options.name);
  const message: OpenAI.ChatCompletionMessage & Thinking = choice.message;
  const { content, refusal, tool_calls: calls, reasoning_content: thought } = message;
  if (thought) yield { type: 'reasoning', text: thought };
  if (content) yield { type: 'text', text: content };
  if (refusal) yield { type: 'text', text: refusal };
  for (const call of calls ?? []) {
    if (call.type !== 'function') continue;
    watch.alive(argumentText(call.function.arguments).length, options.name);
    const input = argumentsOf(call.function.arguments);
    yield { type: 'call', call: { id: call.id, name: call.function.name, input } };
  }
  const extras = (calls ?? []).map((call: object & Extra) => call.extra_content);
  const keep = keptThoughts(options.name, extras, dialect.thoughtsBack ? (thought ?? '') : '');
  if (keep) yield { type: 'keep', keep };
  yield* usage(completion.usage);
  yield { type: 'stop', reason: reasonOf(choice.finish_reason, (calls ?? []).length > 0, options.name) };
}

/** Some endpoints tell of a fault with status 200, and the real one within. */
function toldWithin(completion: unknown): Error | undefined {
  const { error } = (typeof completion === 'object' && completion !== null ? completion : {}) as { error?: unknown };
  if (typeof error !== 'object' || error === null) return undefined;
  const status = 'code' in error ? Number(error.code) : Number.NaN;
  return Object.assign(new Error('told within'), { error, ...(status >= 400 && { status }) });
}

async function* streamed(
  client: OpenAI,
  request: ModelRequest,
  options: EndpointOptions,
  watch: Watch,
): AsyncGenerator<ModelEvent> {
  const dialect = dialectOf(options);
  const body = {
    ...openaiRequest(request, options, dialect),
    stream: true as const,
    ...(dialect.streamOptions && { stream_options: { include_usage: true } }),
  };
  const response = await client.chat.completions.create(body, { signal: watch.signal }).asResponse();
  const isStream = (response.headers.get('content-type') ?? '').includes('text/event-stream');
  if (!isStream || !response.body) throw pageFault(options.name);
  const { Stream } = await import('openai/streaming');
  const mark = endMark();
  const marked = new Response(response.body.pipeThrough(mark.stream), response);
  const chunks = Stream.fromSSEResponse<OpenAI.ChatCompletionChunk>(marked, new AbortController(), client);
  yield* new Reading(options.name, dialect, watch, mark.isSeen).events(chunks);
}

/** Notes whether a stream's own end mark has passed: the client swallows it, and some services say nothing else. */
function endMark() {
  const decoder = new TextDecoder();
  let tail = '';
  let seen = false;
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      tail += decoder.decode(chunk, { stream: true });
      seen ||= /^data: ?\[DONE\]/m.test(tail);
      // From the last line on: the mark may come in two pieces.
      tail = tail.slice(tail.lastIndexOf('\n') + 1).slice(0, 20);
      controller.enqueue(chunk);
    },
  });
  return { stream, isSeen: () => seen };
}

/** What some endpoints add to messages and to calls. */
interface Thinking {
  reasoning_content?: string | null;
}
interface Extra {
  extra_content?: unknown;
}

interface GrowingCall {
  id: string;
  name: string;
  json: string;
  extra: unknown;
}

/** One answer while it comes in. */
class Reading {
  private readonly name: string;
  private readonly dialect: Dialect;
  private readonly watch: Watch;
  private readonly hasEnded: () => boolean;
  private thoughts = '';
  private readonly calls: { index: number; call: GrowingCall }[] = [];
  private reason: string | null = null;
  private usage: OpenAI.CompletionUsage | null | undefined;

  /** `hasEnded`: whether the service has said that there is no more to come. */
  constructor(name: string, dialect: Dialect, watch: Watch, hasEnded: () => boolean) {
    this.name = name;
    this.dialect = dialect;
    this.watch = watch;
    this.hasEnded = hasEnded;
  }

  async *events(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): AsyncGenerator<ModelEvent> {
    for await (const chunk of stream) {
      this.usage = chunk.usage ?? this.usage;
      const choice = chunk.choices?.[0];
      if (!choice) continue;
      const delta: OpenAI.ChatCompletionChunk.Choice.Delta & Thinking = choice.delta ?? {};
      if (delta.reasoning_content) {
        this.thoughts += delta.reasoning_content;
        yield { type: 'reasoning', text: delta.reasoning_content };
      }
      if (delta.content) yield { type: 'text', text: delta.content };
      if (delta.refusal) yield { type: 'text', text: delta.refusal };
      for (const piece of delta.tool_calls ?? []) this.grow(piece);
      this.reason = choice.finish_reason ?? this.reason;
    }
    if (this.watch.signal.aborted || (this.reason === null && !this.hasEnded())) return;
    for (const { call } of this.calls) {
      yield { type: 'call', call: { id: call.id, name: call.name, input: argumentsOf(call.json) } };
    }
    const extras = this.calls.map(({ call }) => call.extra);
    const keep = keptThoughts(this.name, extras, this.dialect.thoughtsBack ? this.thoughts : '');
    if (keep) yield { type: 'keep', keep };
    yield* usage(this.usage);
    yield { type: 'stop', reason: reasonOf(this.reason ?? this.likelyReason(), this.calls.length > 0, this.name) };
  }

  /** Why the answer ended where the service does not say: half a call means that it was cut. */
  private likelyReason(): string | null {
    return this.calls.some(({ call }) => typeof argumentsOf(call.json) === 'string') ? 'length' : null;
  }

  /** Some endpoints count every call as the first one, or do not count: another id is another call. */
  private grow(piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall & Extra): void {
    const index = piece.index ?? 0;
    const name = piece.function?.name ?? '';
    const json = argumentText(piece.function?.arguments);
    this.watch.alive(name.length + json.length, this.name);
    const growing = this.calls.findLast((each) => each.index === index)?.call;
    const another = piece.id && growing?.id && piece.id !== growing.id && name !== '';
    if (growing && !another) {
      growing.id ||= piece.id ?? '';
      growing.name ||= name;
      growing.json += json;
      growing.extra ??= piece.extra_content;
    } else {
      this.calls.push({ index, call: { id: piece.id ?? '', name, json, extra: piece.extra_content } });
    }
  }
}

function* usage(counted: OpenAI.CompletionUsage | null | undefined): Generator<ModelEvent> {
  if (!counted) return;
  const prompt = counted.prompt_tokens ?? 0;
  const cached = Math.min(prompt, counted.prompt_tokens_details?.cached_tokens ?? 0);
  yield { type: 'usage', usage: { input: prompt - cached, cached, output: counted.completion_tokens ?? 0 } };
}

/** Throws where the service had no room for the answer, or failed in the middle of it. */
function reasonOf(reason: string | null, calls: boolean, name: string): StopReason {
  // Mistral's word, and Anthropic's where a gateway passes it on.
  if (reason === 'model_length' || reason === 'model_context_window_exceeded') throw windowFull(name);
  if (reason === 'error') throw new ModelError('transient', `${name} failed in the middle of its answer.`);
  if (reason === 'length') return 'length';
  if (reason === 'content_filter') return 'refused';
  // Some endpoints end with "stop" although they call.
  return calls ? 'tools' : 'end';
}
