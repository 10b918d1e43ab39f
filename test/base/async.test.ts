import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { retryUntil, startListening } from '../../src/base/async.ts';

const failing = (times: number) => {
  let tries = 0;
  return async () => {
    if (++tries <= times) throw new Error(`no ${tries}`);
    return tries;
  };
};

test('what fails is tried again until it succeeds, and each failure is told', async () => {
  const told: unknown[] = [];
  const { signal } = new AbortController();
  const options = { signal, longestMs: 1, onError: (error: unknown) => told.push((error as Error).message) };
  expect(await retryUntil(failing(3), options)).toBe(4);
  expect(told).toEqual(['no 1', 'no 2', 'no 3']);
});

test('who stops gets one try, and no wait behind it', async () => {
  const stop = new AbortController();
  const onError = () => stop.abort();
  expect(await retryUntil(failing(9), { signal: stop.signal, longestMs: 60_000, onError })).toBeUndefined();
  expect(await retryUntil(failing(0), { signal: stop.signal, longestMs: 60_000, onError })).toBe(1);
});

test('a server says that it cannot listen, and an error of it later ends nothing', async () => {
  const failed: string[] = [];
  const hear = ({ message }: Error) => void failed.push(message);
  const [first, second] = [createServer(), createServer()];
  await startListening(first, () => first.listen(0, '127.0.0.1'), hear);
  const { port } = first.address() as { port: number };
  await expect(startListening(second, () => second.listen(port, '127.0.0.1'), hear)).rejects.toThrow('EADDRINUSE');
  first.emit('error', new Error('accept EMFILE'));
  expect(failed).toEqual(['accept EMFILE']);
  await new Promise((resolve) => first.close(resolve));
});
