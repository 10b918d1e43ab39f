import { expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { Supervisor } from '../../support/fleet/matrix.ts';
import { storm } from '../../support/fleet/storm.ts';
import { random, SEED } from '../../support/seeded.ts';

const STORMS = [
  { items: 5_000, kills: 500, lifeMs: 500, inFlight: 300 },
  { items: 200, kills: 20, lifeMs: 300, inFlight: 1 },
];

for (const { name, available } of testDatabases) {
  test.skipIf(!available).each(STORMS)(
    `$kills random kills over $items messages and reminders on ${name} lose and repeat nothing`,
    async ({ items, kills, lifeMs, inFlight }) => {
      await using fleet = await Fleet.begin({ engine: name });
      const supervisor = await Supervisor.over(fleet);
      const report = await storm(supervisor, { items, kills, next: random(SEED), lifeMs });
      const { missing, twice, notes } = report;
      // biome-ignore lint/suspicious/noConsole: the long forms print their figures
      console.log(
        `random kills on ${name}: ${report.kills} kills, ${report.inFlight} with work in flight, ${items} messages and ` +
          `reminders, ${missing.length} lost, ${twice.length} twice, ${notes.told} notes`,
      );
      expect(report).toMatchObject({ kills, missing: [], twice: [], notes: { astray: [] } });
      expect(notes.told).toBeGreaterThan(0);
      expect(report.inFlight).toBeGreaterThanOrEqual(inFlight);
    },
  );
}
