import { expect, test } from 'vitest';
import { EmbedderFault, offlineEmbedder } from '../../src/vectors/index.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, hasEnded } from '../support/processes.ts';

const { signal } = new AbortController();
const processes = () => childrenOf(process.pid, 'offline-worker.js');

test('an embedder whose process is killed at work is away once, and gives the same vectors again', async () => {
  const embedder = offlineEmbedder();
  const [before] = await embedder.embed(['my cat'], 'document', signal);
  const [pid = 0] = processes();
  const long = Array.from({ length: embedder.maxBatch }, (_, at) => `a long text ${at} `.repeat(100));
  const lost = expect(embedder.embed(long, 'document', signal)).rejects.toBeInstanceOf(EmbedderFault);
  process.kill(pid, 'SIGKILL');
  await lost;
  expect(await embedder.embed(['my cat'], 'document', signal)).toEqual([before]);
  const [next = 0] = processes();
  await embedder.close();
  expect(await hasEnded(next)).toBe(true);
});

test('no process is there before a text is, nor for more texts than a batch', async () => {
  const embedder = offlineEmbedder();
  expect(await embedder.dim(signal)).toBe(512);
  const many = Array.from({ length: embedder.maxBatch + 1 }, () => 'text');
  await expect(embedder.embed(many, 'document', signal)).rejects.toBeInstanceOf(EmbedderFault);
  expect(await eventually(() => processes().length === 0)).toBe(true);
});
