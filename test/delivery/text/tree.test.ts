import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges, blocksOf, drawTable, nodesOf, placeOfNode } from '../../../src/delivery/text/tree.ts';
import { markdown } from '../../support/markdown.ts';

describe('a table in Markdown', () => {
  const TABLE = '| Name | Age |\n| --- | ---: |\n| Ana | 7 |\n| a \\| b | 31 |';

  test('is a block of its own, with what stands around it', () => {
    const blocks = blocksOf(`Look:\n${TABLE}\nand more\n\nlast`);
    expect(blocks.map(({ type }) => type)).toEqual(['paragraph', 'grid', 'paragraph', 'paragraph']);
    expect(blocks[1]).toMatchObject({
      rows: [
        ['Name', 'Age'],
        ['Ana', '7'],
        ['a | b', '31'],
      ],
    });
  });

  test('stands where it says', () => {
    const text = `Look:\n${TABLE}\nand more`;
    const [grid] = [...nodesOf(text)].flatMap((node) => (node.type === 'grid' ? node : []));
    expect(text.slice(grid?.from, grid?.to)).toBe(TABLE);
    expect(drawTable(grid?.rows ?? []).split('\n')[0]).toBe('Name   Age');
  });

  test('is none in a code block, and none without its second line', () => {
    for (const text of [`\`\`\`\n${TABLE}\n\`\`\``, 'a | b\nc | d']) {
      expect([...nodesOf(text)].some(({ type }) => type === 'grid')).toBe(false);
    }
  });
});

test('nodes stand within the text, and changing none of them leaves it as it is', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const places = [...nodesOf(text)].flatMap((node) =>
        node.type === 'text' && node.position ? placeOfNode(node) : [],
      );
      for (const { from, to } of places) expect(from <= to && to <= text.length).toBe(true);
      const same = places.map(({ from, to }) => ({ from, to, text: text.slice(from, to) }));
      expect(applyChanges(text, same)).toBe(text);
    }),
    { numRuns: 60 },
  );
});

describe('text right behind a list', () => {
  const typesOf = (text: string) => blocksOf(text).map(({ type }) => type);
  const textAt = (text: string, index: number) => {
    const { position } = blocksOf(text)[index] as { position?: { start: { offset: number }; end: { offset: number } } };
    return text.slice(position?.start.offset, position?.end.offset);
  };

  test('is a paragraph of its own, not more of the last item', () => {
    const text = 'To buy:\n- milk\n- eggs\nSaved on *Friday*.\nMore of it.\n\n1. one\n   - inner\nEnd';
    expect(typesOf(text)).toEqual(['paragraph', 'list', 'paragraph', 'list', 'paragraph']);
    expect(textAt(text, 1)).toBe('- milk\n- eggs');
    expect(textAt(text, 2)).toBe('Saved on *Friday*.\nMore of it.');
    expect(textAt(text, 4)).toBe('End');
  });

  test('that is indented goes on with the item, and an item behind it keeps the list whole', () => {
    expect(typesOf('1. flour,\n   and water')).toEqual(['list']);
    expect(typesOf('- **flour**\n  and water\n- salt')).toEqual(['list']);
    expect(typesOf('1. one\nits words\n2. two')).toEqual(['list']);
    expect(typesOf('- one\nwords\n7. seven')).toEqual(['list', 'paragraph', 'list']);
  });
});

/** A head and so many rows. */
function tableOf(cell: string, columns: number, rows: number): string {
  const row = `${`${cell}|`.repeat(columns)}\n`;
  return `${row}${'-|'.repeat(columns)}\n${row.repeat(rows)}`;
}

describe('a text with more marks than anybody writes', () => {
  const HOSTILE = {
    lists: `${'- '.repeat(10_000)}x`,
    quotes: `${'> '.repeat(10_000)}x`,
    mixed: `${'1. > - '.repeat(3_000)}x`,
    pictures: `${'!['.repeat(5_000)}x${'](http://a)'.repeat(5_000)}`,
    brackets: '[a]'.repeat(10_000),
    stars: '*'.repeat(20_000),
    emphasis: '_a*'.repeat(7_000),
    items: '-\n'.repeat(10_000),
    deep: '- a\n  - b\n'.repeat(2_000),
    cells: tableOf('a', 1_000, 40),
    'empty cells': tableOf('', 10, 1_100),
    'marked cells': tableOf('*a*', 10, 110),
  };

  test.each(Object.entries(HOSTILE))('is shown as it is, and holds nobody up: %s', (_, text) => {
    const [block, ...others] = blocksOf(text);
    expect(others).toEqual([]);
    expect(block).toMatchObject({ type: 'paragraph', children: [{ type: 'text', value: text }] });
    const [whole] = [...nodesOf(text)];
    expect(whole && placeOfNode(whole as never)).toEqual({ from: 0, to: text.length });
  });

  test('is not what people write: long lists, many links, nested quotes, blanks', () => {
    const usual = {
      list: '- a thing\n'.repeat(900),
      paragraph: '[a link](https://example.com/a_b) and *words* '.repeat(900),
      blockquote: `${'> '.repeat(20)}deep`,
      code: `\`\`\`\n${'a[0] = b;\n'.repeat(2_000)}\`\`\``,
      grid: tableOf('a, b', 10, 900),
    };
    for (const [type, text] of Object.entries(usual)) expect(blocksOf(text)[0]?.type).toBe(type);
    expect(blocksOf(`|${' '.repeat(50_000)}x\n|${' '.repeat(50_000)}x`)).toHaveLength(1);
  });
});
