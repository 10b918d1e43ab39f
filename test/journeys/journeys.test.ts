import { describe, expect, test } from 'vitest';
import { LONG } from '../support/long.ts';
import { journeys, lookAt, Theatre } from './journey.ts';

const all = journeys();
/** A push plays one of each kind. */
const some = LONG ? all : journeys(1);
const theatre = new Theatre(some, lookAt);

describe.concurrent('journeys', () => {
  test.each(some)('$name', (journey) => theatre.of(journey));
});

test('there are at least sixty journeys, with restarts in the middle', () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(all.filter(({ steps }) => steps.some((each) => 'restart' in each)).length).toBeGreaterThanOrEqual(12);
});
