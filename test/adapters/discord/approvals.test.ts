import { expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../../src/agent/index.ts';
import type { Message } from '../../support/discord/index.ts';
import { playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

/** A tool that acts outside, and a model that calls it with this text. */
function letters(text: string) {
  const sent: string[] = [];
  const tool = outsideTool({
    name: 'letter_send',
    description: 'Sends a letter.',
    effect: 'external',
    input: z.object({ text: z.string() }),
    async run(input) {
      sent.push(input.text);
      return done('sent');
    },
  });
  const model = new ScriptedModel([{ call: 'letter_send', input: { text } }], (request) => [
    `told: ${request.messages.at(-1)?.text}`,
  ]);
  return { sent, options: { model, tools: [tool], stillClock: true } };
}

const enabled = ({ components }: Message) =>
  components.flatMap((row) =>
    (row.components as { label: string; disabled?: boolean }[]).filter((each) => !each.disabled).map((it) => it.label),
  );

test('what asks for leave shows who gave it, and is open to the asker and an owner alone', async () => {
  const { sent, options } = letters('hello');
  await using play = await playDiscord(options);
  play.asks('write to Carl', { user: play.bob });
  const card = await play.hears('May I do this? **Sends a letter: ');
  expect(card.content).toContain('text: hello');
  expect(enabled(card)).toEqual(['Approve', 'Deny', 'Deny, because …']);
  const strange = await play.answer(play.fake.presses(play.eve, card, 'Approve'));
  expect(strange.content).not.toContain('Approved');
  expect(sent).toEqual([]);
  await play.answer(play.fake.presses(play.ana, card, 'Approve'));
  await play.hears('told: sent');
  expect(sent).toEqual(['hello']);
  expect(await eventually(() => card.content.includes('Approve — Ana'))).toBe(true);
  expect(enabled(card)).toEqual([]);
});

test('what nobody answers in a day is closed, and the card says so', async () => {
  const { sent, options } = letters('hello');
  await using play = await playDiscord(options);
  play.asks('write to Carl');
  const card = await play.hears('May I do this? **Sends a letter: ');
  await play.settled();
  await play.passes(23 * 3_600_000);
  expect(enabled(card)).toEqual(['Approve', 'Deny', 'Deny, because …']);
  await play.passes(2 * 3_600_000);
  expect(await eventually(() => card.content.includes('nobody answered in time'))).toBe(true);
  expect(enabled(card)).toEqual([]);
  await play.hears('did not answer in time');
  expect(sent).toEqual([]);
});

test('a long request shows its beginning, and all of it to who may decide, however often', async () => {
  const hidden = `${'word '.repeat(1_000)}\u202E\u200Bend\`\`\`||x||`;
  const { sent, options } = letters(hidden);
  await using play = await playDiscord(options);
  play.asks('write to Carl', { user: play.bob });
  const card = await play.hears('May I do this? **Sends a letter: ');
  expect(card.content.length).toBeLessThan(900);
  expect(card.content).toContain('text: "word word');
  expect(card.attachments).toEqual([]);
  expect(enabled(card)).toEqual(['Approve', 'Deny', 'Deny, because …', 'Details']);
  expect((await play.answer(play.fake.presses(play.eve, card, 'Details'))).content).not.toContain('word');
  for (const user of [play.bob, play.ana]) {
    await play.answer(play.fake.presses(user, card, 'Details'));
    await play.settled();
    const told = play.fake.said(play.general).filter((each) => each.only === user.id && each.content.includes('word'));
    const whole = told.map(({ content }) => content).join('');
    expect(whole.split('word')).toHaveLength(1_001);
    expect(whole).toContain(String.raw`\u202e\u200bend\u0060\u0060\u0060||x||`);
  }
  expect(enabled(card)).toEqual(['Approve', 'Deny', 'Deny, because …', 'Details']);
  await play.answer(play.fake.presses(play.bob, card, 'Deny'));
  await play.hears('said no');
  expect(sent).toEqual([]);
  expect(await eventually(() => enabled(card).join() === 'Details')).toBe(true);
});
