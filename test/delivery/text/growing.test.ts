import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitGrowing } from '../../../src/adapters/discord/message.ts';
import { closeText, shownWhileGrowing } from '../../../src/delivery/text/growing.ts';

/** Complete pieces of what a model writes. */
const piece = fc.constantFrom(
  'plain words, and a number: 3 * 4 = 12',
  'a **bold** word',
  'an *italic and **bold** one*',
  'all ***at once*** and ~~gone~~',
  'code `a * b` and ``a ` b``',
  'snake_case_names and 5*3*2',
  'see [the page](https://example.com/a_b) now',
  '- [ ] to do\n- * starred',
  '```js\nconst a = `x${b}`; // **not bold\n```',
  '| a | b |\n| - | - |\n| 1 | 2 |',
);
const markdown = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('\n\n'));

test.each([
  ['so **much', 'so **much**'],
  ['see:\n\n```js\nlet a', 'see:\n\n```js\nlet a\n```'],
  ['see:\n\n~~~~\n```\nlet a\n', 'see:\n\n~~~~\n```\nlet a\n~~~~'],
  ['all of it.', 'all of it.'],
])('an answer of which no more comes is closed: %j', (text, closed) => {
  expect(closeText(text)).toBe(closed);
});

describe('an answer that grows', () => {
  test.each([
    ['Hello **bold and *it', 'Hello **bold and *it***'],
    ['Hello **', 'Hello'],
    ['Hello **bold**', 'Hello **bold**'],
    ['**bold *it*** and more', '**bold *it*** and more'],
    ['say `code', 'say `code`'],
    ['say ``a ` b', 'say ``a ` b``'],
    ['see [the pa', 'see'],
    ['see [the page](https://exam', 'see'],
    ['see [the page](https://example.com) and', 'see [the page](https://example.com) and'],
    ['snake_case and 5*3', 'snake_case and 5*3'],
    ['* item\n* another', '* item\n* another'],
    ['**never closed\n\nand on', '**never closed\n\nand on'],
    ['done.\n``', 'done.'],
    ['```js\nconst **a', '```js\nconst **a'],
  ])('shows nothing half done: %j', (text, shown) => {
    expect(shownWhileGrowing(text)).toBe(shown);
  });

  test('is left as it is where it is complete', () => {
    fc.assert(fc.property(markdown, (text) => shownWhileGrowing(text) === text));
  });

  test('wherever it is cut, what is shown is complete, and holds nothing that was not written', () => {
    fc.assert(
      fc.property(markdown, fc.nat(), (text, at) => {
        const shown = shownWhileGrowing(text.slice(0, at % (text.length + 1)));
        expect(shownWhileGrowing(shown)).toBe(shown);
        const words = (value: string) => value.match(/[\p{L}\p{N}]+/gu) ?? [];
        const before = words(text);
        const [last = '', ...all] = words(shown).reverse();
        expect(all.reverse()).toEqual(before.slice(0, all.length));
        expect(before[all.length] ?? '').toContain(last);
      }),
    );
  });

  test('is not shown before there is anything of it', () => {
    expect(splitGrowing({ kind: 'answer', text: '**' })).toEqual([]);
    expect(splitGrowing({ kind: 'answer', text: '**a' })).toEqual([{ kind: 'answer', text: '**a**' }]);
  });
});
