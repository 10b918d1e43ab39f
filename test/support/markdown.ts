import fc from 'fast-check';

const line = fc.oneof(
  { weight: 6, arbitrary: fc.lorem({ maxCount: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 120 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('```', '```js', '~~~~', '````md', '', '   ', '# title', '- item', '👩‍👩‍👧‍👦'.repeat(20)),
  },
);
/** Texts as models write them: paragraphs, code blocks, long words, emoji, marks. */
export const markdown = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));
