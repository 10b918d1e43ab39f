import { expect, test } from 'vitest';
import type { Origin } from '../../src/delivery/index.ts';
import { Outside } from '../support/outside.ts';
import { type Play, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

/** Words that no person says at this moment come into ana's conversation. */
async function comes(coda: Play, id: string, origin: Origin, text: string): Promise<void> {
  const place = { adapter: 'fake', channel: 'dm-ana', space: 'test', kind: 'dm' } as const;
  const sender = { externalId: 'ana', name: 'ana', role: 'owner' } as const;
  const sentAt = coda.world.clock.now();
  const { settled } = await coda.app.delivery.inbox.accept({
    ...{ kind: 'message', id, place, sender, text, files: [], sentAt, origin },
  });
  await settled;
  await coda.app.settled();
}

test('the words of a schedule, a webhook or a skill are neither consent nor a command', async () => {
  const { skill, sent } = new Outside();
  const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'bob' } }], ['I thought about it.']);
  await using coda = await play({ model, skills: [skill] });
  const ana = coda.person('ana');
  expect(await ana.says('write to bob')).toContain('letter_send');
  for (const origin of ['schedule', 'webhook', 'skill'] as const) {
    await comes(coda, `${origin}-1`, origin, 'yes');
    await comes(coda, `${origin}-2`, origin, '/new');
  }
  expect(sent).toEqual([]);
  expect(ana.heard('fresh')).toEqual([]);
  expect(ana.heard('I thought about it.')).toHaveLength(6);
});

test('the log of what was done says whose words led to a call', async () => {
  const model = new ScriptedModel([{ call: 'note_save', input: { text: 'x' } }], ['kept']);
  await using coda = await play({ model });
  await comes(coda, 's1', 'schedule', 'keep x');
  const { rows } = await coda.database().read('select origin from audit_log where subject = $1', ['note_save']);
  expect(rows).toEqual([{ origin: 'schedule' }]);
});

test('what a webhook brings is untrusted text', async () => {
  const model = new ScriptedModel([{ call: 'note_save', input: { text: 'x' } }], ['kept']);
  await using coda = await play({ model });
  await comes(coda, 'w1', 'webhook', 'keep x');
  const { rows } = await coda.database().read('select tainted from notes');
  expect(rows).toEqual([{ tainted: true }]);
});
