import type {
  AcceptedEvent,
  ChatAdapter,
  Content,
  FileRef,
  FileSource,
  Inbox,
  IncomingFile,
  NamedPlace,
  Part,
  Place,
  Receipt,
  SendOutcome,
  SpokenLine,
} from '../../src/delivery/index.ts';

/** A message as somebody on the platform sees it. */
export interface Seen {
  id: string;
  key: string;
  channel: string;
  text: string;
  kind: string;
  buttons: { id: string; label: string }[];
  files: readonly FileRef[];
  edits: number;
  again: boolean;
}

export interface PlatformOptions {
  /** For how long a repeated key gets the first message back; 0: never. */
  deduplicatesForMs?: number;
  canFind?: boolean;
  /** Milliseconds until it shows what an unclear send has brought there; default: at once. */
  settlesMs?: number;
  canEdit?: boolean;
  /** Whether a card whose buttons are used is shown so; default: not. */
  showsUse?: boolean;
  /** Characters that one message takes; default: any number. */
  longest?: number;
  /** The port where the files of its messages are fetched by their names. */
  filesAt?: number;
  now: () => Date;
}

type FullOptions = Required<Omit<PlatformOptions, 'settlesMs' | 'showsUse'>> &
  Pick<PlatformOptions, 'settlesMs' | 'showsUse'>;

/**
 * A chat platform in memory with the promises that a real one makes: ids, de-duplication by key within a window, a
 * history that can be searched, edits. Faults are put in front of the next sends.
 */
export class FakePlatform {
  readonly messages: Seen[] = [];
  readonly deleted: string[] = [];
  readonly typed: string[] = [];
  /** What was said in its places, to anybody. */
  readonly lines: (SpokenLine & { id: string; channel: string })[] = [];
  hidesLines = false;
  /** The marks that coda has put on messages. */
  readonly reactions: string[] = [];
  /** By person: a press comes with the role that their last message came with. */
  readonly roles = new Map<string, Heard['role']>();
  /** What the next sends meet, in order; an empty list means that all is well. */
  readonly faults: ('none' | 'lost' | 'before' | 'retry' | 'gone' | 'refused' | 'held' | 'away')[] = [];
  /** What the next edits meet. */
  readonly editFaults: ('none' | 'retry' | 'gone' | 'refused' | 'frozen')[] = [];
  /** The text of what the platform answers with 503, however often it is tried. */
  stuck: string | undefined;
  /** Nobody can ask where files are. */
  filesAway = false;
  private readonly options: FullOptions;
  private readonly sentAt = new Map<string, { at: number; id: string }>();
  private count = 0;
  private heldUntil: (() => void)[] = [];

  constructor(options: PlatformOptions) {
    this.options = {
      deduplicatesForMs: 120_000,
      canFind: true,
      canEdit: true,
      longest: 1_000_000,
      filesAt: 0,
      ...options,
    };
  }

  /** The adapter of one process; a platform may have several. */
  connect(name = 'fake'): FakeAdapter {
    return new FakeAdapter(name, this, this.options);
  }

  post(part: Part): string {
    const identity = JSON.stringify([part.place.channel, part.identity ?? part.key, part.instead]);
    const before = this.sentAt.get(identity);
    const now = this.options.now().getTime();
    if (before && now - before.at <= this.options.deduplicatesForMs && this.options.deduplicatesForMs > 0) {
      return before.id;
    }
    const id = `p${++this.count}`;
    this.sentAt.set(identity, { at: now, id });
    const { content } = part;
    this.messages.push({
      id,
      key: keyOf(part),
      channel: part.place.channel,
      text: content.text,
      kind: content.kind,
      files: content.files ?? [],
      buttons: (content.buttons ?? []).map((button) => ({ id: button.id, label: button.label })),
      edits: 0,
      again: part.resend ?? false,
    });
    return id;
  }

