import { expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { playErrands } from '../../support/fleet/errands.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { Supervisor } from '../../support/fleet/matrix.ts';
import { random, SEED } from '../../support/seeded.ts';

const KILLS = 40;
const ERRANDS = 10;

for (const { name, available } of testDatabases) {
  test.skipIf(!available)(
    `${KILLS} kills while ${ERRANDS} tasks of 5 steps run on ${name}, each with 2 specialists, lose and repeat nothing`,
    async () => {
      await using fleet = await Fleet.begin({
        engine: name,
        daemon: { config: { 'memory.auto': 'off', 'tasks.max_auto_resume_attempts': 100 } },
      });
      const supervisor = await Supervisor.over(fleet);
      const report = await playErrands(supervisor, {
        errands: ERRANDS,
        kills: KILLS,
        lifeMs: 400,
        next: random(SEED),
      });
      // biome-ignore lint/suspicious/noConsole: the long forms print their figures
      console.log(
        `tasks on ${name}: ${report.kills} kills, ${report.inFlight} with work in flight, ${ERRANDS} tasks of 5 steps, ` +
          `${report.wrong.length} wrong`,
      );
      expect(report.wrong).toEqual([]);
      expect(report.kills).toBe(KILLS);
    },
    900_000,
  );
}
