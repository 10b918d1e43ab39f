import { deferred } from '../../../base/async.ts';
import {
  type ChatAdapter,
  conversations,
  type Inbox,
  type LocalPlaces,
  type Part,
  type Place,
  type Receipt,
  type SendOutcome,
} from '../../../delivery/index.ts';
import { ADAPTER, pageChannel, partId, unreadChannels } from './places.ts';
import { partShown } from './shapes.ts';
import type { Watchers } from './watchers.ts';

/** Calls people who have no page open. Never rejects. */
export interface PageCaller {
  call(personId: string): Promise<void>;
  callEverybody(): Promise<void>;
}

/** A part's only copy is what the outbox holds: it may be sent again at any time, under the same id. */
const FOR_EVER_MS = 10 * 365 * 86_400_000;

/**
 * Programs that talk over HTTP. What is said to them is what the outbox holds: they fetch it, and who watches at that moment
 * hears of it. So a part is there as soon as it is stored, whoever looks.
 */
export class HttpChat implements ChatAdapter {
  readonly name = ADAPTER;
  readonly guarantees = {
    deduplicatesForMs: FOR_EVER_MS,
    canFind: false,
    canEdit: true,
    editEveryMs: 50,
    showsUse: true,
  };
  readonly local: LocalPlaces = {
    isOpenFor: (personId) => this.isOpenFor(personId),
    noteUnread: (personId) => this.noteUnread(personId),
    readers: {
      isWatched: ({ channel }) => this.watchers.has(channel),
      showPart: (part) => void this.show({ id: partId(part.place.channel, part.key) }, part),
    },
  };
  private readonly watchers: Watchers;
  private readonly pushes: PageCaller | undefined;
  private readonly started = deferred<Inbox>();

  constructor(watchers: Watchers, pushes?: PageCaller) {
    this.watchers = watchers;
    this.pushes = pushes;
  }

  get inbox(): Promise<Inbox> {
    return this.started.promise;
  }

  async start(inbox: Inbox, reachable: () => void): Promise<void> {
    this.started.resolve(inbox);
    // Answers that waited for HTTP to be on again are there for who asks; nobody need come for them.
    reachable();
    await this.pushes?.callEverybody();
  }

  /**
   * A part that answers nothing is sent when a program's stream takes it, and else when it is read (`markRead`): nobody asked for
   * it. A page that is open may be looked at by nobody; it reads what it is told of.
   */
  async send(part: Part): Promise<SendOutcome> {
    const receipt = { id: partId(part.place.channel, part.key) };
    const outcome = { kind: 'sent', receipt } as const;
    if (part.replyTo !== undefined) {
      void this.show(receipt, part);
      return outcome;
    }
    if (!conversations.isBrowsers(part.place) && (await this.show(receipt, part))) return outcome;
    return { kind: 'retry', reason: 'nobody reads there at this moment', until: 'reachable' };
  }

  async edit(receipt: Receipt, part: Part): Promise<SendOutcome> {
    void this.show(receipt, part);
    return { kind: 'sent', receipt };
  }

  async delete(receipt: Receipt, place: Place): Promise<SendOutcome> {
    void this.watchers.tell(place.channel, { type: 'delete', id: receipt.id });
    return { kind: 'sent', receipt };
  }

  async find(): Promise<undefined> {
    return undefined;
  }

  private isOpenFor(personId: string): boolean {
    return this.watchers.has(pageChannel(personId));
  }

  private async noteUnread(personId: string): Promise<void> {
    for (const channel of unreadChannels({ personId })) void this.watchers.tell(channel, { type: 'unread' });
    if (!this.isOpenFor(personId)) await this.pushes?.call(personId);
  }

  /** A page of the person's is closed. */
  async onPageClosed(personId: string): Promise<void> {
    if (!this.isOpenFor(personId)) await (await this.inbox).onPageClosed(personId);
  }

  showTyping({ channel }: Place): void {
    void this.watchers.tell(channel, { type: 'typing' });
  }

  async close(): Promise<void> {}

  private show({ id }: Receipt, { place, content, replyTo }: Part): Promise<boolean> {
    return this.watchers.tell(place.channel, { type: 'part', replyTo, part: partShown(id, content) });
  }
}
