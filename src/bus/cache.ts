import { createHash } from 'node:crypto';
import { unlessAborted } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';

/** Storage of a `Cache`. Every failure is a miss. */
export interface CacheStore {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string, forMs: number): void;
  close(): Promise<void>;
}

export interface CacheRequest<T> {
  /** Identity of the entry: kind and source. May be long or secret. */
  key: string;
  keepMs: number;
  keeps(value: T): boolean;
  signal: AbortSignal;
  /** Gets it: a value that JSON can hold. `signal` aborts when nobody waits for it any more. */
  load(signal: AbortSignal): Promise<T>;
}

interface Flight {
  value: Promise<object>;
  stop: AbortController;
  waiting: number;
}

const LONGEST_CHARS = 1_000_000;

export class Cache {
  private readonly store: CacheStore;
  private readonly flights = new Map<string, Flight>();

  constructor(store: CacheStore) {
    this.store = store;
  }

  /** The value, kept or loaded; concurrent callers share one `load`. Rejects with what `load` throws. */
  async getOrLoad<T extends object>({ key: name, keepMs, keeps, signal, load }: CacheRequest<T>): Promise<T> {
    const key = keyOf(name);
    const flight =
      this.flights.get(key) ?? this.begin(key, (stop) => this.findOrLoad(key, keepMs, keeps, () => load(stop)));
    flight.waiting++;
    try {
      return (await unlessAborted(signal, flight.value)) as T;
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) {
        this.endFlight(key, flight);
        flight.stop.abort(signal.reason);
      }
    }
  }

  /** The value kept under this name, if it is still there. */
  async recall<T extends object>(name: string): Promise<T | undefined> {
    const cachedText = await this.store.get(keyOf(name));
    return cachedText === undefined ? undefined : (JSON.parse(cachedText) as T);
  }

  keep(name: string, value: object, forMs: number): void {
    const text = JSON.stringify(value);
    if (text.length <= LONGEST_CHARS) this.store.put(keyOf(name), text, forMs);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private begin(key: string, work: (signal: AbortSignal) => Promise<object>): Flight {
    const stop = new AbortController();
    const flight: Flight = { value: work(stop.signal), stop, waiting: 0 };
    this.flights.set(key, flight);
    const end = () => this.endFlight(key, flight);
    flight.value.then(end, end);
    return flight;
  }

  private endFlight(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }

  private async findOrLoad<T extends object>(
    key: string,
    keepMs: number,
    keeps: (value: T) => boolean,
    load: () => Promise<T>,
  ): Promise<T> {
    const cachedText = keepMs > 0 ? await this.store.get(key) : undefined;
    if (cachedText !== undefined) return JSON.parse(cachedText) as T;
    const value = await load();
    if (keepMs <= 0 || !keeps(value)) return value;
    const text = JSON.stringify(value);
    if (text.length <= LONGEST_CHARS) this.store.put(key, text, keepMs);
    return value;
  }
}

const keyOf = (name: string): string => createHash('sha256').update(name).digest('base64url');

const MOST_KEPT_CHARS = 8_000_000;

export function memoryStore(clock: Clock): CacheStore {
  const entries = new Map<string, { value: string; until: number }>();
  let size = 0;
  const drop = (key: string) => {
    size -= entries.get(key)?.value.length ?? 0;
    entries.delete(key);
  };
  return {
    async get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (clock.now().getTime() < entry.until) return entry.value;
      drop(key);
      return undefined;
    },
    put(key, value, forMs) {
      drop(key);
      entries.set(key, { value, until: clock.now().getTime() + forMs });
      size += value.length;
      for (const oldest of entries.keys()) {
        if (size <= MOST_KEPT_CHARS) break;
        drop(oldest);
      }
    },
    close: async () => entries.clear(),
  };
}
