import { describe, test } from 'vitest';
import { journeys, lookAt, Theatre } from './journey.ts';

/** One of each kind; the long form plays them all. */
const some = journeys(1);
const theatre = new Theatre(some, lookAt);

describe.concurrent('journeys', () => {
  test.each(some)('$name', (journey) => theatre.of(journey));
});
