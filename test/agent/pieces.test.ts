import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL_FORMATS } from '../../src/agent/inference/strip-thinking/call-formats.ts';
import { THOUGHT_FORMATS } from '../../src/agent/inference/strip-thinking/thought-formats.ts';
import { ThinkingStripper } from '../../src/agent/inference/strip-thinking.ts';
import { readPieces } from './written.ts';

test('an answer is the same in whatever pieces it comes, and nothing is shown that is not said', () => {
  const marks = [
    ...CALL_FORMATS.flatMap(({ example }) => [example, ...example.split(/(?<=[>\]])|(?=[<[])/)]),
    ...THOUGHT_FORMATS.flatMap(({ example }) => [example, ...example.split(/(?<=[>\]])|(?=[<[])/)]),
    '<|im_end|>',
    '<|im_start|>assistant\n',
    '</s>',
    '<end_of_turn>',
  ].filter((mark) => mark !== '');
  const words = fc.constantFrom(
    ...marks,
    'a',
    ' ',
    '\n',
    '\n\n',
    '`',
    '```',
    '"',
    '<',
    '[',
    '{',
    '}',
    'note_save',
    'It is so.',
  );
  const answers = fc.array(words, { maxLength: 12 }).map((each) => each.join(''));
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), (text, sizes) => {
      const pieces: string[] = [];
      for (let at = 0, next = 0; at < text.length; next++) {
        const size = sizes[next % sizes.length] ?? 1;
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      const { shown: _, ...whole } = readPieces([text]);
      const { shown, ...came } = readPieces(pieces);
      expect(came).toEqual(whole);
      // Where the beginning of a thought was swallowed, it is only known at its end.
      const isSwallowed = /\/think|\/THINK|close\|>think|END_THINKING|<channel\||end_of_thought/.test(text);
      for (const each of isSwallowed ? [] : shown) expect(`${whole.text.trim()}\n`.startsWith(each.trim())).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('a call with its tokens behind a thought without any begins at its first token', () => {
  const text =
    'analysisIt is so.<|start|>assistant<|channel|>commentary to=functions.note_save <|constrain|>json<|message|>{"text": "milk"}<|call|>';
  const [whole, came] = [readPieces([text]), readPieces([...text])];
  expect(whole).toMatchObject({ thought: 'analysisIt is so.' });
  expect({ ...came, shown: [] }).toEqual({ ...whole, shown: [] });
});

test('blanks in pieces, however many, are no words', () => {
  const stripper = new ThinkingStripper();
  for (let nth = 0; nth < 5_000; nth++) stripper.add(nth % 2 ? ' ' : '\n');
  expect(stripper.hasWords).toBe(false);
  stripper.add('word');
  expect(stripper.hasWords).toBe(true);
});

test('an empty list is an answer, and stays what was shown', () => {
  for (const text of ['[]', '[]<|inner_prefix|>'])
    expect(readPieces([...text])).toMatchObject({ text: '[]', calls: [] });
});
