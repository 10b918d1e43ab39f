import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOf, changed, drawn, nodesOf, placeOfNode } from '../../../src/delivery/text/tree.ts';
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
    expect(drawn(grid?.rows ?? []).split('\n')[0]).toBe('Name   Age');
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
      expect(changed(text, same)).toBe(text);
    }),
    { numRuns: 60 },
  );
});
