import { describe, expect, onTestFinished, test } from 'vitest';
import type { PostponedEvent } from '../../src/delivery/index.ts';
import * as store from '../../src/delivery/postponed/store.ts';
import { type TestEngine, testDatabases } from '../support/database.ts';

const AT = new Date('2026-11-20T09:00:00Z');
const LATER = new Date('2026-11-20T09:01:00Z');

const eventOf = (key: string): PostponedEvent => ({
  key,
  author: 'U1',
  event: { text: `said ${key}` },
  receivedAt: AT,
});
const rowOf = (key: string): store.NewPostponed => ({ ...eventOf(key), adapter: 'slack', dueAt: LATER });
const keysOf = (events: readonly PostponedEvent[] = []): string[] => events.map(({ key }) => key);

async function opened(open: TestEngine['open']) {
  const database = await open();
  onTestFinished(() => database.close());
  return database;
}

describe.each(testDatabases)('events that are postponed, on $name', ({ open, available }) => {
  test.skipIf(!available)('are bounded in number, and a copy of one that is kept counts as kept', async () => {
    const database = await opened(open);
    const rows = Array.from({ length: store.MOST_KEPT + 1 }, (_, index) => rowOf(String(index)));
    const kept = await store.keep(database, rows);
    expect(kept.filter((isKept) => !isKept)).toHaveLength(1);
    expect(kept.at(-1)).toBe(false);
    expect(await store.keep(database, [rowOf('0'), rowOf('new')])).toEqual([true, false]);
    await store.dropHeard(database, 'slack', '0');
    expect(await store.keep(database, [rowOf('new')])).toEqual([true]);
  });

  test.skipIf(!available)('come back a minute later in their order, to one process at a time', async () => {
    const database = await opened(open);
    const keys = ['c', 'a', 'b', 'd'];
    await store.keep(database, keys.map(rowOf));
    const take = (now: Date, adapters = ['slack', 'discord']) =>
      store.claim(database, adapters, { now, nextAt: new Date(now.getTime() + 60_000), limit: 3 });
    expect([...(await take(AT))]).toEqual([]);
    expect([...(await take(LATER, ['discord']))]).toEqual([]);
    const [first, second] = [await take(LATER), await take(LATER)];
    expect(keysOf(first.get('slack'))).toEqual(['c', 'a', 'b']);
    expect(keysOf(second.get('slack'))).toEqual(['d']);
    expect(first.get('slack')?.[0]).toEqual(eventOf('c'));
    expect([...(await take(LATER))]).toEqual([]);
    expect(keysOf(await store.listPostponed(database, 'slack'))).toEqual(keys);
  });

  test.skipIf(!available)('are dropped when they have failed five times, and when they are old', async () => {
    const database = await opened(open);
    await store.keep(database, ['bad', 'old'].map(rowOf));
    for (let attempt = 1; attempt < 5; attempt++) await store.countFailure(database, 'slack', 'bad');
    expect(await store.isKept(database, 'slack', 'bad')).toBe(true);
    await store.countFailure(database, 'slack', 'bad');
    expect(keysOf(await store.listPostponed(database, 'slack'))).toEqual(['old']);
    for (const { sql } of store.retentionRules) await database.run('test', sql, [LATER, 500]);
    expect(await store.listPostponed(database, 'slack')).toEqual([]);
  });
});
