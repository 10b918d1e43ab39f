import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

describe.each(testDatabases)('stopping on $name', ({ name, available }) => {
  test.skipIf(!available)('a stop whose hint to the process that runs the turn was lost is heeded', async () => {
    const outside = new Outside().hold();
    const model = new ScriptedModel([{ call: 'page_read' }], ['never said']);
    await using coda = await play({ engine: name, model, skills: [outside.skill] });
    const running = await coda.hear('ana', 'dm-ana', 'read it');
    await outside.begun.promise;
    // What another replica's /stop leaves in the database.
    await coda.database().run('test', 'update lanes set cancel = true');
    outside.release();
    await running.settled;
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(['Stopped.']);
  });

  test.skipIf(!available)(
    'the running turn is stopped, also while the answer before it is still being sent',
    async () => {
      const gate = deferred();
      const model = new ScriptedModel((request) =>
        lastSaid(request) === 'one' ? ['first'] : [{ hold: gate }, 'never said'],
      );
      await using coda = await play({ engine: name, model });
      await coda.person('ana').says('/help');
      coda.platform.faults.push('held');
      const first = await coda.hear('ana', 'dm-ana', 'one');
      await eventually(() => coda.platform.holding > 0);
      const second = await coda.hear('ana', 'dm-ana', 'two');
      await eventually(() => model.requests.length === 2);
      await coda.hear('ana', 'dm-ana', '/stop');
      await second.settled;
      coda.platform.release();
      await first.settled;
      await coda.app.settled();
      expect(coda.platform.in('dm-ana').slice(1).sort()).toEqual(['Stopped.', 'Stopping.', 'first']);
    },
  );

  test.skipIf(!available)('what was to be stopped when its process ended does not go on in the next one', async () => {
    const model = new ScriptedModel([{ hold: deferred() }, 'never said']);
    await using coda = await play({ engine: name, model });
    await coda.hear('ana', 'dm-ana', 'tell me');
    await eventually(() => model.requests.length === 1);
    // The stop was committed, and the process ended before it had heard of it.
    await coda.database().run('test', 'update lanes set cancel = true');
    await coda.restart();
    await eventually(() => coda.platform.in('dm-ana').length > 0);
    expect(coda.platform.in('dm-ana')).toEqual(['Stopped.']);
    expect(model.requests).toHaveLength(1);
  });
});
