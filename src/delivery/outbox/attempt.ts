import { backOff, deadline, sleep, unlessAborted } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Instance } from '../../jobs/index.ts';
import { accountOn, lockPerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter, Part, Receipt, SendOutcome } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import { type DeliveryCounters, deliveryCounters } from '../counters.ts';
import { dedupName, isAnswer } from '../parts.ts';
import type { Seats } from '../seats.ts';
import { terminalOf } from '../unread/store.ts';
import { frozenReceipt, frozenText, restBehind } from './frozen.ts';
import type { Row, SendResult } from './store.ts';
import * as store from './store.ts';

const LONGEST_BACK_OFF_MS = 5 * 60_000;
/** A send without an answer by then is `unknown`. One that outlives a takeover is caught by the platform's own key. */
export const SEND_DEADLINE_MS = 10_000;
/** From then on a resend must look first: platforms remember a key for minutes at best, and a clock may be off. */
const LOOK_AFTER_MS = 15_000;
/** An unread part of somebody whose page is open goes their other way when no page has read it by then. */
const READS_WITHIN_MS = 30_000;
const FAILURES_OF_OUTAGE = 3;
const REMEMBERED = 2_000;

export interface AttemptDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  adapters(): readonly ChatAdapter[];
  seats: Seats;
  outageEnded(adapter: string): void;
  /** A part was sent whose readers may be attached to other processes. */
  said(row: store.Row): void;
  signal: AbortSignal;
}

export class Attempts {
  private readonly deps: AttemptDeps;
  private readonly outages = new Outages();
  private resends = 0;
  private readonly shown = new BoundedMap<string, Pick<Row, 'content'>>(REMEMBERED);

  private readonly counters: DeliveryCounters;

  constructor(deps: AttemptDeps) {
    this.deps = deps;
    this.counters = deliveryCounters(deps.world.metrics);
  }

  /** Number of parts that this process sent again after a look-up found nothing: each may be there twice. */
  get resent(): number {
    return this.resends;
  }

  isSure(owner: string): boolean {
    const instance = this.deps.instance();
    return owner === instance.id && instance.fresh();
  }

  shows({ key, content }: store.Row): void {
    this.shown.set(key, { content });
  }

  frozen({ key }: store.Row, receipt: Receipt): Receipt {
    return frozenReceipt(receipt, this.shown.get(key)?.content.text ?? '');
  }

  /** One attempt; undefined when the part is not this process's any more. Its log lines carry the message's id, or the part's. */
  attempt(row: store.Row): Promise<store.SendResult | undefined> {
    const { trace } = this.deps.world;
    return trace ? trace.run(trace.id ?? row.id, () => this.tryIfMine(row)) : this.tryIfMine(row);
  }

  private async tryIfMine(row: store.Row): Promise<store.SendResult | undefined> {
    if (!(await this.isMine(row))) return undefined;
    // Not tried: whoever takes it up next need not look for it.
    if (this.deps.signal.aborted) return skippedResult(row, { state: 'pending', nextAt: this.deps.world.clock.now() });
    if (await this.isSeatedElsewhere(row)) {
      const reason = 'another process has the sessions of this conversation';
      return this.resultOf(row, { kind: 'retry', reason, until: 'reachable' });
    }
    const adapter = this.adapter(row.place.adapter);
    const outcome = adapter ? await this.bring(adapter, row) : this.withoutPlatform(row);
    // The row of a draft holds its beginning only: readers at another process see the whole answer.
    if (outcome.kind === 'sent' && adapter?.saidElsewhere && !row.removed) this.deps.said(row);
    return this.resultOf(row, outcome);
  }

  private async isSeatedElsewhere({ id, place }: store.Row): Promise<boolean> {
    const { seating } = this.deps.seats;
    if (!seating.adapters.includes(place.adapter) || this.deps.instance().isAlone) return false;
    return store.isSeatedElsewhere(this.deps.database, id, seating);
  }

