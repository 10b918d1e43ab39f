import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyOf, split } from '../../../src/adapters/slack/message.ts';
import { toMarkdown, toMrkdwn } from '../../../src/adapters/slack/render.ts';
import { markdown } from '../../support/markdown.ts';
import { checkBlocks } from '../../support/slack/validate.ts';

const mrkdwn = (text: string) => toMrkdwn(text).join('\n\n');

describe('Slack’s own notation', () => {
  test.each([
    ['**bold** and _slanted_ and `code`', '*bold* and _slanted_ and `code`'],
    ['# Title\n\ntext', '*Title*\n\ntext'],
    ['[the page](https://a.example/?a=1&b=2)', '<https://a.example/?a=1&amp;b=2|the page>'],
    ['<https://a.example>', '<https://a.example>'],
    ['[click](javascript:alert(1))', 'click (javascript:alert(1))'],
    ['- one\n- two\n  - three', '• one\n• two\n    • three'],
    ['3. three\n4. four', '3. three\n4. four'],
    ['> said\n> twice', '> said\n> twice'],
    ['```js\nlet a = b < c && d;\n```', '```\nlet a = b &lt; c &amp;&amp; d;\n```'],
    ['| a | b |\n| - | - |\n| **1** | 2 |', '```\na  b\n-  -\n1  2\n```'],
    ['これは**「重要」**です', 'これは*「重要」*です'],
    ['[Ana](ana@example.com)', '<mailto:ana@example.com|Ana>'],
    ['| a | b |\n| - | - |\n| 1<br>2 | **3<br/>4** |', '```\na    b\n---  ---\n1 2  3 4\n```'],
    ['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
    ['~~gone~~ **a**', '~gone~ *a*'],
    ['see [ref]\n\n[ref]: https://a.example', 'see <https://a.example|ref>'],
  ])('%j is %j', (text, expected) => {
    expect(mrkdwn(text)).toBe(expected);
  });
});

describe('a markdown block', () => {
  test.each([
    ['```html\n<!DOCTYPE html>\n<!-- x -->\n```', '```html\n<!DOCTYPE html>\n<!-- x -->\n```'],
    ['`<!-- c -->` and `a<#b`', '`<!-- c -->` and `a<#b`'],
    ['a \\< b', 'a &lt; b'],
    ['a \\\\< b \\* c', 'a \\\\&lt; b \\* c'],
    ['`<@U1ABC> <!here> <#C1>`', '`<\u200b@U1ABC> <\u200b!here> <\u200b#C1>`'],
  ])('%j is %j', (text, expected) => {
    expect(toMarkdown(text)).toBe(expected);
  });
});

const CALLS = ['<!channel>', '<!here|here>', '<!everyone>', '<!subteam^S123>', '<@U123ABC>', '<#C123|general>'];
const WRAPS = [(call: string) => call, (call: string) => `\`${call}\``, (call: string) => `\`\`\`\n${call}\n\`\`\``];
const MORE = [
  (call: string) => `**a ${call}**`,
  (call: string) => `[x](${call})`,
  (call: string) => `| ${call} |\n|---|\n| b |`,
];

test.each(CALLS)('nobody is called by %s, wherever it stands', (call) => {
  for (const wrap of [...WRAPS, ...MORE]) {
    for (const text of [wrap(call), `a *b* ${wrap(call)}`]) {
      for (const takesMarkdown of [true, false]) {
        const body = JSON.stringify(bodyOf({ kind: 'answer', text }, takesMarkdown));
        expect(body).not.toMatch(/<(?:![a-z]|@[UW]|#C)/);
      }
    }
  }
});

describe('whatever is written', () => {
  const words = (text: string) => text.match(/[\p{L}\p{N}]{2,}/gu) ?? [];

  test('is taken by Slack, in both forms', () => {
    fc.assert(
      fc.property(markdown, fc.boolean(), (text, takesMarkdown) => {
        for (const part of split({ kind: 'answer', text })) {
          const { blocks, text: shown } = bodyOf(part, takesMarkdown);
          checkBlocks(blocks, 'message');
          expect(shown.length).toBeGreaterThan(0);
          expect(shown.length).toBeLessThanOrEqual(4_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('loses no word on the way to a markdown block', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const shown = toMarkdown(text).replaceAll('&lt;', '<').replaceAll('\u200b', '');
        for (const word of words(text)) expect(shown).toContain(word);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a long answer', () => {
  const long = (lines: number) =>
    Array.from({ length: lines }, (_, index) => `Line ${index} & ${'x'.repeat(40)}`).join('\n');

  test('comes as several messages that Slack takes, and what is beyond six as a file', () => {
    const parts = split({ kind: 'answer', text: long(1_300) });
    expect(parts.length).toBe(7);
    for (const part of parts) checkBlocks(bodyOf(part, true).blocks, 'message');
    for (const part of parts) checkBlocks(bodyOf(part, false).blocks, 'message');
    const [file] = parts.at(-1)?.inline ?? [];
    const all = parts.map(({ text }) => text).join('') + file?.text;
    for (let index = 0; index < 1_300; index++) expect(all).toContain(`Line ${index} `);
  });

  test('says how many files are too large to go with it', () => {
    const files = [1, 60 * 1024 * 1024].map((size) => ({ name: 'a.bin', type: 'x', size, hash: 'h' }));
    const parts = split({ kind: 'answer', text: 'look', files });
    expect(parts.map(({ files = [] }) => files.length)).toEqual([0, 1]);
    expect(parts[0]?.text).toMatch(/^look\n_1 file could not be attached: I send 50 MB/);
    expect(split({ kind: 'answer', text: '', files: files.slice(1) })[0]?.text).toMatch(/^_1 file/);
  });

  test('with buttons and files has its buttons under the last part, and files in parts of their own', () => {
    const buttons = [{ id: 'b'.repeat(22), label: 'Undo' }];
    const files = [{ name: 'a.txt', type: 'text/plain', size: 1, hash: 'h' }];
    const parts = split({ kind: 'answer', text: 'look', buttons, files });
    expect(parts.map((part) => [part.text, part.files?.length ?? 0, part.buttons?.length ?? 0])).toEqual([
      ['look', 0, 0],
      ['', 1, 0],
      ['', 0, 1],
    ]);
  });
});
