/** The one wrapper around both engines: names and probes, retries, counting, hints, and the guard against misuse. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { backOff, sleep, withTimeout } from '../base/async.ts';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import type { Histogram } from '../base/metrics.ts';
import type { World } from '../base/world.ts';
import type { Database, Engine, Hint, Param, Result, Row, Session, StorageStats, Transaction } from './port.ts';

/** Serialisation failure and deadlock: the same statements may succeed when they are run again. */
const RETRIED: readonly (string | undefined)[] = ['40001', '40P01'];
const RETRIES = 5;
/** Two that wait for each other must not meet again at once. Longer than a statement takes, shorter than a person notices. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 200;
const DISK_FULL = '53100';
const IN_FAILED_TRANSACTION = '25P02';
const HINT_MS = 5;
const HEALTH_MS = 2_000;
/** PostgreSQL's limit on a notification's payload, in bytes. */
const LONGEST_HINT = 7_999;

export function wrap(engine: Engine, world: World, onCommit?: (name: string) => void): Database {
  return new WrappedDatabase(engine, world, onCommit);
}

/** A transaction that is open where this work was begun, and the one around it. */
interface TransactionScope {
  database: Database;
  steps: OpenTransaction;
  outer: TransactionScope | undefined;
}

/**
 * One for all databases of the process, and only in a strict world: on Node 20 every promise carries a field for each
 * storage that was ever used.
 */
const SCOPES = new AsyncLocalStorage<TransactionScope>();

class WrappedDatabase implements Database {
  readonly engine: 'pglite' | 'postgres';
  private readonly inner: Engine;
  private readonly world: World;
  private readonly onCommit: ((name: string) => void) | undefined;
  private readonly took: Histogram;
  private readonly hints: Hints;
  private commits = 0;
  private unclear = 0;
  private readonly running = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(engine: Engine, world: World, onCommit: ((name: string) => void) | undefined) {
    this.onCommit = onCommit;
    this.engine = engine.kind;
    this.inner = engine;
    this.world = world;
    this.took = world.metrics.histogram('coda_transaction_seconds', 'How long transactions take, by their name.', [
      'name',
    ]);
    this.hints = new Hints((hints) => engine.notify(hints), world);
  }

  async run<R = Row>(name: string, sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    this.checkOutside(`run('${name}')`);
    return this.traceNamed(name, async () => {
      const result = await this.inner.statement(sql, params);
      this.commits++;
      return result as Result<R>;
    });
  }

  async runApart<R = Row>(name: string, sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    this.checkOutside(`apart('${name}')`);
    return this.traceNamed(name, () => this.inner.statementApart(sql, params) as Promise<Result<R>>);
  }

  async read<R = Row>(sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    this.checkOutside('read');
    return this.countRunning(() =>
      this.retry('read', () => this.inner.statement(sql, params, true) as Promise<Result<R>>),
    );
  }

  async tx<T>(name: string, fn: (tx: Transaction) => Promise<T>): Promise<T> {
    this.checkOutside(`tx('${name}')`);
    const after: (() => void)[] = [];
    const value = await this.traceNamed(name, () => {
      after.length = 0;
      return this.tryTransaction(name, fn, after);
    });
    for (const hook of after) this.afterCommit(name, hook);
    return value;
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    this.checkOpen();
    // The same function may listen twice.
    return this.inner.listen(channel, (payload) => listener(payload));
  }

  notify(channel: string, payload: string): void {
    if (!this.closing) this.hints.add({ channel, payload });
  }

  async now(): Promise<Date> {
    return this.countRunning(() => this.inner.now());
  }

  async healthy(): Promise<boolean> {
    if (this.closing) return false;
    const answered = this.inner.statement('select 1', [], true).then(
      () => true,
      () => false,
    );
    return (await withTimeout(HEALTH_MS, answered)) ?? false;
  }

  stats(): StorageStats {
    const { roundTrips, fsyncs, hears } = this.inner;
    return { commits: this.commits, roundTrips, unclear: this.unclear, hears, fsyncs };
  }

  async drain(): Promise<void> {
    await Promise.allSettled(this.running);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    this.closing ??= this.finish();
    await this.closing;
  }

  private async finish(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
    this.hints.flush();
    await this.inner.close();
  }

  private async tryTransaction<T>(
    name: string,
    fn: (tx: Transaction) => Promise<T>,
    after: (() => void)[],
  ): Promise<T> {
    const session = await this.inner.session();
    const steps = new OpenTransaction(name, session, after);
    try {
      const value = await (this.world.strict ? this.runInside(steps, () => fn(steps)) : fn(steps));
      await steps.commit();
      if (steps.used) this.commits++;
      return value;
    } catch (error) {
      steps.open = false;
      await session.rollback();
      throw await steps.causeOf(error);
    }
  }

  private traceNamed<T>(name: string, attempt: () => Promise<T>): Promise<T> {
    return this.countRunning(async () => {
      this.world.probe?.({ name, phase: 'before' });
      this.world.pace?.begins(`tx ${name}`);
      const beganAt = this.world.clock.monotonic();
      const value = await this.retry(name, attempt);
      this.took.observe({ name }, (this.world.clock.monotonic() - beganAt) / 1_000);
      this.world.probe?.({ name, phase: 'after' });
      this.onCommit?.(name);
      return value;
    });
  }