  /**
   * True if the part is still this process's. One that cannot tell the others that it lives waits until it can: by then
   * it may have been taken over, and sending would be the second time.
   */
  private async isMine(row: store.Row): Promise<boolean> {
    const { instance, signal } = this.deps;
    while (row.owner === instance().id && !instance().fresh()) {
      if (signal.aborted) return false;
      await instance().beat();
      if (!instance().fresh()) await sleep(1_000, signal).catch(() => {});
    }
    return row.owner === instance().id;
  }

  /**
   * Sends, edits or deletes one part. Looks first where it may be there already and the platform would not notice a
   * second one. A message that was deleted there is sent as another one, if `isWanted` says so; where a message takes no
   * more edits, the rest of the part is sent. Never rejects.
   */
  async bring(adapter: ChatAdapter, of: store.Row, isWanted = async () => true): Promise<SendOutcome> {
    const { world, database } = this.deps;
    const { row, instead } = furtherOf(of);
    if (!row) return { kind: 'sent', receipt: of.receipt as Receipt };
    if (row.receipt && instead === undefined && this.isShown(row)) return { kind: 'sent', receipt: row.receipt };
    const settles = this.settlesIn(adapter, row);
    if (settles > 0) return { kind: 'retry', reason: 'whether it has arrived cannot be seen yet', afterMs: settles };
    const part = toPart(row, (progress) => store.storeProgress(database, row.id, row.owner, progress));
    if (instead !== undefined) part.instead = instead;
    using limit = deadline(SEND_DEADLINE_MS, this.deps.signal);
    const { signal } = limit;
    try {
      let receipt = row.receipt;
      // A part that is to be deleted is looked for at once: sending it again would show it.
      if (!receipt && row.unknownAt && (row.removed || mustLook(adapter, row.unknownAt, world.clock.now()))) {
        if (adapter.guarantees.canFind)
          receipt = await unlessAborted(signal, adapter.find(part, row.createdAt, signal));
        // A draft's text was not final: its message becomes the answer.
        else if (!row.isOutdated) part.resend = true;
        if (receipt && !row.isOutdated && !row.removed) return { kind: 'sent', receipt };
        if (!receipt && !row.removed) this.sendsAgain(row);
      }
      world.probe?.({ name: `send.${adapter.name}`, phase: 'before' });
      world.pace?.begins(`send ${adapter.name}`);
      const beganAt = world.clock.monotonic();
      // An adapter that does not heed the signal must not hold its slot, or the end of the process.
      const act = () => unlessAborted(signal, this.sendOrEdit(adapter, row, { part, receipt, isWanted }, signal));
      const about = { adapter: adapter.name, part: row.part, attempts: row.attempts };
      const outcome = await (world.spans?.inOr(row.id, 'send', about, act) ?? act());
      this.counters.sending.observe({ adapter: adapter.name }, (world.clock.monotonic() - beganAt) / 1_000);
      this.counters.sends.add({ adapter: adapter.name, outcome: outcome.kind });
      if (outcome.kind === 'sent' && this.shown.has(row.key)) this.shows(row);
      world.probe?.({ name: `send.${adapter.name}`, phase: 'after' });
      if (this.outages.ends(adapter.name, outcome)) this.deps.outageEnded(adapter.name);
      return outcome;
    } catch (error) {
      // An adapter answers with outcomes; what it throws says nothing about whether the part is there.
      const outcome: SendOutcome = { kind: 'unknown', reason: messageOf(error) };
      this.counters.sends.add({ adapter: adapter.name, outcome: 'unknown' });
      this.outages.ends(adapter.name, outcome);
      return outcome;
    }
  }

  /** True if the message shows exactly this already: platforms count each edit. */
  private isShown({ key, content, unknownAt, removed }: Row): boolean {
    if (unknownAt || removed) return false;
    const shown = this.shown.get(key)?.content;
    return shown !== undefined && canonicalJson(shown) === canonicalJson(content);
  }

