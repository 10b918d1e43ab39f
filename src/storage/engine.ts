/** Duties of an engine towards its wrapper (`database.ts`), which gives both engines the same behaviour. */
import type { Param, Result } from './port.ts';

export type Row = Record<string, unknown>;

/** One transaction on a connection of its own. Nothing is sent before its first statement. */
export interface Session {
  query(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** A statement that nobody waits for, with the next one or with the commit; rejects when it failed. */
  send(sql: string, params: readonly Param[]): Promise<void>;
  /** The last statement: commits when it returned or changed a row, otherwise rolls back. */
  last(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** Statements without parameters, several in one text. */
  script(sql: string): Promise<void>;
  /** Resolves when the commit is certain. A session that sent nothing, or has ended, has nothing to commit. */
  commit(): Promise<void>;
  /** Gives up the transaction and the connection; never throws. */
  rollback(): Promise<void>;
}

export interface Engine {
  readonly kind: 'pglite' | 'postgres';
  /** One statement, outside any transaction. `repeatable`: a read, which a lost connection is no reason to fail. */
  statement(sql: string, params: readonly Param[], repeatable?: boolean): Promise<Result<Row>>;
  /** One statement that is not kept waiting by those of others, neither for a connection nor behind them. */
  apart(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** Waits for its turn. The session must be ended by `commit` or `rollback`. */
  session(): Promise<Session>;
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** Sends hints at once; what cannot be sent is lost. Never throws. */
  notify(hints: readonly Hint[]): void;
  now(): Promise<Date>;
  /** Counted by the engine: every message that was waited for. */
  readonly roundTrips: number;
  readonly fsyncs: number | undefined;
  /** True if `listen` hears other processes at all. */
  readonly hears: boolean;
  close(): Promise<void>;
}

export interface Hint {
  channel: string;
  payload: string;
}
