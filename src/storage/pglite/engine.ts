/** The embedded engine behind the port: one session, one thread, strictly first come, first served. */
import { type Deferred, deferred } from '../../base/async.ts';
import type { Log } from '../../base/log.ts';
import { Subscribers } from '../../base/subscribers.ts';
import type { Engine, Hint, Row, Session } from '../engine.ts';
import type { Param, Result } from '../port.ts';
import { PgliteSession } from './session.ts';
import type { EngineThread } from './thread.ts';
import { Upkeep } from './upkeep.ts';
import { type Answer, decodeAnswer, encodeStatement } from './wire.ts';

/** Statements of different callers that go over in one message; each is a transaction of its own all the same. */
const LARGEST_BATCH = 32;
/** A prepared statement holds some 50 kB in the engine; coda has fewer distinct statements than this. */
const MOST_PREPARED = 300;

interface Single {
  sql: string;
  params: readonly Param[];
  done: Deferred<Result<Row>>;
  /** The engine's own upkeep, which is not part of what anything costs. */
  isUpkeep: boolean;
}

interface Exclusive {
  granted: Deferred<void>;
}

type Waiting = Single | Exclusive;

/** Number of times a statement was seen, and its name once the engine has prepared it. */
interface Known {
  seen: number;
  preparing: boolean;
  name?: string;
}

interface Encoded {
  bytes: Buffer;
  known: Known;
  /** The name under which these bytes prepare the statement. */
  prepares?: string;
}

export class PgliteEngine implements Engine {
  readonly kind = 'pglite';
  private readonly thread: EngineThread;
  private readonly upkeep: Upkeep;
  private readonly onClose: () => Promise<void>;
  private readonly queue: Waiting[] = [];
  private readonly known = new Map<string, Known>();
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

  /** One process is all there is. */
  readonly hears = true;

  get fsyncs(): number {
    return this.thread.fsyncs;
  }

  statement(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.enqueue(sql, params, false);
  }

  /** There is one session, and everything in it is short. */
  apart(sql: string, params: readonly Param[]): Promise<Result<Row>> {
    return this.statement(sql, params);
  }

  async session(): Promise<Session> {
    const granted = deferred();
    this.queue.push({ granted });
    void this.pump();
    await granted.promise;
    return this.exclusiveSession();
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    this.listeners.add(channel, heard);
    return async () => void this.listeners.remove(channel, heard);
  }

  /** There is one process, so nothing needs to go through the engine. */
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
      await this.runBatch([next, ...this.takeSingles(LARGEST_BATCH - 1)]);
    }
    this.busy = false;
  }

  private takeSingles(most: number): Single[] {
    let count = 0;
    while (count < most && count < this.queue.length && !('granted' in (this.queue[count] as Waiting))) count++;
    return this.queue.splice(0, count) as Single[];
  }

  private async runBatch(batch: Single[]): Promise<void> {
    const sent: { single: Single; encoded: Encoded }[] = [];
    for (const single of batch) {
      try {
        sent.push({ single, encoded: this.encode(single.sql, single.params) });
      } catch (error) {
        single.done.reject(error);
      }
    }
    if (sent.length === 0) return;
    try {
      if (sent.some(({ single }) => !single.isUpkeep)) this.count();
      const answer = await this.thread.exec(Buffer.concat(sent.map(({ encoded }) => encoded.bytes)));
      let at = 0;
      for (const { single, encoded } of sent) {
        const decoded = this.decode(answer, at, encoded);
        at = decoded.end;
        if (decoded.error) single.done.reject(decoded.error);
        else single.done.resolve(decoded.result);
      }
    } catch (error) {
      for (const { single } of sent) single.done.reject(error);
    }
  }

  private exclusiveSession(): Session {
    return new PgliteSession<Encoded>({
      encode: (sql, params) => this.encode(sql, params),
      decode: (answer, at, encoded) => this.decode(answer, at, encoded),
      exec: (bytes, closing) => {
        this.count();
        return this.thread.exec(bytes, closing);
      },
      end: () => {
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
  private encode(sql: string, params: readonly Param[]): Encoded {
    const known = this.known.get(sql) ?? { seen: 0, preparing: false };
    known.seen++;
    if (known.seen === 1 && this.known.size < MOST_PREPARED) this.known.set(sql, known);
    if (known.name) return { bytes: encodeStatement({ name: known.name, params }), known };
    if (known.seen === 1 || known.preparing) return { bytes: encodeStatement({ sql, params }), known };
    const name = `s${this.names++}`;
    const bytes = encodeStatement({ sql, name, params });
    known.preparing = true;
    return { bytes, known, prepares: name };
  }

  private decode(bytes: Buffer, at: number, { known, prepares }: Encoded): Answer {
    const answer = decodeAnswer(bytes, at);
    if (prepares !== undefined) {
      known.preparing = false;
      if (answer.prepared) known.name = prepares;
    }
    // A migration has changed a table under its plan: the next use prepares it anew.
    if (answer.error?.code === '0A000') delete known.name;
    return answer;
  }
}
