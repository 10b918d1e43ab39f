import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, show } from '../../../src/delivery/text/split.ts';
import { markdown } from '../../support/markdown.ts';

const limit = fc.integer({ min: 64, max: 400 });

/** The code block that is open after a text, by CommonMark's rule. */
function openBlock(text: string): string | undefined {
  let open: string | undefined;
  for (const each of text.split('\n')) {
    const [, marker, info = ''] = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/.exec(each) ?? [];
    if (!marker) continue;
    if (open === undefined && !(marker.startsWith('`') && info.includes('`'))) open = marker;
    else if (open !== undefined && marker.startsWith(open) && info.trim() === '') open = undefined;
  }
  return open;
}

describe('cutting', () => {
  test('loses no character and invents none', () => {
    fc.assert(
      fc.property(markdown, limit, (text, max) => {
        expect(
          cut(text, max)
            .map(({ body }) => body)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  test('keeps every piece within its limit', () => {
    fc.assert(
      fc.property(markdown, limit, (text, max) => {
        for (const piece of cut(text, max)) expect(show(piece).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('leaves no code block open, and opens again what it has closed', () => {
    fc.assert(
      fc.property(markdown, limit, (text, max) => {
        const pieces = cut(text, max);
        for (const [index, piece] of pieces.entries()) {
          expect(openBlock(show(piece))).toBeUndefined();
          if (piece.close !== '' && index < pieces.length - 1) expect(pieces[index + 1]?.open).not.toBe('');
        }
      }),
    );
  });

  test('never cuts a grapheme that fits', () => {
    const family = '👩‍👩‍👧‍👦';
    const text = fc.array(fc.constantFrom(family, 'é', 'e\u0301', '🇩🇪', 'a'), { minLength: 100, maxLength: 400 });
    const segments = (value: string) => [...new Intl.Segmenter('en').segment(value)].map(({ segment }) => segment);
    fc.assert(
      fc.property(text, limit, (parts, max) => {
        const whole = parts.join('');
        expect(cut(whole, max).flatMap(({ body }) => segments(body))).toEqual(segments(whole));
      }),
    );
  });

  test('never cuts a code point, not even inside a grapheme of thousands of marks', () => {
    const text = `a${'\u{1d165}'.repeat(4_000)}`;
    for (const { body } of cut(text, 300)) expect(Buffer.from(body, 'utf8').toString('utf8')).toBe(body);
  });

  test('prefers the end of a paragraph, of a line, of a sentence, of a word', () => {
    const words = 'word '.repeat(15);
    expect(cut(`${words}\n\n${words}`, 100)[0]?.body).toBe(`${words}\n\n`);
    expect(cut(`${words}\n${words}`, 100)[0]?.body).toBe(`${words}\n`);
    expect(cut(`${'x'.repeat(60)}. ${'y'.repeat(60)}`, 100)[0]?.body).toBe(`${'x'.repeat(60)}. `);
    expect(cut(`${'x'.repeat(60)} ${'y'.repeat(60)}`, 100)[0]?.body).toBe(`${'x'.repeat(60)} `);
  });

  test('a code block that is cut keeps its language', () => {
    const code = Array.from({ length: 20 }, (_, index) => `const value${index} = ${index};`).join('\n');
    const pieces = cut(`Look:\n\`\`\`ts\n${code}\n\`\`\`\nDone.`, 200);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(1, -1)) expect(show(piece)).toMatch(/^```ts\n[\s\S]*\n```$/);
  });
});
