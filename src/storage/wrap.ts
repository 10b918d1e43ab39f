/** The one wrapper around both engines: names and probes, retries, counting, hints, and the guard against misuse. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { within } from '../base/async.ts';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { Engine, Hint, Row } from './engine.ts';
import type { Database, Param, Result, StorageStats, Transaction } from './port.ts';

/** Serialisation failure and deadlock: the same statements may succeed when they are run again. */
const RETRIED: readonly (string | undefined)[] = ['40001', '40P01'];
const RETRIES = 5;
/** SQLSTATE `disk_full`: only the statement failed. */
const DISK_FULL = '53100';
const HINT_MS = 5;
const HEALTH_MS = 2_000;
/** PostgreSQL's limit on a notification's payload, in bytes. */
const LONGEST_HINT = 7_999;

/** Gives `engine` the manners that the port promises. */
export function wrap(engine: Engine, world: World): Database {
  return new WrappedDatabase(engine, world);
}

class WrappedDatabase implements Database {
  readonly engine: 'pglite' | 'postgres';
  private readonly inner: Engine;
  private readonly world: World;
  private readonly inside = new AsyncLocalStorage<{ name: string; open: boolean }>();
  private readonly hints: Hints;
  private commits = 0;
  private unclear = 0;
  private running = 0;
  private closing: Promise<void> | undefined;
  private idle: (() => void) | undefined;

  constructor(engine: Engine, world: World) {
    this.engine = engine.kind;
    this.inner = engine;
    this.world = world;
    this.hints = new Hints((hints) => engine.notify(hints), world);
  }

  async run<R = Row>(name: string, sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    this.checkOutside(`run('${name}')`);
    return this.named(name, async () => {
      const result = await this.inner.statement(sql, params);
      this.commits++;
      return result as Result<R>;
    });
  }

  async read<R = Row>(sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    this.checkOutside('read');
    return this.counted(() => this.retried('read', () => this.inner.statement(sql, params) as Promise<Result<R>>));
  }

  async tx<T>(name: string, fn: (tx: Transaction) => Promise<T>): Promise<T> {
    this.checkOutside(`tx('${name}')`);
    const after: (() => void)[] = [];
    const value = await this.named(name, () => {
      after.length = 0;
      return this.once(name, fn, after);
    });
    for (const hook of after) this.guarded(hook, { transaction: name }, 'a hook after the commit threw');
    return value;
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    this.checkOpen();
    return this.inner.listen(channel, (payload) => {
      this.guarded(() => heard(payload), { channel }, 'a listener to hints threw');
    });
  }

  notify(channel: string, payload: string): void {
    if (!this.closing) this.hints.add({ channel, payload });
  }

  async now(): Promise<Date> {
    return this.counted(() => this.inner.now());
  }

  async healthy(): Promise<boolean> {
    if (this.closing) return false;
    const answered = this.inner.statement('select 1', []).then(
      () => true,
      () => false,
    );
    return (await within(HEALTH_MS, answered)) ?? false;
  }

  stats(): StorageStats {
    const { roundTrips, fsyncs } = this.inner;
    return { commits: this.commits, roundTrips, unclear: this.unclear, fsyncs };
  }

  async close(): Promise<void> {
    this.closing ??= this.finish();
    await this.closing;
  }

