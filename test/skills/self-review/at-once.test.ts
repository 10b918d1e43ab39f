/** Two owners, or two browsers of one, decide about the guidance at the same moment. */
import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { decide, propose } from '../../../src/proposals/proposals.ts';
import { config } from '../../../src/skills/self-review/config.ts';
import { promptKind } from '../../../src/skills/self-review/prompt/index.ts';
import type { Transaction } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const now = new Date('2026-11-20T08:00:00Z');
const owner = { id: '00000000-0000-7000-8000-000000000001', role: 'owner' };

describe.each(testDatabases.filter(({ available }) => available))('guidance on $name', ({ name, open }) => {
  test('that is approved while another one is approved is refused in words', async () => {
    const database = await open();
    const settings = config.schema.parse({ prompt_evolution_enabled: true });
    if (!settings) throw new Error('the block is there');
    const kinds = new Map([['prompt', promptKind({ config: settings })]]);
    const [one, other] = await database.tx('test', async (tx) => {
      await tx.query(`insert into persons (id, name, role, created_at) values ($1, 'Ana', 'owner', $2)`, [
        owner.id,
        now,
      ]);
      const wanted = (title: string) => ({ category: 'prompt', title, description: 'It helps.', priority: 1 });
      return propose(
        tx,
        kinds,
        'test',
        ['Repeat each date.', 'Say less.'].map((replace) => ({ ...wanted(replace), payload: { find: '', replace } })),
        now,
      );
    });
    const approve = (tx: Transaction, { id, hash }: { id: string; hash: string } = { id: '', hash: '' }) =>
      decide(tx, kinds, { id, hash, approve: true, person: owner }, now);
    const [begun, go] = [deferred(), deferred()];
    const first = database.tx('test.first', async (tx) => {
      const decided = await approve(tx, one);
      begun.resolve();
      // The server ends a transaction that stands still.
      const isOver = go.promise.then(() => true);
      while (!(await Promise.race([isOver, tx.query('select').then(() => false)])));
      return decided;
    });
    await begun.promise;
    const second = database.tx('test.second', (tx) => approve(tx, other));
    // The embedded engine has one transaction at a time; on a server the second one has to wait for the first.
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    if (name === 'PostgreSQL') await eventually(async () => (await database.read(waits)).rows.length > 0);
    go.resolve();
    expect(await first).toMatchObject({ state: 'trial' });
    expect(await second).toMatchObject({
      ok: false,
      code: 'CONFLICT',
      message: expect.stringContaining('one is tried'),
    });
    await database.close();
  });
});
