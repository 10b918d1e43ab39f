/** Texts that are made to take long, at the entries that anybody may write to: nobody else waits for them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOSTILE_UNITS } from '../support/hostile-units.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

const ENTRIES = ['', '/pipeline a', '/task a', '/note a', '/remind in 5 minutes ', '/ask a '];
/** Each is twice as long as the one before it. */
const LENGTHS = [10_000, 20_000, 40_000] as const;
/** Milliseconds of the processor; less holds nobody up, and is not judged. */
const FLOOR_MS = 250;
/** Growth of the time for a text of twice the length: 2 is linear, 4 the square. */
const MOST_GROWTH = 2.5;
const RUNS = 3;

let coda: Play;

beforeAll(async () => {
  coda = await play({ model: echo(), config: { 'access.rate_limit.enabled': false } });
});
afterAll(() => coda[Symbol.asyncDispose]());

async function costOf(text: string): Promise<number> {
  const before = process.cpuUsage();
  await coda.person('ana').says(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The least of several: a busy machine slows one of them down, and not each time. */
async function leastOf(text: string): Promise<number> {
  let least = await costOf(text);
  for (let run = 1; run < RUNS; run++) least = Math.min(least, await costOf(text));
  return least;
}

test.each(ENTRIES)('a hostile text behind "%s" takes no more than linear time', async (entry) => {
  const slow: string[] = [];
  for (const unit of HOSTILE_UNITS) {
    const textOf = (length: number) => `${entry}${unit.repeat(length / unit.length)}x`;
    if ((await costOf(textOf(LENGTHS[2]))) < FLOOR_MS) continue;
    const costs: number[] = [];
    for (const length of LENGTHS) costs.push(await leastOf(textOf(length)));
    const [shortest = 0, , longest = 0] = costs;
    // Over both doublings: a collection of garbage falls into one of them.
    if (longest > FLOOR_MS && longest > shortest * MOST_GROWTH ** 2) slow.push(`${JSON.stringify(unit)} ${costs}`);
  }
  expect(slow).toEqual([]);
});
