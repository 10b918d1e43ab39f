import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { allKills, playKills, playStartKills, Supervisor } from '../../support/fleet/matrix.ts';

/** What a platform can promise against second copies. */
const platforms = [
  { promise: 'knows a key again', deduplicatesForMs: 120_000, canFind: false },
  { promise: 'can be asked', deduplicatesForMs: 0, canFind: true },
];

describe.each(testDatabases)('every kill -9 on $name', ({ name, available }) => {
  test.skipIf(!available).each(platforms)(
    'leaves one answer to each question and one message to each occurrence, where the platform $promise',
    async ({ promise, deduplicatesForMs, canFind }) => {
      await using fleet = await Fleet.begin({ engine: name, daemon: { deduplicatesForMs, canFind } });
      await fleet.behave({ deduplicatesForMs });
      const supervisor = await Supervisor.over(fleet);
      const kills = await allKills(supervisor);
      const { wrong, killed } = await playKills(supervisor, kills);
      const atStart = await playStartKills(supervisor);
      // biome-ignore lint/suspicious/noConsole: the long forms print their figures
      console.log(
        `kill matrix on ${name}, a platform that ${promise}: ${kills.length} kill points, ${killed} of them reached, ` +
          `${supervisor.kills} kills in all, ${wrong.length + atStart.length} wrong`,
      );
      expect([...wrong, ...atStart]).toEqual([]);
      expect(killed).toBeGreaterThan(kills.length / 2);
    },
  );
});
