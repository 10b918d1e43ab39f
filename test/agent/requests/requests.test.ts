/** Every tool is within reach of what people say: at once by state, or after asking for its group. */
import { expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { type AskedFor, INPUTS, playAll, ROADS, requests } from './scene.ts';

const server = await modelServer();

test('the requests are of many languages, and each tool has at least four', () => {
  const count = (is: (asked: AskedFor) => boolean) => requests.filter(is).length;
  expect(count(() => true)).toBe(300);
  expect(count(({ language }) => language === 'en')).toBe(200);
  expect(count(({ language }) => language === 'de')).toBe(60);
  for (const tool of Object.keys(INPUTS)) {
    expect([tool, count((asked) => asked.tool === tool) >= 4]).toEqual([tool, true]);
  }
  expect(requests.filter(({ tool }) => !INPUTS[tool])).toEqual([]);
});

/** Requests that are played each time: each tool is among those of two windows. All of them on each road: the long suite. */
const EVERY = 5;

test.each(ROADS)('a sample of them in a window of %i tokens, to %s', async (...road) => {
  const at = ROADS.findIndex(([window, wire]) => window === road[0] && wire === road[1]);
  const sample = requests.filter((_, index) => index % (ROADS.length * EVERY) === at * EVERY);
  const { failed } = await playAll(server, sample, road);
  expect(failed).toEqual([]);
  expect(server.refused).toEqual([]);
});
