import { afterAll, expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { lives, vectorService } from './lives.ts';

const server = await modelServer();
const service = await vectorService();
afterAll(() => service.close());

const NAMES = ['memory.rest', 'memory.extract', 'vectors.space', 'vectors.add', 'vectors.flip', 'vectors.drop'];
/** These are passed only where there was another embedder before. */
const OF_CHANGES = ['vectors.flip', 'vectors.drop'];

// What is lost before the rest is planned is found by the upkeep of the night.
const POINTS = NAMES.flatMap((name) => [`before:${name}`, `after:${name}`]).slice(1);

test.each(POINTS)(
  'killed at %s, of the first embedder and of the next, nothing is lost and nothing is there twice',
  { timeout: 180_000 },
  async (point) => {
    const isOfChanges = OF_CHANGES.some((name) => point.endsWith(name));
    // What is not killed on the way ends with the vectors stored.
    const first = isOfChanges ? [] : [point];
    const points = [...first, 'after:vectors.add', ...(isOfChanges || /space|add/.test(point) ? [point] : [])];
    const proposed = ['Ana lives in Berlin', 'Ana has a dog'];
    const left = await lives(server, service.url, points, { changes: first.length + 1, proposed });
    expect(left.texts).toEqual(['Ana has a dog', 'Ana lives in Berlin']);
    expect(left.spaces).toEqual([{ space: 'openai-compatible/other', current: true, vectors: 2 }]);
  },
);
