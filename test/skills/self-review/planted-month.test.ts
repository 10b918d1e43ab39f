import { expect, test } from 'vitest';
import { PLANTED_WAYS, plantMonth } from '../../support/planted-month.ts';
import { play } from '../../support/play.ts';
import { echo } from '../../support/scripted-model.ts';

test('the planted month has 300 turns, 40 of them bad in five ways', async () => {
  await using coda = await play({ model: echo() });
  await coda.person('ana').says('hello');
  const { rows } = await coda
    .database()
    .read<{ personId: string; conversationId: string }>(
      `select p.id as "personId", c.id as "conversationId" from persons p join conversations c on c.person_id = p.id`,
    );
  const [whose = { personId: '', conversationId: '' }] = rows;
  expect(await plantMonth(coda.database(), { ...whose, now: coda.world.clock.now() })).toHaveLength(300);
  expect(await coda.count('self_assessments')).toBe(300);
  expect(await coda.count('self_assessments where score < 3')).toBe(40);
  for (const way of PLANTED_WAYS)
    expect(await coda.count(`self_assessments where '${way}' = any(failure_modes)`)).toBe(8);
  expect(await coda.count(`audit_log where subject = 'web_fetch' and code = 'NOT_FOUND'`)).toBe(16);
});
