/** Time of the processor that work takes: a clock would count what else the machine does. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** Suites of one worker share a heap: what the ones before have left is collected before a cost is taken, and no part of it. */
const collectGarbage = runInNewContext('gc') as () => void;

export interface Cost {
  totalMs: number;
  /** At most between two turns of the event loop, where other threads may add to it. */
  stretchMs: number;
}

export async function costOf(work: () => unknown): Promise<Cost> {
  const begun = process.cpuUsage();
  let [last, at] = [begun, performance.now()];
  let stretchMs = 0;
  let isOver = false;
  const tick = () => {
    const [now, passed] = [process.cpuUsage(), performance.now() - at];
    stretchMs = Math.max(stretchMs, Math.min(passed, msOf(now) - msOf(last)));
    [last, at] = [now, performance.now()];
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  return { totalMs: msOf(process.cpuUsage()) - msOf(begun), stretchMs };
}

const msOf = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000;

const RUNS = 3;

/** Cost of the work for a text of so many characters. */
export type Measure = (size: number) => Promise<Cost>;

/** The least of several: a busy machine slows one of them down, and not each time. */
export async function leastCost(measure: Measure, size: number, first?: Cost): Promise<Cost> {
  if (!first) collectGarbage();
  let least = first ?? (await measure(size));
  for (let run = 1; run < RUNS; run++) {
    collectGarbage();
    const { totalMs, stretchMs } = await measure(size);
    least = { totalMs: Math.min(least.totalMs, totalMs), stretchMs: Math.min(least.stretchMs, stretchMs) };
  }
  return least;
}

/** Milliseconds of the processor; less holds nobody up, and is not judged. */
export const FLOOR_MS = 250;
/** Growth of the time for a text of twice the length: 2 is linear, 4 the square. */
const MOST_GROWTH = 2.5;

/**
 * The costs of three sizes, each twice the one before, where they grow by more than their length; undefined where they do not.
 * Over both doublings: a collection of garbage falls into one of them. In turns, and several times: a machine that is shared slows
 * down for seconds, and favours the short ones then.
 */
export async function growthIn(measure: Measure, sizes: readonly number[]): Promise<number[] | undefined> {
  let costs: number[] = [];
  for (let time = 0; time < 5; time++) {
    costs = sizes.map(() => Number.POSITIVE_INFINITY);
    for (let run = 0; run < RUNS; run++) {
      for (const [index, size] of sizes.entries()) {
        collectGarbage();
        costs[index] = Math.min(costs[index] ?? 0, (await measure(size)).totalMs);
      }
    }
    const [shortest = 0, longest = 0] = [costs[0], costs.at(-1)];
    if (longest < FLOOR_MS || longest <= shortest * MOST_GROWTH ** 2) return undefined;
  }
  return costs;
}