  edit(id: string, part: Part): boolean {
    const message = this.messages.find((each) => each.id === id);
    if (!message) return false;
    message.text = part.content.text;
    message.kind = part.content.kind;
    message.files = part.content.files ?? [];
    message.buttons = (part.content.buttons ?? []).map((button) => ({ id: button.id, label: button.label }));
    message.edits++;
    return true;
  }

  remove(id: string): boolean {
    const index = this.messages.findIndex((each) => each.id === id);
    if (index < 0) return false;
    this.messages.splice(index, 1);
    this.deleted.push(id);
    return true;
  }

  /** What stands in a channel now, oldest first. */
  in(channel: string): string[] {
    return this.messages.filter((message) => message.channel === channel).map((message) => message.text);
  }

  /** Lets sends that are `held` go on. */
  release(): void {
    for (const go of this.heldUntil.splice(0)) go();
  }

  hold(): Promise<void> {
    return new Promise((resolve) => this.heldUntil.push(resolve));
  }

  get holding(): number {
    return this.heldUntil.length;
  }
}

class FakeAdapter implements ChatAdapter {
  readonly name: string;
  readonly guarantees: ChatAdapter['guarantees'];
  private readonly platform: FakePlatform;
  readonly files: FileSource;
  private readonly longest: number;
  private inbox: Inbox | undefined;
  reachable: (channel?: string) => void = () => {};

  constructor(name: string, platform: FakePlatform, options: FullOptions) {
    this.name = name;
    this.platform = platform;
    const { deduplicatesForMs, canFind, canEdit, longest, filesAt, settlesMs, showsUse } = options;
    this.longest = longest;
    const at = (name: string) => `http://127.0.0.1:${filesAt}/${name}`;
    this.files = {
      title: 'Fake',
      maxMb: 1,
      locate: async (files) => {
        if (platform.filesAway) throw new Error('not signed in');
        return files.map((file) => ({ ...file, url: at(file.name) }));
      },
    };
    this.guarantees = {
      deduplicatesForMs,
      canFind,
      canEdit,
      ...(settlesMs !== undefined && { settlesMs }),
      ...(showsUse && { showsUse }),
    };
  }

  async start(inbox: Inbox, reachable: (channel?: string) => void): Promise<void> {
    this.inbox = inbox;
    this.reachable = reachable;
    reachable();
  }

  split(content: Content): Content[] {
    const count = Math.max(1, Math.ceil(content.text.length / this.longest));
    const cut = (index: number) => content.text.slice(index * this.longest, (index + 1) * this.longest);
    return Array.from({ length: count }, (_, index) => ({ ...content, text: cut(index) }));
  }

  async send(part: Part): Promise<SendOutcome> {
    const fault = this.platform.faults.shift();
    if (part.content.text === this.platform.stuck) return { kind: 'retry', reason: '503' };
    if (fault === 'before') return { kind: 'unknown', reason: 'the connection broke before it was sent' };
    if (fault === 'retry') return { kind: 'retry', reason: '503', afterMs: 1_000 };
    if (fault === 'gone') return { kind: 'gone', reason: 'unknown channel' };
    if (fault === 'refused') return { kind: 'refused', reason: 'content refused', fault: 'refused' };
    if (fault === 'away') {
      await this.platform.hold();
      return { kind: 'retry', reason: 'nobody is there', until: 'reachable' };
    }
    if (fault === 'held') await this.platform.hold();
    const id = this.platform.post(part);
    if (fault === 'lost') return { kind: 'unknown', reason: 'the answer was lost' };
    return { kind: 'sent', receipt: { id } };
  }

  async edit(receipt: Receipt, part: Part): Promise<SendOutcome> {
    const fault = this.platform.editFaults.shift();
    if (fault === 'retry') return { kind: 'retry', reason: '429', afterMs: 1_000 };
    if (fault && fault !== 'none') return { kind: fault, reason: `the edit is ${fault}`, fault: 'refused' };
    return this.platform.edit(receipt.id, part)
      ? { kind: 'sent', receipt }
      : { kind: 'gone', reason: 'unknown message' };
  }

