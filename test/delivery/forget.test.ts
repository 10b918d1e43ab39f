import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

describe.each(testDatabases)('forgetting a person on $name', ({ name, available }) => {
  test.skipIf(!available)('asks first, then nothing of them is left but that something was said', async () => {
    const model = new ScriptedModel((request) => [`${request.messages.length}: ${lastSaid(request)}`]);
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana');
    await (await coda.hear('ana', 'dm-ana', 'my PIN is 4711', 'owner', 'pin')).settled;
    await ana.says('/note the key is under the mat');
    await ana.says('/remind in 10 minutes take the pills');
    expect(await ana.says('/forget')).toContain('cannot be taken back');
    expect(await ana.presses('No, keep it')).toContain('Nothing was deleted');
    await ana.says('/forget');
    expect(await ana.presses('Yes, forget me')).toContain('forgotten everything');
    for (const table of ['inbox', 'outbox', 'messages', 'notes', 'reminders', 'steps', 'persons']) {
      const { rows } = await coda.database().read(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toMatch(/4711|under the mat|pills|"ana"/);
    }
    await coda.passes({ minutes: 20 });
    expect(coda.platform.in('dm-ana').join()).not.toContain('take the pills\n');
    // A copy that the platform delivers late is still known to have been answered.
    expect((await coda.hear('ana', 'dm-ana', 'my PIN is 4711', 'owner', 'pin')).outcome).toBe('duplicate');
    // Who writes again is somebody new.
    expect(await ana.says('hello')).toBe('1: hello');
  });
});
