import { rm } from 'node:fs/promises';
import { withTimeout } from '../../src/base/async.ts';
import type { Engine } from '../../src/storage/index.ts';
import { openPglite } from '../../src/storage/pglite/open.ts';
import type { Hint, Param, Result, Row, Session } from '../../src/storage/port.ts';
import { Emptied, type Statements } from './emptied.ts';
import { lentFolder } from './lent.ts';
import { migratedFolder } from './template.ts';
import { testWorld } from './world.ts';

/** So many tests in turn; then a new one, before what they left behind makes its tables slow. */
export const MOST_LOANS = 60;

const CLEARED_WITHIN_MS = 5_000;

/** An embedded database that tests borrow one after the other. */
interface Loanable {
  engine: Engine;
  folder: string;
  empty: Emptied;
  statements: Statements;
  loans: number;
}

const free: Loanable[] = [];

/** An embedded database that is this test's until it gives it back; a `fresh` one was nobody's before. */
export interface Loan {
  /** For one process of coda; the next one finds what this one wrote. */
  open(): Engine;
  giveBack(): Promise<void>;
}

export async function borrowEngine({ fresh = false } = {}): Promise<Loan> {
  const lent = (fresh ? undefined : free.pop()) ?? (await opened());
  let given: Promise<void> | undefined;
  const giveBack = () => {
    // Once: the second time it may be another test's.
    given ??= takeBack(lent);
    return given;
  };
  return { open: () => new View(lent.engine), giveBack };
}

async function opened(): Promise<Loanable> {
  const folder = await migratedFolder(lentFolder());
  const onFatal = (error: Error) => {
    throw error;
  };
  const engine = await openPglite({ dataDir: folder, onFatal }, testWorld());
  const statements: Statements = {
    query: async (sql) => (await engine.statement(sql, [])).rows,
    async script(sql) {
      const session = await engine.session();
      await session.script(sql);
      await session.commit();
    },
  };
  return { engine, folder, statements, empty: await Emptied.of(statements), loans: 0 };
}

async function takeBack(lent: Loanable): Promise<void> {
  const { engine, folder, empty, statements } = lent;
  const isEmpty = async () => ++lent.loans < MOST_LOANS && (await empty.restore(statements));
  // A transaction that the test has left open is never ended.
  const cleared = await withTimeout(
    CLEARED_WITHIN_MS,
    isEmpty().catch(() => false),
  );
  if (cleared) return void free.push(lent);
  await engine.close();
  await rm(folder, { recursive: true, force: true });
}

/** The engine as one process of coda sees it: it counts from zero, and closing it closes nothing. */
class View implements Engine {
  readonly kind = 'pglite';
  readonly hears = true;
  private readonly inner: Engine;
  private readonly before: { roundTrips: number; fsyncs: number };
  private readonly listening = new Set<() => Promise<void>>();

  constructor(inner: Engine) {
    this.inner = inner;
    this.before = { roundTrips: inner.roundTrips, fsyncs: inner.fsyncs ?? 0 };
  }

  get roundTrips(): number {
    return this.inner.roundTrips - this.before.roundTrips;
  }

  get fsyncs(): number {
    return (this.inner.fsyncs ?? 0) - this.before.fsyncs;
  }

  statement(sql: string, params: readonly Param[], repeatable?: boolean): Promise<Result<Row>> {
    return this.inner.statement(sql, params, repeatable);
  }

  statementApart(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.inner.statementApart(sql, params);
  }

  session(): Promise<Session> {
    return this.inner.session();
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const end = await this.inner.listen(channel, heard);
    this.listening.add(end);
    return async () => {
      this.listening.delete(end);
      await end();
    };
  }

  notify(hints: readonly Hint[]): void {
    this.inner.notify(hints);
  }

  now(): Promise<Date> {
    return this.inner.now();
  }

  async close(): Promise<void> {
    for (const end of this.listening) await end();
    this.listening.clear();
  }
}
