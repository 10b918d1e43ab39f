import { test } from 'vitest';
import { ATTEMPTS, nothingGetsThrough } from './attempts.ts';

test('nothing forbidden gets through, whichever way it is tried', async () => {
  await nothingGetsThrough(ATTEMPTS);
});