  private settlesIn({ guarantees: { settlesMs = 0 } }: ChatAdapter, { receipt, unknownAt }: store.Row): number {
    if (settlesMs === 0 || receipt || !unknownAt) return 0;
    const elapsed = this.deps.world.clock.now().getTime() - unknownAt.getTime();
    // A clock that was set back must not hold it up for longer.
    return elapsed < 0 ? 0 : settlesMs - elapsed;
  }

  private withoutPlatform(row: store.Row): SendOutcome {
    const reason = `${row.place.adapter} is off`;
    return this.isPassed(row.createdAt) ? { kind: 'gone', reason } : { kind: 'retry', reason, until: 'reachable' };
  }

  private isPassed(since: Instant): boolean {
    return this.deps.world.clock.now().getTime() - since.getTime() >= store.GIVE_UP_MS;
  }

  private isGivenUp({ failingSince }: store.Row): boolean {
    return failingSince !== undefined && this.isPassed(failingSince);
  }

  private async sendOrEdit(
    adapter: ChatAdapter,
    row: store.Row,
    { part, receipt, isWanted }: { part: Part; receipt: Receipt | undefined; isWanted: () => Promise<boolean> },
    signal: AbortSignal,
  ) {
    if (row.removed)
      return takeAway(adapter, part, { receipt, unknownAt: row.unknownAt, now: this.deps.world.clock.now() }, signal);
    if (!receipt) {
      const first = await adapter.send(part, signal);
      // The shown draft was deleted while it grew; the answer is still owed.
      const again = first.kind === 'deleted' && row.isOutdated && (await isWanted());
      const sent = again ? await adapter.send({ ...part, instead: 'shown' }, signal) : first;
      // The platform may have answered with a message that it had before, which shows how far the draft had come.
      return row.isOutdated && row.unknownAt && sent.kind === 'sent' ? adapter.edit(sent.receipt, part, signal) : sent;
    }
    const edited = await adapter.edit(receipt, part, signal);
    const again = edited.kind === 'gone' && (await isWanted());
    return again ? adapter.send({ ...part, instead: receipt.id }, signal) : edited;
  }

  private async resultOf(row: store.Row, outcome: SendOutcome): Promise<store.SendResult> {
    const { world } = this.deps;
    const { spent } = row.content;
    if (outcome.kind === 'sent') {
      const state = row.removed ? 'dropped' : 'sent';
      return { id: row.id, state, receipt: outcome.receipt, ...(spent && { spent: spent.length }) };
    }
    if ((outcome.kind === 'gone' || outcome.kind === 'frozen') && row.removed) return { id: row.id, state: 'dropped' };
    // A card whose use could not be shown was said: what it says is not lost, and goes nowhere else.
    if (wasSaid(row) && (['gone', 'frozen', 'refused'].includes(outcome.kind) || this.isGivenUp(row))) {
      world.log.warn({ key: row.key, outcome: outcome.kind }, 'a used card stays as it is');
      return { id: row.id, state: 'sent', ...(spent && { spent: spent.length }) };
    }
    if (outcome.kind === 'deleted') return { id: row.id, state: row.removed ? 'dropped' : 'sent' };
    const now = world.clock.now();
    if (row.receipt && isFinal(row, outcome)) {
      world.log.warn({ key: row.key, reason: outcome.reason }, 'a message takes no more edits');
      // The unclear attempt was an edit: nothing of the rest was sent.
      return { id: row.id, state: 'pending', nextAt: now, receipt: this.frozen(row, row.receipt), untried: true };
    }
    const error = world.secrets.hide(outcome.reason).slice(0, 500);
    const nextAt = new Date(now.getTime() + backOff(row.attempts + 1, LONGEST_BACK_OFF_MS));
    if (outcome.kind === 'retry' && outcome.untried) {
      const after = outcome.afterMs === undefined ? nextAt : new Date(now.getTime() + outcome.afterMs);
      return skippedResult(row, { state: 'pending', nextAt: after, error });
    }
    world.log.debug({ key: row.key, outcome: outcome.kind, error }, 'part not delivered');
    const fault = { source: 'delivery', kind: row.place.adapter, code: outcome.kind };
    if (!isAway(outcome)) world.faults?.note(fault, now);
    // An earlier attempt that is unknown stays so: that this one did not arrive says nothing about that one.
    const unclear = row.unknownAt && { unknownAt: row.unknownAt };
    if (outcome.kind === 'retry' && outcome.until === 'reachable') {
      return { id: row.id, error, ...unclear, ...(await this.waiting(row, nextAt)) };
    }
    if (outcome.kind === 'gone') return this.elsewhere(row, error, now);
    // The place is there: its person can be told in it, of what was refused, at once.
    if (outcome.kind === 'refused' || outcome.kind === 'frozen') return this.dead(row, error, !row.removed);
    if (this.isGivenUp(row)) return this.dead(row, error);
    if (outcome.kind === 'unknown') {
      const settlesMs = this.adapter(row.place.adapter)?.guarantees.settlesMs;
      // On a platform that shows messages late the newest attempt counts; on one that forgets keys, the first.
      if (settlesMs === undefined)
        return { id: row.id, state: 'unknown', nextAt, unknownAt: row.unknownAt ?? now, error };
      const seenAt = new Date(Math.max(nextAt.getTime(), now.getTime() + settlesMs));
      return { id: row.id, state: 'unknown', nextAt: seenAt, unknownAt: now, error };
    }
    const after = outcome.afterMs === undefined ? nextAt : new Date(now.getTime() + outcome.afterMs);
    return { id: row.id, state: 'pending', nextAt: after, error, ...unclear };
  }

