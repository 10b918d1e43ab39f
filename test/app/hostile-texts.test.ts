/** Texts that are made to take long, at the entries that anybody may write to: nobody else waits for them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOSTILE_UNITS } from '../support/hostile-units.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

const ENTRIES = ['', '/pipeline a', '/task a', '/note a', '/remind in 5 minutes ', '/ask a '];
const LENGTH = 40_000;
/** Milliseconds of the processor; less holds nobody up, and is not judged. */
const FLOOR_MS = 250;
/** A quarter of the text may take a quarter of the time, or somewhat less; the square takes a sixteenth. */
const MOST_GROWTH = 9;

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

test.each(ENTRIES)('a hostile text behind "%s" takes no more than linear time', async (entry) => {
  const slow: string[] = [];
  for (const unit of HOSTILE_UNITS) {
    const textOf = (length: number) => `${entry}${unit.repeat(length / unit.length)}x`;
    const whole = await costOf(textOf(LENGTH));
    if (whole < FLOOR_MS) continue;
    const quarter = await costOf(textOf(LENGTH / 4));
    if (Math.min(whole, await costOf(textOf(LENGTH))) > quarter * MOST_GROWTH)
      slow.push(`${JSON.stringify(unit)} ${whole} ${quarter}`);
  }
  expect(slow).toEqual([]);
});
