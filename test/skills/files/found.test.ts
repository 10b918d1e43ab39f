/** What is found is shown: the words stand in the excerpt, and no file is hidden by others. */
import { expect, test } from 'vitest';
import { excerptAround } from '../../../src/skills/files/excerpt.ts';
import { play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

const PLACES = 'attic cellar garden kitchen hall garage balcony terrace pantry stairs'.split(' ');
const ROWS = Array.from(
  { length: 100 },
  (_, at) =>
    `Room: ${PLACES[at % 10]} ${at} | Thing: lamp number ${at * 7} of the house | Price: ${at},50 | Bought: shop`,
);

test('of a hundred rows each is in the excerpt of the passage that it was found in', () => {
  const missed: string[] = [];
  for (let from = 0; from < ROWS.length; from += 12) {
    const rows = ROWS.slice(from, from + 12);
    for (const [at, row] of rows.entries()) {
      const query = `what did the lamp in ${PLACES[(from + at) % 10]} ${from + at} cost?`;
      const excerpt = excerptAround(rows.join('\n'), query, 900);
      expect(excerpt.length).toBeLessThanOrEqual(902);
      if (!excerpt.includes(row)) missed.push(query);
    }
  }
  expect(missed).toEqual([]);
});

test.each([
  [
    'words at the end of a long line',
    `${'blank words '.repeat(120)}The code is 7731.`,
    'the code',
    'The code is 7731.',
  ],
  ['words without blanks', `${'一二三四五六七八九十'.repeat(110)}租赁合同第三条`, '租赁合同', '租赁合同第三条'],
  ['other words for them', `${'blank words '.repeat(120)}The sofa is blue.`, 'couch', 'The sofa is blue.'],
  [
    'words with another ending',
    `${'blank words '.repeat(120)}It was delivered in May.`,
    'delivery',
    'delivered in May.',
  ],
])('%s', (_, text, query, words) => {
  expect(excerptAround(text, query, 900)).toContain(words);
});

test('a short passage is shown whole, and one without the words from its beginning', () => {
  expect(excerptAround('short', 'other', 900)).toBe('short');
  expect(excerptAround('a '.repeat(900), 'other', 900).startsWith('a a')).toBe(true);
});

test('the first of sixty files is still there, and all of them are searched', async () => {
  const model = new ScriptedModel(
    ...Array.from({ length: 60 }, () => ['Seen.']),
    [{ call: 'attachment_read', input: { file: 'file-0.txt', from: 0 } }],
    ['Read.'],
    [{ call: 'attachment_find', input: { query: 'treasure' } }],
    ['Found.'],
  );
  model.takesFiles = true;
  await using coda = await play({ model });
  const ana = coda.person('ana');
  for (let at = 0; at < 60; at++) {
    const text = at === 0 ? 'The treasure is under the oak.' : `Nothing is in number ${at}.`;
    await coda.sends('ana', Buffer.from(text), { name: `file-${at}.txt`, text: 'keep it' });
  }
  await ana.says('read the first one');
  expect(model.requests[61]?.messages.at(-1)?.text).toContain('The treasure is under the oak.');
  await ana.says('where is the treasure?');
  const found = model.requests[63]?.messages.at(-1)?.text;
  expect(found).toContain('1. file-0.txt, line 1 (passage 0):\nThe treasure is under the oak.');
  expect(found).not.toContain('I have not read');
});

test('a search in this file stays in it', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await coda.sends('ana', Buffer.from('The code of the attic is 1111.'), { name: 'attic.txt', text: '' });
  await coda.sends('ana', Buffer.from('The code of the cellar is 2222.'), { name: 'cellar.txt', text: '' });
  for (const words of ["find 'code' in this file", "find 'code' in it"]) {
    const found = await ana.says(words);
    expect(found).toContain('2222');
    expect(found).not.toContain('1111');
  }
  expect(await ana.says("find 'code' in them")).toContain('1111');
});
