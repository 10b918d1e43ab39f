import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { playSlack } from '../../support/slack/play.ts';

test('a message becomes a reminder at a time in any words, which links back to it', async () => {
  await using play = await playSlack({ stillClock: true });
  const { fake, ana, bob, general } = play;
  // Escaped it is several times as long as a modal takes.
  const message = fake.says(bob, general, `the *budget* is due ${'"\n'.repeat(900)}`);
  fake.picks(ana, message, 'remind_message');
  const form = await eventually(() => fake.modalOf(ana));
  fake.submits(ana, form!, 'in 2 hours');
  const dm = fake.dm(ana);
  await play.hears('budget', dm);
  expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  await play.settled();
  await play.passes(2 * 3_600_000 + 60_000);
  const card = await play.hears('⏰', dm);
  expect(JSON.stringify(card.blocks)).toContain(`p${message.ts.replace('.', '')}`);
  expect(fake.said(general)).toEqual([]);
});

test('a message becomes a note, once', async () => {
  await using play = await playSlack();
  const { fake, ana, bob, general } = play;
  const message = fake.says(bob, general, 'the wifi password is on the fridge');
  const picked = fake.picks(ana, message, 'note_message');
  await play.hears('fridge', fake.dm(ana));
  fake.sockets.dispatch('interactive', picked.payload);
  expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  await play.settled();
  fake.picks(ana, fake.says(ana, general, 'my own words'), 'note_message');
  await play.hears('my own words', fake.dm(ana));
  await play.settled();
  const { rows } = await play.database.read<{ text: string; tainted: boolean }>(
    'select text, tainted from notes order by created_at',
  );
  // What somebody else has written is not the person's own word.
  expect(rows.map(({ tainted }) => tainted)).toEqual([true, false]);
});
