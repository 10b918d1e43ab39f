/** A conversation as a file: all of it, in its order, each entry once. */
import { expect, test } from 'vitest';
import type { Entry } from '../../../src/web/chat/entry.ts';
import { asJson, asMarkdown } from '../../../src/web/chat/export.ts';

const entries = [
  { id: '1', by: 'you', kind: 'message', text: 'plan a dinner', at: '2026-11-28T12:00:01.000Z' },
  {
    ...{ id: '2', by: 'assistant', kind: 'answer', text: '1. Flour\n2. Yeast', at: '2026-11-28T12:00:02.000Z' },
    files: [{ id: 'h', name: 'list].txt', type: 'text/plain', size: 3, url: '/v1/artifacts/h' }],
  },
] as unknown as Entry[];

test('Markdown says who said what and when, and names the files', () => {
  expect(asMarkdown({ title: 'Plan\nfor Saturday', entries, isCut: false }, 'Robin')).toBe(
    '# Plan for Saturday\n\n**You** · 2026-11-28 12:00 UTC\n\nplan a dinner\n\n' +
      '**Robin** · 2026-11-28 12:00 UTC\n\n1. Flour\n2. Yeast\n\n[list\\].txt]\n',
  );
});

test('a file that is not whole says so', () => {
  expect(asMarkdown({ title: 'Plan', entries, isCut: true }, 'Robin')).toContain('Only the newest 2 entries');
  expect(JSON.parse(asJson({ title: 'Plan', entries, isCut: true }))).toMatchObject({ complete: false });
});

test('JSON has the words as they were, and no address of a file', () => {
  const told = JSON.parse(asJson({ title: 'Plan', entries, isCut: false }));
  expect(told.entries.map(({ text }: Entry) => text)).toEqual(['plan a dinner', '1. Flour\n2. Yeast']);
  expect(JSON.stringify(told)).not.toContain('/v1/artifacts');
});
