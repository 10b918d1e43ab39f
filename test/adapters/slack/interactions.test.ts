import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { buttonsOf, type Channel, type Message, type View, wordsOf } from '../../support/slack/index.ts';
import { echo, playSlack, type SlackPlay } from '../../support/slack/play.ts';

const labels = (message: Message) => buttonsOf(message).map(({ text }) => (text as { text: string }).text);

describe('slash commands', () => {
  test('run by name after /coda, and some by a name of their own', async () => {
    await using play = await playSlack();
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    expect(fake.uses(ana, dm, '/note', 'the key is under the mat').acknowledged).toBe(false);
    await play.hears('under the mat', dm);
    fake.uses(ana, dm, '/coda', 'notes');
    expect(wordsOf(await play.hears(/1 note|under the mat/, dm))).toContain('under the mat');
    fake.uses(ana, dm, '/remind-me', 'tomorrow at 9 to stand up');
    await play.hears('stand up', dm);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  });

  test('in a channel are answered openly or to who asked alone, by the command', async () => {
    await using play = await playSlack();
    const { fake, ana, general } = play;
    fake.uses(ana, general, '/coda', 'help');
    expect((await play.hears('/help reminders', general)).only).toBeUndefined();
    fake.uses(ana, general, '/link');
    expect((await play.hears('It works once', general)).only).toBe(ana.id);
  });

  test('where coda is not a member are answered to who asked', async () => {
    await using play = await playSlack();
    const { fake, ana, bob } = play;
    const between = fake.channel('between', [ana, bob], 'im');
    between.members.delete(fake.bot.id);
    fake.uses(ana, between, '/notes');
    expect((await play.hears('no notes', between)).only).toBe(ana.id);
  });

  test('where coda is not a member are answered though the first answer was lost', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana } = play;
    const open = fake.channel('open', [ana]);
    open.members.delete(fake.bot.id);
    let lost = false;
    fake.web.fault = ({ method }) => {
      if (method !== 'response_url' || lost) return undefined;
      lost = true;
      return 'lost';
    };
    fake.uses(ana, open, '/coda', 'help');
    await eventually(() => lost);
    await play.settled();
    await play.passes(60_000);
    expect((await play.hears('/help reminders', open)).only).toBe(ana.id);
  });

  test('alone or unknown say what there is', async () => {
    await using play = await playSlack();
    const { fake, ana, general } = play;
    const alone = fake.uses(ana, general, '/coda', '  ');
    await eventually(() => alone.acknowledged);
    const named = String(alone.response?.text).match(/\/coda [\w-]+/g) ?? [];
    expect(named[0]).toBe('/coda help');
    expect(new Set(named).size).toBe(5);
    fake.uses(ana, general, '/coda', 'nots');
    await play.hears('I do not know `/nots`', general);
  });

  test('that come twice are carried out once', async () => {
    await using play = await playSlack();
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const used = fake.uses(ana, dm, '/note', 'buy milk');
    await play.hears('milk', dm);
    const again = fake.sockets.dispatch('slash_commands', used.payload);
    expect(await eventually(() => again.acknowledged)).toBe(true);
    await play.settled();
    const { rows } = await play.database.read('select 1 from notes');
    expect(rows).toHaveLength(1);
  });
});

/** A reminder of Ana's that has just spoken in her direct messages. */
async function reminded(play: SlackPlay, text: string): Promise<{ dm: Channel; card: Message }> {
  const dm = play.fake.dm(play.ana);
  play.asks(`remind me to ${text} in 10 minutes`, { channel: dm });
  await play.hears(text, dm);
  await play.settled();
  await play.passes(11 * 60_000);
  return { dm, card: await play.hears(`⏰ ${text}`, dm) };
}

