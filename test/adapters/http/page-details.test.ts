import { expect, test } from 'vitest';
import { toMarkup } from '../../../src/adapters/http/chats/markup.ts';

const card = (lines: number) =>
  `May I do this?\n\n\`\`\`\n${Array.from({ length: lines }, (_, index) => `line${index}: value`).join('\n')}\n\`\`\``;
const shown = (text: string, folds: boolean) => JSON.stringify(toMarkup(text, { folds }));

test('long details of a question are folded on the page, whole; short ones and code of an answer are not', () => {
  expect(shown(card(5), true)).toContain('["details",{},["summary",{},"Details: 5 lines"]');
  expect(shown(card(5), true)).toContain('line4: value');
  for (const open of [shown(card(4), true), shown(card(5), false)]) expect(open).not.toContain('details');
});

test('bold beside the marks of Chinese and Japanese, breaks in cells, and mail addresses', () => {
  expect(toMarkup('中文**（注）**字，**“引用”**说')).toEqual([
    ['p', {}, '中文', ['strong', {}, '（注）'], '字，', ['strong', {}, '“引用”'], '说'],
  ]);
  expect(shown('| a |\n| - |\n| 1<br>2 |', false)).toContain('["td",{},"1",["br",{}],"2"]');
  expect(shown('a <br> b', false)).toContain('<br>');
  expect(shown('[Ana](ana@example.com)', false)).toContain('"href":"mailto:ana@example.com"');
});
