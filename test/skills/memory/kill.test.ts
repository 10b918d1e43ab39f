import { afterAll, expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { lives, vectorService } from './lives.ts';

const server = await modelServer();
const service = await vectorService();
afterAll(() => service.close());

test('killed in an extraction and before a flip, coda keeps each memory once and every vector', async () => {
  const points = ['before:memory.extract', 'after:vectors.add', 'before:vectors.flip'];
  const proposed = ['Ana lives in Berlin', 'Ana has a dog'];
  const left = await lives(server, service.url, points, { changes: 2, proposed });
  expect(left.texts).toEqual(['Ana has a dog', 'Ana lives in Berlin']);
  expect(left.spaces).toEqual([{ space: 'openai-compatible/other', current: true, vectors: 2 }]);
});