  async delete(receipt: Receipt): Promise<SendOutcome> {
    this.platform.remove(receipt.id);
    return { kind: 'sent', receipt };
  }

  async find(part: Part): Promise<Receipt | undefined> {
    const { place } = part;
    const found = this.platform.messages.find((each) => each.key === keyOf(part) && each.channel === place.channel);
    return found && { id: found.id };
  }

  async lastSaid({ channel }: Place, { before, count }: { before?: string | undefined; count: number }) {
    if (this.platform.hidesLines) return undefined;
    const lines = this.platform.lines.filter((line) => line.channel === channel);
    const end = before === undefined ? -1 : lines.findIndex(({ id }) => id === before);
    return (end < 0 ? lines : lines.slice(0, end)).slice(-count);
  }

  async react({ channel }: Place, messageId: string): Promise<void> {
    this.platform.reactions.push(`${channel} ${messageId}`);
  }

  showTyping(place: Place): void {
    this.platform.typed.push(place.channel);
  }

  async close(): Promise<void> {}

  /** Somebody says something here. */
  hear(message: Heard): Promise<AcceptedEvent> {
    if (!this.inbox) throw new Error('the adapter has not been started');
    const {
      id,
      channel,
      from,
      text,
      files = [],
      pending = [],
      sentAt,
      role = 'member',
      kind = 'channel',
      locale,
    } = message;
    this.platform.roles.set(from, role);
    this.platform.lines.push({ id, channel, author: from, from, text, at: sentAt, isOwn: false });
    return this.inbox.accept({
      kind: 'message',
      id,
      place: { adapter: this.name, channel, space: 'test', kind },
      sender: { externalId: from, name: from, ...(role !== 'guest' && { role }), ...(locale && { locale }) },
      text,
      files,
      pending: pending.map((name) => ({ name, type: 'text/plain', size: name.length, at: { name } })),
      sentAt,
    });
  }

  /** The platform tells what its places are called. */
  namePlaces(places: readonly NamedPlace[]): void {
    this.inbox?.namePlaces(this.name, places);
  }

  /** Somebody changes what they have said, or takes it back. */
  amend(channel: string, id: string, change: { text: string } | { withdrawn: true }): Promise<boolean> {
    if (!this.inbox) throw new Error('the adapter has not been started');
    return this.inbox.amend({ adapter: this.name, channel, space: 'test', kind: 'channel' }, id, change);
  }

  /** Somebody presses a button here. */
  press(
    press: Omit<Heard, 'text' | 'kind'> & { button: string; values?: Record<string, string>; private?: true },
  ): Promise<AcceptedEvent> {
    if (!this.inbox) throw new Error('the adapter has not been started');
    const { id, channel, from, button, values, sentAt, role = this.platform.roles.get(from) ?? 'member' } = press;
    const { private: isPrivate } = press;
    return this.inbox.accept({
      kind: 'press',
      id,
      // The same place as what is said there.
      place: { adapter: this.name, channel, space: 'test', kind: channel.startsWith('dm-') ? 'dm' : 'channel' },
      sender: { externalId: from, name: from, ...(role !== 'guest' && { role }) },
      button,
      ...(values && { values }),
      ...(isPrivate && { private: isPrivate }),
      sentAt,
    });
  }
}

/** What a part is known by here: another message wherever one is meant. */
const keyOf = ({ key, instead }: Part): string => (instead === undefined ? key : `${key}|${instead}`);

export interface Heard {
  id: string;
  channel: string;
  from: string;
  text: string;
  files?: IncomingFile[];
  /** Names of files that are to be fetched. */
  pending?: string[];
  sentAt: Date;
  role?: 'owner' | 'member' | 'guest';
  kind?: Place['kind'];
  /** Told with some events, such as commands. */
  locale?: string;
}
