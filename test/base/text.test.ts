import { expect, test } from 'vitest';
import { actOf, doesOf } from '../../src/base/text.ts';

test.each([
  ['Deletes a note. It stays for a while.', 'delete a note'],
  ['Puts right something that you remember: the new text takes its place.', 'put right something that coda remembers'],
  ['Corrects or forgets a memory of the person.', 'correct or forget a memory of the person'],
  ['Moves, alters, pauses, runs or ends a schedule.', 'move, alter, pause, run or end a schedule'],
  ["Replaces a note's text, or adds to it (`append`), or sets its tags.", "replace a note's text, or add to it"],
  [
    'Pins a note, so that it comes first in lists, or unpins it.',
    'pin a note, so that it comes first in lists, or unpin it',
  ],
  [
    'Hands a task to a specialist, which works on it by itself, and gives you its answer.',
    'hand a task to a specialist, which works on it by itself, and give coda its answer',
  ],
  ['Has a skill do a task, and gives you the result.', 'have a skill do a task, and give coda the result'],
  ['Remembers what the person is, likes or lives through.', 'remember what the person is, likes or lives through'],
  ['Runs a script of a skill that you have activated.', 'run a script of a skill that coda has activated'],
  ['Shows the person what you can do.', 'show the person what coda can do'],
  ['Gives you a skill’s instructions, and your own words.', 'give coda a skill’s instructions, and coda’s own words'],
  ['Gives the person all of it, as a file.', 'give the person all of it, as a file'],
  ['Searches the web.', 'search the web'],
])('the act in “%s”', (sentence, act) => expect(actOf(sentence)).toBe(act));

test('a description is told to others without its asides, and without “you”', () => {
  expect(doesOf('Plans work of yours, or a watch: what you do then.')).toBe('Plans work of coda’s, or a watch');
  expect(doesOf('Gives you what you have read (in full).')).toBe('Gives coda what coda has read');
});
