/** Lines of a conversation, and the pieces in which they are drawn. */
import { expect, test } from 'vitest';
import type { Entry } from '../../../src/web/chat/entry.ts';
import { type Line, linesOf, MOST_IN_PIECE, Pieces } from '../../../src/web/chat/lines.ts';

const days = { dayOf: (at: string) => at.slice(0, 10), nameOf: (day: string) => day };
const entry = (id: string, more: Partial<Entry> = {}): Entry =>
  ({ id, by: 'you', kind: 'message', text: id, at: '2026-11-28T12:00:00Z', state: 'done', ...more }) as Entry;
const answer = (id: string, replyTo: string, more: Partial<Entry> = {}) =>
  entry(id, { by: 'assistant', kind: 'answer', replyTo, ...more } as Partial<Entry>);
const MANY = Array.from({ length: 200 }, (_, index) => entry(`${index}`));
const many = (from: number, to: number): Entry[] => MANY.slice(from, to);
const linesIn = (entries: readonly Entry[]): Line[] => linesOf(entries, days);
const idsOf = (pieces: readonly (readonly Line[])[]) => pieces.map((piece) => piece.map((line) => line.entry.id));

test('an answer far from its message says to what, and its last part tells the work', () => {
  const lines = linesIn([
    entry('a'),
    entry('b'),
    answer('c', 'a'),
    answer('d', 'a'),
    answer('e', 'b', { at: '2026-11-29T09:00:00Z' }),
  ]);
  expect(lines.map((line) => [line.question?.id, line.isApart, line.isLast, line.day])).toEqual([
    [undefined, false, true, '2026-11-28'],
    [undefined, false, true, undefined],
    ['a', true, false, undefined],
    ['a', true, true, undefined],
    ['b', false, true, '2026-11-29'],
  ]);
});

test('of messages that are being answered the first is not waiting', () => {
  const lines = linesIn([entry('a', { state: 'running' }), entry('b', { state: 'running' })]);
  expect(lines.map(({ isQueued }) => isQueued)).toEqual([false, true]);
});

test('earlier entries and new ones leave the pieces between as they are', () => {
  const pieces = new Pieces();
  const most = MOST_IN_PIECE;
  const [newest] = pieces.cut(linesIn(many(100, 100 + most)));
  expect(newest).toHaveLength(most);
  // The earlier ones are of the same day, which begins with them now.
  const second = pieces.cut(linesIn(many(100 - most, 100 + most)));
  expect(idsOf(second)).toEqual(idsOf([linesIn(many(100 - most, 100)), linesIn(many(100, 100 + most))]));
  const third = pieces.cut(linesIn(many(100 - 2 * most, 120 + most)));
  expect(third.map((piece) => piece.length)).toEqual([most, most, most, 20]);
  expect(third[2]).toBe(second[1]);
  const fourth = pieces.cut(linesIn(many(100 - 2 * most, 121 + most)));
  expect([fourth[0], fourth[1], fourth[2]]).toEqual([third[0], third[1], third[2]]);
  expect(fourth[0]).toBe(third[0]);
  expect(fourth[3]).not.toBe(third[3]);
});

test('an entry that has changed makes its piece anew, and no other', () => {
  const pieces = new Pieces();
  const entries = many(0, 2 * MOST_IN_PIECE + 20);
  const before = pieces.cut(linesIn(entries));
  const after = pieces.cut(linesIn(entries.with(MOST_IN_PIECE + 5, entry('another'))));
  expect(after.map((piece, index) => piece === before[index])).toEqual([true, false, true]);
});
