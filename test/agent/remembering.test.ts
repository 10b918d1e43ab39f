import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

describe.each(testDatabases)('what is remembered on $name', ({ name, available }) => {
  test.skipIf(!available)('what was said while an answer was worked on is part of the conversation', async () => {
    const outside = new Outside().hold();
    const model = new ScriptedModel([{ call: 'page_read' }], ['read'], ['yes']);
    await using coda = await play({ engine: name, model, skills: [outside.skill] });
    const first = await coda.hear('ana', 'dm-ana', 'read it');
    await outside.begun.promise;
    await coda.hear('ana', 'dm-ana', 'it is about whales');
    outside.release();
    await first.settled;
    await coda.person('ana').says('do you know what it is about?');
    expect(model.requests.at(-1)?.messages.map(({ text }) => text)).toEqual([
      'read it',
      'it is about whales',
      'read',
      'do you know what it is about?',
    ]);
  });
});
