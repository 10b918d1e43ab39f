import { expect, test } from 'vitest';
import { play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

test('somebody else is reminded only where they have agreed, and the reminder is theirs', async () => {
  const model = new ScriptedModel((request) => {
    const [, text = '', when = ''] = /^tell bob (\w+) (.*)$/.exec(lastSaid(request)) ?? [];
    if (request.messages.at(-1)?.role === 'tool') return [request.messages.at(-1)?.text ?? ''];
    return text === '' ? ['Good.'] : [{ call: 'reminder_create', input: { text, when, to: 'bob' } }];
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
});
