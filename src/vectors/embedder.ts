import { z } from 'zod';
import { deadline } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { plural } from '../base/text.ts';
import { fetchService } from '../egress/index.ts';
import { unit } from './matrix.ts';

export interface Embedder {
  /** Names the vector space: vectors of embedders with another id are never compared. */
  readonly id: string;
  dim(signal: AbortSignal): Promise<number>;
  readonly maxBatch: number;
  /**
   * A unit vector for each text, in order. `kind` is for models that tell questions from what answers them. Throws
   * `EmbedderFault` and nothing else where it cannot; ends soon after `signal` has aborted.
   */
  embed(texts: readonly string[], kind: 'query' | 'document', signal: AbortSignal): Promise<Float32Array[]>;
  /** Frees what it holds. It can be used again afterwards. */
  close(): Promise<void>;
}

export class EmbedderFault extends Error {
  /** `missing`: it is not installed or configured, so that trying again is no use. */
  readonly kind: 'missing' | 'failed';

  constructor(kind: 'missing' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbedderFault';
    this.kind = kind;
  }
}

/** Characters of a text that are embedded: what is longer says nothing more. */
export const LONGEST_EMBEDDED = 2_000;

interface RemoteOptions {
  baseUrl: string;
  model: string;
  apiKey?: string | undefined;
  timeoutMs?: number;
}

const BATCH = 64;
const TIMEOUT_MS = 30_000;
/** The longest answer that is read: 64 vectors of 4,096 numbers. */
const LARGEST_ANSWER_BYTES = 16_000_000;

const answer = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()).min(1).max(8_192) })),
});

export function remoteEmbedder({ baseUrl, model, apiKey, timeoutMs = TIMEOUT_MS }: RemoteOptions): Embedder {
  let dimensions: number | undefined;
  const ask = async (texts: readonly string[], signal: AbortSignal): Promise<number[][]> => {
    using limit = deadline(timeoutMs, signal);
    const response = await fetchService(`${baseUrl.replace(/\/$/, '')}/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts.map((text) => text.slice(0, LONGEST_EMBEDDED) || '.') }),
      signal: limit.signal,
    });
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    const { data } = answer.parse(parseJson(await textOf(response)));
    if (data.length !== texts.length) throw new Error('it gave another number of vectors');
    const ordered = data.map(({ index, embedding }, at) => ({ index: index ?? at, embedding }));
    return ordered.sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  };
  const embed: Embedder['embed'] = async (texts, _, signal) => {
    try {
      const rows = await ask(texts, signal);
      dimensions ??= rows[0]?.length;
      return rows.map((row) => {
        const vector = unit(row, dimensions ?? 0);
        if (!vector) throw new Error(`a vector was none of ${plural(dimensions ?? 0, 'finite number')}`);
        return vector;
      });
    } catch (error) {
      throw new EmbedderFault('failed', messageOf(error), { cause: error });
    }
  };
  return {
    id: `openai-compatible/${model}`,
    async dim(signal) {
      if (dimensions === undefined) await embed(['dimensions'], 'document', signal);
      return dimensions as number;
    },
    maxBatch: BATCH,
    embed,
    close: async () => {},
  };
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
