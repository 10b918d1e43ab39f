import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { playKills, playStartKills, Supervisor, sampleKills } from '../../support/fleet/matrix.ts';
import { random, SEED } from '../../support/seeded.ts';

/** A sample of what the long form plays whole; its size is what fits beside the other suites. */
const KILLS = 4;
/** Each engine plays another sample. */
const SEEDS = { PGlite: SEED, PostgreSQL: SEED + 1 };

describe.each(testDatabases)('kill -9 on $name', ({ name, available }) => {
  test.skipIf(!available)(
    'whenever the daemon is killed, each question has one answer and each reminder comes once',
    async () => {
      await using fleet = await Fleet.begin({ engine: name });
      const supervisor = await Supervisor.over(fleet);
      const kills = await sampleKills(supervisor, KILLS, random(SEEDS[name]));
      const { wrong, killed } = await playKills(supervisor, kills);
      expect(wrong).toEqual([]);
      expect(killed).toBeGreaterThan(kills.length / 2);
      expect(await playStartKills(supervisor, 1)).toEqual([]);
    },
  );
});
