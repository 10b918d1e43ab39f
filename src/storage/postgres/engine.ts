/** PostgreSQL behind the port: a pool for statements, one connection beside it for hints and heartbeats. */
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Subscribers } from '../../base/async.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Engine, Hint, Param, Result, Row, Session } from '../port.ts';
import { encodeParams } from '../values.ts';
import {
  connectionError,
  IDLE_IN_TRANSACTION,
  isLost,
  quote,
  storageError,
  type Target,
  transactionSettings,
} from './connect.ts';
import type { Listener } from './listener.ts';

/** coda has fewer distinct statements than this; what comes on top goes unprepared. */
const MOST_PREPARED = 500;

interface Query {
  text: string;
  values?: unknown[];
  name?: string;
}

export interface PostgresParts {
  pool: Pool;
  target: Target;
  listener: Listener;
  listeners: Subscribers;
  log: Log;
}

export class PostgresEngine implements Engine {
  readonly kind = 'postgres';
  readonly fsyncs = undefined;
  private readonly pool: Pool;
  private readonly target: Target;
  private readonly listener: Listener;
  private readonly listeners: Subscribers;
  private readonly log: Log;
  private readonly names = new Map<string, string>();
  /** When each connection was asked and answered last, in monotonic milliseconds. */
  private readonly askedAt = new WeakMap<PoolClient, number>();
  private readonly answeredAt = new WeakMap<PoolClient, number>();
  /** A connection that has not answered since is replaced instead of used: another one was lost then. */
  private suspectedAt = Number.NEGATIVE_INFINITY;
  private named = 0;
  private trips = 0;

  constructor({ pool, target, listener, listeners, log }: PostgresParts) {
    this.pool = pool;
    this.target = target;
    this.listener = listener;
    this.listeners = listeners;
    this.log = log;
    pool.on('connect', (client) => {
      this.answeredAt.set(client, performance.now());
      // Between two statements of a transaction nobody else listens, and an unheard error would end the process.
      client.on('error', (error) => this.explain(error));
    });
  }

  get hears(): boolean {
    return this.listener.hears;
  }

  get roundTrips(): number {
    return this.trips;
  }

  async statement(sql: string, params: readonly Param[], repeatable = false): Promise<Result<Row>> {
    if (this.needsSearchPath) return this.statementInSchema(sql, params);
    const client = repeatable ? await this.takeUnsuspected() : await this.takeTested();
    try {
      const result = await this.send(client, sql, params);
      client.release();
      return result;
    } catch (error) {
      this.letGo(client, isLost(error));
      if (repeatable && isLost(error)) return this.statement(sql, params);
      throw this.explain(error);
    }
  }

  async statementApart(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const sentAt = performance.now();
    try {
      return await this.listener.run(sql, params);
    } catch (error) {
      // The fault that cut or froze this connection has likely hit the others.
      this.suspectedAt = Math.max(this.suspectedAt, sentAt);
      throw error;
    }
  }

  async session(): Promise<Session> {
    const client = await this.takeTested();
    return new PostgresSession(client, this.begin, {
      send: (sql, params) => this.send(client, sql, params),
      end: (sql) => this.ask(client, { text: sql }),
      script: (sql) => this.countTrip(client, client.query(sql)),
      named: (error) => this.explain(error),
      release: (isBroken) => this.letGo(client, isBroken),
    });
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    if (this.listeners.add(channel, listener)) await this.listener.add(channel);
    return async () => {
      if (this.listeners.remove(channel, listener)) await this.listener.remove(channel);
    };
  }

  notify(hints: readonly Hint[]): void {
    for (const { channel, payload } of hints) this.listeners.tell(channel, payload);
    this.listener.send(hints);
  }

  async now(): Promise<Date> {
    const { rows } = await this.statement('select clock_timestamp() as now', [], true);
    return rows[0]?.now as Date;
  }

  async close(): Promise<void> {
    await this.listener.close();
    await this.pool.end();
  }

  private get needsSearchPath(): boolean {
    return this.target.pooled && this.target.schema !== undefined;
  }

  /** Behind a pooler each transaction may run in another session, so it says itself what holds for it. */
  private get begin(): string {
    const { pooled, schema, limits } = this.target;
    if (!pooled) return 'begin';
    const settings = Object.entries(transactionSettings(limits)).map(
      ([name, value]) => `set local ${name} to ${value}`,
    );
    const path = schema === undefined ? [] : [`set local search_path to ${quote(schema)}`];
    return ['begin', ...settings, ...path].join('; ');
  }

