import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

describe.each(testDatabases)('what is remembered on $name', ({ name, available }) => {
  test.skipIf(!available)('what was said while an answer was worked on is part of the conversation', async () => {
    const reading = deferred();
    const begun = deferred();
    const skill: Skill = {
      name: 'test',
      tools: () => [
        outsideTool({
          name: 'page_read',
          description: 'Reads a page.',
          effect: 'fetch',
          input: z.object({}),
          async run() {
            begun.resolve();
            await reading.promise;
            return done('a page');
          },
        }),
      ],
    };
    const model = new ScriptedModel([{ call: 'page_read' }], ['read'], ['yes']);
    await using coda = await play({ engine: name, model, skills: [skill] });
    const first = await coda.hear('ana', 'dm-ana', 'read it');
    await begun.promise;
    await coda.hear('ana', 'dm-ana', 'it is about whales');
    reading.resolve();
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
