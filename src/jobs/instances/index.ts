import { hostname } from 'node:os';
import { bootId, isSameBoot } from '../../base/child/index.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { InstanceRow } from './store.ts';
import * as store from './store.ts';

// Live replicas, as a process sees them: those that still send heartbeats.

/** Silent for so long, as another process sees it: that one takes the rows over. */
const TAKE_OVER_MS = 15_000;
/** The same for one that was not seen to send a heartbeat yet: it may not know that it is not alone any more. */
const TAKE_OVER_UNSEEN_MS = 20_000;
/** While this one could not look for so long, the others may not have been able to write: the database was away from all. */
const BLIND_MS = 10_000;

interface SeenHeartbeat {
  heartbeat: number;
  /** When this heartbeat was seen first, in monotonic milliseconds of this process; moved on over a time without a look. */
  at: number;
  moved: boolean;
}

/** Clocks that differ or jump end nobody: only heartbeats that do not change while this process looks. */
class Replicas {
  private seen = new Map<string, SeenHeartbeat>();
  private lookedAt = 0;

  get count(): number {
    return this.seen.size;
  }

  lacks(instances: readonly { id: string }[]): boolean {
    return [...this.seen.keys()].some((id) => !instances.some((other) => other.id === id));
  }

  /** Takes in what a look at `at` (monotonic milliseconds) has found; returns those that have been silent for too long. */
  noteHeartbeats(instances: readonly { id: string; heartbeatAt: Instant }[], at: number): string[] {
    const wasBlind = at - this.lookedAt >= BLIND_MS;
    this.lookedAt = at;
    this.seen = new Map(
      instances.map(({ id, heartbeatAt }) => [id, this.noteHeartbeat(id, heartbeatAt.getTime(), at, wasBlind)]),
    );
    return [...this.seen].flatMap(([id, heartbeat]) => (at >= silentAt(heartbeat) ? [id] : []));
  }

  /** Milliseconds from `at` until the next one will have been silent for too long; `Infinity` when there is none. */
  nextLook(at: number): number {
    return Math.min(...[...this.seen.values()].map((heartbeat) => silentAt(heartbeat) - at).filter((wait) => wait > 0));
  }

  private noteHeartbeat(id: string, heartbeat: number, at: number, wasBlind: boolean): SeenHeartbeat {
    const lastSeen = this.seen.get(id);
    if (!lastSeen) return { heartbeat, at, moved: false };
    if (lastSeen.heartbeat !== heartbeat) return { heartbeat, at, moved: true };
    return wasBlind ? { ...lastSeen, at } : lastSeen;
  }
}

const silentAt = ({ at, moved }: SeenHeartbeat) => at + (moved ? TAKE_OVER_MS : TAKE_OVER_UNSEEN_MS);

const BEAT_BESIDE_OTHERS_MS = 3_000;
const BEAT_ALONE_MS = 15_000;
/** A process that could not tell the others that it lives stops acting outside so long before it may be taken over. */
const MARGIN_MS = 5_000;
const UNWELL_MS = 20_000;
const GLANCE_MS = 2_000;
/** A statement whose answer was lost may still be carried out for so long. */
const LATE_MS = 15_000;

/** At startup an instance silent this long (milliseconds) counts as dead. Must exceed clock skew. */
const LONG_GONE_MS = 120_000;
const DRIFT_MS = 50;

export interface OwnedRows {
  /** SQL that lists the owners of rows, the same one as often as it likes. */
  readonly owners: string;

  /**
   * Frees the rows of `owners` in `tx`, so that any process can take them. `crashed`: they did not leave by themselves,
   * which counts against what they were working on.
   */
  release(tx: Transaction, owners: readonly string[], now: Instant, crashed: boolean): Promise<void>;

  /** Rows of `owner`, this process, that it does not know of: the answer to the statement that took them was lost. */
  orphans(owner: string): Promise<readonly string[]>;

  free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void>;
}

export interface InstanceOptions {
  database: Database;
  world: World;
  owned: readonly OwnedRows[];
  /** The data folder whose sessions this process has; told to the others with each heartbeat. */
  seat?(): store.Seat | undefined;
  program: string;
  /** A process has ended, and its rows have been freed: there may be work. May be called more often than that. */
  onFreed(): void;
  /** This process was taken over (it had been paused): what it holds is not its own any more. */
  onLost(): void;
}

