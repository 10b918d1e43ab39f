/** A conversation as a file: read again, it is what was written. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importIn, readFile } from '../../../src/adapters/http/chats/file.ts';
import { packageRoot } from '../../../src/base/root.ts';

interface Exported {
  title: string;
  entries: readonly object[];
  isCut: boolean;
}

// By its name alone: the page is compiled for a browser, and its types are not those of Node.
const page = join(packageRoot(), 'src', 'web', 'chat', 'export.ts');
const exporting: { asJson(file: Exported): string; asMarkdown(file: Exported, assistant: string): string } =
  await import(page);

const NOW = new Date('2026-11-30T12:00:00Z');
const read = (body: object) => readFile(importIn.parse(body), NOW);
const words = ({ words: all }: ReturnType<typeof read>) => all.map(({ role, text }) => [role, text]);

/** Lines as a person or a model writes them, those that look like a file's own among them. */
const line = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom('**You** · 2026-11-28 12:00 UTC', '\\**Robin** · 2026-11-28 12:00 UTC', '# Plan', '```', '', '<b>'),
);
const text = fc
  .array(line, { minLength: 1, maxLength: 6 })
  .map((lines) => lines.join('\n').replace(/\r/g, ' ').trim().normalize('NFC'))
  .filter((each) => each !== '');
const entry = fc.record({ by: fc.constantFrom('you' as const, 'assistant' as const), text });

test('what is exported and brought in again is the same words by the same speakers', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (said) => {
      const entries = said.map((each, at) => ({
        ...each,
        ...{ id: `${at}`, kind: 'message', at: new Date(Date.UTC(2026, 1, 1) + at * 1_000).toISOString() },
      }));
      const exported = { title: 'Plan', entries, isCut: false };
      const expected = said.map(({ by, text: each }) => [by === 'you' ? 'user' : 'assistant', each]);
      expect(words(read({ markdown: exporting.asMarkdown(exported, 'Robin') }))).toEqual(expected);
      expect(words(read({ conversation: JSON.parse(exporting.asJson(exported)) }))).toEqual(expected);
    }),
  );
});

test('instants rise from entry to entry, and none is later than the import', () => {
  const at = ['2030-01-01T00:00:00Z', '2026-11-29T00:00:00Z', '2026-11-29T00:00:00Z', '1900-01-01T00:00:00Z'];
  const entries = at.map((each) => ({ by: 'you', at: each, text: 'x' }));
  const { words: all } = read({ conversation: { format: 'coda-conversation', version: 1, entries } });
  const instants = all.map((each) => each.at.getTime());
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  expect(new Set(instants).size).toBe(4);
  expect(instants.at(-1)).toBeLessThanOrEqual(NOW.getTime());
});

test('a file of other lines of Markdown ends with its last line, whatever ends its lines', () => {
  const markdown =
    '# Plan\r\n\r\n_Only the newest 2 entries are here._\r\n\r\n**You** · 2026-11-28 12:00 UTC\r\n\r\nhello\r\n\r\nthere\r\n';
  expect(read({ markdown })).toEqual({
    title: 'Plan',
    words: [{ role: 'user', text: 'hello\n\nthere', at: new Date('2026-11-28T12:00:00Z') }],
  });
});
