/** The body of a request, and the pieces of an answer, as both APIs send them. */
import { createParser } from 'eventsource-parser';
import { withTimeout } from '../../base/async.ts';
import type { ServiceAnswer } from '../../egress/index.ts';
import { noAnswer, pageFault, tellsFault } from './fault.ts';
import type { Watch } from './watch.ts';

/**
 * An escape, and within it half of a surrogate pair, which a text has that was cut between the two: services refuse the
 * whole request for it. Escapes are taken one after another, so that a run of backslashes is read once.
 */
const ESCAPE = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/gs;

const beginnings = new WeakMap<readonly object[], Buffer>();

/**
 * A request's body. Its tools, most of it, are the same list from message to message: their bytes are made once, 0.9 ms of the
 * processor's 6 for a message (docs/decisions/message-cost.md).
 */
export function jsonBody({ tools, ...rest }: { tools?: readonly object[] }): Buffer {
  const fields = wellFormed(JSON.stringify(rest));
  if (!tools) return Buffer.from(fields);
  const beginning = beginnings.get(tools) ?? Buffer.from(`{"tools":${wellFormed(JSON.stringify(tools))},`);
  beginnings.set(tools, beginning);
  const end = fields.slice(1);
  const body = Buffer.allocUnsafe(beginning.length + Buffer.byteLength(end));
  body.write(end, beginning.copy(body));
  return body;
}

function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json;
  return json.replace(ESCAPE, (whole, half?: string) => (half === undefined ? whole : '\\ufffd'));
}

const END = '[DONE]';
/** Characters; one event may bring a picture. */
const LONGEST_EVENT = 32 << 20;
/** Lines of one event that are no JSON together. */
const MOST_LINES = 1_000;

/** The events of a stream, wherever it is cut. */
export class EventStream {
  isDone = false;
  // A byte order mark is no part of the first line.
  private readonly decoder = new TextDecoder();
  private readonly events: string[] = [];
  private readonly parser = createParser({
    onEvent: ({ data }) => this.hear(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw new SyntaxError('an event without an end', { cause: error });
    },
    maxBufferSize: LONGEST_EVENT,
  });

  take(piece: Buffer): string[] {
    this.parser.feed(this.decoder.decode(piece, { stream: true }));
    return this.events.splice(0);
  }

  /** At the end of the connection: the last event may lack the empty line behind it. */
  flush(): string[] {
    this.parser.feed(`${this.decoder.decode()}\n\n`);
    return this.events.splice(0);
  }

  private hear(event: string): void {
    this.isDone ||= event.startsWith(END);
    if (!this.isDone) this.events.push(event);
  }
}

/** Blanks at the beginning, which are signs of life, and the first sign of an answer’s form. */
const BEGINNING = /^[\s\ufeff]*([^\s\ufeff])/;
const STREAM = /^[\s\ufeff]*(?:data|event|id|retry)?:/;
/** The end of a stream, which some gateways put behind a whole answer as well. */
const STREAM_END = /\s{0,20}data: ?\[DONE\]\s{0,20}$/;
/** Bytes that tell a stream from anything else. */
const SIGNS = 100;
const MARK = Buffer.from('\ufeff');

/** Milliseconds that an answer is waited for behind the reason of its end: its usage may follow. */
const LAST_WORDS_MS = 3_000;

/**
 * An answer as a service sends it: whole JSON, known by its first sign whatever it is called and was asked for, or the
 * events of a stream, which ends where it says so, soon after the reason of its end, or with the connection.
 */
export class SentAnswer {
  /** The stream has said that it is over. */
  isDone = false;
  private readonly answer: ServiceAnswer;
  private readonly name: string;
  private readonly watch: Watch;
  private endsAt: number | undefined;

  constructor(answer: ServiceAnswer, name: string, watch: Watch) {
    this.answer = answer;
    this.name = name;
    this.watch = watch;
  }

  /** `isEnding`: the pieces so far have told why the answer ends. Throws what a piece tells of a fault. */
  async *pieces(isEnding: () => boolean): AsyncGenerator<{ whole: unknown } | { piece: unknown }> {
    const stream = new EventStream();
    let beginning: Buffer = Buffer.alloc(0);
    let isStream = false;
    for (let bytes = await this.next(isEnding()); bytes; bytes = await this.next(isEnding())) {
      if (!isStream) {
        beginning = beginning.length === 0 ? bytes : Buffer.concat([beginning, bytes]);
        const sign = signOf(beginning);
        if (sign === undefined && beginning.length > MARK.length) beginning = Buffer.alloc(0);
        if (sign === undefined) continue;
        if (sign === '<') throw pageFault(this.name);
        if (sign === '{' || sign === '[' || sign === '"') return yield { whole: await this.whole(beginning) };
        isStream = true;
        bytes = beginning;
      }
      for (const event of stream.take(bytes)) yield* this.piecesOf(event);
      this.isDone = stream.isDone;
      if (this.isDone) return;
    }
    if (isStream && !STREAM.test(beginning.toString('utf8', 0, SIGNS))) throw pageFault(this.name);
    for (const event of stream.flush()) yield* this.piecesOf(event, true);
    this.isDone = stream.isDone;
  }

  /** The next piece; undefined at the end, which no connection can spoil once the answer has said why it ends. */
  private async next(isEnding: boolean): Promise<Buffer | undefined> {
    if (!isEnding) return this.answer.next();
    this.endsAt ??= performance.now() + LAST_WORDS_MS;
    try {
      return await withTimeout(Math.max(0, this.endsAt - performance.now()), this.answer.next());
    } catch (error) {
      if (this.watch.isCancelled) throw error;
      return undefined;
    }
  }

  private async whole(beginning: Buffer): Promise<unknown> {
    const pieces = [beginning];
    for (let piece = await this.answer.next(); piece; piece = await this.answer.next()) pieces.push(piece);
    return JSON.parse(new TextDecoder().decode(Buffer.concat(pieces)).replace(STREAM_END, ''));
  }

  /** Signs of life that some services send as events are no JSON. `isLast`: the event may have been cut. */
  private *piecesOf(event: string, isLast = false): Generator<{ piece: unknown }> {
    const whole = jsonIn(event);
    // Several events are one where the empty lines between them are missing.
    const parts = whole === undefined && event.includes('\n') ? event.split('\n', MOST_LINES + 1) : [event];
    if (parts.length > MOST_LINES) throw new SyntaxError('an event of far too many lines');
    for (const part of parts) {
      const piece = parts.length === 1 ? whole : jsonIn(part);
      if (piece === undefined && part.trimStart().startsWith('{') && !isLast) throw new SyntaxError('no JSON');
      if (piece === undefined) continue;
      if (tellsFault(piece)) throw noAnswer(piece, this.name);
      yield { piece };
    }
  }
}

function jsonIn(text: string): unknown {
  // To be refused by the parser takes a hundred times as long.
  if (!/^\s*[[{"\d\-tfn]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signOf(beginning: Buffer): string | undefined {
  const isCut = beginning.length < MARK.length && MARK.subarray(0, beginning.length).equals(beginning);
  return isCut ? undefined : BEGINNING.exec(beginning.toString())?.[1];
}
