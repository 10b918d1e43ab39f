import { deferred, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter } from '../adapter.ts';
import { deliveryCounters, secondsBetween } from '../counters.ts';
import type { Item } from '../item.ts';
import type { Attempts } from './attempt.ts';
import { frozenText } from './frozen.ts';
import { type AddressedPart, rowOf, toParts } from './parts.ts';
import type { Row } from './store/due.ts';
import type { NewPart } from './store/written.ts';
import * as writtenParts from './store/written.ts';

/**
 * An answer that is complete this soon after its first words is sent once, without a draft. Nobody sees so short a
 * wait.
 */
const AT_ONCE_MS = 8;
const FIRST_MS = 300;

export interface DraftDeps {
  database: Database;
  world: World;
  attempts: Attempts;
  adapter: ChatAdapter;
  /** Resolves when no earlier answer of the conversation is being sent here; undefined: none is. */
  answersSent(conversationId: string): Promise<void> | undefined;
}

/**
 * An answer that is shown while it grows. Each part is a row before it is a message, so that whoever goes on with the
 * turn finds it; what it shows meanwhile is a hint, and the last word is the part that the turn's end writes.
 */
export class Draft {
  private readonly deps: DraftDeps;
  private readonly item: Item;
  private readonly address: Omit<AddressedPart, 'cards'>;
  private readonly tainted: () => boolean;
  private readonly shown: Row[] = [];
  private reached = 0;
  private begun = false;
  private wanted: string | undefined;
  private working: Promise<void> | undefined;
  private closed = false;
  private readonly closing = deferred();
  /** When the platform takes another edit; real time, because it guards a real limit. */
  private nextAt: number;

  constructor(deps: DraftDeps, item: Item, address: Omit<AddressedPart, 'cards'>, tainted: () => boolean) {
    this.tainted = tainted;
    this.deps = deps;
    this.item = item;
    this.address = address;
    // On a platform that counts each edit, an answer that is complete soon is sent once.
    this.nextAt = performance.now() + Math.min(FIRST_MS, deps.adapter.guarantees.editEveryMs ?? 0);
  }

  get parts(): number {
    return this.reached;
  }

  /** Shows the text so far, now or when the platform takes another edit; texts that come meanwhile replace it. */
  show(text: string): void {
    if (this.closed || text.trim() === '') return;
    if (!this.begun) this.nextAt = Math.max(this.nextAt, performance.now() + AT_ONCE_MS);
    this.begun = true;
    this.wanted = text;
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  /** Shows nothing more and waits for what is under way. Never rejects. */
  async stopAndWait(): Promise<void> {
    this.stop();
    await this.working;
  }

  private async work(): Promise<void> {
    const { world, adapter } = this.deps;
    try {
      while (this.wanted !== undefined && !this.closed) {
        const wait = this.nextAt - performance.now();
        if (wait > 0) await withTimeout(wait, this.closing.promise);
        if (this.closed) return;
        const before = this.reached === 0 ? this.deps.answersSent(this.item.conversation.id) : undefined;
        if (before) await Promise.race([before, this.closing.promise]);
        if (this.closed) return;
        const text = this.wanted;
        this.wanted = undefined;
        await this.showText(text);
        this.nextAt = performance.now() + (adapter.guarantees.editEveryMs ?? 0);
      }
    } catch (error) {
      // A hint that failed: the end of the turn says it all.
      world.log.debug({ error: messageOf(error) }, 'a draft could not be shown');
      this.stop();
    }
  }

  private async showText(text: string): Promise<void> {
    const { world, adapter } = this.deps;
    const cards = [{ kind: 'answer' as const, text }];
    const split = (content: Row['content']) => adapter.split?.(content, true) ?? [content];
    const now = world.clock.now();
    const { parts } = toParts({ ...this.address, cards, tainted: this.tainted() }, this.item.owner, now, split);
    for (const [index, part] of parts.entries()) {
      // A draft that was paused may have been taken over, and the answer be there in full.
      if (this.closed || !this.deps.attempts.isOurs(this.item.owner)) return;
      const before = this.shown[index];
      if (before?.content.text === part.content.text) continue;
      this.reached = Math.max(this.reached, index + 1);
      const row = before ? { ...before, content: part.content } : await this.begin(part);
      if (!row) return this.stop();
      this.shown[index] = row;
      await this.put(row);
    }
  }

  private async begin(part: NewPart): Promise<Row | undefined> {
    const { database, world } = this.deps;
    const { item } = this;
    const now = world.clock.now();
    const holder = { conversationId: item.conversation.id, owner: item.owner, inboxId: item.id };
    const storedPart = await writtenParts.draft(database, { ...part, state: 'draft', owner: item.owner }, holder, now);
    if (!storedPart) return undefined;
    // An earlier process has found that its message takes no more edits.
    if (frozenText(storedPart.receipt ?? undefined) !== undefined) return undefined;
    const row = rowOf(part, item.conversation.place, item.owner, now);
    const unknownAt = storedPart.unknown_at ? new Date(storedPart.unknown_at) : undefined;
    return { ...row, id: storedPart.id, isOutdated: true, receipt: storedPart.receipt ?? undefined, unknownAt };
  }

  private async put(row: Row): Promise<void> {
    const { database, attempts, adapter, world } = this.deps;
    // A draft that was erased with its person has been taken away, whoever has heard of it.
    const isWanted = () => writtenParts.isDraft(database, row.id, row.owner);
    const outcome = await attempts.deliverPart(adapter, row, isWanted);
    if (outcome.kind === 'sent') {
      attempts.noteShown(row);
      if (row.receipt?.id === outcome.receipt.id) return;
      if (!row.receipt && row.part === 0) this.count();
      row.receipt = outcome.receipt;
      await writtenParts.storeDraftReceipt(database, row.id, row.owner, outcome.receipt);
    } else if (outcome.kind === 'unknown' && !row.receipt) {
      // The message may be there: showing on could make a second one.
      row.unknownAt = world.clock.now();
      await writtenParts.markDraftUnknown(database, row.id, row.owner, row.unknownAt);
      this.stop();
    } else if (outcome.kind !== 'retry') {
      this.stop();
      if (outcome.kind !== 'frozen' || !row.receipt) return;
      await writtenParts.storeDraftReceipt(database, row.id, row.owner, attempts.freezeReceipt(row, row.receipt));
    }
  }

  private count(): void {
    const { world, adapter } = this.deps;
    const seconds = secondsBetween(this.item.receivedAt, world.clock.now());
    if (this.item.payload.resumedAt === undefined) {
      deliveryCounters(world.metrics).firstText.observe({ adapter: adapter.name }, seconds);
    }
  }

  private stop(): void {
    this.closed = true;
    this.closing.resolve();
  }
}
