import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

/** A service of vectors to which words that mean the same are one dimension. */
const MEANINGS = [/couch|sofa/, /peanut|nuts/, /bicycle|bike/];
const embeddings = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { input } = JSON.parse(body) as { input: string[] };
  const data = input.map((text) => ({ embedding: [...MEANINGS.map((one) => (one.test(text) ? 1 : 0)), 0.05] }));
  response.end(JSON.stringify({ data }));
});
await new Promise<void>((listening) => embeddings.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${(embeddings.address() as AddressInfo).port}`;
afterAll(() => void embeddings.close());

describe.each(testDatabases)('by meaning on $name', ({ name, available }) => {
  test.skipIf(!available)('what was said is found, and who is forgotten leaves no vector', async () => {
    const embedder = { 'memory.embedder.kind': 'openai-compatible', 'memory.embedder.base_url': url };
    const config = { ...modelConfig(server), ...embedder, 'memory.embedder.model': 'meanings', 'memory.auto': 'off' };
    await using coda = await play({ engine: name, config });
    const ana = coda.person('ana');
    const search = async () => {
      server.play({ calls: [{ name: 'conversation_search', input: { words: 'couch' } }] }, { text: 'Done.' });
      await ana.says('look for that');
      await coda.passes({ seconds: 1 });
      return server.requests.at(-1)?.text ?? '';
    };
    server.play({ text: 'Fine.' });
    await ana.says('the sofa is in the cellar');
    // The first search has the vectors made, and is answered without them.
    expect(await search()).toContain('Nothing was said with these words.');
    expect(await search()).toMatch(/Person: the sofa is in the cellar/);

    server.play({ calls: [{ name: 'memory_save', input: { text: 'Ana eats no nuts' } }] }, { text: 'Saved.' });
    await ana.says('keep that in mind');
    await ana.says('/note the bicycle is blue');
    await coda.passes({ seconds: 1 });
    const left = async () => {
      const { rows } = await coda.database().read<Record<string, number>>(
        `select (select count(*)::int from message_vectors) as said, (select count(*)::int from note_vectors) as noted,
                (select count(*)::int from memory_vectors) as remembered`,
      );
      return rows[0];
    };
    expect(await left()).toEqual({ said: expect.any(Number), noted: 1, remembered: 1 });
    expect((await left())?.said).toBeGreaterThan(0);
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await left()).toEqual({ said: 0, noted: 0, remembered: 0 });
  });
});
