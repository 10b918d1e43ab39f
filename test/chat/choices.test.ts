import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool, done } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

test('a yes that comes hours later erases nobody', async () => {
  await using coda = await play({ zone: 'Europe/Berlin' });
  const ana = coda.person('ana');
  await ana.says('remind me tomorrow at 9 to stand up');
  expect(await ana.says('/forget')).toContain('your reminders');
  await coda.passes({ hours: 9 });
  await ana.says('yes');
  expect(await ana.says('what are my reminders')).toContain('stand up');
  await ana.says('/forget');
  expect(await ana.says('yes')).toContain('forgotten everything');
});

test('a typed answer means the newest card, never an older one', async () => {
  await using coda = await play({ zone: 'Europe/Berlin' });
  const ana = coda.person('ana');
  await ana.says('remind me in 10 minutes to water the plants');
  await ana.says('remind me in 20 minutes to feed the cat');
  await coda.passes({ minutes: 30 });
  expect(await ana.says('Done')).toContain('feed the cat');
  // That card is used up; its number does not fall through to the older one.
  await ana.says('1');
  expect(await ana.says('what are my reminders')).toContain('water the plants');
});

test('a button acts on the data of who presses: an owner presses none that is another’s', async () => {
  await using coda = await play();
  const olga = coda.person('olga', { channel: 'general' });
  const ana = coda.person('ana', { channel: 'general', role: 'member' });
  await olga.says('note: the boiler code is 1234');
  for (const text of ['one', 'two']) await ana.says(`note: ${text}`);
  await ana.says('/forget');
  expect(await olga.presses('Yes, forget me')).toContain('for somebody else');
  await ana.says('delete all my notes');
  expect(await olga.presses('Delete all 2')).toContain('for somebody else');
  expect(await olga.says('show my notes')).toContain('1234');
  expect(await ana.presses('Delete all 2')).not.toContain('for somebody else');
});

test('what takes too long in its transaction once is done all the same', async () => {
  let runs = 0;
  const never = new Promise<never>(() => {});
  const tides: Skill = {
    name: 'tides',
    tools: () => [
      dataTool({
        name: 'tide_read',
        description: 'Looks at the tide.',
        effect: 'read',
        timeoutMs: 100,
        input: z.object({}),
        run: async () => (++runs === 2 ? done('It is high.', { choices: [again] }) : never),
      }),
      dataTool({
        name: 'tide_turn',
        description: 'Turns the tide.',
        effect: 'write',
        timeoutMs: 100,
        input: z.object({}),
        run: async () => (++runs === 4 ? done('It turns.') : never),
      }),
    ],
  };
  const again = { label: 'Turn it', tool: 'tide_turn', input: {} };
  const model = new ScriptedModel((request) =>
    request.messages.at(-1)?.role === 'tool' ? ['It is high.'] : [{ call: 'tide_read', input: {} }],
  );
  await using coda = await play({ model, skills: [tides] });
  const ana = coda.person('ana');
  expect(await ana.says('how is the tide?')).toContain('It is high.');
  expect(await ana.presses('Turn it')).toContain('It turns.');
  expect(runs).toBe(4);
});