describe('buttons', () => {
  test('of a reminder work after a restart, once, and the message says who pressed', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana } = play;
    const { dm, card } = await reminded(play, 'water the plants');
    expect(labels(card)).toEqual(['Done', 'Snooze 10 min', '1 hour', 'Tomorrow', 'Later…']);
    const id = String(buttonsOf(card)[0]?.action_id);
    await play.stop();
    await play.start();
    fake.presses(ana, card, 'Done');
    expect(await eventually(() => wordsOf(card).includes('Ana') || wordsOf(card).includes('ana'))).toBe(true);
    expect(labels(card)).toEqual([]);
    fake.presses(ana, card, 'Done', id);
    await play.hears('already been used', dm);
  });

  test('put a reminder off in one’s own words, by a form', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana } = play;
    const { card } = await reminded(play, 'stretch');
    fake.presses(ana, card, 'Later…');
    const form = await eventually(() => fake.modalOf(ana));
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    fake.submits(ana, form!, 'in 2 hours');
    await eventually(() => labels(card).length === 0);
    await play.settled();
    await play.passes(2 * 3_600_000 + 60_000);
    expect(play.said('⏰ stretch')).toHaveLength(2);
  });

  test('whose form comes twice, or when it is too late, act once', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana } = play;
    const { dm, card } = await reminded(play, 'stretch');
    const forms: View[] = [];
    for (const _ of ['this one', 'and a stale one']) {
      fake.presses(ana, card, 'Later…');
      expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
      forms.push(fake.modalOf(ana) as View);
    }
    const sent = fake.submits(ana, forms[1]!, 'in 2 hours');
    expect(await eventually(() => labels(card).length === 0)).toBe(true);
    fake.sockets.dispatch('interactive', sent.payload);
    fake.submits(ana, forms[0]!, 'in 3 hours');
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    await play.hears('its time is over', dm);
    await play.settled();
    const { rows } = await play.database.read('select 1 from reminders where next_at is not null');
    expect(rows).toHaveLength(1);
    await play.passes(4 * 3_600_000);
    expect(play.said('⏰ stretch')).toHaveLength(2);
  });

  test('in a channel are pressed only by whom they are for, who is called by the card', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana, bob, general } = play;
    play.asks('remind me to call Carl in 10 minutes');
    await play.hears('call Carl');
    await play.settled();
    await play.passes(11 * 60_000);
    const card = await play.hears('⏰ call Carl');
    expect(wordsOf(card)).toContain(`<@${ana.id}>`);
    fake.presses(bob, card, 'Done');
    const answer = await play.hears('for somebody else', general);
    expect(answer.only).toBe(bob.id);
    expect(labels(card)).toContain('Done');
  });

  test('show all of a long request to who may decide, to nobody else, and leave the card as it is', async () => {
    const letter = outsideTool({
      name: 'letter_send',
      description: 'Sends a letter.',
      effect: 'external',
      input: z.object({ lines: z.array(z.string()) }),
      run: async () => done('sent'),
    });
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}.`);
    const model = new ScriptedModel([{ call: 'letter_send', input: { lines } }], ['It is on its way.']);
    await using play = await playSlack({ model, tools: [letter], stillClock: true });
    const { fake, ana, bob, general } = play;
    play.asks('write to Carl');
    const card = await play.hears('Sends a letter');
    expect(wordsOf(card)).toContain('line 2.');
    expect(wordsOf(card)).not.toContain('line 5.');
    expect(labels(card)).toEqual(['Approve', 'Deny', 'Deny, because …', 'Details']);
    fake.presses(bob, card, 'Details');
    expect((await play.hears('for somebody else', general)).only).toBe(bob.id);
    fake.presses(ana, card, 'Details');
    const whole = await play.hears('line 39.', general);
    expect([whole.only, wordsOf(whole).includes('line 5.')]).toEqual([ana.id, true]);
    expect(labels(card)).toEqual(['Approve', 'Deny', 'Deny, because …', 'Details']);
    fake.presses(ana, card, 'Approve');
    await play.hears('It is on its way.');
  });

  test('that are pressed before coda knows that they are there are closed once it does', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('remind me to stretch in 10 minutes', { channel: dm });
    await play.hears('stretch', dm);
    await play.settled();
    const answer = deferred();
    fake.web.hold = ({ method }) => (method === 'chat.postMessage' ? answer.promise : undefined);
    await play.moves(11 * 60_000);
    const card = await play.hears('⏰ stretch', dm);
    const pressed = fake.presses(ana, card, 'Done');
    await eventually(() => pressed.acknowledged);
    const used = async () =>
      (await play.database.read(`select from buttons where label = 'Done' and used_at is not null`)).rows.length > 0;
    expect(await eventually(used)).toBe(true);
    expect(labels(card)).toContain('Done');
    answer.resolve();
    await play.settled();
    expect(await eventually(() => labels(card).length === 0)).toBe(true);
    expect(wordsOf(card)).toContain('Done');
  });

  test('with a forged id do nothing', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('hi', { channel: dm });
    const message = await play.hears('answer to hi', dm);
    for (const forged of ['drop table', `press:${'x'.repeat(22)}`, `ask:${'x'.repeat(22)}`]) {
      const before = fake.said(dm).length;
      const pressed = fake.presses(ana, message, 'none', forged);
      expect(await eventually(() => fake.said(dm).length > before)).toBe(true);
      expect(await eventually(() => pressed.acknowledged)).toBe(true);
      expect(wordsOf(fake.said(dm).at(-1)!)).toMatch(/not one of mine|already been used/);
    }
  });

  test('that one person alone sees are spent by the press of one', async () => {
    await using play = await playSlack();
    const { fake, ana, general } = play;
    fake.uses(ana, general, '/coda', 'forget');
    const card = await play.hears('I would delete', general);
    expect(card.only).toBe(ana.id);
    // Nobody presses before coda has stored that the card is there.
    await eventually(
      async () => (await play.database.read(`select from outbox where state <> 'sent'`)).rows.length === 0,
    );
    fake.presses(ana, card, 'No, keep it');
    await play.hears('Nothing was deleted.', general);
    expect(await eventually(() => labels(card).length === 0)).toBe(true);
  });
});