  private async statementInSchema(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const session = await this.session();
    try {
      const result = await session.query(sql, params);
      await session.commit();
      return result;
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }

  private async takeUnsuspected(): Promise<PoolClient> {
    for (;;) {
      const client = await this.pool.connect().catch((error: unknown) => {
        throw connectionError(error, this.target);
      });
      if (this.lastAnswer(client) >= this.suspectedAt) return client;
      discard(client);
    }
  }

  /**
   * A connection that surely leads to the server: a firewall or a failover leaves behind connections that take what is
   * sent and never answer. One that was just used is not asked again.
   */
  private async takeTested(): Promise<PoolClient> {
    const { rested, test } = this.target.limits;
    for (;;) {
      const client = await this.takeUnsuspected();
      if (performance.now() - this.lastAnswer(client) < rested) return client;
      try {
        await this.ask(client, { text: '' }, test);
        return client;
      } catch (error) {
        this.log.warn(
          { database: this.target.name, reason: messageOf(error) },
          'a database connection hung; replacing it',
        );
        this.letGo(client, true);
      }
    }
  }

  private explain(error: unknown): unknown {
    if (systemCode(error) === IDLE_IN_TRANSACTION) {
      this.log.warn('this process stood still in a transaction; the server ended it and committed nothing of it');
    }
    return storageError(error, this.target);
  }

  private lastAnswer(client: PoolClient): number {
    return this.answeredAt.get(client) ?? Number.NEGATIVE_INFINITY;
  }

  /** Back into the pool; a lost one is replaced, and with it those that have not answered since it did. */
  private letGo(client: PoolClient, isBroken: boolean): void {
    if (isBroken) {
      this.suspectedAt = Math.max(this.suspectedAt, this.askedAt.get(client) ?? performance.now());
      discard(client);
    } else client.release();
  }

  private async send(client: PoolClient, sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const name = this.nameOf(sql);
    const values = encodeParams(params);
    try {
      const { rows, rowCount } = await this.ask(client, { text: sql, values, ...(name ? { name } : {}) });
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      // A migration has changed a table under its plan: the next use prepares it under a new name.
      if (systemCode(error) === '0A000') this.names.delete(sql);
      throw error;
    }
  }

  private ask(client: PoolClient, query: Query, within = this.target.limits.answer): Promise<QueryResult<Row>> {
    const limited = { ...query, query_timeout: within };
    return this.countTrip(client, client.query<Row>(limited));
  }

  private async countTrip<T>(client: PoolClient, answer: Promise<T>): Promise<T> {
    this.trips++;
    this.askedAt.set(client, performance.now());
    const value = await answer;
    this.answeredAt.set(client, performance.now());
    return value;
  }

  private nameOf(sql: string): string | undefined {
    if (this.target.pooled) return undefined;
    const cachedName = this.names.get(sql);
    if (cachedName !== undefined || this.names.size >= MOST_PREPARED) return cachedName;
    const name = `coda${this.named++}`;
    this.names.set(sql, name);
    return name;
  }
}

/** Ends a connection for good. One that hangs would never see the end of a polite goodbye. */
function discard(client: PoolClient): void {
  client.release(true);
  client.connection.stream.destroy();
}

// A transaction on a connection of the pool.

interface Wire {
  send(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  end(sql: string): Promise<unknown>;
  script(sql: string): Promise<unknown>;
  named(error: unknown): unknown;
  release(isBroken: boolean): void;
}

class PostgresSession implements Session {
  private readonly client: PoolClient;
  private readonly begin: string;
  private readonly wire: Wire;
  private state: 'fresh' | 'begun' | 'ended' = 'fresh';
  private broken = false;

  constructor(client: PoolClient, begin: string, wire: Wire) {
    this.client = client;
    this.begin = begin;
    this.wire = wire;
  }

  query(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.step(() => this.wire.send(sql, params));
  }

  async send(sql: string, params: readonly Param[]): Promise<void> {
    await this.query(sql, params);
  }

  async last(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const result = await this.query(sql, params);
    await (result.count > 0 ? this.commit() : this.rollback());
    return result;
  }

  async script(sql: string): Promise<void> {
    await this.step(() => this.wire.script(sql));
  }

  async commit(): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'begun') await this.step(() => this.wire.end('commit'));
    this.end();
  }

  async rollback(): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'begun' && !this.broken) await this.step(() => this.wire.end('rollback')).catch(() => {});
    this.end();
  }

  /** `begin` is written in front of the first statement and answered before it: one round trip for both. */
  private async step<T>(work: () => Promise<T>): Promise<T> {
    const first = this.state === 'fresh';
    this.state = 'begun';
    const beginning = first ? this.client.query(this.begin) : undefined;
    beginning?.catch(() => {}); // what breaks it breaks the statement behind it too
    try {
      const value = await work();
      await beginning;
      return value;
    } catch (error) {
      this.broken ||= isLost(error);
      throw this.wire.named(error);
    }
  }

  private end(): void {
    this.state = 'ended';
    this.wire.release(this.broken);
  }
}
