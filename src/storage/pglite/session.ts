/** A transaction on the embedded engine's only session, in as few messages to its thread as it allows. */
import { type Deferred, deferred } from '../../base/async.ts';
import type { Row, Session } from '../engine.ts';
import type { Param, Result } from '../port.ts';
import { type Answer, decodeAnswer, encodeSimple } from './wire.ts';

/** The session's view of its engine; `E` is a statement as it is sent. */
export interface SessionWire<E extends { bytes: Buffer }> {
  encode(sql: string, params: readonly Param[]): E;
  decode(answer: Buffer, at: number, encoded: E): Answer;
  /** One message. `closing`: the transaction is ended in it, by what its last statement has found. */
  exec(bytes: Buffer, closing: boolean): Promise<Buffer>;
  /** The session is free for the next one. */
  end(): void;
}

const BEGIN = encodeSimple('begin');
const COMMIT = encodeSimple('commit');
const ROLLBACK = encodeSimple('rollback');

export class PgliteSession<E extends { bytes: Buffer }> implements Session {
  private readonly wire: SessionWire<E>;
  private state: 'fresh' | 'begun' | 'ended' = 'fresh';
  /** Statements that nobody waits for; they travel with the next one. */
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
    this.end();
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
    this.end();
  }

  async rollback(): Promise<void> {
    if (this.state === 'ended') return;
    for (const { done } of this.held.splice(0)) done.resolve();
    if (this.state === 'begun') await this.exchange(ROLLBACK).catch(() => {});
    this.end();
  }

  /** Sends `bytes` behind what goes before them; the answer, and where that to `bytes` begins. */
  private async exchange(bytes: Buffer, closing = false): Promise<{ answer: Buffer; at: number }> {
    const held = this.held.splice(0);
    const isFirst = this.state === 'fresh';
    this.state = 'begun';
    const before = [...(isFirst ? [BEGIN] : []), ...held.map(({ encoded }) => encoded.bytes)];
    let answer: Buffer;
    try {
      answer = await this.wire.exec(before.length > 0 ? Buffer.concat([...before, bytes]) : bytes, closing);
    } catch (error) {
      for (const { done } of held) done.reject(error);
      throw error;
    }
    let at = isFirst ? decodeAnswer(answer, 0).end : 0;
    for (const { encoded, done } of held) {
      const decoded = this.wire.decode(answer, at, encoded);
      at = decoded.end;
      if (decoded.error) done.reject(decoded.error);
      else done.resolve();
    }
    return { answer, at };
  }

  private end(): void {
    this.state = 'ended';
    this.wire.end();
  }
}

function resultOf({ result, error }: Answer): Result<Row> {
  if (error) throw error;
  return result;
}
