/** PostgreSQL behind the port: a pool for statements, one connection for hints. */
import type { Pool, PoolClient, QueryResult } from 'pg';
import { systemCode } from '../../base/errors.ts';
import type { Engine, Hint, Row, Session } from '../engine.ts';
import type { Param, Result } from '../port.ts';
import { encodeParam } from '../values.ts';
import { isLost, named, noConnection, quote, type Target } from './connect.ts';
import type { Listener } from './listener.ts';

/** coda has fewer distinct statements than this; what comes on top goes unprepared. */
const MOST_PREPARED = 500;

export class PostgresEngine implements Engine {
  readonly kind = 'postgres';
  readonly fsyncs = undefined;
  private readonly pool: Pool;
  private readonly target: Target;
  private readonly listener: Listener | undefined;
  private readonly listeners: Listeners;
  private readonly names = new Map<string, string>();
  private named = 0;
  private trips = 0;

  constructor(pool: Pool, target: Target, listener: Listener | undefined, listeners: Listeners) {
    this.pool = pool;
    this.target = target;
    this.listener = listener;
    this.listeners = listeners;
  }

  get roundTrips(): number {
    return this.trips;
  }

  async statement(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    if (this.needsSearchPath) return this.statementInSchema(sql, params);
    const client = await this.connection();
    try {
      const result = await this.send(client, sql, params);
      client.release();
      return result;
    } catch (error) {
      client.release(isLost(error));
      throw named(error, this.target);
    }
  }

  async session(): Promise<Session> {
    const client = await this.connection();
    return new PostgresSession(client, this.begin, {
      send: (sql, params) => this.send(client, sql, params),
      script: (sql) => this.trip(client.query(sql)),
      named: (error) => named(error, this.target),
    });
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    if (this.listeners.add(channel, heard)) await this.listener?.add(channel);
    return async () => {
      if (this.listeners.remove(channel, heard)) await this.listener?.remove(channel);
    };
  }

  notify(hints: readonly Hint[]): void {
    for (const { channel, payload } of hints) this.listeners.tell(channel, payload);
    this.listener?.send(hints);
  }

  async now(): Promise<Date> {
    const { rows } = await this.statement('select clock_timestamp() as now', []);
    return rows[0]?.now as Date;
  }

  async close(): Promise<void> {
    await this.listener?.close();
    await this.pool.end();
  }

  private get needsSearchPath(): boolean {
    return this.target.pooled && this.target.schema !== undefined;
  }

  /** Behind a pooler each transaction may run in another session, so it says itself where its tables are. */
  private get begin(): string {
    if (!this.needsSearchPath) return 'begin';
    return `begin; set local search_path to ${quote(this.target.schema as string)}`;
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

  private async connection(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw noConnection(error, this.target);
    }
  }

  private async send(client: PoolClient, sql: string, params: readonly Param[]): Promise<Result<Row>> {
    const name = this.nameOf(sql);
    const values = params.map(encodeParam);
    try {
      const { rows, rowCount } = await this.trip<QueryResult<Row>>(
        client.query({ text: sql, values, ...(name ? { name } : {}) }),
      );
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      // A migration has changed a table under its plan: the next use prepares it under a new name.
      if (systemCode(error) === '0A000') this.names.delete(sql);
      throw error;
    }
  }

  private async trip<T>(answer: Promise<T>): Promise<T> {
    this.trips++;
    return answer;
  }

  private nameOf(sql: string): string | undefined {
    if (this.target.pooled) return undefined;
    const known = this.names.get(sql);
    if (known !== undefined || this.names.size >= MOST_PREPARED) return known;
    const name = `coda${this.named++}`;
    this.names.set(sql, name);
    return name;
  }
}

interface Wire {
  send(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  script(sql: string): Promise<unknown>;
  named(error: unknown): unknown;
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
    if (this.state === 'begun') await this.step(() => this.wire.script('commit'));
    this.end();
  }

  async rollback(): Promise<void> {
    if (this.state === 'ended') return;
    if (this.state === 'begun' && !this.broken) await this.step(() => this.wire.script('rollback')).catch(() => {});
    this.end();
  }

  /** `begin` is written in front of the first statement and answered before it: one round trip for both. */
  private async step<T>(work: () => Promise<T>): Promise<T> {
    const first = this.state === 'fresh';
    this.state = 'begun';
    const begun = first ? this.client.query(this.begin) : undefined;
    begun?.catch(() => {}); // what breaks it breaks the statement behind it too
    try {
      const value = await work();
      await begun;
      return value;
    } catch (error) {
      this.broken ||= isLost(error);
      throw this.wire.named(error);
    }
  }

  private end(): void {
    this.state = 'ended';
    this.client.release(this.broken);
  }
}

/** Who listens to which channel in this process. */
export class Listeners {
  private readonly channels = new Map<string, Set<(payload: string) => void>>();

  /** True when it is the channel's first. */
  add(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, all);
    return all.add(heard).size === 1;
  }

  /** True when it was the channel's last. */
  remove(channel: string, heard: (payload: string) => void): boolean {
    const all = this.channels.get(channel);
    return all?.delete(heard) === true && all.size === 0;
  }

  tell(channel: string, payload: string): void {
    for (const heard of this.channels.get(channel) ?? []) heard(payload);
  }
}
