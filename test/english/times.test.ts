/** A time in a sentence is taken whole: no word of it is left in the task. */
import { expect, test } from 'vitest';
import { hear, lineOf } from './hear.ts';

test.each([
  ['in 2 hous'],
  ['in 3 weeeks'],
  ['in 5 business weeks'],
  ['in 2 Stunden'],
  ['in an hour or two'],
  ['in 2 days and a bit'],
  ['every 8 hours from 20 to 27 December'],
  ['every hour from 9 to 5 on Monday 7 December'],
  ['every Monday at noon except the last Monday in December'],
  ['every day except 20 December to 6 January at 8'],
  ['every Monday at 9 except December 7, 14 and 21'],
  ['every 6 months starting 31 March'],
  ['every other Monday and every Thursday at 10'],
  ['from October to March every monday at 9'],
  ['next year on this day'],
  ['every day from 3 March 2027 09:00 UTC+1'],
  ['tomorrow at 9 in St. Louis'],
  ['tomorrow at 9am Ho Chi Minh City time'],
  ['0 9 * * 1-5'],
  ['*/15 9-17 * * *'],
  ['@daily'],
])('%s', async (when) => {
  const call = `reminder_create text="call Bob" when=${JSON.stringify(when)}`;
  expect(lineOf(await hear(`remind me ${when} to call Bob`))).toBe(call);
  expect(lineOf(await hear(`remind me to call Bob ${when}`))).toBe(call);
});

test.each([
  'remind me in 10 bananas to eat',
  'remind me tomorrow at 9 in the office to water the plants',
  'remind me every day at 9 for 5 tims to stretch',
  'remind me to call Bob tomorrow at 9 in Paris, Texas',
])('where a word beside it may belong to it, nothing is done: %s', async (text) => {
  expect((await hear(text)).calls).toEqual([]);
});

test.each(['0 9 * * 1-5 check the queue', 'check the queue @daily'])(
  'a cron expression beside a task offers itself: %s',
  async (text) => {
    const { choices = [] } = await hear(text);
    const made = choices.filter(({ tool }) => tool === 'reminder_create').map(({ input }) => input);
    expect(made).toContainEqual({ text: 'check the queue', when: text.replace('check the queue', '').trim() });
  },
);

test.each([
  'kaufe heute Abend Milch und hole am 3. Dezember um 10 Uhr das Paket',
  'appelle le dentiste le 3 décembre, pas avant 10h',
  'zadzwoń jutro o 10 do dentysty',
])('no button is made of the English half of another language: %s', async (text) => {
  const { choices = [], calls, text: answer } = await hear(text);
  expect(calls).toEqual([]);
  expect(choices.filter(({ input }) => 'when' in input)).toEqual([]);
  expect(answer).toMatch(/deutsch|Deutsch|français|po polsku/);
});

test.each([
  ['erinnere mich am 3. Dezember um 10 Uhr an den Zahnarzt', 'am 3. Dezember um 10 Uhr', 'an den Zahnarzt'],
  ['erinnere mich in 2 Stunden an die Wäsche', 'in 2 Stunden', 'an die Wäsche'],
  ["rappelle-moi le 3 décembre à 10h d'appeler le dentiste", 'le 3 décembre à 10h', "d'appeler le dentiste"],
  ['jeden Montag um 9 Uhr Müll rausbringen', 'jeden Montag um 9 Uhr', 'Müll rausbringen'],
  ['przypomnij mi jutro o 10 o dentyście', 'jutro o 10', 'o dentyście'],
])('a time in another language that is read whole is offered, and nothing done: %s', async (said, when, text) => {
  const { choices = [], calls, text: answer } = await hear(said);
  expect(calls).toEqual([]);
  expect(choices[0]).toMatchObject({ tool: 'reminder_create', input: { when, text } });
  expect(answer).toContain('Is it one of these?');
});
