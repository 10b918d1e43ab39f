import { expect, test } from 'vitest';
import { LONG } from '../../support/long.ts';
import { SEED } from '../../support/seeded.ts';
import { killedWhileRunning, STEPS } from './lives.ts';

const KILLS = LONG ? 30 : 2;

test('a run that is killed goes on at its step, and each step does its work once', async () => {
  const { died, notes, runs } = await killedWhileRunning(KILLS, SEED);
  expect(runs).toEqual(Array.from({ length: KILLS }, () => 'done'));
  expect(died).toBeGreaterThan(0);
  const once = Array.from({ length: KILLS }, (_, at) => STEPS.map((step) => `${step} of trip-${at}`)).flat();
  expect(notes).toEqual(once.sort());
});
