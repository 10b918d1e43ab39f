import { z } from 'zod';
import { deadline } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { type Embedder, EmbedderFault, LONGEST_EMBEDDED } from './embedder.ts';
import { unit } from './matrix.ts';

export interface RemoteOptions {
  baseUrl: string;
  model: string;
  apiKey?: string | undefined;
  /** Milliseconds that one call may take. */
  timeoutMs?: number;
}

const BATCH = 64;
const TIMEOUT_MS = 30_000;
/** The longest answer that is read, in characters: 64 vectors of 4,096 numbers. */
const LONGEST_ANSWER = 16_000_000;

const answer = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()).min(1).max(8_192) })),
});

/** Any service that speaks OpenAI's embeddings API, such as Ollama. */
export function remoteEmbedder({ baseUrl, model, apiKey, timeoutMs = TIMEOUT_MS }: RemoteOptions): Embedder {
  let known: number | undefined;
  const ask = async (texts: readonly string[], signal: AbortSignal): Promise<number[][]> => {
    using limit = deadline(timeoutMs, signal);
    const response = await fetch(`${baseUrl.replace(/\/$/, '')}/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts.map((text) => text.slice(0, LONGEST_EMBEDDED) || '.') }),
      signal: limit.signal,
    });
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    const text = await response.text();
    if (text.length > LONGEST_ANSWER) throw new Error('the answer is too long');
    const { data } = answer.parse(JSON.parse(text));
    if (data.length !== texts.length) throw new Error('it gave another number of vectors');
    const ordered = data.map(({ index, embedding }, at) => ({ index: index ?? at, embedding }));
    return ordered.sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  };
  const embed: Embedder['embed'] = async (texts, _, signal) => {
    try {
      const rows = await ask(texts, signal);
      known ??= rows[0]?.length;
      return rows.map((row) => {
        const vector = unit(row, known ?? 0);
        if (!vector) throw new Error(`a vector was none of ${known} finite numbers`);
        return vector;
      });
    } catch (error) {
      throw new EmbedderFault('failed', messageOf(error), { cause: error });
    }
  };
  return {
    id: `openai-compatible/${model}`,
    async dim(signal) {
      if (known === undefined) await embed(['dimensions'], 'document', signal);
      return known as number;
    },
    maxBatch: BATCH,
    embed,
    close: async () => {},
  };
}