/**
 * This process among its replicas. A process is a row with a heartbeat; what it works on carries its id, and every
 * commit is conditional on that, so that a process which was taken over can commit nothing.
 */
export class Instance {
  private readonly options: InstanceOptions;
  private current: string;
  private timer: NodeJS.Timeout | undefined;
  private glancing: NodeJS.Timeout | undefined;
  private beatAt: number;
  private beating: Promise<void> | undefined;
  private freeing: Promise<void> | undefined;
  private closed = false;
  private readonly others = new Replicas();
  private mixed = false;
  private unclear = 0;
  private recovering: Promise<void> | undefined;
  private lookAgainAt = Number.POSITIVE_INFINITY;

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

  get id(): string {
    return this.current;
  }

  /** True if the others have surely not taken over yet, so that acting outside cannot be the second time. */
  fresh(): boolean {
    const takeOverMs = this.others.count > 0 ? TAKE_OVER_MS : TAKE_OVER_UNSEEN_MS;
    return this.isOnly || this.silence < takeOverMs - MARGIN_MS;
  }

  /**
   * True if a process of another version is there, as at the last heartbeat: what it would not understand is not stored
   * where it takes it up.
   */
  get isMixed(): boolean {
    return this.mixed;
  }

  /** True if no other process was there at the last heartbeat. */
  get isAlone(): boolean {
    return this.isOnly || this.others.count === 0;
  }

  get isWell(): boolean {
    return this.isOnly || this.silence < UNWELL_MS;
  }

  /** The owner to mark rows with: one that stood still asks first whether it was taken over meanwhile. */
  async owner(): Promise<string> {
    if (!this.fresh()) await this.beat();
    return this.current;
  }

  async start(): Promise<void> {
    if (this.isOnly) return;
    this.glancing = setInterval(() => this.glance(), GLANCE_MS);
    await this.beat();
  }

  /** A heartbeat: says that this process lives; those that do not are taken over in its wake. Never throws. */
  beat(): Promise<void> {
    clearTimeout(this.timer);
    this.beating ??= this.beatOnce().finally(() => {
      this.beating = undefined;
    });
    return this.beating;
  }

  private async beatOnce(): Promise<void> {
    const { database, world, owned: rooms } = this.options;
    const before = performance.now();
    let next = BEAT_BESIDE_OTHERS_MS;
    try {
      const answer = await store.heartbeat(database, this.current, world.clock.now(), {
        seat: this.options.seat?.(),
        rooms,
      });
      if (this.closed) return;
      if (!answer.alive) await this.rejoin();
      else {
        this.beatAt = before;
        this.keepTime(answer.at, before);
        this.mixed = answer.others.some((other) => other.program !== this.options.program);
        // A process that left by itself says so, but what it says may be lost.
        if (this.others.lacks(answer.others)) this.options.onFreed();
        const at = performance.now();
        const silent = this.others.noteHeartbeats(answer.others, at);
        next = this.others.count > 0 ? Math.min(BEAT_BESIDE_OTHERS_MS, this.others.nextLook(at)) : BEAT_ALONE_MS;
        this.freeRows(silent, answer.deadOwners);
      }
    } catch (error) {
      world.log.warn({ error: messageOf(error) }, 'heartbeat failed');
    }
    if (!this.closed && this.glancing) this.timer = setTimeout(() => void this.beat(), next);
  }

  private async rejoin(): Promise<void> {
    const { world, onLost, onFreed } = this.options;
    const before = this.current;
    world.log.warn({ instance: before }, 'this process was taken over; it begins anew');
    onLost();
    await this.enter();
    // Time may have passed between waking up and this heartbeat.
    await this.adopt([before]);
    onFreed();
  }

  /** Not awaited by heartbeats: the rows may be locked by a process that stands still, and others judge by heartbeats. */
  private freeRows(silent: readonly string[], orphans: readonly string[]): void {
    if (this.freeing || (silent.length === 0 && orphans.length === 0)) return;
    const free = async () => {
      if (silent.length > 0) await this.takeOver(silent);
      if (orphans.length > 0) await this.adopt(orphans);
    };
    this.freeing = free()
      .catch((error: unknown) => {
        this.options.world.log.warn({ error: messageOf(error) }, 'taking over rows failed; trying again');
      })
      .finally(() => {
        this.freeing = undefined;
      });
  }

