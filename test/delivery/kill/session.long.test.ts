import { expect, test } from 'vitest';
import { Fleet } from '../../support/fleet/index.ts';
import { Supervisor } from '../../support/fleet/matrix.ts';
import { storm } from '../../support/fleet/storm.ts';
import { random, SEED } from '../../support/seeded.ts';

const ITEMS = 200;
const KILLS = 20;

test('twenty kills in a session of two hundred messages lose nothing and repeat nothing', async () => {
  await using fleet = await Fleet.begin({ engine: 'PGlite' });
  const supervisor = await Supervisor.over(fleet);
  const report = await storm(supervisor, { items: ITEMS, kills: KILLS, next: random(SEED), lifeMs: 300 });
  expect(report).toMatchObject({ kills: KILLS, missing: [], twice: [], notes: { astray: [] } });
  expect(report.notes.told).toBeGreaterThan(0);
  expect(report.inFlight).toBeGreaterThan(0);
});
