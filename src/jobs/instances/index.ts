import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import * as store from './store.ts';

const HEARTBEAT_MS = 5_000;
/** Silent for three heartbeats, as another process sees it: that one takes the rows over. */
const TAKE_OVER_MS = 15_000;
/** A process that could not tell the others that it lives for this long stops acting outside: it may be taken over. */
const FRESH_MS = TAKE_OVER_MS - HEARTBEAT_MS;

/** Who has been silent for so long by the clock is not waited for at a start. Longer than clocks differ. */
const LONG_GONE_MS = 120_000;
/** Less is noise of the measurement. */
const DRIFT_MS = 50;

/** A room whose rows carry owners. */
export interface Owned {
  /** SQL that lists the owners of rows, the same one as often as it likes. */
  readonly owners: string;

  /**
   * Frees the rows of `owners` in `tx`, so that any process can take them. `crashed`: they did not leave by themselves,
   * which counts against what they were working on.
   */
  release(tx: Transaction, owners: readonly string[], now: Instant, crashed: boolean): Promise<void>;

  /** Rows of `owner`, this process, that it does not know of: the answer to the statement that took them was lost. */
  strays(owner: string): Promise<readonly string[]>;

  /** Frees such rows in `tx`, without a charge. */
  free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void>;
}

export interface InstanceOptions {
  database: Database;
  world: World;
  owned: readonly Owned[];
  /** `coda 0.1.0`, for whoever reads the table. */
  program: string;
  /** Rows of dead processes have been freed: there may be work. */
  freed(): void;
  /** This process was taken over (it had been paused): what it holds is not its own any more. */
  lost(): void;
}

/**
 * This process among its replicas. A process is a row with a heartbeat; what it works on carries its id, and every
 * commit is conditional on that, so that a process which was taken over can commit nothing.
 */
export class Instance {
  private readonly options: InstanceOptions;
  private current: string;
  private timer: NodeJS.Timeout | undefined;
  private beatAt: number;
  private beating: Promise<void> | undefined;
  private closed = false;
  /** When each other process was last seen to have sent a heartbeat, by this one's own monotonic time. */
  private seen = new Map<string, { heartbeat: number; at: number }>();
  private lookedAt = 0;
  private readonly suspects = new Map<Owned, ReadonlySet<string>>();
  private unclear = 0;

  private constructor(options: InstanceOptions) {
    this.options = options;
    this.current = uuid(options.world.clock.now());
    this.beatAt = performance.now();
  }

  /** Joins: on the embedded engine there is only one process, so all rows of others are freed at once. */
  static async join(options: InstanceOptions): Promise<Instance> {
    const instance = new Instance(options);
    await instance.enter();
    return instance;
  }

  /** The owner that rows taken now are marked with. */
  get id(): string {
    return this.current;
  }

  /** Whether the others have surely not taken over yet, so that acting outside cannot be the second time. */
  fresh(): boolean {
    return this.options.database.engine === 'pglite' || performance.now() - this.beatAt < FRESH_MS;
  }

  /** Begins to send heartbeats. The embedded engine has one process and needs none. */
  start(): void {
    if (this.options.database.engine === 'pglite') return;
    this.timer = setInterval(() => void this.beat().then(() => this.recover()), HEARTBEAT_MS);
  }

  /** One heartbeat: says that this process lives, and takes over those that do not. Never throws. */
  beat(): Promise<void> {
    this.beating ??= this.beatOnce().finally(() => {
      this.beating = undefined;
    });
    return this.beating;
  }

  private async beatOnce(): Promise<void> {
    const { database, world } = this.options;
    const before = performance.now();
    try {
      const { owned } = this.options;
      const answer = await store.beat(database, this.current, world.clock.now(), owned);
      if (this.closed) return;
      if (!answer.alive) {
        world.log.warn({ instance: this.current }, 'this process was taken over; it begins anew');
        this.options.lost();
        await this.enter();
        this.options.freed();
        return;
      }
      this.beatAt = before;
      this.keepTime(answer.at, before);
      const dead = this.silent(answer.others);
      if (dead.length > 0) await this.takeOver(dead);
      if (answer.orphans.length > 0) await this.adopt(answer.orphans);
    } catch (error) {
      world.log.warn({ error: messageOf(error) }, 'heartbeat failed');
    }
  }

  /** Leaves, freeing what it still holds so that another process need not wait. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.takeOver([this.current], { quiet: true });
  }

  /**
   * Those whose heartbeat has not changed while this process looked: clocks that differ or jump end nobody. One that is
   * seen for the first time has as long as any other.
   */
  private silent(others: readonly { id: string; heartbeatAt: Instant }[]): string[] {
    const at = performance.now();
    // While this one could not look, the others may not have been able to write either: the database was away from all.
    const before = at - this.lookedAt < FRESH_MS ? this.seen : new Map<string, { heartbeat: number; at: number }>();
    this.lookedAt = at;
    this.seen = new Map(
      others.map(({ id, heartbeatAt }) => {
        const heartbeat = heartbeatAt.getTime();
        const known = before.get(id);
        return [id, known?.heartbeat === heartbeat ? known : { heartbeat, at }];
      }),
    );
    return [...this.seen].filter(([, known]) => at - known.at >= TAKE_OVER_MS).map(([id]) => id);
  }

