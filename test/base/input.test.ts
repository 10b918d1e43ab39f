import { expect, test } from 'vitest';
import { z } from 'zod';
import { faultsOf, inputWords } from '../../src/base/input.ts';

const schema = z.strictObject({
  text: z.string().min(1).max(5).optional(),
  count: z.int().min(1).max(9).optional(),
  part: z.number().positive().optional(),
  kind: z.enum(['a', 'b', 'c']).optional(),
  one: z.array(z.string()).max(1).optional(),
  at: z.iso.datetime().optional(),
  link: z.url().optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  typed: z
    .discriminatedUnion('type', [z.object({ type: z.literal('p') }), z.object({ type: z.literal('r') })])
    .optional(),
  form: z.union([z.object({ a: z.string() }), z.object({ b: z.array(z.number()) })]).optional(),
  named: z.record(z.string().regex(/^[a-z]+$/), z.number()).optional(),
  key: z.string().startsWith('sk-').optional(),
  own: z.string().regex(/^x$/, { error: 'say x' }).optional(),
  isOn: z.boolean().optional(),
  must: z.string(),
});

test.each<[unknown, string]>([
  [undefined, 'the whole: is missing; expected a group of keys'],
  [[], 'the whole: expected a group of keys, got a list'],
  [null, 'the whole: expected a group of keys, got null'],
  [{}, 'must: is missing; expected text'],
  [{ must: 3 }, 'must: expected text, got 3'],
  [{ text: '' }, 'text: is empty; expected text'],
  [{ text: 'longer' }, 'text: expected at most 5 characters'],
  [{ count: 1.5 }, 'count: expected a whole number, got 1.5'],
  [{ count: 0 }, 'count: expected at least 1'],
  [{ count: '3' }, 'count: expected a number, got text'],
  [{ part: 0 }, 'part: expected more than 0'],
  [{ kind: 'd' }, 'kind: expected a, b or c'],
  [{ one: ['a', 'b'] }, 'one: expected at most 1 entry'],
  [{ one: [1] }, 'one.0: expected text, got 1'],
  [{ at: 'tomorrow' }, 'at: expected a date and time such as 2026-11-20T09:00:00Z'],
  [{ link: 'nope' }, 'link: expected an address such as https://example.com'],
  [{ either: 3 }, 'either: expected text or a list'],
  [{ typed: { type: 'z' } }, 'typed.type: expected p or r'],
  [{ form: { b: ['x'] } }, 'form: b.0: expected a number, got text'],
  [{ named: { A1: 1 } }, 'named.A1: unusable key: expected text of the form /^[a-z]+$/'],
  [{ key: 'x' }, 'key: expected text that begins with "sk-"'],
  [{ own: 'y' }, 'own: say x'],
  [{ isOn: 'yes' }, 'isOn: expected true or false, got text'],
  [{ foo: 1, bar: 2 }, 'the whole: unknown keys "foo" and "bar"'],
])('%j is refused in words that anybody knows', (given, words) => {
  const whole = typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0;
  const { error } = schema.safeParse(whole ? { must: 'm', ...given } : given, { error: inputWords });
  expect(error && faultsOf(error)).toBe(words);
});
