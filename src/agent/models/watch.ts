import { ModelError } from '../inference/model.ts';

/** More than any answer needs: what goes on beyond it is a fault, not an answer. Characters. */
const MOST = 400_000;
/** The same of everything that comes, with what is packed around the answer. Bytes. */
const MOST_BYTES = 64 << 20;
/** The same of the blocks of an answer: each of its calls is one. */
const MOST_BLOCKS = 256;
/** Patience with a connection that lives but brings nothing of the answer, in times of that with a silent one. */
const HEARTBEATS = 3;

/**
 * Stands beside one request: it ends the request when the turn is stopped, when nothing came for a while, when
 * nothing but heartbeats came for longer, or when far too much came.
 */
export class Watch {
  silent = false;
  /** The body of the request, as it went out. */
  sent: Buffer | undefined;
  private readonly outer: AbortSignal;
  private isStopped: boolean;
  private ending: (() => void) | undefined;
  private readonly quiet: NodeJS.Timeout;
  private readonly empty: NodeJS.Timeout;
  private heard = 0;
  private bytes = 0;
  private blocks = 0;

  constructor(outer: AbortSignal, silenceMs: number) {
    this.outer = outer;
    this.isStopped = outer.aborted;
    const fallSilent = () => {
      this.silent = true;
      this.stop();
    };
    this.quiet = setTimeout(fallSilent, silenceMs);
    this.empty = setTimeout(fallSilent, silenceMs * HEARTBEATS);
    outer.addEventListener('abort', this.stop, { once: true });
  }

  /** True if the turn was stopped, so that nobody waits for the answer. */
  get isCancelled(): boolean {
    return this.outer.aborted;
  }

  /** Something of the answer came: so many characters. Throws when it is too much. */
  alive(characters: number, name: string): void {
    if (characters === 0) return;
    this.quiet.refresh();
    this.empty.refresh();
    this.heard += characters;
    if (this.heard > MOST) throw new ModelError('malformed_output', `${name} did not come to an end.`);
  }

  /** Another call or block of the answer begins. Throws when there are too many. */
  begins(name: string): void {
    if (++this.blocks > MOST_BLOCKS) throw new ModelError('malformed_output', `${name} made far too many calls.`);
  }

  onStop(end: () => void): void {
    this.ending = end;
    if (this.isStopped) end();
  }

  /** Bytes came, of the answer or only as a sign of life. Throws when there are too many. */
  beat(bytes: number): void {
    this.quiet.refresh();
    this.bytes += bytes;
    if (this.bytes > MOST_BYTES) throw new ModelError('malformed_output', 'An answer did not come to an end.');
  }

  close(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.empty);
    this.outer.removeEventListener('abort', this.stop);
    this.stop();
  }

  private readonly stop = () => {
    this.isStopped = true;
    this.ending?.();
  };
}
