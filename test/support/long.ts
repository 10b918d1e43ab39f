import { test } from 'vitest';

/** Set in a long run (`npm run test:long`), which also plays what a push has no time for. A suite that asks is part of both. */
export const LONG = process.env.CODA_TEST_LONG !== undefined;

/** A test that only a long run plays: one more case of what a push plays a sample of. */
export function inLong(name: string, run: () => Promise<void> | void): void {
  if (LONG) test(name, run);
}
