/** The embedded engine behind the port: one session, one thread, strictly first come, first served. */
import { type Deferred, deferred, Subscribers } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Engine, Hint, Param, Result, Row, Session } from '../port.ts';
import type { EngineThread } from './thread.ts';
import { type Answer, decodeAnswer, encodeSimple, encodeStatement } from './wire.ts';

/** Statements of different callers that go over in one message; each is a transaction of its own all the same. */
const LARGEST_BATCH = 32;
/** A prepared statement holds some 50 kB in the engine; coda has fewer distinct statements than this. */
const MOST_PREPARED = 300;

interface Single {
  sql: string;
  params: readonly Param[];
  done: Deferred<Result<Row>>;
  isUpkeep: boolean;
}

interface Exclusive {
  granted: Deferred<void>;
}

type Waiting = Single | Exclusive;

interface KnownStatement {
  seen: number;
  preparing: boolean;
  name?: string;
}

interface EncodedStatement {
  bytes: Buffer;
  statement: KnownStatement;
  prepares?: string;
}

export class PgliteEngine implements Engine {
  readonly kind = 'pglite';
  private readonly thread: EngineThread;
  private readonly upkeep: Upkeep;
  private readonly onClose: () => Promise<void>;
  private readonly queue: Waiting[] = [];
  private readonly known = new Map<string, KnownStatement>();
  private readonly listeners: Subscribers;
  private names = 0;
  private busy = false;
  private trips = 0;

  constructor(thread: EngineThread, log: Log, onClose: () => Promise<void>) {
    this.thread = thread;
    this.onClose = onClose;
    this.listeners = new Subscribers(log);
    this.upkeep = new Upkeep((sql, params) => this.enqueue(sql, params, true), log);
  }

  get roundTrips(): number {
    return this.trips;
  }

  readonly hears = true;

  get fsyncs(): number {
    return this.thread.fsyncs;
  }

  statement(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.enqueue(sql, params, false);
  }

  statementApart(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.statement(sql, params);
  }

  async session(): Promise<Session> {
    const granted = deferred();
    this.queue.push({ granted });
    void this.pump();
    await granted.promise;
    return this.exclusiveSession();
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    this.listeners.add(channel, listener);
    return async () => void this.listeners.remove(channel, listener);
  }

  notify(hints: readonly Hint[]): void {
    for (const { channel, payload } of hints) this.listeners.tell(channel, payload);
  }

  async now(): Promise<Date> {
    return new Date();
  }

  async close(): Promise<void> {
    await this.upkeep.stop();
    await this.thread.close();
    await this.onClose();
  }

  private enqueue(sql: string, params: readonly Param[], isUpkeep: boolean): Promise<Result<Row>> {
    const done = deferred<Result<Row>>();
    this.queue.push({ sql, params, done, isUpkeep });
    void this.pump();
    return done.promise;
  }

