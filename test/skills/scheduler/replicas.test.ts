import { expect, test } from 'vitest';
import { DOCKER } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { answered, begunTurns, endedRuns, plantSchedules, scriptsInstead } from '../../support/fleet/planned.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { codeConfig } from '../code/play.ts';

test.skipIf(!POSTGRES_URL)(
  '300 schedules of 30 people on two replicas, one killed in the middle: each runs once',
  async () => {
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL' });
    const replicas = await Promise.all([fleet.start(), fleet.start()]);
    const planted = await plantSchedules(fleet, { count: 300, people: 30, inMs: 500, overMs: 2_000 });
    for (const replica of replicas) await replica.order({ do: 'look' });
    const [first] = replicas;
    const all = async () => {
      const { messages, copies } = await fleet.state();
      return answered(messages, copies, planted);
    };
    await eventually(async () => (await all()).missing < 200);
    first.kill('SIGKILL');
    await first.exited;
    // What the other one does by itself after 15 s of silence.
    await fleet.postgres?.sql('update instances set ended_at = now() where pid = $1', [first.pid]);
    await eventually(async () => (await all()).missing === 0);
    expect(await all()).toMatchObject({ missing: 0, twice: 0 });
    expect(await begunTurns(fleet)).toMatchObject({ begun: 300, twice: 0 });
  },
);

test.skipIf(!POSTGRES_URL || !DOCKER)(
  '30 scripts on three replicas, one killed while they run: each begins once, ends, and is told once',
  async () => {
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL', daemon: { config: codeConfig() } });
    const planted = await plantSchedules(fleet, { count: 30, people: 10, inMs: 300, overMs: 600 });
    await scriptsInstead(fleet, 'skill-creator/check_skill.py');
    const replicas = await Promise.all([fleet.start(), fleet.start(), fleet.start()]);
    for (const replica of replicas) await replica.order({ do: 'look' });
    const [first] = replicas;
    await eventually(async () => ((await endedRuns(fleet)).ended ?? 0) > 5);
    first.kill('SIGKILL');
    await first.exited;
    await fleet.postgres?.sql('update instances set ended_at = now() where pid = $1', [first.pid]);
    await eventually(async () => (await endedRuns(fleet)).told === planted.count, 60_000);
    expect(await endedRuns(fleet)).toMatchObject({ ended: 30, twice: 0, told: 30, twiceTold: 0 });
    expect(await begunTurns(fleet)).toMatchObject({ begun: 0 });
  },
);
