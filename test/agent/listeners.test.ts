import { expect, test } from 'vitest';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

/** Rooms that listen for an abort while `act` runs, one entry a listener, and how many of them still do afterwards. */
async function listenersOf(act: () => Promise<unknown>): Promise<{ rooms: string[]; kept: number }> {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const begun = new Map<unknown, string>();
  EventTarget.prototype.addEventListener = function (...given) {
    const [type, listener] = given;
    const [, file = ''] = /\/src\/(\S+?)\.ts:/.exec(callerOf(new Error().stack ?? '')) ?? [];
    if (type === 'abort' && file !== '') begun.set(listener, file);
    return addEventListener.apply(this, given);
  };
  const ended = new Set<unknown>();
  EventTarget.prototype.removeEventListener = function (...given) {
    ended.add(given[1]);
    return removeEventListener.apply(this, given);
  };
  try {
    await act();
  } finally {
    Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  }
  const kept = [...begun.keys()].filter((listener) => !ended.has(listener));
  return { rooms: [...begun.values()].sort(), kept: kept.length };
}

/** The first line of coda's own that is no helper of `base`. */
const callerOf = (stack: string) => stack.split('\n').find((line) => /\/src\/(?!base\/)/.test(line)) ?? '';

test('a message listens for an end only where it waits: its turn, its model, its delivery; and then no more', async () => {
  await using coda = await play({ config: modelConfig(server, { default: 'gpt/one' }) });
  const ana = coda.person('ana');
  for (let turn = 0; turn < 3; turn++) await ana.says('hello');
  const { rooms, kept } = await listenersOf(() => ana.says('hello'));
  const model = ['agent/models/failover', 'agent/models/failover', 'agent/models/watch'];
  expect(rooms).toEqual(['agent/agent', ...model, 'delivery/outbox/attempt', 'delivery/outbox/attempt']);
  expect(kept).toBe(0);
});