  private async elsewhere(row: store.Row, error: string, now: Instant): Promise<store.SendResult> {
    if (row.personId && !row.fallback) {
      const conversationId = await directlyTo(this.deps, row.personId, row);
      if (conversationId) return { id: row.id, state: 'pending', nextAt: now, error, conversationId };
    }
    return this.dead(row, error);
  }

  /** The result of a part whose place nobody reads at this moment: it goes where somebody does, or is held. */
  private async waiting(row: store.Row, nextAt: Instant): Promise<Omit<SendResult, 'id'>> {
    const now = this.deps.world.clock.now();
    const terminal = await this.openTerminalOf(row);
    const conversationId = terminal ?? (await this.calling(row));
    if (conversationId === undefined) return { state: 'held', nextAt };
    const callAt = row.callAt ?? new Date(now.getTime() + READS_WITHIN_MS);
    const isOpen = this.deps.adapters().some((adapter) => adapter.isOpenFor?.(row.personId ?? ''));
    // An open page says nothing about whether anybody is in front of it.
    if (terminal === undefined && isOpen && callAt > now) return { state: 'held', nextAt, callAt };
    return { state: 'pending', nextAt: now, conversationId };
  }

  /** The terminal of the person, for a part of their chat in a browser that answers nothing, while one is open: both show it. */
  private async openTerminalOf({ place, personId, replyTo, unknownAt }: store.Row): Promise<string | undefined> {
    const { database, adapters, instance, seats } = this.deps;
    if (personId === undefined || replyTo !== undefined || unknownAt !== undefined) return undefined;
    const terminals = adapters().find(({ reader }) => reader !== undefined);
    if (!terminals?.reader || !conversations.isBrowsers(place)) return undefined;
    const isOpen = terminals.isOpenFor?.(personId) === true;
    if (!isOpen && (instance().isAlone || !(await store.isAnySeatTaken(database, seats.taken)))) return undefined;
    return terminalOf(database, personId, { adapter: terminals.name, account: terminals.reader });
  }

