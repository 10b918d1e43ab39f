import { promiseHooks } from 'node:v8';
import { type DestinationStream, type Logger, pino } from 'pino';
import { isUrl } from './text.ts';

export type Log = Logger;

/** Name of the log in the data folder. */
export const LOG_FILE = 'coda.log';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The values that must never be read in a log line, an error or a chat. */
export class Secrets {
  private readonly values = new Set<string>();
  private readonly recent = new Map<string, string[]>();
  /** The written forms of each value, the longest first: one that contains another is hidden before it. */
  private forms: readonly string[] = [];

  /** Values of one key that are renewed: what is still being said may hold those before. */
  static readonly RECENT = 12;

  /** Shorter values would blank out ordinary words; a secret of that length protects nothing anyway. */
  static readonly SHORTEST = 6;

  add(value: string | undefined): void {
    if (value === undefined || value.length < Secrets.SHORTEST || this.values.has(value)) return;
    this.values.add(value);
    this.spell();
  }

  renew(key: string, values: readonly (string | undefined)[]): void {
    const before = this.recent.get(key) ?? [];
    const newSecrets = values.filter((value) => value !== undefined && value.length >= Secrets.SHORTEST) as string[];
    if (newSecrets.every((value) => before.includes(value))) return;
    const recentSecrets = [...new Set([...newSecrets, ...before])].slice(
      0,
      Math.max(Secrets.RECENT, newSecrets.length),
    );
    this.recent.set(key, recentSecrets);
    this.spell();
  }

  addUrl(url: string | undefined): void {
    if (url === undefined || !isUrl(url)) return;
    const { password } = new URL(url);
    this.add(password);
    try {
      this.add(decodeURIComponent(password));
    } catch {
      // a stray percent sign: it is meant as it is written
    }
  }

  /** `text` with every known secret replaced by `[secret]`, also where JSON or a URL has escaped it. */
  hide(text: string): string {
    let safeText = text;
    for (const form of this.forms) if (safeText.includes(form)) safeText = safeText.replaceAll(form, '[secret]');
    return safeText;
  }

  private spell(): void {
    const values = [...this.values, ...[...this.recent.values()].flat()];
    const forms = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
    this.forms = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }
}

/** JSON lines for `destination` (stderr by default: stdout belongs to the conversation), each with the id of `trace`. */
export function createLog(level: LogLevel, secrets: Secrets, destination?: DestinationStream, trace?: Trace): Log {
  return pino(
    {
      level,
      ...(trace && { mixin: () => (trace.id === undefined ? {} : { trace: trace.id }) }),
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => secrets.hide(line) },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

export function silentLog(): Log {
  return pino({ level: 'silent' });
}

const ID = Symbol('trace');

/**
 * Knows on whose behalf something runs: every log line that is written inside `run` carries its id, also behind an `await`.
 * Timers and events that the work sets up carry none. On Node 20 `AsyncLocalStorage`, which would follow those, too, makes each
 * promise of the process several times as expensive.
 */
export class Trace {
  private current: string | undefined;
  private isFollowing = false;

  run<T>(id: string, work: () => T): T {
    this.follow();
    const outer = this.current;
    this.current = id;
    try {
      return work();
    } finally {
      this.current = outer;
    }
  }

  get id(): string | undefined {
    return this.current;
  }

  private follow(): void {
    if (this.isFollowing) return;
    this.isFollowing = true;
    promiseHooks.onInit((promise: TracedPromise) => {
      if (this.current !== undefined) promise[ID] = this.current;
    });
    promiseHooks.onBefore((promise: TracedPromise) => {
      this.current = promise[ID];
    });
    promiseHooks.onAfter(() => {
      this.current = undefined;
    });
  }
}

type TracedPromise = Promise<unknown> & { [ID]?: string };
