import { ModelError } from '../model.ts';

/** More than any answer needs: what goes on beyond it is a fault, not an answer. Characters. */
const MOST = 400_000;

/**
 * Stands beside one request: its signal ends the request when the turn is stopped, when nothing came for a while, or
 * when far too much came.
 */
export class Watch {
  readonly signal: AbortSignal;
  silent = false;
  private readonly inner = new AbortController();
  private readonly outer: AbortSignal;
  private readonly timer: NodeJS.Timeout;
  private heard = 0;

  constructor(outer: AbortSignal, silenceMs: number) {
    this.outer = outer;
    this.signal = this.inner.signal;
    this.timer = setTimeout(() => {
      this.silent = true;
      this.inner.abort();
    }, silenceMs);
    if (outer.aborted) this.inner.abort();
    else outer.addEventListener('abort', this.stop, { once: true });
  }

  /** Something of the answer came: so many characters. Throws when it is too much. */
  alive(characters: number, name: string): void {
    if (characters === 0) return;
    this.timer.refresh();
    this.heard += characters;
    if (this.heard > MOST) throw new ModelError('malformed_output', `${name} did not come to an end.`);
  }

  /** Ends the request if it still runs. */
  close(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.stop);
    this.inner.abort();
  }

  private readonly stop = () => this.inner.abort();
}
