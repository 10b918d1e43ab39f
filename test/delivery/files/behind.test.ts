import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { FileServer } from '../../support/file-server.ts';
import { holdBefore } from '../../support/holds.ts';
import { play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

describe.each(testDatabases)(
  'what is said behind a message whose files are not there, on $name',
  ({ name: engine, available }) => {
    test.skipIf(!available)('begins as soon as that has left the lane', async () => {
      await using server = await FileServer.start();
      const model = new ScriptedModel((request) => [`read: ${lastSaid(request)}`]);
      const config = { ...server.config, 'delivery.steer': false };
      await using coda = await play({ engine, model, config, platform: { filesAt: server.port } });
      coda.platform.filesAway = true;
      const leaving = holdBefore(coda, 'files.later');
      await coda.hearWith(['a.txt'], 'ana', 'c1', 'look');
      await leaving.reached;
      const next = await coda.hear('ana', 'c1', 'next');
      // Another turn ends, which looks for what waits: nothing in that lane can begin yet.
      await (await coda.hear('ana', 'c2', 'else')).settled;
      leaving.goOn();
      // The clock does not move on to when the files are asked for again.
      expect(await eventually(() => coda.platform.in('c1').length === 1)).toBe(true);
      expect(coda.platform.in('c1')).toEqual(['read: next']);
      await next.settled;
    });
  },
);
