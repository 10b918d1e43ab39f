import { sleep } from '../../src/base/async.ts';

/** The first true value of `check`, asked again until `withinMs` have passed; then the last one, whatever it is. */
export async function within<T>(withinMs: number, check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value || performance.now() > deadline) return value;
    await sleep(10);
  }
}

/**
 * Waits until `check` gives something true, and returns that; for what another process or the network does, never for
 * our own clock. Throws where nothing true came.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 60_000): Promise<NonNullable<T>> {
  const value = await within(withinMs, check);
  if (!value) throw new Error(`it did not come about within ${withinMs} ms: ${check} gave ${JSON.stringify(value)}`);
  return value;
}
