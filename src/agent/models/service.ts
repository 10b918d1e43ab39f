import { StringDecoder } from 'node:string_decoder';

const END = '[DONE]';

const toolsAsJson = new WeakMap<object, string>();

/** A request's body as text. The tools are the larger part of most, and the same again and again: they are written once. */
export function jsonBody({ tools, ...body }: { tools?: readonly object[] }): string {
  const rest = JSON.stringify(body);
  if (!tools) return rest;
  const known = toolsAsJson.get(tools) ?? JSON.stringify(tools);
  toolsAsJson.set(tools, known);
  return `${rest.slice(0, -1)},"tools":${known}}`;
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
