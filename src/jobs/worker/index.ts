import type { Cancel, Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { DueSource } from '../due.ts';

/** A hint that was lost costs this much at the most. Real time: it guards against the real world. */
const SAFETY_LOOK_MS = 30_000;

/**
 * Work due sooner than this after something was carried out waits, and is carried out with what follows it: the timer
 * causes at most 50 looks a second. `wakeAt` with what is due at once does not wait.
 */
const GATHER_MS = 20;

/** After a failed look: long enough not to hammer a database that is down. */
const RETRY_MS = 1_000;

/**
 * Looks after all due sources with one timer: sleeps until the earliest due instant, carries out what is due in sets,
 * and looks again. Nothing is asked of the database in between, but for one safety look every 30 s.
 */
export class Worker {
  private readonly database: Database;
  private readonly world: World;
  private sources: readonly DueSource[] = [];
  /** When something was carried out last, on the clock that nobody sets. */
  private doneAt = Number.NEGATIVE_INFINITY;
  private armed: { at: number; cancel: Cancel } | undefined;
  private safety: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = true;

  constructor(deps: { database: Database; world: World }) {
    this.database = deps.database;
    this.world = deps.world;
  }

  start(sources: readonly DueSource[]): void {
    this.sources = sources;
    this.stopped = false;
    this.safety = setInterval(() => this.lookForWork(), SAFETY_LOOK_MS);
    this.lookForWork();
  }

  /** Something is due at `at`. Costs nothing when the worker wakes earlier anyway. */
  wakeAt(at: Instant): void {
    if (this.stopped) return;
    if (at <= this.world.clock.now()) this.lookForWork();
    else this.arm(at);
  }

  lookForWork(): void {
    if (this.stopped) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.lookUntilQuiet().finally(() => {
      this.looking = undefined;
    });
  }

  get isLooking(): boolean {
    return this.looking !== undefined;
  }

  async idle(): Promise<void> {
    while (this.looking) await this.looking;
  }

  async close(): Promise<void> {
    this.stopped = true;
    clearInterval(this.safety);
    this.disarm();
    await this.idle();
  }

  private async lookUntilQuiet(): Promise<void> {
    do {
      this.lookAgain = false;
      try {
        await this.lookOnce();
      } catch (error) {
        this.world.log.warn({ error: messageOf(error) }, 'looking for due work failed; trying again');
        this.arm(new Date(this.world.clock.now().getTime() + RETRY_MS));
        return;
      }
    } while (this.lookAgain && !this.stopped);
  }

  private async lookOnce(): Promise<void> {
    for (;;) {
      this.disarm();
      const earliest = await earliestDue(this.database, this.sources);
      const now = this.world.clock.now();
      const due = this.sources.filter((_, index) => {
        const at = earliest[index];
        return at !== undefined && at <= now;
      });
      const done = this.stopped ? [] : await Promise.all(due.map((source) => this.drain(source, now)));
      if (done.every((count) => count === 0)) {
        // Work that is due but was not carried out is in another process's hands, or its source failed.
        const next = earliest.filter((at) => at !== undefined && at > now).sort((a, b) => Number(a) - Number(b))[0];
        const retryAt = due.length > 0 ? new Date(now.getTime() + RETRY_MS) : undefined;
        const wake = next && retryAt ? (next < retryAt ? next : retryAt) : (next ?? retryAt);
        if (wake) this.arm(new Date(Math.max(wake.getTime(), now.getTime() + this.gathersFor())));
        return;
      }
      this.doneAt = this.world.clock.monotonic();
    }
  }

  private gathersFor(): number {
    return Math.max(0, this.doneAt + GATHER_MS - this.world.clock.monotonic());
  }

  private async drain(source: DueSource, now: Instant): Promise<number> {
    let total = 0;
    try {
      while (!this.stopped) {
        const count = await source.fire(now);
        total += count;
        if (count < (source.batch ?? 1)) break;
      }
    } catch (error) {
      this.world.log.error({ source: source.name, error: messageOf(error) }, 'due work failed; trying again');
      return 0;
    }
    return total;
  }

  /** Looks at `at`, or earlier if that is planned: by `wakeAt` for a row that a look under way has not seen, for one. */
  private arm(at: Instant): void {
    if (this.stopped || (this.armed && this.armed.at <= at.getTime())) return;
    this.disarm();
    const rings = () => {
      // Or it would stand before later ones, if a look is under way that fails.
      this.armed = undefined;
      this.lookForWork();
    };
    this.armed = { at: at.getTime(), cancel: this.world.clock.at(at, rings) };
  }

  private disarm(): void {
    this.armed?.cancel();
    this.armed = undefined;
  }
}

async function earliestDue(database: Database, sources: readonly DueSource[]): Promise<(Instant | undefined)[]> {
  if (sources.length === 0) return [];
  const columns = sources.map((source, index) => `(${source.earliest}) as s${index}`);
  const { rows } = await database.read<Record<string, Instant | null>>(`select ${columns.join(', ')}`);
  return sources.map((_, index) => rows[0]?.[`s${index}`] ?? undefined);
}