  private async pump(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if ('granted' in next) return next.granted.resolve(); // the session's end goes on from here
      await this.runBatch(this.queue.length === 0 ? [next] : [next, ...this.takeSingles(LARGEST_BATCH - 1)]);
    }
    this.busy = false;
  }

  private takeSingles(most: number): Single[] {
    let count = 0;
    while (count < most && count < this.queue.length && !('granted' in (this.queue[count] as Waiting))) count++;
    return this.queue.splice(0, count) as Single[];
  }

  private async runBatch(batch: Single[]): Promise<void> {
    const statements: { single: Single; encoded: EncodedStatement }[] = [];
    for (const single of batch) {
      try {
        statements.push({ single, encoded: this.encode(single.sql, single.params) });
      } catch (error) {
        single.done.reject(error);
      }
    }
    if (statements.length === 0) return;
    try {
      if (statements.some(({ single }) => !single.isUpkeep)) this.count();
      const answer = await this.thread.exec(Buffer.concat(statements.map(({ encoded }) => encoded.bytes)));
      let at = 0;
      for (const { single, encoded } of statements) {
        const decoded = this.decode(answer, at, encoded);
        at = decoded.end;
        if (decoded.error) single.done.reject(decoded.error);
        else single.done.resolve(decoded.result);
      }
    } catch (error) {
      for (const { single } of statements) single.done.reject(error);
    }
  }

  private exclusiveSession(): Session {
    return new PgliteSession<EncodedStatement>({
      encode: (sql, params) => this.encode(sql, params),
      decode: (answer, at, encoded) => this.decode(answer, at, encoded),
      drop: ({ statement, prepares }) => {
        if (prepares !== undefined) statement.preparing = false;
      },
      exec: (bytes, closing) => {
        this.count();
        return this.thread.exec(bytes, closing);
      },
      endWire: () => {
        this.busy = false;
        void this.pump();
      },
    });
  }

  private count(): void {
    this.trips++;
    this.upkeep.note();
  }

  /** A statement is prepared when it comes a second time; until the engine has confirmed that, others go unnamed. */
  private encode(sql: string, params: readonly Param[]): EncodedStatement {
    const statement = this.known.get(sql) ?? { seen: 0, preparing: false };
    statement.seen++;
    if (statement.seen === 1 && this.known.size < MOST_PREPARED) this.known.set(sql, statement);
    if (statement.name) return { bytes: encodeStatement({ name: statement.name, params }), statement };
    if (statement.seen === 1 || statement.preparing) return { bytes: encodeStatement({ sql, params }), statement };
    const name = `s${this.names++}`;
    const bytes = encodeStatement({ sql, name, params });
    statement.preparing = true;
    return { bytes, statement, prepares: name };
  }

  private decode(bytes: Buffer, at: number, { statement, prepares }: EncodedStatement): Answer {
    const answer = decodeAnswer(bytes, at);
    if (prepares !== undefined) {
      statement.preparing = false;
      if (answer.prepared) statement.name = prepares;
    }
    // A migration has changed a table under its plan: the next use prepares it anew.
    if (answer.error?.code === '0A000') delete statement.name;
    return answer;
  }
}

// Checkpoints by the volume of the write-ahead log, and vacuum: the work of a server's background processes, which the
// embedded engine has none of. It runs in quiet moments after a write, and an idle database costs nothing.

const QUIET_MS = 2_000;
/** Messages to the engine after which the upkeep runs without a quiet moment. */
const BUSY_LIMIT = 5_000;
/** As PostgreSQL decides it, but for small tables: this many changed rows and this share of the table. */
const CHANGED_ROWS = 500;
const CHANGED_SHARE = 0.1;
const WAL_BYTES = 8 * 1024 * 1024;

interface WornTable extends Row {
  name: string;
}

export class Upkeep {
  private readonly statement: (sql: string, params: number[]) => Promise<Result<Row>>;
  private readonly log: Log;
  private timer: NodeJS.Timeout | undefined;
  private messages = 0;
  private seen = 0;
  private working: Promise<void> | undefined;
  private stopped = false;

  constructor(statement: (sql: string, params: number[]) => Promise<Result<Row>>, log: Log) {
    this.statement = statement;
    this.log = log;
  }

