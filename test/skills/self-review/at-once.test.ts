/** Two owners, or two browsers of one, decide about the guidance at the same moment. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { DAY_MS } from '../../../src/base/clock.ts';
import { proposalStore } from '../../../src/proposals/index.ts';
import { decide, propose, takeBack } from '../../../src/proposals/proposals.ts';
import { config } from '../../../src/skills/self-review/config.ts';
import { promptKind, settleTrial } from '../../../src/skills/self-review/prompt/index.ts';
import type { Database, Transaction } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const now = new Date('2026-11-20T08:00:00Z');
const owner = { id: '00000000-0000-7000-8000-000000000001', role: 'owner' };

const kindsOf = () => {
  const settings = config.schema.parse({ prompt_evolution_enabled: true });
  if (!settings) throw new Error('the block is there');
  return new Map([['prompt', promptKind({ config: settings })]]);
};

type Made = { id: string; hash: string };

describe.each(testDatabases.filter(({ available }) => available))('guidance on $name', ({ name, open }) => {
  /** Two proposals that wait, and what owners do about them. */
  async function begin() {
    const database = await open();
    onTestFinished(() => database.close());
    const kinds = kindsOf();
    const made = await database.tx('test', async (tx) => {
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
    const [one, other] = made as Made[] as [Made, Made];
    const approve = (tx: Transaction, { id, hash }: Made) =>
      decide(tx, kinds, { id, hash, approve: true, person: owner }, now);
    const undo = (tx: Transaction, { id }: Made) => takeBack(tx, kinds, { id, person: owner }, now);
    return { database, one, other, approve, undo };
  }

  /** Has the first wait in its transaction, after `hold`, until the second one waits for it. */
  async function meet<First, Second>(
    database: Database,
    hold: (tx: Transaction) => Promise<First>,
    second: (tx: Transaction) => Promise<Second>,
    goOn: (tx: Transaction) => Promise<unknown> = async () => {},
  ): Promise<{ first: First; second: Second }> {
    const [begun, go] = [deferred(), deferred()];
    const first = database.tx('test.first', async (tx) => {
      const result = await hold(tx);
      begun.resolve();
      // The server ends a transaction that stands still.
      const isOver = go.promise.then(() => true);
      while (!(await Promise.race([isOver, tx.query('select').then(() => false)])));
      await goOn(tx);
      return result;
    });
    await begun.promise;
    const waiting = database.tx('test.second', second);
    // The embedded engine has one transaction at a time; on a server the second one has to wait for the first.
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    if (name === 'PostgreSQL') await eventually(async () => (await database.read(waits)).rows.length > 0);
    go.resolve();
    const [firstResult, secondResult] = await Promise.all([first, waiting]);
    return { first: firstResult, second: secondResult };
  }

  test('that is approved while another one is approved is refused in words', async () => {
    const { database, one, other, approve } = await begin();
    const { first, second } = await meet(
      database,
      (tx) => approve(tx, one),
      (tx) => approve(tx, other),
    );
    expect(first).toMatchObject({ state: 'trial' });
    expect(second).toMatchObject({ ok: false, code: 'CONFLICT', message: expect.stringContaining('one is tried') });
  });

  test('that is taken back while another one is approved takes nothing of the other one', async () => {
    const { database, one, other, approve, undo } = await begin();
    await database.tx('test', (tx) => approve(tx, one));
    await database.tx('test', (tx) =>
      tx.query(`update improvement_proposals set state = 'applied' where id = $1`, [one.id]),
    );
    const { first, second } = await meet(
      database,
      (tx) => approve(tx, other),
      (tx) => undo(tx, one),
    );
    expect(first).toMatchObject({ state: 'trial' });
    expect(second, 'the other one is tried by then, and goes back first').toMatchObject({
      ok: false,
      code: 'CONFLICT',
    });
    const { rows } = await database.read('select id, state from improvement_proposals order by state');
    expect(rows).toEqual([
      { id: one.id, state: 'applied' },
      { id: other.id, state: 'trial' },
    ]);
  });

  test('that is taken back while its trial ends waits for the end', async () => {
    const { database, one, approve, undo } = await begin();
    await database.tx('test', (tx) => approve(tx, one));
    // A transaction that the server ends for a deadlock is begun anew.
    const begun: string[] = [];
    const { second } = await meet(
      database,
      async (tx) => {
        begun.push('end of the trial');
        await proposalStore.lock(tx);
      },
      (tx) => {
        begun.push('undo');
        return undo(tx, one);
      },
      (tx) => settleTrial(tx, new Date(now.getTime() + 57 * DAY_MS)),
    );
    expect(second).toMatchObject({ state: 'pending' });
    expect(begun).toEqual(['end of the trial', 'undo']);
  });
});
