import { type EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from './log.ts';

export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T | PromiseLike<T>): void;
  reject(reason: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve'];
  let reject!: Deferred<T>['reject'];
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Real time, for what waits on the outside world; rejects with the signal's reason when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Milliseconds to wait after the failed try `attempt` (1 the first time): doubling from `first` up to `longest`, with
 * jitter over the upper half, so that what failed together does not come back together.
 */
export function backOff(attempt: number, longest: number, first = 1_000): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (Math.random() * full) / 2;
}

/**
 * The value of `task`, which is tried until it succeeds, with pauses of up to `longestMs` (`backOff`); `onError` is called
 * after each failure. `undefined` when `signal` aborts meanwhile; the first try is made in any case.
 */
export async function retryUntil<T>(
  task: () => Promise<T>,
  { signal, longestMs, onError }: { signal: AbortSignal; longestMs: number; onError: (error: unknown) => void },
): Promise<T | undefined> {
  for (let attempt = 1; attempt === 1 || !signal.aborted; attempt++) {
    try {
      return await task();
    } catch (error) {
      onError(error);
      await sleep(backOff(attempt, longestMs), signal).catch(() => {});
    }
  }
  return undefined;
}

/** The promise's value, or `undefined` when `ms` of real time passed first. The promise itself goes on. */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The promise's value; rejects with the signal's reason when it aborts first. The promise itself goes on. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = deferred<never>();
  const stop = () => aborted.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Has a server listen, which `begin` starts. Rejects when it cannot. Its later errors, of connections that could not be taken,
 * go to `failed`: with nobody listening they would end the process.
 */
export async function startListening(
  server: EventEmitter,
  begin: () => void,
  failed: (error: Error) => void,
): Promise<void> {
  const there = once(server, 'listening');
  begin();
  await there;
  server.on('error', failed);
}

export interface Closable {
  close(): Promise<void> | void;
}

export class Closer {
  private readonly opened: { name: string; close: () => Promise<void> | void }[] = [];

  async add<T extends Closable>(name: string, part: T | Promise<T>): Promise<T> {
    const opened = await part;
    this.opened.push({ name, close: () => opened.close() });
    return opened;
  }

  onClose(name: string, close: () => Promise<void> | void): void {
    this.opened.push({ name, close });
  }

  /** Closes everything, last opened first. What fails is handed to `failed`; nothing is thrown. */
  async close(failed: (name: string, error: unknown) => void = () => {}): Promise<void> {
    for (let part = this.opened.pop(); part; part = this.opened.pop()) {
      try {
        await part.close();
      } catch (error) {
        failed(part.name, error);
      }
    }
  }
}

/** Runs tasks one after another, in the order they were given. A task that fails does not stop the next. */
export class Sequence {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => {});
    return result;
  }

  async idle(): Promise<void> {
    await this.tail;
  }
}

/** Runs tasks of many, `most` at once and one of each at a time; whoever has many waits behind the others with each of theirs. */
export class FairQueue {
  private readonly most: number;
  private running = new Set<string>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(most: number) {
    this.most = most;
  }

  async run<T>(by: string, task: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.waiting.set(by, [...(this.waiting.get(by) ?? []), resolve]);
      this.takeNext();
    });
    try {
      return await task();
    } finally {
      this.running.delete(by);
      this.takeNext();
    }
  }

  private takeNext(): void {
    for (const [by, [begin, ...others]] of this.waiting) {
      if (this.running.size >= this.most) return;
      if (this.running.has(by) || !begin) continue;
      // Behind the others: a map keeps the order in which its keys came.
      this.waiting.delete(by);
      if (others.length > 0) this.waiting.set(by, others);
      this.running.add(by);
      begin();
    }
  }
}

export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

/** Collects items and hands them over together `ms` (real time) after the first, or at `max` items. */
export class Batch<T> {
  private items: T[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly sequence = new Sequence();
  private readonly options: { ms: number; max: number; flush: (items: T[]) => Promise<void> };

  /** `flush` handles its own errors. */
  constructor(options: { ms: number; max: number; flush: (items: T[]) => Promise<void> }) {
    this.options = options;
  }

  add(item: T): void {
    this.items.push(item);
    if (this.items.length >= this.options.max) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), this.options.ms);
  }

  get size(): number {
    return this.items.length;
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const items = this.items;
    this.items = [];
    if (items.length > 0) void this.sequence.run(() => this.options.flush(items));
    await this.sequence.idle();
  }
}

export interface GroupCommitOptions<T, R> {
  max: number;
  /** Milliseconds (real time) after which a run that has not ended no longer holds up what waits. */
  patienceMs: number;
  /** Two items that share a key never stand in one run; they run one after the other, in order. */
  keys(item: T): readonly string[];
  run(items: readonly T[]): Promise<readonly R[]>;
  /** True if the items of a run that threw `error` may succeed one by one: nothing of the run has happened. */
  mayRunAlone(error: unknown): boolean;
}

/**
 * Group commit: what comes while a run is under way shares the next one. An item that comes alone runs alone, without
 * waiting for others; under load the fixed cost of a run is shared by all of its items.
 */
