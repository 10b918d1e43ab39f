import { type Deferred, deferred, withTimeout } from '../../base/async.ts';
import type { FileFacts, Passage } from '../../media/index.ts';

/** For the beginning of a file that is converted first, which takes from 3 s to minutes. */
const CONVERSION_PATIENCE_MS = 5_000;

/** The text of a file while it is read. Any number may wait for its beginning; all of them are told of each piece. */
export class GrowingText {
  readonly passages: Passage[] = [];
  /** Settles when the file is read; set by who reads it. */
  done: Promise<FileFacts> = new Promise(() => {});
  private size = 0;
  /** An old Office document that a container converts, behind those of others: nothing of it comes for a while. */
  private isConverting = false;
  private next: Deferred<undefined> = deferred();

  add(some: readonly Passage[]): void {
    this.passages.push(...some);
    for (const { text, aside } of some) if (aside === undefined) this.size += text.length;
    this.wakeAll();
  }

  async whileConverting<T>(work: () => Promise<T>): Promise<T> {
    this.isConverting = true;
    this.wakeAll();
    try {
      return await work();
    } finally {
      this.isConverting = false;
    }
  }

  /** Resolves when there are `room` characters, or with the facts when that is all of it; undefined while it goes on. */
  async waitForBeginning(room: number): Promise<FileFacts | undefined> {
    while (this.size < room) {
      const next = Promise.race([this.done, this.next.promise]);
      const wasConverting = this.isConverting;
      const facts = wasConverting ? await withTimeout(CONVERSION_PATIENCE_MS, next) : await next;
      if (facts) return facts;
      if (wasConverting && this.isConverting) return undefined;
    }
    return undefined;
  }

  private wakeAll(): void {
    const { next } = this;
    this.next = deferred();
    next.resolve(undefined);
  }
}
