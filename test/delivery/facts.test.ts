/** Arguments of calls on cards: whoever decides reads who gets what, and no value passes for another one. */
import { expect, test } from 'vitest';
import { toMarkup } from '../../src/adapters/http/chats/markup.ts';
import { factsOf, inBlock, isAllFacts } from '../../src/delivery/index.ts';

const read = (...lines: string[]) => factsOf(lines.join('\n')).map(({ name, value }) => `${name}: ${value}`);

test.each([
  [
    'a letter',
    ['to: the landlord', 'text: The heating knocks at night.'],
    ['to: the landlord', 'text: The heating knocks at night.'],
  ],
  [
    'a mail with lines',
    ['to: bo@shop.example', 'body: |-', '  Hello Bo,', '  see you at 8.'],
    ['to: bo@shop.example', 'body: Hello Bo,\nsee you at 8.'],
  ],
  [
    'code',
    ['language: python', 'code: |', '  print(1)', '  for x in y:', '    print(x)'],
    ['language: python', 'code: print(1)\nfor x in y:\n  print(x)'],
  ],
  ['a list of files', ['delete_files:', '  - a.txt', '  - b.txt'], ['delete files: - a.txt\n- b.txt']],
  [
    'a fetch',
    ['url: https://shop.example/kettle?x=1', 'method: POST'],
    ['url: https://shop.example/kettle?x=1', 'method: POST'],
  ],
  ['a number', ['amount: 12.5', 'currency: EUR'], ['amount: 12.5', 'currency: EUR']],
  ['a switch', ['device: the heating', 'on: false'], ['device: the heating', 'on: false']],
  [
    'an issue with labels',
    ['repository: a/b', 'labels:', '  - bug', 'title: "It: breaks"'],
    ['repository: a/b', 'labels: - bug', 'title: It: breaks'],
  ],
  ['a command', ["command: 'rm -rf ''my folder'''"], ["command: rm -rf 'my folder'"]],
  ['fields that are not set', ['to: Ana', 'cc: null', 'note: ""'], ['to: Ana']],
])('%s', (_, lines, facts) => {
  expect(read(...lines)).toEqual(facts);
});

test('a value that looks like another field stays a part of its own', () => {
  expect(read('to: Ana', 'text: |-', '  hello', '  to: Max')).toEqual(['to: Ana', 'text: hello\nto: Max']);
  expect(read('to: "Ana\\nto: Max"')).toEqual(['to: "Ana\\nto: Max"']);
});

test.each([
  ['an argument with other letters', ['text: hi', 'Empfänger: mallory@x']],
  ['one that begins with a sign', ['text: hi', '$filter: all']],
  ['one with a slash', ['text: hi', 'to/cc: mallory@x']],
  ['one whose value is the word null', ['text: hi', 'to: null']],
])('%s: the block is shown whole', (_, lines) => {
  expect(isAllFacts(lines.join('\n'))).toBe(false);
  const shown = JSON.stringify(toMarkup(`Approve?\n\n${inBlock(lines.join('\n'))}`, { folds: true }));
  for (const line of lines) expect(shown).toContain(line);
});

test('unseen characters stay escaped', () => {
  expect(read('to: "An\\u200ba"')).toEqual(['to: "An\\u200ba"']);
});