  private async finish(): Promise<void> {
    if (this.running > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
    this.hints.flush();
    await this.inner.close();
  }

  /** One attempt of a transaction. */
  private async once<T>(name: string, fn: (tx: Transaction) => Promise<T>, after: (() => void)[]): Promise<T> {
    const session = await this.inner.session();
    const scope = { name, open: true };
    let used = false;
    let failed: { error: unknown } | undefined;
    const checkAlive = () => {
      if (!scope.open) throw misuse(`the transaction '${name}' was used after it had ended`);
    };
    const step = async <S>(work: () => Promise<S>): Promise<S> => {
      checkAlive();
      used = true;
      try {
        return await work();
      } catch (error) {
        failed ??= { error };
        throw error;
      }
    };
    const tx: Transaction = {
      query: <R>(sql: string, params: readonly Param[] = []) =>
        step(() => session.query(sql, params) as Promise<Result<R>>),
      script: (sql) => step(() => session.script(sql)),
      afterCommit: (hook) => {
        checkAlive();
        after.push(hook);
      },
    };
    try {
      const value = await this.inside.run(scope, () => fn(tx));
      scope.open = false;
      // A failed statement has voided the whole transaction, even if `fn` caught its error: a commit would roll back.
      if (failed) throw failed.error;
      await session.commit();
      if (used) this.commits++;
      return value;
    } catch (error) {
      scope.open = false;
      await session.rollback();
      throw error;
    }
  }

  /** Probes around: kill points, traces. */
  private async named<T>(name: string, attempt: () => Promise<T>): Promise<T> {
    return this.counted(async () => {
      this.world.probe?.({ name, phase: 'before' });
      const value = await this.retried(name, attempt);
      this.world.probe?.({ name, phase: 'after' });
      return value;
    });
  }

  /** Tries again what only lost a race. */
  private async retried<T>(name: string, attempt: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries++) {
      try {
        return await attempt();
      } catch (error) {
        if (retries === RETRIES || !mayWorkNow(error)) throw error;
        this.world.log.debug({ transaction: name, code: systemCode(error) }, 'a transaction is tried again');
      }
    }
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.checkOpen();
    this.running++;
    try {
      return await work();
    } catch (error) {
      if (error instanceof CodaError && error.code === 'STORAGE_UNREACHABLE') this.unclear++;
      throw systemCode(error) === DISK_FULL ? diskFull(error) : error;
    } finally {
      this.running--;
      if (this.running === 0) this.idle?.();
    }
  }

  private checkOpen(): void {
    if (!this.closing) return;
    throw new CodaError('STORAGE_UNREACHABLE', {
      message: 'The database is closed.',
      remedy: 'coda is shutting down; start it again.',
    });
  }

  private checkOutside(what: string): void {
    const scope = this.inside.getStore();
    if (scope?.open) throw misuse(`database.${what} inside the transaction '${scope.name}': use its tx instead`);
  }

  /** What others do with a commit or a hint must not look like a failure of the database. */
  private guarded(call: () => void, about: object, message: string): void {
    try {
      call();
    } catch (error) {
      this.world.log.error({ err: error, ...about }, message);
    }
  }
}

function mayWorkNow(error: unknown): boolean {
  const code = systemCode(error);
  // A newer coda beside this one has migrated a table under a prepared statement, which is forgotten by now.
  return RETRIED.includes(code) || (code === '0A000' && messageOf(error).includes('cached plan'));
}

function diskFull(cause: unknown): CodaError {
  return new CodaError('DISK_FULL', {
    message: `The database cannot write: its disk is full (${messageOf(cause)}).`,
    remedy: 'Free some space where the database lies; coda goes on by itself. Everything that was confirmed is kept.',
    cause,
  });
}

function misuse(message: string): CodaError {
  return new CodaError('INTERNAL', { message, remedy: 'This is a bug in coda; please report it.' });
}

/** Collects hints for a moment, so that a burst of equal ones wakes its listeners once. */
class Hints {
  private readonly waiting = new Map<string, Hint>();
  private timer: NodeJS.Timeout | undefined;
  private readonly send: (hints: readonly Hint[]) => void;
  private readonly world: World;

  constructor(send: (hints: readonly Hint[]) => void, world: World) {
    this.send = send;
    this.world = world;
  }

  add(hint: Hint): void {
    if (Buffer.byteLength(hint.payload) > LONGEST_HINT) {
      this.world.log.error({ channel: hint.channel }, 'a hint was too long and is not sent');
      return;
    }
    this.waiting.set(`${hint.channel}\0${hint.payload}`, hint);
    this.timer ??= setTimeout(() => this.flush(), HINT_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const hints = [...this.waiting.values()];
    this.waiting.clear();
    if (hints.length > 0) this.send(hints);
  }
}
