import { afterEach, describe, expect, test, vi } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { PlaceBook } from '../../src/delivery/delivery.ts';
import type { Transaction } from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

afterEach(() => vi.restoreAllMocks());

describe.each(testDatabases)('parts on $name', ({ name, available }) => {
  test.skipIf(!available)('nothing stays of a long draft whose answer turned out short', async () => {
    const gate = deferred();
    const text = 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd';
    const model = new ScriptedModel([text, { hold: gate }, { call: 'help' }], ['short']);
    model.streams = true;
    await using coda = await play({ engine: name, model, platform: { longest: 10 } });
    const { settled } = await coda.hear('ana', 'dm-ana', 'go on');
    await eventually(() => coda.platform.in('dm-ana').length === 4);
    gate.resolve();
    await settled;
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(['short']);
    expect(await coda.count(`outbox where state not in ('sent', 'dropped')`)).toBe(0);
  });

  test.skipIf(!available)('nor of a part that was not seen to arrive, where a key is known again', async () => {
    const [first, second] = [deferred(), deferred()];
    const model = new ScriptedModel(
      ['aaaaaaaaaa', { hold: first }, 'bbbbbbbbbb', { hold: second }, { call: 'help' }],
      ['short'],
    );
    model.streams = true;
    await using coda = await play({ engine: name, model, platform: { longest: 10, canFind: false } });
    const { settled } = await coda.hear('ana', 'dm-ana', 'go on');
    await eventually(() => coda.platform.in('dm-ana').length === 1);
    coda.platform.faults.push('lost');
    first.resolve();
    await eventually(() => coda.platform.in('dm-ana').length === 2);
    second.resolve();
    await settled;
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(['short']);
    expect(await coda.count(`outbox where state not in ('sent', 'dropped')`)).toBe(0);
  });

  test.skipIf(!available)('what finds nobody there while somebody comes is said to them', async () => {
    await using coda = await play({ engine: name, model: echo() });
    coda.platform.faults.push('away');
    const { settled } = await coda.hear('ana', 'dm-ana', 'hello');
    await eventually(() => coda.platform.holding > 0);
    coda.reachable();
    await eventually(async () => (await coda.count('outbox')) === 1);
    coda.platform.release();
    await settled;
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('the buttons of what is in the outbox already are there once', async () => {
    await using coda = await play({ engine: name, model: echo() });
    await coda.person('ana').says('hello');
    const { rows } = await coda
      .database()
      .read<{ c: string; p: string }>('select id as c, person_id as p from conversations');
    const [{ c: conversationId, p: personId } = { c: '', p: '' }] = rows;
    const choices = [{ label: 'Help', tool: 'help', input: {} }];
    const card = { kind: 'notice' as const, text: 'once', choices };
    const { outbox } = coda.app.delivery;
    for (let time = 0; time < 2; time++) {
      await coda.database().tx('test', (tx) => outbox.addAll(tx, [{ key: 'k', conversationId, personId, card }]));
    }
    await coda.app.whenSettled();
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello', 'once']);
    expect(await coda.count('buttons')).toBe(1);
  });
});

test.skipIf(POSTGRES_URL === undefined)(
  'a process that may have been taken over shows no more of its draft',
  async () => {
    const gates = [deferred(), deferred()] as const;
    const model = new ScriptedModel(['The answer ', { hold: gates[0] }, 'is ', { hold: gates[1] }, '42.']);
    model.streams = true;
    await using coda = await play({ engine: 'PostgreSQL', model });
    const { settled } = await coda.hear('ana', 'dm-ana', 'what is it?');
    await eventually(() => coda.platform.in('dm-ana').length > 0);
    // As after a pause: its last heartbeat is long ago.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 600_000);
    gates[0].resolve();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(coda.platform.in('dm-ana')).toEqual(['The answer ']);
    gates[1].resolve();
    await settled;
    await eventually(() => coda.platform.in('dm-ana')[0] !== 'The answer ');
    expect(coda.platform.in('dm-ana')).toEqual(['The answer is 42.']);
  },
);

test('a place that was known is found however many new ones come', async () => {
  const tx = {
    query: async (_: string, [ids]: [string[]]) => ({
      rows: ids.map((id) => ({ id, adapter: 'a', channel: id, space_id: 'a:s', kind: 'dm' })),
    }),
  } as unknown as Transaction;
  const book = new PlaceBook();
  const many = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
  await book.find(tx, many);
  expect([...(await book.find(tx, ['c1', 'new'])).keys()]).toEqual(['c1', 'new']);
});
