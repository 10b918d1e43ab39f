import { deferred } from '../../src/base/async.ts';
import type { Transaction } from '../../src/storage/index.ts';
import type { Play } from './play.ts';

/** A place in a named transaction at which it waits, once. */
export interface Hold {
  /** Resolves when it waits there. */
  reached: Promise<void>;
  goOn(): void;
}

/** Holds the next transaction of this name before it begins. */
export function holdBefore(coda: Play, name: string): Hold {
  return holding(coda, name, async (wait) => {
    await wait();
  });
}

/** Holds the next transaction of this name after its first statement that matches. */
export function holdAfter(coda: Play, name: string, statement: RegExp): Hold {
  return holding(coda, name, async (wait, tx) => {
    if (!tx) return;
    const query = tx.query.bind(tx);
    tx.query = async (sql, params) => {
      const result = await query(sql, params);
      if (statement.test(sql.trim())) {
        tx.query = query;
        await wait();
      }
      return result as never;
    };
  });
}

/** How many statements wait for a lock of another transaction (PostgreSQL). */
export async function waitingForLocks(coda: Play): Promise<number> {
  const [row] = await coda.server().sql(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return Number(row?.count);
}

/** `at` is called before the transaction, and with it when it is open. */
function holding(coda: Play, name: string, at: (wait: () => Promise<void>, tx?: Transaction) => Promise<void>): Hold {
  const [reached, going] = [deferred(), deferred()];
  const wait = () => {
    reached.resolve();
    return going.promise;
  };
  const database = coda.database();
  const tx = database.tx.bind(database);
  database.tx = async (each, fn) => {
    if (each !== name) return tx(each, fn);
    database.tx = tx;
    await at(wait);
    return tx(each, async (open) => {
      await at(wait, open);
      return fn(open);
    });
  };
  return { reached: reached.promise, goOn: going.resolve };
}