  private get isOnly(): boolean {
    return this.options.database.engine === 'pglite';
  }

  private get silence(): number {
    return performance.now() - this.beatAt;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.glancing);
    // A process that joins anew at this moment has another id afterwards.
    await this.beating;
    await this.freeing;
    await this.recovering;
    await this.takeOver([this.current], { quiet: true });
  }

  private glance(): void {
    const { unclear } = this.options.database.stats();
    const isNew = unclear !== this.unclear;
    if (this.recovering || (!isNew && performance.now() < this.lookAgainAt)) return;
    this.lookAgainAt = isNew ? performance.now() + LATE_MS : Number.POSITIVE_INFINITY;
    this.recovering = this.recover()
      .then(() => {
        this.unclear = unclear;
      })
      .catch((error: unknown) => {
        this.lookAgainAt = performance.now();
        this.options.world.log.warn({ error: messageOf(error) }, 'looking for lost rows failed; trying again');
      })
      .finally(() => {
        this.recovering = undefined;
      });
  }

  /**
   * After a statement whose answer was lost, rows may carry this process's id that it does not know of: nobody else
   * takes them while it lives. What is unknown still when every statement that was running has its answer is freed.
   */
  private async recover(): Promise<void> {
    const { database, world, owned, onFreed } = this.options;
    const owner = this.current;
    let count = 0;
    for (const room of owned) {
      const suspects = new Set(await room.orphans(owner));
      if (suspects.size === 0) continue;
      await database.drain();
      const sure = (await room.orphans(owner)).filter((id) => suspects.has(id));
      if (sure.length === 0) continue;
      await database.tx('instances.recover', (tx) => room.free(tx, owner, sure, world.clock.now()));
      count += sure.length;
    }
    if (count === 0) return;
    world.log.warn({ rows: count }, 'freed what was taken by statements whose answer was lost');
    onFreed();
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
    const others = await store.register(database, self, this.options.seat?.(), now);
    this.current = id;
    this.beatAt = performance.now();
    const deadInstances = others.filter(
      (other) => this.isOnly || now.getTime() - other.heartbeatAt.getTime() > LONG_GONE_MS || isGone(other, now),
    );
    this.mixed = others.some((other) => !deadInstances.includes(other) && other.program !== program);
    if (deadInstances.length > 0) await this.takeOver(deadInstances.map((other) => other.id));
  }

  /**
   * Frees rows of processes that had ended before they committed them: one that was paused in the middle of a
   * transaction goes on with it when it wakes up, and only then learns that it was taken over.
   */
  private async adopt(ended: readonly string[]): Promise<void> {
    const { database, world, owned, onFreed } = this.options;
    const now = world.clock.now();
    await database.tx('instances.adopt', async (tx) => {
      for (const room of owned) await room.release(tx, ended, now, false);
    });
    world.log.warn({ instances: ended }, 'freed what was committed by processes that had been taken over');
    onFreed();
  }

  private async takeOver(dead: readonly string[], { quiet = false } = {}): Promise<void> {
    const { database, world, owned, onFreed } = this.options;
    const now = world.clock.now();
    const ended = await database.tx('instances.takeover', async (tx) => {
      const ids = await store.endInstances(tx, dead, { now, isLost: !quiet });
      if (ids.length > 0) for (const room of owned) await room.release(tx, ids, now, !quiet);
      return ids;
    });
    if (ended.length === 0 || quiet) return;
    world.log.info({ instances: ended }, 'took over from processes that are gone');
    onFreed();
  }
}

/** Silent for so long by the clock, on a host of this one's name. Longer than a live process is without a heartbeat. */
const GONE_MS = 30_000;

/**
 * True if a process is surely gone: the kernel that it ran under, seen from where it was seen, has no such process or
 * another one under its number. Hosts of one name (cloned machines, containers on the host's network) are not taken for
 * each other: another boot, or another namespace of processes, says something only when it has been silent, too.
 */
function isGone(other: InstanceRow, now: Instant): boolean {
  if (other.host !== hostname()) return false;
  const running = bootId(other.pid);
  if (running === undefined || running === other.bootId) return false;
  return isSameBoot(running, other.bootId) || now.getTime() - other.heartbeatAt.getTime() > GONE_MS;
}