  private retry<T>(name: string, attempt: () => Promise<T>, tries = 1): Promise<T> {
    return attempt().catch(async (error) => {
      if (tries > RETRIES || !mayWorkNow(error)) throw error;
      this.world.log.debug({ transaction: name, code: systemCode(error) }, 'a transaction is tried again');
      await sleep(backOff(tries, LONGEST_WAIT_MS, FIRST_WAIT_MS));
      return this.retry(name, attempt, tries + 1);
    });
  }

  private async countRunning<T>(work: () => Promise<T>): Promise<T> {
    this.checkOpen();
    const running = work();
    this.running.add(running);
    try {
      return await running;
    } catch (error) {
      if (error instanceof CodaError && error.code === 'STORAGE_UNREACHABLE') this.unclear++;
      throw systemCode(error) === DISK_FULL ? diskFull(error) : error;
    } finally {
      this.running.delete(running);
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
    if (!this.world.strict) return;
    for (let scope = SCOPES.getStore(); scope; scope = scope.outer) {
      const { database, steps } = scope;
      if (database === this && steps.open)
        throw misuse(`database.${what} inside the transaction '${steps.name}': use its tx instead`);
    }
  }

  private runInside<T>(steps: OpenTransaction, work: () => Promise<T>): Promise<T> {
    let outer = SCOPES.getStore();
    // A timer that was set in one that has ended keeps nothing of it.
    while (outer && !outer.steps.open) outer = outer.outer;
    return SCOPES.run({ database: this, steps, outer }, work);
  }

  /** Runs a hook after a commit: its error must not look like a failure of the database. */
  private afterCommit(transaction: string, hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.world.log.error({ err: error, transaction }, 'a hook after the commit threw');
    }
  }
}

class OpenTransaction implements Transaction {
  readonly name: string;
  open = true;
  used = false;
  private readonly session: Session;
  private readonly after: (() => void)[];
  private readonly sent: Promise<void>[] = [];
  private failed: { error: unknown } | undefined;
  private ending: 'committed' | 'rolled back' | undefined;

  constructor(name: string, session: Session, after: (() => void)[]) {
    this.name = name;
    this.session = session;
    this.after = after;
  }

  query<R>(sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    return this.step(() => this.session.query(sql, params) as Promise<Result<R>>);
  }

  script(sql: string): Promise<void> {
    return this.step(() => this.session.script(sql));
  }

  send(sql: string, params: readonly Param[] = []): void {
    this.checkOpen();
    this.used = true;
    this.sent.push(this.session.send(sql, params).catch((error) => this.fail(error)));
  }

  async last<R>(sql: string, params: readonly Param[] = []): Promise<Result<R>> {
    const result = await this.step(() => {
      this.open = false;
      return this.session.last(sql, params) as Promise<Result<R>>;
    });
    this.ending = result.count > 0 ? 'committed' : 'rolled back';
    return result;
  }

  afterCommit(hook: () => void): void {
    if (!this.ending) this.checkOpen();
    this.after.push(hook);
  }

  /** Throws what any statement threw. */
  async commit(): Promise<void> {
    this.open = false;
    // A failed statement has voided the whole transaction, even if its error was caught: a commit would roll back.
    if (this.failed) throw this.failed.error;
    if (this.ending === 'rolled back') {
      throw misuse(`the transaction '${this.name}' went on after its last statement had found nothing`);
    }
    await this.session.commit();
    await Promise.all(this.sent);
    if (this.failed) throw (this.failed as { error: unknown }).error;
  }

  /** The first failed statement's error, instead of those of the statements behind it; once the session has ended. */
  async causeOf(error: unknown): Promise<unknown> {
    await Promise.all(this.sent);
    return this.failed && systemCode(error) === IN_FAILED_TRANSACTION ? this.failed.error : error;
  }

  private async step<S>(work: () => Promise<S>): Promise<S> {
    this.checkOpen();
    this.used = true;
    try {
      return await work();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private fail(error: unknown): void {
    if (!this.failed || systemCode(this.failed.error) === IN_FAILED_TRANSACTION) this.failed = { error };
  }

  private checkOpen(): void {
    if (!this.open) throw misuse(`the transaction '${this.name}' was used after it had ended`);
  }
}

function mayWorkNow(error: unknown): boolean {
  const code = systemCode(error);
  // A newer coda beside this one has migrated a table under a prepared statement, which is forgotten by now.
  return RETRIED.includes(code) || (code === '0A000' && messageOf(error).includes('cached plan'));
}

/**
 * True if `error`, thrown by a statement, is the server's word about the statement itself (SQLSTATE classes: data,
 * constraint, rollback, lock not available, cancelled): nothing of it has happened, and a part of it may still succeed.
 */
export function hadNoEffect(error: unknown): boolean {
  return !(error instanceof CodaError) && /^(21|22|23|40|55)...$|^57014$/.test(systemCode(error) ?? '');
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
