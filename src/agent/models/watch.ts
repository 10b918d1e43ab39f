import { ModelError } from '../inference/model.ts';

/** More than any answer needs: what goes on beyond it is a fault, not an answer. Characters. */
const MOST = 400_000;
/** The same of everything that comes, with what is packed around the answer. Bytes. */
const MOST_BYTES = 64 << 20;
/** A connection that lives but brings nothing of the answer is given so many times the patience of a silent one. */
const HEARTBEATS = 3;
/** More of a refusal is not looked at. Characters. */
const LONGEST_REFUSAL = 20_000;
/** Last event of a stream of Chat Completions. */
const END = '[DONE]';

/**
 * Stands beside one request: its signal ends the request when the turn is stopped, when nothing came for a while, when
 * nothing but heartbeats came for longer, or when far too much came.
 */
export class Watch {
  readonly signal: AbortSignal;
  /** It was ended because nothing came. */
  silent = false;
  /** The body of an answer with an error status, as far as it is looked at. */
  refusal: string | undefined;
  /** The body of the request, as it went out. */
  sent: string | undefined;
  private readonly inner = new AbortController();
  private readonly outer: AbortSignal;
  private readonly quiet: NodeJS.Timeout;
  private readonly empty: NodeJS.Timeout;
  private heard = 0;
  private bytes = 0;
  private tail = '';

  constructor(outer: AbortSignal, silenceMs: number) {
    this.outer = outer;
    this.signal = this.inner.signal;
    const fallSilent = () => {
      this.silent = true;
      this.inner.abort();
    };
    this.quiet = setTimeout(fallSilent, silenceMs);
    this.empty = setTimeout(fallSilent, silenceMs * HEARTBEATS);
    if (outer.aborted) this.inner.abort();
    else outer.addEventListener('abort', this.stop, { once: true });
  }

  /** Something of the answer came: so many characters. Throws when it is too much. */
  alive(characters: number, name: string): void {
    if (characters === 0) return;
    this.quiet.refresh();
    this.empty.refresh();
    this.heard += characters;
    if (this.heard > MOST) throw new ModelError('malformed_output', `${name} did not come to an end.`);
  }

  /** True if the stream has said that it is complete. */
  get ended(): boolean {
    return this.tail.includes(END);
  }

  /** A `fetch` that sees every byte of the answer: the clients keep heartbeats to themselves. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    this.sent = typeof init?.body === 'string' ? init.body : undefined;
    const response = await globalThis.fetch(input, init);
    this.quiet.refresh();
    if (!response.body) return response;
    const seen = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.beat(chunk);
        controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(seen);
    if (response.ok) return new Response(body, { status, statusText, headers });
    // The clients keep only what they know of an error, and some services tell it in another form.
    this.refusal = (await new Response(body).text()).slice(0, LONGEST_REFUSAL);
    return new Response(this.refusal, { status, statusText, headers });
  };

  /** Bytes came, of the answer or only as a sign of life. Throws when there are too many. */
  beat(chunk: Uint8Array): void {
    this.quiet.refresh();
    this.bytes += chunk.length;
    if (this.bytes > MOST_BYTES) throw new ModelError('malformed_output', 'An answer did not come to an end.');
    this.tail = (this.tail + Buffer.from(chunk.subarray(-32)).toString('latin1')).slice(-32);
  }

  /** Ends the request if it still runs. */
  close(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.empty);
    this.outer.removeEventListener('abort', this.stop);
    this.inner.abort();
  }

  private readonly stop = () => this.inner.abort();
}
