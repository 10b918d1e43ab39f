import { expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { Supervisor } from '../../support/fleet/matrix.ts';
import { storm } from '../../support/fleet/storm.ts';
import { random, SEED } from '../../support/seeded.ts';

const ITEMS = 5_000;
const KILLS = 500;

for (const { name, available } of testDatabases) {
  test.skipIf(!available)(
    `500 random kills over 5,000 messages and reminders on ${name} lose and repeat nothing`,
    async () => {
      await using fleet = await Fleet.begin({ engine: name });
      const supervisor = await Supervisor.over(fleet);
      const report = await storm(supervisor, { items: ITEMS, kills: KILLS, next: random(SEED), lifeMs: 500 });
      const { kills, inFlight, missing, twice, notes } = report;
      // biome-ignore lint/suspicious/noConsole: the long forms print their figures
      console.log(
        `random kills on ${name}: ${kills} kills, ${inFlight} with work in flight, ${ITEMS} messages and reminders, ` +
          `${missing.length} lost, ${twice.length} twice, ${notes.told} notes`,
      );
      expect(report).toMatchObject({ missing: [], twice: [], notes: { astray: [] } });
      expect(kills).toBe(KILLS);
      expect(inFlight).toBeGreaterThanOrEqual(300);
    },
  );
}
