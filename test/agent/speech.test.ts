import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Speech } from '../../src/agent/speech.ts';

/** What is heard of `text` when it comes in pieces of `size` characters. */
function heard(text: string, size = text.length || 1): string {
  const speech = new Speech();
  for (let at = 0; at < text.length; at += size) speech.add(text.slice(at, at + size));
  speech.end();
  return speech.text;
}

const spoken: [what: string, text: string, said: string][] = [
  ['a thought before the answer', '<think>\nHm, blue.\n</think>\n\nIt is blue.', 'It is blue.'],
  ['an empty thought', '<think>\n\n</think>\n\nIt is blue.', 'It is blue.'],
  ['a thought in capitals', '<THINK>Hm.</THINK>It is blue.', 'It is blue.'],
  ['a thought by another name', '\n<reasoning>Hm.</reasoning> It is blue.', 'It is blue.'],
  ['a thought in Kimi’s marks', '◁think▷Hm.◁/think▷It is blue.', 'It is blue.'],
  ['two thoughts', '<think>Hm.</think>It is <think>no?</think>blue.', 'It is blue.'],
  ['a thought without an end', '<think>Hm, what if', ''],
  ['a thought whose beginning was swallowed', 'Hm, blue.\n</think>\n\nIt is blue.', 'It is blue.'],
  ['marks within a sentence that never end', 'A <think> tag opens a thought.', 'A <think> tag opens a thought.'],
  ['marks in code', 'Write `<think>` and `</think>`.', 'Write `<think>` and `</think>`.'],
  ['marks in quotes', 'Write "<think>" and "</think>".', 'Write "<think>" and "</think>".'],
  ['marks in a fence', '```\n<think>\nx\n</think>\n```', '```\n<think>\nx\n</think>\n```'],
  ['the beginning of a mark', 'a < b, <thin', 'a < b, <thin'],
];

test.each(spoken)('%s', (_, text, said) => {
  for (const size of [text.length, 7, 3, 1]) expect(heard(text, size)).toBe(said);
});

test('text without marks stays what it is, in whatever pieces it comes', () => {
  const words = fc
    .array(fc.constantFrom('<', '</', 'think', '>', 'a', '\n', '`', '"', ' '))
    .map((each) => each.join(''));
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 9 }), (text, size) => {
      expect(heard(text, size)).toBe(heard(text));
      if (!/think>/.test(text)) expect(heard(text, size)).toBe(text);
    }),
  );
});

test('a long thought in small pieces is heard in no time', () => {
  const speech = new Speech();
  speech.add('<think>');
  for (let piece = 0; piece < 100_000; piece++) speech.add('word ');
  speech.add('</think>Yes.');
  speech.end();
  expect(speech.text).toBe('Yes.');
  expect(speech.thought).toHaveLength(500_015);
});
