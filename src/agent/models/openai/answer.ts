/** Answers of Chat Completions, whole and piece by piece, as the many endpoints that speak it send them. */
import { z } from 'zod';
import { ModelError, type ModelEvent, type StopReason } from '../../model.ts';
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
import type { Dialect } from './request.ts';
import { keptThoughts } from './thoughts.ts';

const called = z.object({ name: words, arguments: jsonText }).catch({ name: '', arguments: '' });
const call = z.object({ index: anything, id: ident, function: called, extra_content: anything });

/** A message, or the piece of one. Thoughts come under the name that the service gives them. */
const said = z.object({
  content: anything,
  refusal: words,
  reasoning_content: words,
  reasoning: words,
  reasoning_details: list(z.object({ text: words })),
  tool_calls: list(call),
  // The form before there were `tool_calls`; some endpoints know no other.
  function_call: z.object({ name: words, arguments: jsonText }).optional().catch(undefined),
});
type Said = z.output<typeof said>;

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

interface GrowingCall {
  id: string;
  name: string;
  json: string;
  extra: unknown;
}

/** One answer while it comes in. */
export class Reading {
  private readonly name: string;
  private readonly dialect: Dialect;
  private readonly watch: Watch;
  private thoughts = '';
  private readonly calls: { index: unknown; call: GrowingCall }[] = [];
  private reason = '';
  private usage: z.output<typeof usage>;

  constructor(name: string, dialect: Dialect, watch: Watch) {
    this.name = name;
    this.dialect = dialect;
    this.watch = watch;
  }

  /** The events of a stream; without a `stop` where it broke off. */
  async *streamed(stream: AsyncIterable<unknown>): AsyncGenerator<ModelEvent> {
    for await (const chunk of stream) yield* this.piece(chunk);
    if (this.watch.signal.aborted || (this.reason === '' && !this.watch.ended)) return;
    yield* this.end();
  }

  /** The events of an answer that came as one. */
  *whole(completion: unknown): Generator<ModelEvent> {
    const read = answer.safeParse(completion);
    if (!read.success || read.data.choices.length === 0) throw noAnswer(completion, this.name);
    yield* this.piece(completion);
    yield* this.end();
  }

  private *piece(chunk: unknown): Generator<ModelEvent> {
    const read = answer.safeParse(chunk);
    if (!read.success) return;
    const { choices, x_groq: groq } = read.data;
    const [first] = choices;
    this.usage = read.data.usage ?? groq?.usage ?? first?.usage ?? this.usage;
    if (!first) return;
    this.reason = first.finish_reason || this.reason;
    const words = first.delta ?? first.message;
    if (words) yield* this.words(words);
    else yield* contentEvents(first.text);
  }

  private *words(piece: Said): Generator<ModelEvent> {
    const details = piece.reasoning_details.map(({ text }) => text).join('');
    for (const event of thoughtEvents(piece.reasoning_content || piece.reasoning || details)) yield this.keep(event);
    for (const event of contentEvents(piece.content)) yield this.keep(event);
    yield* contentEvents(piece.refusal);
    for (const each of piece.tool_calls) this.grow(each);
    if (piece.function_call) this.grow({ index: 0, id: '', function: piece.function_call, extra_content: undefined });
  }

  private keep(event: ModelEvent): ModelEvent {
    if (event.type === 'reasoning') this.thoughts += event.text;
    return event;
  }

  /**
   * Some endpoints count every call as the first one, or do not count: another id is another call. Calls may grow in
   * any order; where nothing tells which one a piece belongs to, it is the last.
   */
  private grow({ index, id, function: { name, arguments: json }, extra_content: extra }: z.output<typeof call>): void {
    this.watch.alive(name.length + json.length, this.name);
    const same = (each: { index: unknown; call: GrowingCall }) =>
      index === undefined || index === null ? id === '' || each.call.id === id : String(each.index) === String(index);
    const growing = this.calls.findLast(same)?.call;
    const isAnother = id !== '' && growing !== undefined && growing.id !== '' && id !== growing.id && name !== '';
    if (growing && !isAnother) {
      growing.id ||= id;
      growing.name ||= name;
      growing.json += json;
      growing.extra ??= extra;
    } else {
      this.calls.push({ index: index ?? this.calls.length, call: { id, name, json, extra } });
    }
  }

  private *end(): Generator<ModelEvent> {
    for (const { call } of this.calls) {
      yield { type: 'call', call: { id: call.id, name: call.name, input: argumentsOf(call.json) } };
    }
    const extras = this.calls.map(({ call }) => call.extra);
    const keep = keptThoughts(this.name, extras, this.dialect.thoughtsBack ? this.thoughts : '');
    if (keep) yield { type: 'keep', keep };
    yield* this.counted();
    yield { type: 'stop', reason: reasonOf(this.reason || this.likelyReason(), this.calls.length > 0, this.name) };
  }

  /** Why the answer ended where the service does not say: half a call means that it was cut. */
  private likelyReason(): string {
    return this.calls.some(({ call }) => typeof argumentsOf(call.json) === 'string') ? 'length' : '';
  }

  /** A count that cannot be believed is none at all: what the answer took is estimated then. */
  private *counted(): Generator<ModelEvent> {
    const { prompt_tokens: prompt, completion_tokens: output, prompt_tokens_details: details } = this.usage ?? {};
    if (prompt === undefined || output === undefined) return;
    const cached = Math.min(prompt, details?.cached_tokens ?? this.usage?.prompt_cache_hit_tokens ?? 0);
    yield { type: 'usage', usage: { input: prompt - cached, cached, output } };
  }
}

/** Throws where the service had no room for the answer, or failed in the middle of it. */
function reasonOf(reason: string, calls: boolean, name: string): StopReason {
  // Mistral's word, and Anthropic's where a gateway passes it on.
  if (reason === 'model_length' || reason === 'model_context_window_exceeded') throw windowFull(name);
  if (reason === 'error') throw new ModelError('transient', `${name} failed in the middle of its answer.`);
  if (reason === 'length' || reason === 'max_tokens') return 'length';
  if (reason === 'content_filter') return 'refused';
  // Some endpoints end with "stop" although they call.
  return calls ? 'tools' : 'end';
}
