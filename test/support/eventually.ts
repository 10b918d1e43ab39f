import { sleep } from '../../src/base/async.ts';

/** Waits until `check` gives something true; for what another process or the network does, never for our own clock. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await check();
    if (value || performance.now() > deadline) return value;
    await sleep(10);
  }
}
