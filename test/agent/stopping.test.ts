import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelRequest } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import { packageRoot } from '../../src/base/root.ts';
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
      await eventually(async () => (await coda.count('lanes where current is not null')) === 0);
      expect(coda.platform.holding).toBeGreaterThan(0);
      coda.platform.release();
      await first.settled;
      await second.settled;
      await coda.app.whenSettled();
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
    await coda.restart(0);
    await eventually(() => coda.platform.in('dm-ana').length > 0);
    expect(coda.platform.in('dm-ana')).toEqual(['Stopped.']);
    expect(model.requests).toHaveLength(1);
  });
});

test('the plain word "stop", in sixteen languages, stops an answer that is under way in a direct chat', async () => {
  const words: Record<string, string[]> = JSON.parse(
    readFileSync(join(packageRoot(), 'assets', 'stop-words.json'), 'utf8'),
  );
  expect(Object.keys(words).join(' ')).toBe('ar de en es fi fr id it ja nl pt ru sv uk vi zh');
  const isHeld = (request: ModelRequest) => lastSaid(request).startsWith('tell me');
  const model = new ScriptedModel((request) =>
    isHeld(request) ? [{ hold: deferred() }] : [`heard ${lastSaid(request)}`],
  );
  await using coda = await play({ model, config: { 'access.rate_limit.enabled': false } });
  const ana = coda.person('ana');
  const spellings = [...Object.values(words).map(([first = '']) => first), 'STOP!', ' Stop. '];
  for (const [index, word] of spellings.entries()) {
    const running = await coda.hear('ana', 'dm-ana', `tell me ${index}`);
    await eventually(() => model.requests.length === index + 1);
    await ana.says(word);
    await running.settled;
    expect(coda.platform.in('dm-ana').slice(-2).sort(), word).toEqual(['Stopped.', 'Stopping.']);
  }
  // Said when nothing is under way, or with more, or among others it is a word like any other.
  expect(await ana.says('stop')).toContain('heard stop');
  await coda.person('ana', { channel: 'project' }).says('stop');
  expect(coda.platform.in('project').join()).toContain('heard');
  expect(model.requests).toHaveLength(spellings.length + 2);
});
