/** All requests at each window and over both wires. */
import { expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { playAll, ROADS, requests } from './scene.ts';

const server = await modelServer();

/** Share of the requests whose tool is shown with the first message, by what the conversation holds. */
const AT_ONCE = 0.77;

test.each(ROADS)('in a window of %i tokens, to %s', async (...road) => {
  const { failed, atOnce } = await playAll(server, requests, road);
  expect(failed).toEqual([]);
  if (road[0] === ROADS[0]?.[0]) expect(atOnce / requests.length).toBeGreaterThanOrEqual(AT_ONCE);
  expect(server.refused).toEqual([]);
});
