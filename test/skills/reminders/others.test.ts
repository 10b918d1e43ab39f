import { expect, test } from 'vitest';
import { play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

test('somebody else is reminded only where they have agreed, and the reminder is theirs', async () => {
  const model = new ScriptedModel((request) => {
    const [, text = '', when = ''] = /^tell \w+ (\w+) (.*)$/.exec(lastSaid(request)) ?? [];
    const to = /^tell (\w+)/.exec(lastSaid(request))?.[1];
    if (request.messages.at(-1)?.role === 'tool') return [request.messages.at(-1)?.text ?? ''];
    return text === '' ? ['Good.'] : [{ call: 'reminder_create', input: { text, when, to } }];
  });
  await using coda = await play({ at: '2026-11-20T08:00:00Z', model });
  const ana = coda.person('ana', { role: 'member' });
  const bob = coda.person('bob', { role: 'member' });
  await ana.says('hello');
  expect(await ana.says('tell bob bins tomorrow at 9')).toContain('I know nobody “bob”');
  await bob.says('hello');

  // Asked once; nothing is his before he agrees.
  expect(await ana.says('tell bob bins tomorrow at 9')).toContain('I have asked bob');
  expect(bob.heard('ana would like me to remind you')).toHaveLength(1);
  expect(await ana.says('tell bob keys tomorrow at 9')).toContain('has not answered yet');
  expect(bob.heard('would like')).toHaveLength(1);
  expect(await coda.count('reminders')).toBe(0);
  // Nobody else answers for him.
  const button = bob
    .seen()
    .flatMap(({ buttons }) => buttons)
    .at(-2);
  await (await coda.press('ana', 'dm-ana', button?.id ?? '')).settled;
  expect(await coda.count('reminders')).toBe(0);

  await bob.presses('Yes, and others too');
  expect(ana.heard('bob agrees to “bins”')).toHaveLength(1);
  expect(await ana.says('tell bob keys tomorrow at 10')).toContain('bob: I');
  await coda.passes({ days: 1, hours: 2 });
  expect(bob.heard('⏰ bins (from ana)')).toHaveLength(1);
  expect(bob.heard('⏰ keys (from ana)')).toHaveLength(1);
  expect(ana.heard('⏰')).toEqual([]);
  expect(await bob.presses('Done')).toContain('Done: “keys (from ana)”');

  // Taken back in one place with what else ana tells him.
  const [, id = ''] = /`(\w+)`/.exec(await bob.says('/targets')) ?? [];
  await bob.says(`/targets remove ${id}`);
  expect(await ana.says('tell bob more tomorrow at 9')).toContain('does not want to be reminded');

  // Agreed to too late: nothing is planned, and a later one is.
  const cleo = coda.person('cleo', { role: 'member' });
  await cleo.says('hello');
  const planned = await coda.count('reminders');
  await ana.says('tell cleo oven tomorrow at 9');
  await coda.passes({ days: 2 });
  expect(await cleo.presses('Yes, and others too')).toContain('Its time has passed');
  expect(ana.heard('the time of “oven” has passed')).toHaveLength(1);
  expect(await coda.count('reminders')).toBe(planned);
  // A receiver's limit holds for what others give them.
  for (const text of ['drink', 'stand']) expect(await ana.says(`tell cleo ${text} every minute`)).toContain('cleo: I');
  expect(await ana.says('tell cleo breathe every minute')).toMatch(/120|less often/);
  expect(await coda.count('reminders')).toBe(planned + 2);
});
