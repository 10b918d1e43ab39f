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