  /**
   * After a statement whose answer was lost, rows may carry this process's id that it does not know of: nobody else
   * takes them while it lives. What is unknown here at two looks, a heartbeat apart, is freed; at the first one it may
   * have been on its way.
   */
  private async recover(): Promise<void> {
    const { database, world, owned, freed } = this.options;
    const { unclear } = database.stats();
    if ((unclear === this.unclear && this.suspects.size === 0) || this.closed) return;
    const owner = this.current;
    let count = 0;
    try {
      for (const room of owned) {
        const strays = await room.strays(owner);
        const known = this.suspects.get(room);
        const sure = strays.filter((id) => known?.has(id));
        if (sure.length > 0) {
          await database.tx('instances.recover', (tx) => room.free(tx, owner, sure, world.clock.now()));
        }
        count += sure.length;
        this.suspects.set(room, new Set(strays));
      }
      // One more look after the last doubt, then none.
      if (unclear === this.unclear && [...this.suspects.values()].every((ids) => ids.size === 0)) this.suspects.clear();
      this.unclear = unclear;
    } catch (error) {
      world.log.warn({ error: messageOf(error) }, 'looking for lost rows failed; trying again');
    }
    if (count === 0) return;
    world.log.warn({ rows: count }, 'freed what was taken by statements whose answer was lost');
    freed();
  }

  /** Follows the database's clock when this one has drifted or jumped: a suspended machine's stood still. */
  private keepTime(at: Instant, askedAt: number): void {
    const { clock, log } = this.options.world;
    const answered = performance.now();
    // The database read its clock somewhere between question and answer.
    const theirs = at.getTime() + (answered - askedAt) / 2;
    const drift = theirs - clock.now().getTime();
    if (!clock.follow || Math.abs(drift) <= answered - askedAt + DRIFT_MS) return;
    log.warn({ driftMs: Math.round(drift) }, 'the clock jumped; following the database');
    clock.follow(new Date(theirs));
  }

  private async enter(): Promise<void> {
    const { database, world, program } = this.options;
    const now = world.clock.now();
    const id = uuid(now);
    const self = { id, host: hostname(), pid: process.pid, bootId: bootId(process.pid) ?? 'unknown', program };
    const others = await store.enter(database, self, now);
    this.current = id;
    this.beatAt = performance.now();
    const gone = others.filter(
      (other) =>
        database.engine === 'pglite' ||
        now.getTime() - other.heartbeatAt.getTime() > LONG_GONE_MS ||
        isGone(other, now),
    );
    if (gone.length > 0) await this.takeOver(gone.map((other) => other.id));
  }

  /**
   * Frees rows of processes that had ended before they committed them: one that was paused in the middle of a
   * transaction goes on with it when it wakes up, and only then learns that it was taken over.
   */
  private async adopt(ended: readonly string[]): Promise<void> {
    const { database, world, owned, freed } = this.options;
    const now = world.clock.now();
    await database.tx('instances.adopt', async (tx) => {
      for (const room of owned) await room.release(tx, ended, now, false);
    });
    world.log.warn({ instances: ended }, 'freed what was committed by processes that had been taken over');
    freed();
  }

  /** Ends processes and frees their rows in one transaction; who comes second finds nothing to do. */
  private async takeOver(dead: readonly string[], { quiet = false } = {}): Promise<void> {
    const { database, world, owned, freed } = this.options;
    const now = world.clock.now();
    const ended = await database.tx('instances.takeover', async (tx) => {
      const ids = await store.end(tx, dead, now);
      if (ids.length > 0) for (const room of owned) await room.release(tx, ids, now, !quiet);
      return ids;
    });
    if (ended.length === 0 || quiet) return;
    world.log.info({ instances: ended }, 'took over from processes that are gone');
    freed();
  }
}

/**
 * Whether a process is surely gone: the kernel that it ran under, seen from where it was seen, has no such process or
 * another one under its number. Hosts of one name (cloned machines, containers on the host's network) are not taken
 * for each other: another boot, or another namespace of processes, says something only when it has been silent, too.
 */
function isGone(other: store.InstanceRow, now: Instant): boolean {
  if (other.host !== hostname()) return false;
  const running = bootId(other.pid);
  if (running === undefined || running === other.bootId) return false;
  const seenFrom = (id: string) => id.slice(0, id.lastIndexOf('/'));
  return seenFrom(running) === seenFrom(other.bootId) || now.getTime() - other.heartbeatAt.getTime() > TAKE_OVER_MS;
}

/**
 * Which process of which boot stands under a process number: the kernel's boot id, this process's namespace of
 * processes, and the start time of that one (field 22 of `/proc/<pid>/stat`, counted after the name, which may hold
 * spaces). It ends in `/gone` when there is none; undefined where the system does not tell.
 */
function bootId(pid: number): string | undefined {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim();
  if (boot === undefined) return undefined;
  const stat = read(`/proc/${pid}/stat`);
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  return `${boot}/${namespace()}/${started}`;
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