  /**
   * The conversation on a chat platform to which a part of a terminal goes that answers nothing, while nobody sits there: the
   * person is called. Undefined: it is held until somebody reads it.
   */
  private async calling({ place, personId, replyTo, fallback, unknownAt }: store.Row): Promise<string | undefined> {
    const { database, adapters, instance, seats } = this.deps;
    const own = this.adapter(place.adapter);
    if (own?.seat === undefined || place.kind !== 'dm' || personId === undefined || replyTo !== undefined)
      return undefined;
    if (fallback || unknownAt !== undefined) return undefined;
    // A terminal of another process is open, which takes the part up.
    if (!instance().isAlone && (await store.isAnySeatTaken(database, seats.taken))) return undefined;
    const platforms = adapters().flatMap(({ name, unread }) => (unread ? [] : [name]));
    return conversations.direct({ query: database.read.bind(database) }, personId, { adapters: platforms });
  }

  private dead(row: store.Row, error: string, takesPosts = false): store.SendResult {
    this.deps.world.log.error({ key: row.key, place: row.place, error }, 'dead letter');
    const letter = { id: row.id, state: 'dead' as const, error };
    if (store.isNoticeOfLetters(row.grp)) return { ...letter, told: 'never' };
    return takesPosts && row.personId !== undefined ? { ...letter, told: 'now' } : letter;
  }

  private sendsAgain({ key }: store.Row): void {
    this.resends++;
    this.deps.world.log.info({ key }, 'whether it had arrived could not be found out: sent again');
  }

  private adapter(name: string): ChatAdapter | undefined {
    return this.deps.adapters().find((adapter) => adapter.name === name);
  }
}

const isAway = (outcome: SendOutcome) => outcome.kind === 'retry' && outcome.until === 'reachable';

/**
 * The rest of a part that is to be sent, where its message takes no more edits; nothing where it shows all. `instead`:
 * the message that shows the beginning.
 */
function furtherOf(row: store.Row): { row: store.Row | undefined; instead?: string } {
  const shown = row.removed ? undefined : frozenText(row.receipt);
  if (shown === undefined || !row.receipt) return { row };
  const content = restBehind(row.content, shown);
  const { id } = row.receipt;
  return { row: content && { ...row, content, receipt: undefined, isOutdated: false }, instead: id };
}

function isFinal(row: store.Row, outcome: SendOutcome): outcome is SendOutcome & { kind: 'frozen' | 'refused' } {
  const isRefused = outcome.kind === 'frozen' || (outcome.kind === 'refused' && row.isOutdated);
  return isRefused && !row.removed && frozenText(row.receipt) === undefined;
}

const wasSaid = ({ receipt, content, removed }: store.Row): boolean => !!receipt && !!content.spent && !removed;

function toPart(row: store.Row, keep: NonNullable<Part['keep']>): Part {
  return {
    keep,
    key: row.key,
    identity: dedupName(row),
    index: row.part,
    place: row.place,
    content: row.content,
    saidAt: row.createdAt,
    ...(row.replyTo !== undefined && { replyTo: row.replyTo }),
    ...(row.progress !== undefined && { progress: row.progress }),
  };
}

class Outages {
  private readonly failing = new Map<string, number>();

  /** Counts an outcome. True for the first answer after an outage: what waits with a back-off can go. */
  ends(adapter: string, outcome: SendOutcome): boolean {
    // That nobody is there says nothing about the platform; it tells by itself when somebody is (`reachable`).
    const failed =
      outcome.kind === 'unknown' || (outcome.kind === 'retry' && outcome.afterMs === undefined && !isAway(outcome));
    const failures = this.failing.get(adapter) ?? 0;
    this.failing.set(adapter, failed ? failures + 1 : 0);
    return !failed && failures >= FAILURES_OF_OUTAGE;
  }
}

/** True if a resend could be a second copy: the platform has forgotten the key, or never knew it. */
function mustLook(adapter: ChatAdapter, unknownAt: Instant, now: Instant): boolean {
  const elapsed = now.getTime() - unknownAt.getTime();
  // A clock that was set back says nothing about how long it has been.
  return elapsed < 0 || elapsed >= Math.min(LOOK_AFTER_MS, adapter.guarantees.deduplicatesForMs);
}

/**
 * Takes a draft's message away. Where none can be found, but a key is known again for as long as this send may take,
 * sending it again tells where it is.
 */
