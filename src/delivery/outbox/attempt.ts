/** Sends one try of a part: looks first where it may be there already, and counts the outcome. */

import { deadline, sleep, unlessAborted } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { canonicalJson, omitUndefined } from '../../base/json.ts';
import type { ChatAdapter, Part, Receipt, SendOutcome } from '../adapter.ts';
import { type DeliveryCounters, deliveryCounters } from '../counters.ts';
import { type DestinationDeps, isSeatedElsewhere } from './destination.ts';
import { frozenReceipt, frozenText, restBehind } from './frozen.ts';
import { isAway, isPassed, type OutcomeDeps, resultOf, skippedResult } from './outcome.ts';
import { dedupName } from './parts.ts';
import type { Row } from './store/due.ts';
import type { SendResult } from './store/results.ts';
import * as results from './store/results.ts';

/** A send without an answer by then is `unknown`. One that outlives a takeover is caught by the platform's own key. */
export const SEND_DEADLINE_MS = 10_000;
/** From then on a resend must look first: platforms remember a key for minutes at best, and a clock may be off. */
const LOOK_AFTER_MS = 15_000;
const FAILURES_OF_OUTAGE = 3;
const REMEMBERED = 2_000;
/** Stands in `Part.instead` for the id of a draft's message that was deleted before anybody knew it. */
const DELETED_DRAFT = 'shown';

export interface AttemptDeps extends DestinationDeps {
  outageEnded(adapter: string): void;
  /** A part was sent whose readers may be attached to other processes. */
  onSaid(row: Row): void;
  signal: AbortSignal;
}

export class Attempts {
  private readonly deps: AttemptDeps;
  private readonly outages = new Outages();
  private resends = 0;
  private readonly shown = new BoundedMap<string, Pick<Row, 'content'>>(REMEMBERED);

  private readonly counters: DeliveryCounters;
  private readonly outcomeDeps: OutcomeDeps;

  constructor(deps: AttemptDeps) {
    this.deps = deps;
    const { database, world, instance, adapters, seats } = deps;
    const freezeReceipt = (row: Row, receipt: Receipt) => this.freezeReceipt(row, receipt);
    this.outcomeDeps = { database, world, instance, adapters: () => adapters(), seats, freezeReceipt };
    this.counters = deliveryCounters(deps.world.metrics);
  }

  /** Number of parts that this process sent again after a look-up found nothing: each may be there twice. */
  get resent(): number {
    return this.resends;
  }

  isOurs(owner: string): boolean {
    const instance = this.deps.instance();
    return owner === instance.id && instance.fresh();
  }

  noteShown({ key, content }: Row): void {
    this.shown.set(key, { content });
  }

  /** The receipt of a message that takes no more edits, with what it shows. */
  freezeReceipt({ key }: Row, receipt: Receipt): Receipt {
    return frozenReceipt(receipt, this.shown.get(key)?.content.text ?? '');
  }

  /** An attempt; undefined when the part is not this process's any more. Its log lines carry the message's id, or the part's. */
  attempt(row: Row): Promise<SendResult | undefined> {
    const { trace } = this.deps.world;
    return trace ? trace.run(trace.id ?? row.id, () => this.tryIfMine(row)) : this.tryIfMine(row);
  }

  private async tryIfMine(row: Row): Promise<SendResult | undefined> {
    if (!(await this.isMine(row))) return undefined;
    // Not tried: whoever takes it up next need not look for it.
    if (this.deps.signal.aborted) return skippedResult(row, { state: 'pending', nextAt: this.deps.world.clock.now() });
    if (await isSeatedElsewhere(this.deps, row)) {
      const reason = 'another process has the sessions of this conversation';
      return resultOf(this.outcomeDeps, row, { kind: 'retry', reason, until: 'reachable' });
    }
    const adapter = this.adapter(row.place.adapter);
    const outcome = adapter ? await this.deliverPart(adapter, row) : this.outcomeWhileOff(row);
    // The row of a draft holds its beginning only: readers at another process see the whole answer.
    if (outcome.kind === 'sent' && adapter?.local?.readers && !row.removed) this.deps.onSaid(row);
    return resultOf(this.outcomeDeps, row, outcome);
  }

