import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyOf, buttonOf, fitContent, newMessage, split, toDiscord } from '../../../src/adapters/discord/message.ts';
import { markdown } from '../../support/markdown.ts';

describe('a long answer', () => {
  const long = (parts: number) =>
    Array.from({ length: parts * 30 }, (_, index) => `Line ${index} ${'x'.repeat(50)}`).join('\n');

  test('comes as several messages that Discord takes', () => {
    const parts = split({ kind: 'answer', text: long(3) });
    expect(parts.length).toBeGreaterThan(1);
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(2_000);
  });

  test('beyond six messages goes into a file, of which nothing is missing', () => {
    const text = long(12);
    const parts = split({ kind: 'answer', text });
    expect(parts).toHaveLength(6);
    const [file] = parts.at(-1)?.inline ?? [];
    expect(file?.name).toBe('answer.md');
    const shown = parts.map((part) => part.text.replace(/\n-# The rest.*$/, '')).join('');
    expect((shown + file?.text).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  });

  test('whose rest is a file begins there with the code block that it goes on with', () => {
    const code = Array.from({ length: 600 }, (_, index) => `console.log(${index}, 'a line of code');`).join('\n');
    const [file] = split({ kind: 'answer', text: `Look:\n\`\`\`js\n${code}\n\`\`\`` }).at(-1)?.inline ?? [];
    expect(file?.text).toMatch(/^```js\nconsole\.log[\s\S]*\n```$/);
  });

  test('with more files than a message takes goes on with them, and has its buttons under the last', () => {
    const buttons = [{ id: 'b'.repeat(22), label: 'Undo' }];
    const file = (name: string, mb: number) => ({ name, type: 'text/plain', size: mb * 1024 * 1024, hash: 'h' });
    const large = split({
      kind: 'answer',
      text: 'Look.',
      buttons,
      files: ['a', 'b', 'c'].map((name) => file(name, 10)),
    });
    expect(large.map(({ text, files = [] }) => [text, files.length])).toEqual([
      ['Look.', 2],
      ['', 1],
    ]);
    expect(large.map((part) => part.buttons)).toEqual([undefined, buttons]);
    const many = split({ kind: 'answer', text: 'Look.', files: Array.from({ length: 25 }, () => file('a', 0)) });
    expect(many.map(({ files = [] }) => files.length)).toEqual([10, 10, 5]);
  });

  test('has its buttons and files under the last message', () => {
    const buttons = [{ id: 'b'.repeat(22), label: 'Undo' }];
    const files = [{ name: 'a.txt', type: 'text/plain', size: 1, hash: 'h' }];
    const parts = split({ kind: 'answer', text: long(3), buttons, files });
    expect(parts.slice(0, -1).some((part) => part.buttons || part.files)).toBe(false);
    expect(parts.at(-1)).toMatchObject({ buttons, files });
  });

  test('that was cut for another platform is made to fit, with all of it in a file', () => {
    const fitted = fitContent({ kind: 'answer', text: long(10) });
    expect(fitted.text.length).toBeLessThanOrEqual(2_000);
    expect(fitted.inline?.[0]?.text).toBe(long(10));
  });
});

describe('Markdown', () => {
  test('a table becomes a code block whose columns stand in line', () => {
    expect(toDiscord('| Name | Age |\n| --- | ---: |\n| Ana | 7 |\n| Bartholomew | 31 |\n\nafter')).toBe(
      '```\nName         Age\n-----------  ---\nAna          7\nBartholomew  31\n```\n\nafter',
    );
  });

  test('what looks like a table inside a code block is left alone', () => {
    const code = '```\n| a | b |\n| - | - |\n```';
    expect(toDiscord(code)).toBe(code);
  });

  test('loses no word, whatever is written', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const words = (value: string) => value.match(/[\p{L}\p{N}]+/gu) ?? [];
        expect(words(toDiscord(text))).toEqual(words(text));
      }),
    );
  });

  test('deep headings become bold', () => {
    expect(toDiscord('#### Detail')).toBe('**Detail**');
  });
});

describe('a message', () => {
  test('shows the instants that it speaks of on each reader’s own clock', () => {
    const [part] = split({ kind: 'answer', text: 'At nine.', times: ['2026-11-23T08:00:00.000Z'] });
    expect(part?.text).toBe('At nine.\n-# <t:1795420800:F> (<t:1795420800:R>)');
  });

  test('has at most five rows of five buttons, with labels that fit', () => {
    const buttons = Array.from({ length: 30 }, (_, index) => ({
      id: `${index}`.padStart(22, '0'),
      label: 'x'.repeat(100),
    }));
    const rows = bodyOf({ kind: 'answer', text: '', buttons }).components as { components: { label: string }[] }[];
    expect(rows.map(({ components }) => components.length)).toEqual([5, 5, 5, 5, 5]);
    expect(rows[0]?.components[0]?.label).toHaveLength(80);
  });

  test('has a nonce that fits, and follows from what it is, where it is said and what it stands for', () => {
    const names = fc.tuple(fc.string(), fc.string(), fc.option(fc.string(), { nil: undefined }));
    const content = { kind: 'answer' as const, text: 'words' };
    const nonceOf = ([key, channel, instead]: [string, string, string | undefined]) => {
      const place = { adapter: 'discord', channel, space: '1', kind: 'channel' as const };
      return String(
        newMessage({ key, place, content, ...(instead !== undefined && { instead }) }, content, channel).nonce,
      );
    };
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(nonceOf(one).length).toBeLessThanOrEqual(25);
        expect(nonceOf(one) === nonceOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test.each([
    '',
    'press:',
    'press:short',
    `press:${'x'.repeat(23)}`,
    "press:' or 1=1 --0000000000",
    `drop:${'x'.repeat(22)}`,
  ])('a custom_id that coda cannot have made is not one of its buttons: %s', (forged) => {
    expect(buttonOf(forged)).toBeUndefined();
  });
});
