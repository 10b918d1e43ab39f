/** One transaction on a connection of the pool. */
import type { PoolClient } from 'pg';
import type { Row, Session } from '../engine.ts';
import type { Param, Result } from '../port.ts';
import { isLost } from './connect.ts';

/** The session's way to its connection. */
export interface Wire {
  send(sql: string, params: readonly Param[]): Promise<Result<Row>>;
  /** `commit` or `rollback`. */
  end(sql: string): Promise<unknown>;
  /** Statements that may take as long as they need. */
  script(sql: string): Promise<unknown>;
  /** Classifies a failure for callers. */
  named(error: unknown): unknown;
  /** Gives the connection back, or up. */
  release(isBroken: boolean): void;
}

export class PostgresSession implements Session {
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
    this.wire.release(this.broken);
  }
}
