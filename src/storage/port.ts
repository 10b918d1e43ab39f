/** The port to the database. Two engines stand behind it: PostgreSQL, and PostgreSQL embedded (PGlite). */
import { storable } from '../base/text.ts';

/**
 * A parameter of a statement. Dates go as `timestamptz`, arrays as PostgreSQL arrays, plain objects must be `json(…)`.
 * Zero characters are left out of text.
 */
export type Param = string | number | bigint | boolean | Date | null | Uint8Array | readonly Param[] | JsonParam;

export interface JsonParam {
  readonly json: string;
}

/** Marks `value` as JSON, so that an array is not taken for a PostgreSQL array. */
export function json(value: unknown): JsonParam {
  const text = JSON.stringify(value ?? null);
  return { json: UNSTORABLE.test(text) ? JSON.stringify(storableValue(JSON.parse(text))) : text };
}

const UNSTORABLE = /\\u(?:0000|d[89a-f])/;

/** Value without the characters that would keep all of it from being stored, whoever wrote them. */
function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [storable(key), storableValue(field)]));
}

export interface Result<Row> {
  /** `int8` and `numeric` come as number, `timestamptz` as Date, `jsonb` parsed, `bytea` as Uint8Array, on both engines. */
  rows: Row[];
  count: number;
}

export interface Queryable {
  query<Row = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Result<Row>>;
}

export function readerOf(database: Pick<Database, 'read'>): Queryable {
  return { query: (sql, params) => database.read(sql, params) };
}

/** A caller's own writes in the transaction of an act, last and with its result: the entry in the audit log. */
export type WritesBesides<R = unknown> = (tx: Transaction, result: R) => void;

/** The handle inside `tx`. It is dead once `tx` has ended; using it then throws. */
export interface Transaction extends Queryable {
  /** Runs a statement whose result nobody needs: it travels with the next one. When it fails, so does the transaction. */
  send(sql: string, params?: readonly Param[]): void;

  /**
   * Runs the last statement: the commit follows at once when it returned or changed a row; otherwise everything is
   * rolled back, and `tx` must end with an error of its own.
   */
  last<Row = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Result<Row>>;

  script(sql: string): Promise<void>;

  /** Calls `fn` once the commit is certain, in the order given; never after a rollback. For hints, so it must not throw. */
  afterCommit(fn: () => void): void;
}

export interface StorageStats {
  commits: number;
  roundTrips: number;
  /** Statements whose answer was lost: whether they were carried out is unknown. */
  unclear: number;
  /** True if hints of other processes are heard; false behind a transaction pooler. */
  hears: boolean;
  fsyncs?: number | undefined;
}

export interface Database {
  readonly engine: 'pglite' | 'postgres';

  /**
   * A statement as its own transaction, in one round trip. `name` is the transaction's name (`inbox.accept`).
   * Serialisation failures and deadlocks are tried again with back-off (at most 5 times); everything else is thrown.
   */
  run<Row = Record<string, unknown>>(name: string, sql: string, params?: readonly Param[]): Promise<Result<Row>>;

  /**
   * Like `run`, on a connection of its own: neither a pool that is used up nor others' statements keep it waiting. For
   * heartbeats; not counted in `stats`.
   */
  runApart<Row = Record<string, unknown>>(name: string, sql: string, params?: readonly Param[]): Promise<Result<Row>>;

  /**
   * A read outside any transaction, in one round trip; not counted as a commit and not a kill point. When its connection
   * is lost it is run once more.
   */
  read<Row = Record<string, unknown>>(sql: string, params?: readonly Param[]): Promise<Result<Row>>;

  /**
   * Runs `fn` in a transaction: all of it is committed when `fn` returns, none when it throws. `fn` may be called
   * again after a serialisation failure, so it acts on nothing but `tx`. Inside, use only `tx`: `database` would wait
   * for ever on the embedded engine (it throws there).
   */
  tx<T>(name: string, fn: (tx: Transaction) => Promise<T>): Promise<T>;

  /**
   * Hears hints that any process sent with `notify` since now, itself included. A hint may be lost or come twice.
   * The function returned stops it.
   */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;

  /** Sends a hint, outside any transaction, after the commit it speaks of; equal hints within 5 ms become one. Never throws. */
  notify(channel: string, payload: string): void;

  /** The database's own instant, for the clock to follow (PostgreSQL); the host's on the embedded engine. */
  now(): Promise<Date>;

  /** True if the engine answers now; resolves within 2 s. */
  healthy(): Promise<boolean>;

  stats(): StorageStats;

  /** Resolves when everything that is running now has ended, and whoever waits for it has gone on. Never rejects. */
  drain(): Promise<void>;

  /** Waits for what is running, then closes. Later calls throw `STORAGE_UNREACHABLE`. */
  close(): Promise<void>;
}

/** A row was changed by another transaction since it was read. Thrown inside `tx`, it runs that again, as a serialisation failure does. */
export class LostRace extends Error {
  readonly code = '40001';
}

export type Row = Record<string, unknown>;

/** A transaction on a connection of its own. Nothing is sent before its first statement. */
export interface Session {
  query(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** A statement that nobody waits for, with the next one or with the commit; rejects when it failed. */
  send(sql: string, params: readonly Param[]): Promise<void>;
  last(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  script(sql: string): Promise<void>;
  commit(): Promise<void>;
  /** Gives up the transaction and the connection; never throws. */
  rollback(): Promise<void>;
}

export interface Engine {
  readonly kind: 'pglite' | 'postgres';
  /** A statement outside any transaction. `repeatable`: a read, which a lost connection is no reason to fail. */
  statement(sql: string, params: readonly Param[], repeatable?: boolean): Promise<Result<Row>>;
  statementApart(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** Waits for its turn. The session must be ended by `commit` or `rollback`. */
  session(): Promise<Session>;
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  /** Sends hints at once; what cannot be sent is lost. Never throws. */
  notify(hints: readonly Hint[]): void;
  now(): Promise<Date>;
  readonly roundTrips: number;
  readonly fsyncs: number | undefined;
  readonly hears: boolean;
  close(): Promise<void>;
}

export interface Hint {
  channel: string;
  payload: string;
}
