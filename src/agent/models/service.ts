import { StringDecoder } from 'node:string_decoder';

const END = '[DONE]';

/** The part of a request that stays the same from message to message: most of its bytes. */
interface StablePart {
  tools: readonly object[] | undefined;
  /** The system prompt. */
  system: string;
  /** True if the service is asked to cache it. */
  cached?: boolean;
}

/** Beginning of the last request with each list of tools. */
const beginnings = new WeakMap<readonly object[], StablePart & { bytes: Buffer }>();

/**
 * A request's body. `write` gives the stable part as the beginning of a JSON object, and is called when that has changed;
 * `rest` is what follows, with the closing brace.
 */
export function jsonBody(stable: StablePart, write: () => string, rest: string): Buffer {
  const { tools, system, cached } = stable;
  const known = tools && beginnings.get(tools);
  const isSame = known && known.system === system && known.cached === cached;
  const bytes = isSame ? known.bytes : Buffer.from(wellFormed(write()));
  if (tools && bytes !== known?.bytes) beginnings.set(tools, { ...stable, bytes });
  const end = wellFormed(rest);
  const body = Buffer.allocUnsafe(bytes.length + Buffer.byteLength(end));
  body.write(end, bytes.copy(body));
  return body;
}

/**
 * An escape, and within it half of a surrogate pair, which a text has that was cut between the two: services refuse the
 * whole request for it. Escapes are taken one after another, so that a run of backslashes is read once.
 */
const ESCAPE = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/gs;

function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json;
  return json.replace(ESCAPE, (whole, half?: string) => (half === undefined ? whole : '\\ufffd'));
}

export class EventStream {
  isDone = false;
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private data: string | undefined;

  take(piece: Buffer): string[] {
    const said = this.decoder.write(piece);
    // A line without an end is not read again from its beginning with each of its pieces.
    if (!/[\r\n]/.test(said)) {
      this.rest += said;
      return [];
    }
    const text = this.rest + said;
    // A return at the very end may be the first half of a line's end.
    const lines = (text.includes('\r') ? text.replace(/\r\n|\r(?!$)/g, '\n') : text).split('\n');
    this.rest = lines.pop() ?? '';
    const events: string[] = [];
    for (const line of lines) {
      if (line === '') {
        if (this.data !== undefined) events.push(this.data);
        this.data = undefined;
      } else if (line.startsWith('data')) {
        const value = line.startsWith('data: ')
          ? line.slice(6)
          : line === 'data'
            ? ''
            : line[4] === ':'
              ? line.slice(5)
              : undefined;
        if (value !== undefined) this.data = this.data === undefined ? value : `${this.data}\n${value}`;
      }
    }
    return this.isDone ? [] : events.filter((event) => this.isSaid(event));
  }

  /** At the end of the connection: what was not ended by an empty line is not taken, but that it is complete is. */
  end(): void {
    this.isDone ||= `${this.data ?? ''}${this.rest}`.includes(END);
  }

  private isSaid(event: string): boolean {
    this.isDone ||= event.startsWith(END);
    return !this.isDone;
  }
}
