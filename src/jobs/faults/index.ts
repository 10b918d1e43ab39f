/** The table of what failed: counted in memory, stored once a minute while something fails, kept for seven days. */
import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { FaultBook } from '../../base/faults.ts';
import { listOf, plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { FaultRow } from './store.ts';
import * as store from './store.ts';

const HOUR_MS = 3_600_000;
const KEPT_MS = 7 * 24 * HOUR_MS;
const FLUSH_MS = 60_000;
/** A stop does not wait longer for a database that is away. */
const CLOSE_MS = 1_000;

export type { FaultRow } from './store.ts';

export class FaultLog {
  private readonly database: Database;
  private readonly world: World;
  private readonly book: FaultBook;
  private cancel: (() => void) | undefined;
  private closed = false;

  constructor(deps: { database: Database; world: World }) {
    this.database = deps.database;
    this.world = deps.world;
    this.book = deps.world.faults ?? new FaultBook();
    this.book.follow(() => this.arm());
  }

  async listSince(instant: Date): Promise<store.FaultRow[]> {
    await this.flush();
    return store.faultsSince(this.database, hourOf(instant));
  }

  /** Stores what was counted so far. Never rejects: what cannot be stored is counted on. */
  async flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    const faults = this.book.take();
    if (faults.length === 0) return;
    const now = this.world.clock.now();
    try {
      await store.add(this.database, faults, hourOf(now), new Date(now.getTime() - KEPT_MS));
    } catch (error) {
      this.world.log.debug({ error: messageOf(error) }, 'what failed could not be stored');
      for (const fault of faults) this.book.note(fault, fault.lastAt, fault.count);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await withTimeout(CLOSE_MS, this.flush());
    this.cancel?.();
  }

  private arm(): void {
    if (this.closed || this.cancel) return;
    const at = new Date(this.world.clock.now().getTime() + FLUSH_MS);
    this.cancel = this.world.clock.at(at, () => void this.flush());
  }
}

function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);
}

export interface Cause {
  code: string;
  severity: 'warning' | 'error';
  says: string;
  remedy: string;
  count: number;
  parts: readonly Part[];
  lastAt: Date;
  shows: boolean;
}

type Part = Pick<FaultRow, 'source' | 'kind'>;

interface Rule {
  code: string;
  severity: Cause['severity'];
  /** The faults that it explains, of those that no earlier rule has. */
  explains(fault: FaultRow, all: readonly FaultRow[]): boolean;
  least?: number;
  says(kinds: string, count: string): string;
  remedy: string;
  /** True if a look at the parts shows that it is over: else only time does. */
  shows?: boolean;
}

