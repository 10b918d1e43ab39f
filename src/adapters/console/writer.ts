import type { Writable } from 'node:stream';
import type { Output } from './protocol.ts';

/** Most bytes queued for a reader that has stopped reading, before it is given up. */
const MOST_WAITING_BYTES = 16_000_000;

/** Writes JSON lines, in order, at the pace of whoever reads them. A reader that is gone is no error. */
export class LineWriter {
  private readonly output: Writable;
  private gone = false;
  private isGathering = false;
  /** Called once, when nothing more can be written. */
  private readonly onGone: () => void;

  constructor(output: Writable, onGone: () => void) {
    this.output = output;
    this.onGone = onGone;
    // A closed pipe (EPIPE) is how a reader says that it has enough.
    output.on('error', () => this.leave());
    output.on('close', () => this.leave());
  }

  /** Resolves when the line has left this process; false: nobody reads any more. */
  write(line: Output): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    if (this.output.writableLength > MOST_WAITING_BYTES) {
      this.output.destroy();
      this.leave();
      return Promise.resolve(false);
    }
    if (!this.isGathering) {
      // Lines of several conversations that come together leave together: each write of its own is a call of the system.
      this.isGathering = true;
      this.output.cork();
      process.nextTick(() => {
        this.isGathering = false;
        this.output.uncork();
      });
    }
    return new Promise((resolve) => {
      this.output.write(`${JSON.stringify(line)}\n`, (error) => resolve(!error));
    });
  }

  /** Writes what waits and ends the stream; process streams are left open. */
  async end(): Promise<void> {
    if (this.gone) return;
    await new Promise<void>((resolve) => this.output.write('', () => resolve()));
    this.gone = true;
    if (this.output !== process.stdout) this.output.end();
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.onGone();
  }
}