async function takeAway(
  adapter: ChatAdapter,
  part: Part,
  { receipt, unknownAt, now }: { receipt: Receipt | undefined; unknownAt: Instant | undefined; now: Instant },
  signal: AbortSignal,
): Promise<SendOutcome> {
  if (receipt) return adapter.delete(receipt, part.place, signal);
  const { canFind, deduplicatesForMs } = adapter.guarantees;
  const elapsed = unknownAt ? now.getTime() - unknownAt.getTime() : -1;
  if (canFind || elapsed < 0 || elapsed + SEND_DEADLINE_MS >= deduplicatesForMs) {
    return { kind: 'sent', receipt: { id: '' } };
  }
  const sent = await adapter.send({ ...part, resend: false }, signal);
  return sent.kind === 'sent' ? adapter.delete(sent.receipt, part.place, signal) : sent;
}

// The order in which this process sends the parts that it owns.

const LATE_AFTER = 3;

export type Message = readonly [Row, ...Row[]];

/**
 * The queue of a message, whose parts are sent one after another: answers of a conversation; messages that coda begins,
 * so that an answer never delays a reminder; late ones, of which none waits for another.
 */
export function queueOf(message: Message): string {
  const [{ conversationId }] = message;
  if (isInOrder(message)) return answersOf(conversationId);
  return `${conversationId} ${isLate(message) ? 'late' : 'others'}`;
}

export const answersOf = (conversationId: string): string => `${conversationId} answers`;

export function isLate(message: Message): boolean {
  return message.some(({ unknownAt, attempts }) => unknownAt !== undefined || attempts >= LATE_AFTER);
}

/** True for answers, of which a later one is not sent beside an earlier one of the same conversation. */
export const isInOrder = (message: Message): boolean => !isLate(message) && isAnswer(message[0].grp);

export function unblocksNext({ state }: SendResult): boolean {
  return state === 'sent' || state === 'dead' || state === 'dropped';
}

/**
 * The result of a part that was not tried: it waits as `before` does, the part before it. An unknown state stays
 * unknown.
 */
export function skippedResult({ id, unknownAt }: Row, before: Omit<SendResult, 'id'>): SendResult {
  const { nextAt, error, conversationId } = before;
  const state = before.state === 'held' ? 'held' : unknownAt ? 'unknown' : 'pending';
  return {
    id,
    state,
    untried: true,
    ...(nextAt && { nextAt }),
    ...(unknownAt && { unknownAt }),
    ...(error !== undefined && { error }),
    ...(conversationId !== undefined && { conversationId }),
  };
}

/**
 * The conversation in which the person can be reached directly when a part's place is gone: on the same platform, also
 * where they have never been, else on another that is on. Undefined when there is none.
 */
async function directlyTo(
  { database, world, adapters: on }: { database: Database; world: World; adapters(): readonly ChatAdapter[] },
  personId: string,
  { conversationId, place }: store.Row,
): Promise<string | undefined> {
  const adapters = on();
  const others = adapters.map(({ name }) => name);
  const adapter = adapters.find(({ name }) => name === place.adapter);
  const directOn = (names: readonly string[]) =>
    conversations.direct({ query: database.read.bind(database) }, personId, {
      adapters: names,
      except: conversationId,
    });
  if (!adapter) return directOn(others);
  const known = await directOn([place.adapter]);
  if (known) return known;
  const externalId = place.kind === 'dm' ? undefined : await accountOn(database, personId, place.adapter);
  if (adapter.direct && externalId) {
    try {
      const opened = await adapter.direct(externalId);
      const now = world.clock.now();
      return await database.tx('outbox.direct', async (tx) => {
        if (!(await lockPerson(tx, personId))) return undefined;
        return conversations.open(tx, opened, personId, uuid(now), now);
      });
    } catch (error) {
      world.log.debug({ error: messageOf(error), adapter: adapter.name }, 'no direct conversation could be opened');
    }
  }
  return directOn(others);
}
