/** Answers of the Messages API, whole and piece by piece. */
import { z } from 'zod';
import type { Json } from '../../../base/json.ts';
import type { ModelEvent, ModelUsage, StopReason } from '../../inference/model.ts';
import { noAnswer, windowFull } from '../fault.ts';
import type { Watch } from '../watch.ts';
import {
  anything,
  argumentsOf,
  contentEvents,
  ident,
  jsonText,
  list,
  maybe,
  thoughtEvents,
  tokens,
  words,
} from '../wire.ts';

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
type Block = z.output<typeof block>;

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
export function* wholeAnswer(answer: unknown, name: string, watch: Watch): Generator<ModelEvent> {
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
  block: Block;
  /** The arguments of a call, as far as they have come. */
  json: string;
  open: boolean;
}

/** One answer while it comes in. */
export class Reading {
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

function isThought({ type }: Block): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/** `json`: the arguments that came piece by piece. */
function callOf({ id = '', name = '', input }: Block, json = ''): ModelEvent {
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