  note(): void {
    this.messages++;
    if (!this.stopped && !this.working) this.timer ??= this.arm();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  async run(): Promise<void> {
    try {
      await this.checkpoint();
      for (const table of await this.wornTables()) {
        if (!this.stopped) await this.statement(`vacuum (analyze) ${table}`, []);
      }
    } catch (error) {
      if (!this.stopped) this.log.warn({ reason: messageOf(error) }, 'the upkeep of the embedded database failed');
    }
  }

  private arm(): NodeJS.Timeout {
    this.seen = this.messages;
    return setTimeout(() => this.wake(), QUIET_MS).unref();
  }

  private wake(): void {
    this.timer = undefined;
    if (this.messages !== this.seen && this.messages < BUSY_LIMIT) {
      this.timer = this.arm();
      return;
    }
    this.messages = 0;
    this.working = this.run().finally(() => {
      this.working = undefined;
    });
  }

  private async checkpoint(): Promise<void> {
    const { rows } = await this.statement(
      'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()',
      [],
    );
    if ((rows[0]?.bytes as number) >= WAL_BYTES) await this.statement('checkpoint', []);
  }

  private async wornTables(): Promise<string[]> {
    const { rows } = await this.statement(
      `select quote_ident(schemaname) || '.' || quote_ident(relname) as name
         from pg_stat_user_tables
        where greatest(n_dead_tup, n_mod_since_analyze, n_ins_since_vacuum) > $1 + $2::float8 * n_live_tup`,
      [CHANGED_ROWS, CHANGED_SHARE],
    );
    return (rows as WornTable[]).map(({ name }) => name);
  }
}

// A transaction on the embedded engine's only session, in as few messages to its thread as it allows.

interface SessionWire<E extends { bytes: Buffer }> {
  encode(sql: string, params: readonly Param[]): E;
  decode(answer: Buffer, at: number, encoded: E): Answer;
  /** Forgets an encoded statement that is not sent: nothing was prepared by it. */
  drop(encoded: E): void;
  /** A message. `closing`: the transaction is ended in it, by what its last statement has found. */
  exec(bytes: Buffer, closing: boolean): Promise<Buffer>;
  endWire(): void;
}

const BEGIN = encodeSimple('begin');
const COMMIT = encodeSimple('commit');
const ROLLBACK = encodeSimple('rollback');

class PgliteSession<E extends { bytes: Buffer }> implements Session {
  private readonly wire: SessionWire<E>;
  private state: 'fresh' | 'begun' | 'ended' = 'fresh';
  private readonly held: { encoded: E; done: Deferred<void> }[] = [];

  constructor(wire: SessionWire<E>) {
    this.wire = wire;
  }

  async query(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const encoded = this.wire.encode(sql, params);
    const { answer, at } = await this.exchange(encoded.bytes);
    return resultOf(this.wire.decode(answer, at, encoded));
  }

  send(sql: string, params: readonly Param[]): Promise<void> {
    const done = deferred();
    this.held.push({ encoded: this.wire.encode(sql, params), done });
    return done.promise;
  }

  async last(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const encoded = this.wire.encode(sql, params);
    const { answer, at } = await this.exchange(encoded.bytes, true);
    this.endSession();
    const decoded = this.wire.decode(answer, at, encoded);
    const closed = decodeAnswer(answer, decoded.end);
    const result = resultOf(decoded);
    if (closed.error) throw closed.error;
    return result;
  }

  async script(sql: string): Promise<void> {
    const { answer, at } = await this.exchange(encodeSimple(sql));
    resultOf(decodeAnswer(answer, at));
  }

  async commit(): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'begun' || this.held.length > 0) {
      const { answer, at } = await this.exchange(COMMIT);
      resultOf(decodeAnswer(answer, at));
    }
    this.endSession();
  }

  async rollback(): Promise<void> {
    if (this.state === 'ended') return;
    for (const { encoded, done } of this.held.splice(0)) {
      this.wire.drop(encoded);
      done.resolve();
    }
    if (this.state === 'begun') await this.exchange(ROLLBACK).catch(() => {});
    this.endSession();
  }

  private async exchange(bytes: Buffer, closing = false): Promise<{ answer: Buffer; at: number }> {
    const heldStatements = this.held.splice(0);
    const isFirst = this.state === 'fresh';
    this.state = 'begun';
    const before = [...(isFirst ? [BEGIN] : []), ...heldStatements.map(({ encoded }) => encoded.bytes)];
    let answer: Buffer;
    try {
      answer = await this.wire.exec(before.length > 0 ? Buffer.concat([...before, bytes]) : bytes, closing);
    } catch (error) {
      for (const { done } of heldStatements) done.reject(error);
      throw error;
    }
    let at = isFirst ? decodeAnswer(answer, 0).end : 0;
    for (const { encoded, done } of heldStatements) {
      const decoded = this.wire.decode(answer, at, encoded);
      at = decoded.end;
      if (decoded.error) done.reject(decoded.error);
      else done.resolve();
    }
    return { answer, at };
  }

  private endSession(): void {
    this.state = 'ended';
    this.wire.endWire();
  }
}

function resultOf({ result, error }: Answer): Result<Row> {
  if (error) throw error;
  return result;
}
