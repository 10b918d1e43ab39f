import type { REST } from 'discord.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { typingOn } from '../../../src/adapters/discord/outbound.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** What is shown where, as Discord is told. */
function watched() {
  const shown: string[] = [];
  const post = async (route: string) => void shown.push(route);
  const rest = { post, globalRemaining: 50, globalReset: -1 };
  return { shown, rest, typing: typingOn(() => rest as unknown as REST) };
}

test('typing is shown within a second, and again before Discord takes it away after ten', async () => {
  const { shown, typing } = watched();
  typing.begin('1', '1');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown).toEqual(['/channels/1/typing']);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(shown).toHaveLength(2);
});

test('typing ends when something was said, and begins nowhere when it was said at once', async () => {
  const { shown, typing } = watched();
  typing.begin('1', '1');
  typing.begin('2', '2');
  typing.endTyping('2');
  await vi.advanceTimersByTimeAsync(1_000);
  typing.endTyping('1');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(shown).toEqual(['/channels/1/typing']);
});

test('typing waits while there is much to be said', async () => {
  const { shown, rest, typing } = watched();
  Object.assign(rest, { globalRemaining: 3, globalReset: Date.now() + 60_000 });
  typing.begin('1', '1');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown).toEqual([]);
  rest.globalRemaining = 50;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown).toHaveLength(1);
});

test('typing does not go on for ever where nothing is ever said', async () => {
  const { shown, typing } = watched();
  typing.begin('1', '1');
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  const count = shown.length;
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(shown).toHaveLength(count);
});
