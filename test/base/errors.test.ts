import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { messageOf } from '../../src/base/errors.ts';

test('an error of the system is told in words, without its code', async () => {
  const missing: unknown = await readFile('/nowhere/notes.md').catch((error: unknown) => error);
  expect(messageOf(missing)).toBe("no such file or directory, open '/nowhere/notes.md'");
  const refused = await new Promise((resolve) => connect(1, '127.0.0.1').on('error', resolve));
  expect(messageOf(refused)).toBe('connect: connection refused 127.0.0.1:1');
});

test('another error keeps its own words', () => {
  expect(messageOf(Object.assign(new Error('ENOENT is a\n word'), { code: 'OTHER' }))).toBe('ENOENT is a word');
});
