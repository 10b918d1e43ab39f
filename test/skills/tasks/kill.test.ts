import { expect, test } from 'vitest';
import { playErrands } from '../../support/fleet/errands.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { Supervisor } from '../../support/fleet/matrix.ts';
import { random, SEED } from '../../support/seeded.ts';

test('tasks whose steps specialists help with end as they would have, whenever the daemon is killed', async () => {
  await using fleet = await Fleet.begin({
    engine: 'PGlite',
    daemon: { config: { 'memory.auto': 'off', 'tasks.max_auto_resume_attempts': 100 } },
  });
  const supervisor = await Supervisor.over(fleet);
  const report = await playErrands(supervisor, { errands: 2, kills: 2, lifeMs: 400, next: random(SEED) });
  expect(report.wrong).toEqual([]);
  expect(report.inFlight).toBeGreaterThan(0);
});
