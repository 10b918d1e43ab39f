import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { allKills, playKills, playSample, playStartKills, Supervisor } from '../../support/fleet/matrix.ts';
import { LONG } from '../../support/long.ts';
import { random, SEED } from '../../support/seeded.ts';

/** A sample of what the long form plays whole; its size is what fits beside the other suites. */
const KILLS = 2;
/** Each engine plays another sample. */
const SEEDS = { PGlite: SEED, PostgreSQL: SEED + 1 };

/** What a platform can promise against second copies. */
const platforms = [
  { promise: 'knows a key again', deduplicatesForMs: 120_000, canFind: false },
  { promise: 'can be asked', deduplicatesForMs: 0, canFind: true },
];

describe.each(testDatabases)('kill -9 on $name', ({ name, available }) => {
  test.skipIf(!available).each(LONG ? platforms : platforms.slice(0, 1))(
    'leaves one answer to each question and one message to each occurrence, where the platform $promise',
    async ({ promise, deduplicatesForMs, canFind }) => {
      const daemon = LONG ? { deduplicatesForMs, canFind } : {};
      await using fleet = await Fleet.begin({ engine: name, daemon });
      if (LONG) await fleet.behave({ deduplicatesForMs });
      const supervisor = await Supervisor.over(fleet);
      const kills = LONG ? await allKills(supervisor) : [];
      const { wrong, killed } = LONG
        ? await playKills(supervisor, kills)
        : await playSample(supervisor, KILLS, random(SEEDS[name]));
      const atStart = await playStartKills(supervisor, LONG ? undefined : 1);
      if (LONG)
        // biome-ignore lint/suspicious/noConsole: the long forms print their figures
        console.log(
          `kill matrix on ${name}, a platform that ${promise}: ${kills.length} kill points, ${killed} of them reached, ` +
            `${supervisor.kills} kills in all, ${wrong.length + atStart.length} wrong`,
        );
      expect([...wrong, ...atStart]).toEqual([]);
      expect(killed).toBeGreaterThan(LONG ? kills.length / 2 : KILLS - 1);
    },
  );
});
