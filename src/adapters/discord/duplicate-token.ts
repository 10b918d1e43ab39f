import { BoundedSet } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import { CLOCK_MARGIN_MS, type Inbox } from '../../delivery/index.ts';
import { nonceFor } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { madeAt, placeOf, type RawMessage, SPOKEN } from './parse.ts';
import type { Trouble } from './trouble.ts';

/** Until then the receipt of a replica's message is stored. */
const SETTLE_MS = 3_000;
const REMEMBERED = 2_000;
/** For how long another coda is told of after it was last seen. */
const TOLD_MS = 3_600_000;
const TROUBLE: Trouble = {
  code: 'TOKEN_SHARED',
  says: 'another coda speaks with the same token, from other data: reminders and questions come twice',
  remedy:
    'Stop one of them, or give both the same database (storage.url); then reset the token if you know of no other.',
};

/** A message under coda's name, as the Gateway tells of it. */
type Own = RawMessage & { nonce?: string | number; interaction_metadata?: unknown };

/** Notices another coda that speaks under the same name: what is said there is neither this process's nor in its database. */
export class DuplicateTokenDetector {
  private readonly options: DiscordOptions;
  private readonly inbox: () => Inbox | undefined;
  /** The nonces that this process has sent. */
  private readonly nonces = new BoundedSet<string>(REMEMBERED);
  /** Nonces of messages that are not this process's, and not looked up yet. */
  private readonly strange = new Set<string>();
  private seenAt: number | undefined;

  constructor(options: DiscordOptions, inbox: () => Inbox | undefined) {
    this.options = options;
    this.inbox = inbox;
  }

  get trouble(): Trouble | undefined {
    const now = this.options.clock.now().getTime();
    return this.seenAt !== undefined && now - this.seenAt < TOLD_MS ? TROUBLE : undefined;
  }

  /** This process is about to say something. */
  saying(nonce: string): void {
    // The same message has been answered already, and not from here.
    if (this.strange.delete(nonce)) this.found('the same message is answered');
    this.nonces.add(nonce);
  }

  /** Something was said under coda's name. */
  said(message: Own): void {
    const { type, webhook_id: webhook, interaction_metadata: interaction, nonce } = message;
    if (!SPOKEN.includes(type) || webhook !== undefined || interaction !== undefined) return;
    if (nonce !== undefined && this.nonces.has(String(nonce))) return;
    if (nonce !== undefined) this.strange.add(String(nonce));
    setTimeout(() => void this.lookUp(message), SETTLE_MS).unref();
  }

  private async lookUp(message: Own): Promise<void> {
    const nonce = message.nonce === undefined ? undefined : String(message.nonce);
    const isOpen = nonce === undefined || this.strange.delete(nonce);
    if (!isOpen || (nonce !== undefined && this.nonces.has(nonce))) return;
    const { id, channel_id: channel } = message;
    const place = placeOf({ id: channel, kind: 'channel', guild: undefined, parent: undefined, openedBy: undefined });
    try {
      const inbox = this.inbox();
      if (!inbox) return;
      const known = await inbox.receipts(place, new Date(madeAt(id).getTime() - TOLD_MS - CLOCK_MARGIN_MS));
      if (known.has(id)) return;
      const open = await inbox.unsure(place);
      // Without its nonce it could be any of them.
      if (nonce === undefined ? open.length > 0 : open.some((identity) => nonceFor(identity, channel) === nonce))
        return;
      this.found(`something was said in ${channel}`);
    } catch (error) {
      this.options.log.debug({ error: messageOf(error) }, 'whose a message is could not be looked up');
    }
  }

  private found(sign: string): void {
    if (!this.trouble) this.options.log.warn({ sign, remedy: TROUBLE.remedy }, TROUBLE.says);
    this.seenAt = this.options.clock.now().getTime();
  }
}