export class GroupCommit<T, R> {
  private readonly options: GroupCommitOptions<T, R>;
  private readonly waiting: { item: T; keys: readonly string[]; result: Deferred<R> }[] = [];
  private readonly busy = new Set<string>();
  private running = 0;
  private scheduled = false;

  constructor(options: GroupCommitOptions<T, R>) {
    this.options = options;
  }

  /** Resolves with the item's result; rejects with what its run threw. */
  add(item: T): Promise<R> {
    const result = deferred<R>();
    this.waiting.push({ item, keys: this.options.keys(item), result });
    this.schedule();
    return result.promise;
  }

  /** Items added in the same turn of the event loop run together. */
  private schedule(): void {
    if (this.scheduled || this.running > 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    const group = this.take();
    if (group.length === 0) return;
    let isCounted = true;
    const release = () => {
      if (isCounted) this.running--;
      isCounted = false;
    };
    this.running++;
    const impatience = setTimeout(() => {
      release();
      this.schedule();
    }, this.options.patienceMs);
    try {
      await this.runGroup(group);
    } finally {
      clearTimeout(impatience);
      release();
      for (const { keys } of group) for (const key of keys) this.busy.delete(key);
      if (this.waiting.length > 0) this.schedule();
    }
  }

  private take() {
    const { max } = this.options;
    const blocked = new Set(this.busy);
    const group: typeof this.waiting = [];
    const later: typeof this.waiting = [];
    for (const entry of this.waiting) {
      const isFree = group.length < max && !entry.keys.some((key) => blocked.has(key));
      for (const key of entry.keys) blocked.add(key);
      (isFree ? group : later).push(entry);
    }
    this.waiting.splice(0, this.waiting.length, ...later);
    for (const { keys } of group) for (const key of keys) this.busy.add(key);
    return group;
  }

  /** Never rejects. */
  private async runGroup(group: readonly { item: T; result: Deferred<R> }[]): Promise<void> {
    try {
      const results = await this.options.run(group.map(({ item }) => item));
      for (const [index, { result }] of group.entries()) result.resolve(results[index] as R);
    } catch (error) {
      if (group.length > 1 && this.options.mayRunAlone(error)) {
        for (const entry of group) await this.runGroup([entry]);
      } else {
        for (const { result } of group) result.reject(error);
      }
    }
  }
}

export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** A signal with an end of its own. Disposing of it lets go of its timer and of the signal that it follows. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
  hasPassed(): boolean;
  /** Stops the time until what it returns is called; while several hold it, until the last has let go. */
  hold(): () => void;
}

/**
 * Aborts after `ms` of real time, or when `parent` does. `AbortSignal.any` and `AbortSignal.timeout` would do the same,
 * but a signal that lives as long as the process keeps every one that was derived from it (Node 20: 120 MB after
 * 10,000 messages), and a timeout of ten minutes lives for ten minutes.
 */
export function deadline(ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  let holders = 0;
  let remainingMs = ms;
  let since = performance.now();
  const end = () => {
    passed = true;
    controller.abort(new DOMException('The time is up.', 'TimeoutError'));
  };
  let timer = setTimeout(end, remainingMs);
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    hold() {
      if (holders++ === 0) {
        clearTimeout(timer);
        remainingMs -= performance.now() - since;
      }
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        if (--holders > 0 || controller.signal.aborted) return;
        since = performance.now();
        timer = setTimeout(end, Math.max(remainingMs, 0));
      };
    },
    [Symbol.dispose]() {
      // A holder that lets go later does not start it again.
      holders = Number.POSITIVE_INFINITY;
      clearTimeout(timer);
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** Lets everything else of the process run between pieces of work that hold it up. */
export class Pace {
  private readonly sliceMs: number;
  private since = performance.now();

  constructor(sliceMs = 5) {
    this.sliceMs = sliceMs;
  }

  /** True if it is time to `rest`. Asked before, because waiting for nothing thousands of times takes time, too. */
  get isUp(): boolean {
    return performance.now() - this.since >= this.sliceMs;
  }

  async rest(): Promise<void> {
    await nextTurn();
    this.since = performance.now();
  }
}

/** `make` at the first call, and what it gave at every later one. A call that throws, or gives what is rejected, is made again. */
export function lazy<T extends object>(make: () => T): () => T {
  let instance: T | undefined;
  return () => {
    if (instance) return instance;
    const fresh = make();
    instance = fresh;
    if (fresh instanceof Promise)
      fresh.catch(() => {
        if (instance === fresh) instance = undefined;
      });
    return fresh;
  };
}

export class Subscribers {
  private readonly channels = new Map<string, Set<(payload: string) => void>>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  add(channel: string, subscriber: (payload: string) => void): boolean {
    const all = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, all);
    return all.add(subscriber).size === 1;
  }

  remove(channel: string, subscriber: (payload: string) => void): boolean {
    const all = this.channels.get(channel);
    if (!all?.delete(subscriber) || all.size > 0) return false;
    return this.channels.delete(channel);
  }

  /** Calls every subscriber of the channel; what one throws is logged. */
  tell(channel: string, payload: string): void {
    for (const subscriber of this.channels.get(channel) ?? []) {
      try {
        subscriber(payload);
      } catch (error) {
        this.log.error({ err: error, channel }, 'a subscriber threw');
      }
    }
  }

  names(): string[] {
    return [...this.channels.keys()];
  }
}
