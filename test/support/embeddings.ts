import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingService {
  /** What stands in `memory.embedder.base_url`. */
  url: string;
  close(): void;
}

/** A service of embeddings as `openai-compatible` takes it, with the vectors that `vectorOf` makes; `asked` sees each batch. */
export async function embeddingService(
  vectorOf: (text: string, model: string) => number[],
  asked: (texts: string[]) => void = () => {},
): Promise<EmbeddingService> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { input, model } = JSON.parse(body) as { input: string[]; model: string };
    asked(input);
    response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: vectorOf(text, model) })) }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

/** Words that mean the same are one dimension. */
const MEANINGS = [/couch|sofa/, /peanut|nuts/, /bicycle|bike/];

/** A service to which texts are near that speak of the same thing in other words. */
export const meanings = (): Promise<EmbeddingService> =>
  embeddingService((text) => [...MEANINGS.map((one) => (one.test(text) ? 1 : 0)), 0.05]);
