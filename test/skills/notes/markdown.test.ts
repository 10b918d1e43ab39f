import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FiledNote, fileName, fromMarkdown, toMarkdown } from '../../../src/skills/notes/operations.ts';

const facts = { path: 'Recipes/Pancakes.md', changed: '2026-11-20T08:00:00.000Z' };

test('a note that is written and read again is the same', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((text) => !text.includes('\r'));
  const note = fc.record({
    id: fc.stringMatching(/^[a-z0-9]{6}$/),
    title: words,
    text: fc.oneof(words, fc.constantFrom('---\nid: x\n---', '- a\n- b\n', '# Title\n\ntext\n', '\n\n')),
    tags: fc.uniqueArray(fc.stringMatching(/^[a-z0-9:/-]{1,20}$/), { maxLength: 5 }),
    scope: fc.constantFrom('own' as const, 'here' as const),
    pinned: fc.boolean(),
    tainted: fc.boolean(),
    created: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString()),
  });
  fc.assert(
    fc.property(note, (one) => {
      expect(fromMarkdown(toMarkdown(one), facts)).toEqual(one);
    }),
  );
});

const read = (content: string, path = facts.path) => fromMarkdown(content, { ...facts, path }) as FiledNote;

test('a note of Obsidian keeps its name, properties and folder', () => {
  const note = read(
    '---\ntags: [Food, "#Sweet Things"]\ncreated: 2024-03-01\naliases:\n  - Crêpes\n---\nFlour, milk #easy\n',
  );
  expect(note).toMatchObject({
    title: 'Pancakes',
    text: 'Flour, milk #easy',
    tags: ['food', 'sweet-things', 'recipes'],
    created: '2024-03-01T00:00:00.000Z',
    tainted: false,
  });
  expect(note.id).toBeUndefined();
  expect(read('---\ntags: food, sweet\n---\nFlour').tags).toEqual(['food', 'sweet', 'recipes']);
});

test('plain text of Apple Notes loses the line that repeats its title, and nothing else', () => {
  expect(read('Shopping\nmilk\r\n\r\nbread', 'Shopping.txt')).toMatchObject({
    title: 'Shopping',
    text: 'milk\n\nbread',
  });
  expect(read('# Shopping\n\nmilk', 'Shopping.md').text).toBe('milk');
  expect(read('Shopping', 'Shopping.txt').text).toBe('Shopping');
  expect(read('---\nonly a line\n', 'x.md').text).toBe('---\nonly a line');
});

test('frontmatter that cannot be read is told of with its line', () => {
  expect(fromMarkdown('---\ntitle: [\n---\ntext', facts)).toEqual({
    problem: expect.stringMatching(/^its frontmatter cannot be read \(line \d\)$/),
  });
});

test('a file is named so that a person finds it, and no path can be made of a title', () => {
  const named = (title: string) => fileName({ ...read('x'), id: 'ab12cd', title });
  expect(named('Wi-Fi password!')).toBe('wi-fi-password--ab12cd.md');
  expect(named('../../etc/passwd')).toBe('etc-passwd--ab12cd.md');
  expect(named('…')).toBe('note--ab12cd.md');
});
