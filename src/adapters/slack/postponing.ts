/** Acknowledgement in time: events that cannot be accepted soon are kept first. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import type { Postponed, PostponedEvent } from '../../delivery/index.ts';

/** Slack waits 3 s for an acknowledgement, and delivers again then; half of it is for the commit and the way. */
const WITHIN_MS = 1_500;
/** Characters of an event as JSON; a longer one is acknowledged when it is heard. */
const LONGEST_EVENT = 256_000;

export type RawEvent = Record<string, unknown>;

/** True while an event is still to be handed over; asked right before it is. */
export type Wanted = () => Promise<boolean>;

export interface PostponingDeps {
  postponed: Postponed;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Hears an event, each conversation's in the order of the calls; resolves with whether that is done. Never rejects. */
  hear(event: RawEvent, wanted: Wanted): Promise<boolean>;
}

/** Has each event acknowledged in time: after it was heard, or after it was kept to be heard when Slack has been asked. */
export class Postponing {
  private readonly deps: PostponingDeps;
  /** Keys of events that are being heard. */
  private readonly underway = new Set<string>();
  private readonly ending = new Set<Promise<void>>();

  constructor(deps: PostponingDeps) {
    this.deps = deps;
  }

  /** Resolves with whether the event may be acknowledged. Never rejects. */
  async acknowledged(event: RawEvent): Promise<boolean> {
    const { clock, hear, postponed } = this.deps;
    const receivedAt = clock.now();
    const given = postponable(event, receivedAt);
    if (!given) return hear(event, async () => true);
    let keeping: Promise<boolean> | undefined;
    const wanted = async () => !(await keeping) || postponed.isKept(given.key);
    const hearing = this.counted(given.key, hear(event, wanted));
    const isDone = await this.inTime(hearing, receivedAt);
    if (isDone !== undefined) return isDone;
    keeping = this.keep(given);
    const isKept = await keeping;
    if (!isKept) return hearing;
    this.endsWith(given.key, hearing);
    return true;
  }

  /** Takes up postponed events in this order, but for those that are being heard. */
  resume(events: readonly PostponedEvent[]): void {
    const { hear, postponed } = this.deps;
    for (const { key, event } of events) {
      if (this.underway.has(key)) continue;
      const hearing = hear(event as RawEvent, () => postponed.isKept(key));
      this.endsWith(key, this.counted(key, hearing));
    }
  }

  /** Resolves when the end of each postponed event that was heard is stored. */
  async idle(): Promise<void> {
    await Promise.all(this.ending);
  }

  private async counted(key: string, hearing: Promise<boolean>): Promise<boolean> {
    this.underway.add(key);
    try {
      return await hearing;
    } finally {
      this.underway.delete(key);
    }
  }

  /** The promise's value; undefined when the time has passed first. */
  private async inTime(hearing: Promise<boolean>, since: Date): Promise<boolean | undefined> {
    let cancel = () => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = this.deps.clock.at(new Date(since.getTime() + WITHIN_MS), () => resolve(undefined));
    });
    try {
      return await Promise.race([hearing, late]);
    } finally {
      cancel();
    }
  }

  private async keep(event: PostponedEvent): Promise<boolean> {
    const { postponed, log } = this.deps;
    if (JSON.stringify(event.event).length > LONGEST_EVENT) return false;
    try {
      return await postponed.keep(event);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'an event could not be kept, and is not acknowledged yet');
      return false;
    }
  }

  private endsWith(key: string, hearing: Promise<boolean>): void {
    const ending = this.end(key, hearing).finally(() => this.ending.delete(ending));
    this.ending.add(ending);
  }

  /** Never rejects: an event whose end is not stored is due again in a minute. */
  private async end(key: string, hearing: Promise<boolean>): Promise<void> {
    const { postponed, signal, log } = this.deps;
    try {
      if (await hearing) await postponed.heard(key);
      else if (!signal.aborted) await postponed.failed(key);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the end of a postponed event could not be stored');
    }
  }
}

/** The event as it is kept; undefined for one that has no identity. Pure. */
function postponable(event: RawEvent, receivedAt: Date): PostponedEvent | undefined {
  const { type, subtype, channel, deleted_ts: deleted, previous_message: previous, ...rest } = event;
  const { ts, edited, user, bot_id: bot } = (event.message ?? event) as RawEvent;
  const { user: before, thread_ts: thread } = (previous ?? {}) as RawEvent;
  const isDeletion = subtype === 'message_deleted';
  const at = isDeletion ? deleted : ts;
  if (typeof at !== 'string') return undefined;
  // A message and the mention in it are two events: each is acknowledged for itself, and the message has more.
  const names = [type, channel, at, isDeletion ? 'deleted' : ((edited as RawEvent | undefined)?.ts ?? '')];
  const kept = {
    ...{ type, subtype, channel, deleted_ts: deleted, ...rest },
    // The words before a change may be another author's, and are not needed.
    ...(previous !== undefined && { previous_message: { user: before, thread_ts: thread } }),
  };
  return { key: JSON.stringify(names), author: String(before ?? user ?? bot ?? ''), event: kept as Json, receivedAt };
}
