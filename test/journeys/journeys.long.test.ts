import { describe, expect, test } from 'vitest';
import { journeys, lookAt, Theatre } from './journey.ts';

const all = journeys();
const theatre = new Theatre(all, lookAt);

describe.concurrent('all journeys', () => {
  test.each(all)('$name', (journey) => theatre.of(journey));
});

test('there are at least sixty journeys, with restarts in the middle', () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(all.filter(({ steps }) => steps.some((each) => 'restart' in each)).length).toBeGreaterThanOrEqual(12);
});
