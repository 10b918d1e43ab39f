import { rm } from 'node:fs/promises';
import { withTimeout } from '../../src/base/async.ts';
import type { Hint, Row, Session } from '../../src/storage/engine.ts';
import type { Engine } from '../../src/storage/index.ts';
import { openPglite } from '../../src/storage/pglite/open.ts';
import type { Param, Result } from '../../src/storage/port.ts';
import { migratedFolder } from './template.ts';
import { testWorld } from './world.ts';

/** So many tests in turn; then a new one, before what they left behind makes its tables slow. */
const MOST_LOANS = 60;

const CLEARED_WITHIN_MS = 5_000;

/** What no test may change: an engine whose tables are others is not lent again. */
const SHAPE = `select (select count(*) from pg_class) || ' ' || (select count(*) from pg_attribute) || ' ' ||
  (select count(*) from pg_trigger) || ' ' || (select count(*) from pg_constraint) || ' ' ||
  (select coalesce(sum(hashtext(prosrc)), 0) from pg_proc where oid >= 16384) as shape`;

/** An embedded database, migrated and empty, that tests borrow one after the other: opening one takes ten times as long. */
class Loanable {
  private readonly engine: Engine;
  private readonly folder: string;
  private readonly shape: string;
  private readonly tables: readonly string[];
  private loans = 0;

  private constructor(engine: Engine, folder: string, shape: string, tables: readonly string[]) {
    this.engine = engine;
    this.folder = folder;
    this.shape = shape;
    this.tables = tables;
  }

  static async open(folder: string): Promise<Loanable> {
    const onFatal = (error: Error) => {
      throw error;
    };
    const engine = await openPglite({ dataDir: folder, onFatal }, testWorld());
    const tables = await engine.statement(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r' and c.relname <> 'migrations' order by 1`,
      [],
    );
    const names = tables.rows.map(({ name }) => String(name));
    return new Loanable(engine, folder, await shapeOf(engine), names);
  }

  lend(): Engine {
    return new View(this.engine);
  }

  /** Empties it. False when it must not be lent again. */
  async cleared(): Promise<boolean> {
    if (++this.loans >= MOST_LOANS || (await shapeOf(this.engine)) !== this.shape) return false;
    const exists = this.tables.map((name, index) => `select ${index} as at where exists (select from "${name}")`);
    const { rows } = await this.engine.statement(exists.join(' union all '), []);
    const used = await this.engine.statement(
      `select schemaname || '.' || sequencename as name from pg_sequences where last_value is not null`,
      [],
    );
    const session = await this.engine.session();
    await session.script(
      [
        // Neither triggers nor references: some rows may only be added.
        'set local session_replication_role = replica',
        ...rows.map(({ at }) => `delete from "${this.tables[Number(at)]}"`),
        ...used.rows.map(({ name }) => `alter sequence ${name} restart`),
      ].join(';'),
    );
    await session.commit();
    return true;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const free: Loanable[] = [];

/** An embedded database that is this test's until it gives it back. */
export interface Loan {
  /** For one process of coda; the next one finds what this one wrote. */
  open(): Engine;
  giveBack(): Promise<void>;
}

export async function borrowEngine(): Promise<Loan> {
  const loanable = free.pop() ?? (await Loanable.open(await migratedFolder()));
  return {
    open: () => loanable.lend(),
    async giveBack() {
      // A transaction that the test has left open is never ended.
      const cleared = await withTimeout(
        CLEARED_WITHIN_MS,
        loanable.cleared().catch(() => false),
      );
      if (cleared) free.push(loanable);
      else await loanable.close();
    },
  };
}

async function shapeOf(engine: Engine): Promise<string> {
  const { rows } = await engine.statement(SHAPE, []);
  return String(rows[0]?.shape);
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

  apart(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.inner.apart(sql, params);
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
