import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done } from '../../../src/agent/index.ts';
import type { TestClock } from '../../../src/base/clock.ts';
import type { Command } from '../../../src/chat/index.ts';
import type { Message } from '../../support/discord/index.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

const labels = (message: Message) =>
  message.components.flatMap((row) =>
    (row.components as { label: string; disabled?: boolean }[]).map(
      (each) => `${each.disabled ? '×' : ''}${each.label}`,
    ),
  );

/** The `custom_id` of a message's first button. */
const idOf = (message: Message) =>
  message.components.flatMap((row) => (row.components as { custom_id: string }[]).map((each) => each.custom_id))[0];

describe('buttons', () => {
  test('of a reminder work after a restart, once, and the message says who pressed', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const dm = fake.dm(play.ana);
    play.asks('remind me to water the plants in 10 minutes', { channel: dm });
    await play.hears('water the plants', dm);
    await play.settled();
    await play.passes(11 * 60_000);
    const card = await play.hears('⏰ water the plants', dm);
    expect(labels(card)).toEqual(['Done', 'Snooze 10 min', '1 hour', 'Tomorrow', 'Later…']);
    expect(card.content).toBe('⏰ water the plants');
    await play.stop();
    await play.start();
    const pressed = fake.presses(play.ana, card, 'Done');
    expect((await play.answer(pressed)).content).toContain('Done');
    expect(await eventually(() => card.content.includes('Ana'))).toBe(true);
    expect(labels(card).every((label) => label.startsWith('×'))).toBe(true);
    const again = fake.presses(play.ana, card, 'Done', idOf(card));
    expect((await play.answer(again)).content).toContain('already been used');
  });

  test('of one reminder of several are used up without the others', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const dm = fake.dm(play.ana);
    for (const text of ['remind me to call mum at 22:00', 'remind me to call bob at 22:00'])
      play.asks(text, { channel: dm });
    await play.hears('call bob', dm);
    await play.settled();
    await play.passes(24 * 3_600_000);
    const card = await play.hears('⏰ call mum', dm);
    expect(card.content).toContain('⏰ call bob');
    const open = () => labels(card).filter((label) => !label.startsWith('×'));
    const pressed = fake.presses(play.ana, card, 'Done: call mum');
    expect((await play.answer(pressed)).content).toContain('Done: “call mum”');
    expect(await eventually(() => open().length === 2)).toBe(true);
    expect(open()).toEqual(['Done: call bob', '10 min: call bob']);
    const other = fake.presses(play.ana, card, '10 min: call bob');
    expect((await play.answer(other)).content).toContain('bring up “call bob” again');
    expect(await eventually(() => open().length === 0)).toBe(true);
    expect(labels(card)).toHaveLength(4);
    expect(card.content.split('Ana')).toHaveLength(3);
  });

  test('of a question that was answered in words are closed, and do nothing any more', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const dm = fake.dm(play.ana);
    for (const text of ['remind me to call mum in 2 hours', 'remind me to call bob in 3 hours', 'cancel the call'])
      play.asks(text, { channel: dm });
    const card = await play.hears('Which reminder', dm);
    await play.settled();
    play.asks('2', { channel: dm });
    await play.hears('Deleted the reminder “call bob”', dm);
    expect(await eventually(() => labels(card).every((label) => label.startsWith('×')))).toBe(true);
    const pressed = fake.presses(play.ana, card, 'call mum', idOf(card));
    expect((await play.answer(pressed)).content).toContain('has been answered');
    await play.settled();
    await play.passes(2 * 3_600_000);
    expect(play.said('⏰ call mum')).toHaveLength(1);
  });

  test('put a reminder off in one’s own words, and ask again for words that say no time', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const dm = fake.dm(play.ana);
    play.asks('remind me to stretch in 10 minutes', { channel: dm });
    const made = await play.hears('stretch', dm);
    expect(made.content).toMatch(/<t:\d+:F> \(<t:\d+:R>\)/);
    expect(labels(made)).toEqual(['Undo', 'Not what I meant…']);
    await play.settled();
    await play.passes(11 * 60_000);
    const card = await play.hears('⏰ stretch', dm);
    const opened = fake.presses(play.ana, card, 'Later…');
    await eventually(() => opened.modal);
    await play.answer(fake.submits(play.ana, opened, 'whenever the moon sings'));
    expect(labels(card)).toContain('Later…');
    const again = fake.presses(play.ana, card, 'Later…');
    await eventually(() => again.modal);
    expect((await play.answer(fake.submits(play.ana, again, 'in 2 hours'))).content).toContain('stretch');
    await play.settled();
    await play.passes(2 * 3_600_000 + 60_000);
    expect(play.said('⏰ stretch')).toHaveLength(2);
  });

  test('give a reminder that was made the time that was meant', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const dm = fake.dm(play.ana);
    play.asks('remind me to stretch every day at 9:00', { channel: dm });
    const card = await play.hears('stretch', dm);
    const opened = fake.presses(play.ana, card, 'Not what I meant…');
    expect((await eventually(() => opened.modal))?.custom_id).toMatch(/^ask:/);
    const answer = await play.answer(fake.submits(play.ana, opened, 'every Monday at 8:00'));
    expect(answer.content).toContain('Monday');
    const { rows } = await play.database.read<{ rule: string }>('select rule from reminders');
    expect(rows.map(({ rule }) => rule.includes('BYDAY=MO'))).toEqual([true]);
  });

  test('come with when it was due, by every reader’s clock, where a reminder is late', async () => {
    await using play = await playDiscord({ stillClock: true });
    const dm = play.fake.dm(play.ana);
    play.asks('remind me to stretch in 10 minutes', { channel: dm });
    const made = await play.hears('stretch', dm);
    const [at] = /<t:\d+:F>/.exec(made.content) ?? [];
    await play.settled();
    await play.stop();
    const clock = play.world.clock as TestClock;
    play.fake.advance(3_600_000);
    await clock.moveTo(new Date(clock.now().getTime() + 3_600_000));
    await play.start();
    const card = await play.hears('⏰ stretch', dm);
    expect(card.content).toContain('was due');
    expect(card.content).toContain(at);
  });

  test('are pressed only by whom they are for', async () => {
    await using play = await playDiscord({ stillClock: true });
    play.asks('remind me to call Carl in 10 minutes');
    await play.hears('call Carl');
    await play.settled();
    await play.passes(11 * 60_000);
    const card = await play.hears('⏰ call Carl');
    // In a channel everybody sees whom it is for, and who it is for notices.
    expect(card.content).toBe(`<@${play.ana.id}> ⏰ call Carl`);
    expect(card.pinged).toEqual([play.ana.id]);
    const pressed = play.fake.presses(play.bob, card, 'Done');
    const answer = await play.answer(pressed);
    expect(answer.content).toContain('for somebody else');
    expect(answer.only).toBe(play.bob.id);
    expect(labels(card)).toContain('Done');
  });

  test('show their use when the token of the command that they answer is over', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    const used = fake.uses(play.ana, play.general, 'remind', { when: 'tomorrow at 9', text: 'stretch' });
    const card = await play.answer(used);
    await play.settled();
    await play.passes(20 * 60_000);
    await play.answer(fake.presses(play.ana, card, 'Undo'));
    expect(await eventually(() => card.content.includes('Undo — Ana'))).toBe(true);
    expect(labels(card)).not.toContain('Undo');
  });

  test('that one person alone sees work when Discord lets nobody change the card any more', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake } = play;
    await play.answer(fake.uses(play.ana, play.general, 'note', { text: 'milk' }));
    const card = await play.answer(fake.uses(play.ana, play.general, 'forget'));
    await play.settled();
    await play.passes(20 * 60_000);
    expect((await play.answer(fake.presses(play.ana, card, 'No, keep it'))).content).toBe('Nothing was deleted.');
    await play.settled();
    await play.passes(2 * 60_000);
    const open = await play.database.read(`select error from outbox where state <> 'sent'`);
    expect(open.rows).toEqual([]);
    const again = fake.presses(play.ana, card, 'Yes, forget me');
    expect((await play.answer(again)).content).toContain('already been used');
  });

  test('with a forged id do nothing', async () => {
    await using play = await playDiscord({ model: echo });
    play.asks('hi');
    const message = await play.hears('answer to hi');
    for (const forged of ['drop table', `press:${'x'.repeat(22)}`, `ask:${'x'.repeat(22)}`]) {
      const pressed = play.fake.presses(play.ana, message, 'none', forged);
      expect((await play.answer(pressed)).content).toMatch(/not one of mine|already been used/);
    }
  });

  test('that ask for words open a form, and only its own field is filled', async () => {
    const said: unknown[] = [];
    const asking: Command = {
      name: 'ask',
      summary: 'Asks.',
      run: async () => ({
        ...done('When?'),
        choices: [
          { label: 'Later…', tool: 'played_later', input: { id: 7 }, form: { field: 'when', label: 'Until when?' } },
        ],
      }),
    };
    await using play = await playDiscord({
      commands: [asking],
      tools: [
        {
          name: 'played_later',
          description: 'Notes when.',
          effect: 'write',
          input: z.object({ id: z.number(), when: z.string() }),
          run: async (input) => {
            said.push(input);
            return done('Noted.');
          },
        },
      ],
    });
    const { fake } = play;
    const card = await play.answer(fake.uses(play.ana, play.general, 'ask'));
    const opened = fake.presses(play.ana, card, 'Later…');
    const modal = await eventually(() => opened.modal);
    expect(modal?.custom_id).toMatch(/^ask:/);
    expect((await play.answer(fake.submits(play.ana, opened, 'tomorrow at 9'))).content).toBe('Noted.');
    expect(said).toEqual([{ id: 7, when: 'tomorrow at 9' }]);
  });
});
