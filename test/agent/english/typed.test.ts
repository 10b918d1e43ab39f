import { expect, test } from 'vitest';
import { asMeant } from '../../../src/agent/english/typed.ts';

test.each([
  ['hiya remind me to call Bob', 'remind me to call Bob'],
  ['Hey, coda! remind me', 'remind me'],
  ['um, wait, Tim not Tom', 'wait, Tim not Tom'],
  ['right, its Tim not Tom', 'its Tim not Tom'],
  ['ok so an hour later', 'an hour later'],
  ['good morning, the doctor comes at 11', 'the doctor comes at 11'],
  ['oh and actually make it 5', 'actually make it 5'],
  ['coda, "remind me" is what I typed', '"remind me" is what I typed'],
])('an interjection before what is meant is left out: %s', (typed, meant) => {
  expect(asMeant(typed)).toBe(meant);
});

test.each([
  'hmm',
  'Hello!',
  'good morning',
  'hello kitty bag for Mia',
  'hey jude lyrics',
  'Hi-fi cable',
  'ER at 5',
  'right now',
  'so what is on?',
  'oh no, 5pm',
  'oh my, I meant half past eight',
  'coda is slow',
])('what may be more than an interjection stays: %s', (typed) => {
  expect(asMeant(typed)).toBe(typed);
});

test.each([
  ['remnd me mondya at 5', 'remind me monday at 5'],
  ['Rmeind us eevry fridya', 'Remind us every friday'],
  ['skip toorrow’s', 'skip tomorrow’s'],
  ['thx & deleet it', 'thx & delete it'],
  ['and cancle the milk reinder', 'and cancel the milk reminder'],
  ['pls tell me tmrw or on wed', 'please tell me tomorrow or on wednesday'],
  ['theyve shifted it, its handled, I cant', "they've shifted it, it's handled, I can't"],
  ['Could u do sun 10am insted', 'Could you do sunday 10am instead'],
])('a typing error or a short form that can be nothing else is put right: %s', (typed, meant) => {
  expect(asMeant(typed)).toBe(meant);
});

test.each([
  'chance it',
  'a seat in the sun',
  'he sat down',
  'very good',
  'its tail',
  'we were ill',
  'a dot and a cat',
  'remainder of the rent',
  'rewind me the tape',
  'mail a@mondya.com',
  'tell Sam "cancle the fridya booking"',
  'note: the plumber comes tues',
  'shopping list: sundya roast',
])('a word of its own, a quotation and what is kept stay as they were typed: %s', (typed) => {
  expect(asMeant(typed)).toBe(typed);
});

test('a message of many words takes no longer than its length', () => {
  const long = 'um, cancle wed tmrw hors '.repeat(400);
  expect(asMeant(long)).toContain('tomorrow');
});
