import { expect, test } from 'vitest';
import { Interpreter } from '../../../src/agent/english/index.ts';
import { Understanding } from '../../../src/agent/english/understand.ts';
import { wordsOf } from '../../../src/agent/english/words.ts';
import type { Phrase } from '../../../src/agent/index.ts';

function counting() {
  const heard: string[] = [];
  const phrase: Phrase = {
    pattern: '{said}',
    example: 'anything',
    call: ({ said = '' }) => {
      heard.push(said);
      return undefined;
    },
  };
  return { phrase, heard };
}

test.each(['and also ', 'please ', 'sorry, '])('phrases are tried behind a few of many courtesies: %s', (courtesy) => {
  const { phrase, heard } = counting();
  const text = courtesy.repeat(400);
  const words = wordsOf(text);
  new Understanding([phrase]).read(text, words, 0, words.length, {});
  expect(heard.length).toBeLessThan(30);
});

test('of thousands of blanks in a row a hundred are kept, and all words', () => {
  const save: Phrase = {
    pattern: 'note: {text}',
    example: 'note: this',
    call: ({ text = '' }) => ({ tool: 'note_save', input: { text } }),
  };
  const { calls } = new Interpreter([save]).answer(`note: one${' '.repeat(5_000)}two\n\nthree`, {});
  expect(calls).toEqual([{ tool: 'note_save', input: { text: `one${' '.repeat(100)}two\n\nthree` } }]);
});
