import { Worker } from 'node:worker_threads';
import { deferred, Sequence, unlessAborted, withTimeout } from '../../../base/async.ts';
import { messageOf } from '../../../base/errors.ts';

/** A document as read. */
export interface Read {
  title: string;
  /** Markdown of a page, text of a PDF. */
  text: string;
  /** Of the text alone, without marks and addresses. */
  characters: number;
  published?: string;
  /** Target of `<meta http-equiv="refresh">`. */
  refresh?: string;
  /** Fields for a password. */
  passwords?: number;
  /** Of a PDF; `cut`: not all of them were read. */
  pages?: number;
  cut?: boolean;
}

type Work = { kind: 'html'; html: string; url: string } | { kind: 'pdf'; bytes: Uint8Array; most: number };
type Answer = { id: number; page?: Read; error?: string };

const WITHIN_MS = 20_000;
/** Milliseconds without use after which the thread and its memory are given back. */
const IDLE_MS = 30_000;
/** Megabytes. A page that needs more ends its thread, and nothing else. */
const MEMORY = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

/** No honest page nests deeper, and each level costs time with each element in it. */
const DEEPEST = 1_000;
/** Elements that people leave open, or that have no end. */
const OPEN =
  /^(?:p|li|td|th|tr|dt|dd|option|br|hr|img|input|meta|link|source|wbr|col|area|base|embed|track|param|html|head|body)$/i;

/** A document that cannot be read; the message says why, for the log. */
export class Unreadable extends Error {}

/**
 * Makes text of documents that others wrote, one at a time, on a thread of its own: one that is made to take for ever, or
 * all memory, ends that thread alone.
 */
export class Reader {
  private readonly order = new Sequence();
  private thread: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private count = 0;

  /** Throws `Unreadable`. */
  read(work: Work, signal: AbortSignal, withinMs = WITHIN_MS): Promise<Read> {
    return this.order.run(() => this.work(work, signal, withinMs));
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const ending = this.thread;
    this.thread = undefined;
    await ending?.terminate();
  }

  private async work(work: Work, signal: AbortSignal, withinMs: number): Promise<Read> {
    signal.throwIfAborted();
    if (work.kind === 'html' && depthOf(work.html) > DEEPEST) throw new Unreadable('it is nested too deeply');
    clearTimeout(this.idle);
    this.thread ??= this.begin();
    const { thread } = this;
    const id = ++this.count;
    const answered = deferred<Answer>();
    const hear = (answer: Answer) => answer.id === id && answered.resolve(answer);
    const failed = (error: unknown) => answered.resolve({ id, error: messageOf(error) });
    const ended = () => failed('its thread has ended');
    thread.on('message', hear).once('error', failed).once('exit', ended);
    thread.ref();
    let isWell = false;
    try {
      thread.postMessage({ id, ...work });
      const answer = await unlessAborted(signal, withTimeout(withinMs, answered.promise));
      if (!answer) throw new Unreadable('it took too long');
      isWell = answer.page !== undefined;
      if (!answer.page) throw new Unreadable(answer.error);
      return answer.page;
    } finally {
      thread.off('message', hear).off('error', failed).off('exit', ended);
      if (isWell) this.rest(thread);
      else await this.close();
    }
  }

  private begin(): Worker {
    const url = new URL('./page-worker.js', import.meta.url);
    const thread = new Worker(url, { stdout: true, stderr: true, resourceLimits: MEMORY });
    thread.on('error', () => {});
    return thread;
  }

  private rest(thread: Worker): void {
    thread.unref();
    // In real time: it is memory of this machine that is given back.
    this.idle = setTimeout(() => void this.close(), IDLE_MS);
    this.idle.unref();
  }
}

/** Nesting depth of a page's elements, by its tags. One pass. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, close, name = '', rest = ''] of html.matchAll(/<(\/?)([a-z][a-z\d]*)([^<>]*)>/gi)) {
    if (OPEN.test(name) || rest.endsWith('/')) continue;
    depth = Math.max(0, depth + (close === '/' ? -1 : 1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