  /**
   * True if the part is still this process's. One that cannot tell the others that it lives waits until it can: by then
   * it may have been taken over, and sending would be the second time.
   */
  private async isMine(row: Row): Promise<boolean> {
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
  async deliverPart(adapter: ChatAdapter, of: Row, isWanted = async () => true): Promise<SendOutcome> {
    const { world, database } = this.deps;
    const { row, instead } = restToSend(of);
    if (!row) return { kind: 'sent', receipt: of.receipt as Receipt };
    if (row.receipt && instead === undefined && this.isShown(row)) return { kind: 'sent', receipt: row.receipt };
    const afterMs = this.msUntilVisible(adapter, row);
    if (afterMs > 0) return { kind: 'retry', reason: 'whether it has arrived cannot be seen yet', afterMs };
    const part = toPart(row, (progress) => results.storeProgress(database, row.id, row.owner, progress));
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
        if (!receipt && !row.removed) this.noteResend(row);
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
      if (outcome.kind === 'sent' && this.shown.has(row.key)) this.noteShown(row);
      world.probe?.({ name: `send.${adapter.name}`, phase: 'after' });
      if (this.outages.endsOutage(adapter.name, outcome)) this.deps.outageEnded(adapter.name);
      return outcome;
    } catch (error) {
      // An adapter answers with outcomes; what it throws says nothing about whether the part is there.
      const outcome: SendOutcome = { kind: 'unknown', reason: messageOf(error) };
      this.counters.sends.add({ adapter: adapter.name, outcome: 'unknown' });
      this.outages.endsOutage(adapter.name, outcome);
      return outcome;
    }
  }

  /** True if the message shows exactly this already: platforms count each edit. */
  private isShown({ key, content, unknownAt, removed }: Row): boolean {
    if (unknownAt || removed) return false;
    const shownContent = this.shown.get(key)?.content;
    return shownContent !== undefined && canonicalJson(shownContent) === canonicalJson(content);
  }

  private msUntilVisible({ guarantees: { settlesMs = 0 } }: ChatAdapter, { receipt, unknownAt }: Row): number {
    if (settlesMs === 0 || receipt || !unknownAt) return 0;
    const elapsed = this.deps.world.clock.now().getTime() - unknownAt.getTime();
    // A clock that was set back must not hold it up for longer.
    return elapsed < 0 ? 0 : settlesMs - elapsed;
  }

  private outcomeWhileOff(row: Row): SendOutcome {
    const reason = `${row.place.adapter} is off`;
    return isPassed(this.deps, row.createdAt)
      ? { kind: 'gone', reason }
      : { kind: 'retry', reason, until: 'reachable' };
  }

  private async sendOrEdit(
    adapter: ChatAdapter,
    row: Row,
    { part, receipt, isWanted }: { part: Part; receipt: Receipt | undefined; isWanted: () => Promise<boolean> },
    signal: AbortSignal,
  ) {
    if (row.removed)
      return takeAway(adapter, part, { receipt, unknownAt: row.unknownAt, now: this.deps.world.clock.now() }, signal);
    if (!receipt) {
      const first = await adapter.send(part, signal);
      // The shown draft was deleted while it grew; the answer is still owed.
      const again = first.kind === 'deleted' && row.isOutdated && (await isWanted());
      const outcome = again ? await adapter.send({ ...part, instead: DELETED_DRAFT }, signal) : first;
      // The platform may have answered with a message that it had before, which shows how far the draft had come.
      return row.isOutdated && row.unknownAt && outcome.kind === 'sent'
        ? adapter.edit(outcome.receipt, part, signal)
        : outcome;
    }
    const edited = await adapter.edit(receipt, part, signal);
    const again = edited.kind === 'gone' && (await isWanted());
    return again ? adapter.send({ ...part, instead: receipt.id }, signal) : edited;
  }

  private noteResend({ key }: Row): void {
    this.resends++;
    this.deps.world.log.info({ key }, 'whether it had arrived could not be found out: sent again');
  }

  private adapter(name: string): ChatAdapter | undefined {
    return this.deps.adapters().find((adapter) => adapter.name === name);
  }
}

/**
 * The rest of a part that is to be sent, where its message takes no more edits; nothing where it shows all. `instead`:
 * the message that shows the beginning.
 */
function restToSend(row: Row): { row: Row | undefined; instead?: string } {
  const shownText = row.removed ? undefined : frozenText(row.receipt);
  if (shownText === undefined || !row.receipt) return { row };
  const content = restBehind(row.content, shownText);
  const { id } = row.receipt;
  return { row: content && { ...row, content, receipt: undefined, isOutdated: false }, instead: id };
}

function toPart(row: Row, keep: NonNullable<Part['keep']>): Part {
  return {
    keep,
    key: row.key,
    identity: dedupName(row),
    index: row.part,
    place: row.place,
    content: row.content,
    saidAt: row.createdAt,
    ...omitUndefined({ replyTo: row.replyTo, progress: row.progress }),
  };
}

class Outages {
  private readonly failing = new Map<string, number>();

  /** Counts an outcome. True for the first answer after an outage: what waits with a back-off can go. */
  endsOutage(adapter: string, outcome: SendOutcome): boolean {
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
  const outcome = await adapter.send({ ...part, resend: false }, signal);
  return outcome.kind === 'sent' ? adapter.delete(outcome.receipt, part.place, signal) : outcome;
}