const UNREACHED = /^(transient|unknown|retry|cancelled|ECONN\w*|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
const STORAGE = /^(STORAGE_UNREACHABLE|STORAGE_CORRUPT|08\w{3}|57P\d\d|53\w{3})$/;
const DISK = /^(DISK_FULL|ENOSPC|53100)$/;

/** In the order in which they are asked: what explains most comes first. */
const RULES: readonly Rule[] = [
  {
    code: 'DISK_FULL',
    severity: 'error',
    shows: true,
    explains: ({ code }) => DISK.test(code),
    says: (kinds, count) => `the disk was full: ${count} (${kinds})`,
    remedy: 'Free space on the disk of the data folder or of the database; see "coda doctor" for what is large.',
  },
  {
    code: 'STORAGE_AWAY',
    severity: 'error',
    shows: true,
    explains: ({ code }) => STORAGE.test(code),
    says: (kinds, count) => `the database was away: ${count} (${kinds})`,
    remedy: 'Look at the database’s log for restarts and used-up connections; lower storage.pool where they ran out.',
  },
  {
    code: 'NETWORK_DOWN',
    severity: 'warning',
    shows: true,
    // Several parts that have nothing in common but the way out.
    explains: (fault, all) => isUnreached(fault) && sourcesIn(fault.hour, all) > 1,
    says: (kinds, count) => `several services could not be reached in the same hour: ${count} (${kinds})`,
    remedy: 'Look at this machine’s network and name resolution.',
  },
  {
    code: 'KEY_REFUSED',
    severity: 'error',
    shows: true,
    explains: ({ code }) => code === 'auth_expired',
    says: (kinds, count) => `a key or token was refused: ${count} (${kinds})`,
    remedy: 'Make a new one and put it where the configuration takes it from; "coda config show" says where that is.',
  },
  {
    code: 'PROVIDER_CREDIT',
    severity: 'error',
    shows: true,
    explains: ({ source, code }) => source === 'model' && code === 'budget',
    says: (kinds, count) => `a provider’s account had no credit left: ${count} (${kinds})`,
    remedy: 'Pay at the provider, or raise the limit of its account; coda’s own budgets have nothing to do with it.',
  },
  {
    code: 'RATE_LIMITED',
    severity: 'warning',
    least: 5,
    explains: ({ code }) => code === 'rate_limited',
    says: (kinds, count) => `asked too often: ${count} (${kinds})`,
    remedy: 'Raise the limit at the provider, add a model to models.fallbacks, or set access.rate_limit.',
  },
  {
    code: 'MODEL_GONE',
    severity: 'error',
    shows: true,
    explains: ({ source, code }) => source === 'model' && code === 'not_found',
    says: (kinds, count) => `a model or its address is not there: ${count} (${kinds})`,
    remedy: 'Mend its name or base_url under models; "coda doctor" names the nearest.',
  },
  {
    code: 'MODEL_UNRELIABLE',
    severity: 'warning',
    least: 5,
    explains: (fault) => fault.source === 'model' && (isUnreached(fault) || fault.code === 'malformed_output'),
    says: (kinds, count) => `a model often did not answer, or not properly: ${count} (${kinds})`,
    remedy: 'Add another to models.fallbacks, or choose another default.',
  },
  {
    code: 'PLATFORM_UNRELIABLE',
    severity: 'warning',
    least: 5,
    explains: (fault) => fault.source === 'delivery' && isUnreached(fault),
    says: (kinds, count) => `a platform often did not take messages: ${count} (${kinds})`,
    remedy: 'They are sent again by themselves. Look at the platform’s status page and at the network.',
  },
  {
    code: 'PLATFORM_REFUSES',
    severity: 'warning',
    explains: ({ source }) => source === 'delivery',
    says: (kinds, count) => `a platform refused messages: ${count} (${kinds})`,
    remedy: 'See "coda outbox" for what it says; mostly a permission is missing or a channel is gone.',
  },
  {
    code: 'TOOL_BROKEN',
    severity: 'warning',
    least: 3,
    explains: ({ source }) => source === 'tool' || source === 'skill',
    says: (kinds, count) => `a tool or skill failed by a mistake of its own: ${count} (${kinds})`,
    remedy:
      'See the log for what it throws. It rests and is tried again by itself; "/doctor reset NAME" tries it at once.',
  },
  {
    code: 'JOB_FAILS',
    severity: 'warning',
    least: 3,
    explains: ({ source }) => source === 'job',
    says: (kinds, count) => `background work failed: ${count} (${kinds})`,
    remedy: 'See "coda jobs" and the log.',
  },
];

export function causesOf(faults: readonly FaultRow[]): Cause[] {
  let remaining = faults;
  const causes: Cause[] = [];
  for (const { code, severity, explains, least = 1, says, remedy, shows = false } of RULES) {
    const mine = remaining.filter((fault) => explains(fault, faults));
    const count = mine.reduce((sum, fault) => sum + fault.count, 0);
    if (count < least) continue;
    remaining = remaining.filter((fault) => !mine.includes(fault));
    const kinds = listOf([...new Set(mine.map(({ kind }) => kind))].slice(0, 5));
    const lastAt = new Date(Math.max(...mine.map((fault) => fault.lastAt.getTime())));
    const parts = mine.map(({ source, kind }) => ({ source, kind }));
    causes.push({ code, severity, says: says(kinds, plural(count, 'time')), remedy, count, parts, lastAt, shows });
  }
  return causes.sort((a, b) => b.count - a.count);
}

const isUnreached = ({ code }: FaultRow) => UNREACHED.test(code);

/** Parts that could not reach something in an hour: each model provider and each platform is one. */
function sourcesIn(hour: Date, all: readonly FaultRow[]): number {
  const mine = all.filter((fault) => fault.hour.getTime() === hour.getTime() && isUnreached(fault));
  return new Set(mine.map(({ source, kind }) => `${source} ${kind.split('/')[0]}`)).size;
}
