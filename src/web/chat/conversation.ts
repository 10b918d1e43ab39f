/**
 * A conversation as the page holds it. What is stored at coda is the truth; events only make it faster, and after each loss of the
 * connection everything is read again.
 */
import { computed, signal } from '@preact/signals';
import { api, ask, type Failure, failureOf, newId } from '../api/client.ts';
import { onEvent } from '../api/events.ts';
import { addressOf } from '../app/base.ts';
import { now } from '../app/clock.ts';
import { type Drafts, forgetEnded, type StoredMessage } from './device.ts';
import type { Entry, Unsent } from './entry.ts';

/** Milliseconds: how soon what is still unanswered is looked at again, since another process may answer it, of which no event comes here. */
const [SOON, LATEST] = [2_000, 15_000];
const PAGE = 50;
/** Entries that come at once while somebody scrolls up: more of them would hold the page for longer than a frame or two. */
const PAGE_EARLIER = 25;
/** An answer is stored a moment before or after what is remembered of it. */
const AROUND_MS = 60_000;

/** The open conversation, and those with messages that have not come to coda: kept while other pages are shown. */
const unfinished = new Map<string, Conversation>();
/** Counted up when somebody else may sit here: a conversation of before keeps and sends nothing any more. */
let session = 0;

/** The conversation of this id, with what was not sent in it. */
export const conversationOf = (id: string, drafts: Drafts): Conversation =>
  unfinished.get(id) ?? new Conversation(id, drafts);

/** Sends what was on its way when the page went, and what waits while other pages are shown. */
export function sendUnsent(drafts: Drafts): void {
  for (const id of drafts.conversations()) if (!unfinished.has(id)) unfinished.set(id, new Conversation(id, drafts));
  for (const conversation of unfinished.values()) conversation.sendAgain();
}

/** Forgets the words of temporary conversations that were ended elsewhere. One that cannot be asked about keeps them. */
export const forgetEndedOnes = (drafts: Drafts): Promise<void> =>
  forgetEnded(drafts, async (id) => {
    try {
      const { ended } = await ask(api.GET('/v1/chats/{id}', { params: { path: { id } } }));
      if (ended) unfinished.get(id)?.dropAll();
      return ended === true;
    } catch (error) {
      return failureOf(error).status === 404;
    }
  });

/** Milliseconds after which a message is not sent without its person. */
const STALE_MS = 86_400_000;

/** A message that an earlier page has left. */
function takenUp({ id, text, at, fileNames, refusal }: StoredMessage): Unsent {
  const isStale = now().getTime() - Date.parse(at) > STALE_MS;
  const stays = refusal ?? (isStale ? 'It was not sent.' : undefined);
  const failure = fileNames.length > 0 ? `Its files are gone with the page: ${fileNames.join(', ')}.` : stays;
  return {
    id,
    text,
    at,
    files: [],
    voice: undefined,
    failure: failure ?? 'Not sent yet. It is sent as soon as that is possible.',
    isAway: failure === undefined,
  };
}

/** Whoever signs in here next finds no words of somebody else. */
export function forgetUnsent(): void {
  session++;
  unfinished.clear();
}

export class Conversation {
  readonly id: string;
  readonly drafts: Drafts;
  readonly entries = signal<readonly Entry[]>([]);
  readonly unsent = signal<readonly Unsent[]>([]);
  readonly hasMore = signal(false);
  readonly isReadOnly = signal(false);
  readonly isLoaded = signal(false);
  readonly isThinking = signal(false);
  readonly failure = signal<Failure | undefined>(undefined);
  /** The instant of an earlier message that is shown instead of the newest. */
  readonly past = signal<string | undefined>(undefined);
  /** True while a message of this conversation is being answered, or waits for that. */
  readonly isBusy = computed(
    () =>
      this.unsent.value.some(({ failure }) => !failure) || this.entries.value.some(({ state }) => state === 'running'),
  );
  private readonly session = session;
  /** Messages of earlier pages and other tabs: gone from the device, they were sent or thrown away there. */
  private readonly taken: ReadonlySet<string>;
  private stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = SOON;
  private reading: Promise<void> | undefined;
  /** The choice of a model that is on its way to coda. */
  private choosing: Promise<unknown> = Promise.resolve();
  private readingEarlier: Promise<void> | undefined;
  /** Entries that were told of since the last read began: it may not have them yet. */
  private readonly told = new Map<string, Entry>();
  private readAgain = false;
  private isOpen = false;

  constructor(id: string, drafts: Drafts) {
    this.id = id;
    this.drafts = drafts;
    this.unsent.value = drafts.messages(id).map(takenUp);
    this.taken = new Set(this.unsent.value.map((each) => each.id));
  }

  open(): void {
    this.isOpen = true;
    unfinished.set(this.id, this);
    this.stops = [
      onEvent('ready', () => {
        void this.read();
        this.sendAgain();
      }),
      onEvent('entry', ({ chat, entry }) => {
        if (chat === this.id) this.takeEntry(entry);
      }),
      onEvent('delete', ({ chat, id }) => {
        if (chat !== this.id) return;
        this.told.delete(id);
        this.entries.value = this.entries.value.filter((entry) => entry.id !== id);
      }),
      // The conversation may have been deleted on another device.
      onEvent('changed', ({ what }) => {
        if (what === 'conversations') void this.read();
      }),
      onEvent('typing', ({ chat }) => {
        if (chat === this.id) this.isThinking.value = true;
      }),
    ];
    void this.read();
    this.sendAgain();
  }

  close(): void {
    this.isOpen = false;
    if (this.unsent.value.length > 0 && this.session === session) unfinished.set(this.id, this);
    else unfinished.delete(this.id);
    clearTimeout(this.timer);
    for (const stop of this.stops) stop();
  }

  /** Shows the entries around an instant. */
  async showPast(at: string): Promise<void> {
    this.past.value = at;
    await this.reading;
    try {
      const around = await this.page(new Date(Date.parse(at) + AROUND_MS).toISOString());
      if (this.past.value !== at) return;
      this.entries.value = around.entries;
      this.hasMore.value = around.more;
      this.isReadOnly.value = around.readOnly;
      this.isLoaded.value = true;
    } catch (error) {
      this.failure.value = failureOf(error);
    }
  }

  /** Goes from an earlier message back to the newest. */
  async showNewest(): Promise<void> {
    if (this.past.value === undefined) return;
    this.past.value = undefined;
    this.entries.value = [];
    await this.read();
  }

  /** Reads the newest entries. A call while it reads makes it read once more; both end with the last of these readings. */
  read(): Promise<void> {
    if (this.past.value !== undefined) return Promise.resolve();
    this.readAgain = true;
    this.reading ??= this.readNewest();
    return this.reading;
  }

  private async readNewest(): Promise<void> {
    // Not before `reading` is set, which the end of this unsets.
    await undefined;
    try {
      while (this.readAgain && this.isOpen) {
        this.readAgain = false;
        this.told.clear();
        const newest = await this.page();
        if (this.past.value === undefined) this.show(newest);
      }
    } catch (error) {
      const failure = failureOf(error);
      // A new conversation is made by the first word that is said in it.
      if (failure.status === 404) this.isLoaded.value = true;
      else this.failure.value = failure;
    } finally {
      this.reading = undefined;
    }
  }

  /** Reads the page before the first entry. `onRead` is called right before it is shown. One call at a time reads. */
  readEarlier(onRead = () => {}): Promise<void> {
    this.readingEarlier ??= this.readBefore(onRead).finally(() => {
      this.readingEarlier = undefined;
    });
    return this.readingEarlier;
  }

  private async readBefore(onRead: () => void): Promise<void> {
    const [first] = this.entries.value;
    if (!first) return;
    const older = await this.page(first.at, PAGE_EARLIER);
    // Meanwhile the conversation may have gone to another place.
    if (this.entries.value[0]?.id !== first.id) return;
    const ids = new Set(this.entries.value.map(({ id }) => id));
    onRead();
    this.entries.value = [...older.entries.filter(({ id }) => !ids.has(id)), ...this.entries.value];
    this.hasMore.value = older.more;
  }

  /** Says something; it stays below the conversation until coda has it. */
  async say(
    text: string,
    files: readonly File[],
    { voice, id = newId() }: { voice?: File | undefined; id?: string } = {},
  ): Promise<void> {
    const at = now().toISOString();
    this.unsent.value = [
      ...this.unsent.value.filter((each) => each.id !== id),
      { id, text, files, voice, at, failure: undefined, isAway: false },
    ];
    this.keep(id);
    void this.showNewest();
    const body = new FormData();
    body.set('text', text);
    body.set('conversation', this.id);
    body.set('wait', '0');
    for (const file of files) body.append('file', file);
    if (voice) body.append('voice', voice);
    try {
      await this.choosing;
      await ask(send(body, id));
      this.drafts.dropMessage(this.id, id);
      await this.read();
      this.drop(id);
    } catch (error) {
      const { sentence, message, code } = failureOf(error);
      const isAway = code === 'AWAY';
      const failure = isAway ? `${message} It is sent as soon as that is possible.` : sentence;
      // Under the same id it would be refused again.
      const again = code === 'HTTP_TOO_FAST' ? newId() : id;
      this.unsent.value = this.unsent.value.map((each) =>
        each.id === id ? { ...each, id: again, failure, isAway } : each,
      );
      if (again !== id) this.drafts.dropMessage(this.id, id);
      this.keep(again);
    }
  }

  private keep(id: string): void {
    const message = this.unsent.value.find((each) => each.id === id);
    if (!message || this.session !== session) return;
    const { text, at, files, voice, isAway, failure } = message;
    const fileNames = [...files, ...(voice ? [voice] : [])].map(({ name }) => name);
    this.drafts.keepMessage(this.id, { id, text, at, fileNames, refusal: isAway ? undefined : failure });
  }

  /** A message that did not reach coda goes under its own id: one that did after all is not said twice. */
  sendAgain(): void {
    if (this.session !== session) return;
    const stored = new Set(this.drafts.messages(this.id).map(({ id }) => id));
    this.unsent.value = this.unsent.value.filter(({ id }) => stored.has(id) || !this.taken.has(id));
    for (const { id, text, files, voice, isAway } of this.unsent.value)
      if (isAway) void this.say(text, files, { id, voice });
  }

  drop(id: string): void {
    this.unsent.value = this.unsent.value.filter((each) => each.id !== id);
    this.drafts.dropMessage(this.id, id);
    if (!this.isOpen && this.unsent.value.length === 0) unfinished.delete(this.id);
  }

  /** Drops all messages that coda does not have: no page sends them any more. */
  dropAll(): void {
    for (const { id } of this.unsent.value) this.drop(id);
  }

  async stop(): Promise<void> {
    await ask(api.POST('/v1/chats/{id}/stop', { params: { path: { id: this.id } } }));
    await this.read();
  }

  /** Sets the model that answers from now on; null: the configured one. What is said next waits for it. */
  async chooseModel(model: string | null): Promise<void> {
    const before = this.choosing;
    const params = { path: { id: this.id } };
    const request = before.then(() => ask(api.PATCH('/v1/chats/{id}', { params, body: { model } })));
    this.choosing = request.catch(() => undefined);
    await request;
  }

  /** Asks what was said last again: another version of its answer takes the place of the one that is shown. */
  async askAgain(message: string): Promise<void> {
    await this.choosing;
    const params = { path: { id: this.id }, header: { 'Idempotency-Key': newId() } };
    await ask(api.POST('/v1/chats/{id}/again', { params, body: { message } }));
    await this.read();
  }

  /** Shows the version of an answer that this message has asked for. */
  async showVersion(message: string): Promise<void> {
    await ask(api.POST('/v1/chats/{id}/version', { params: { path: { id: this.id } }, body: { message } }));
    await this.read();
  }

  /** A press has a key of its own, so that one whose answer was lost is not made twice. */
  async press(button: string, values: Record<string, string>, key: string): Promise<void> {
    await ask(
      api.POST('/v1/buttons/{id}', {
        params: { path: { id: button }, header: { 'Idempotency-Key': key } },
        body: { values, wait: 60 },
      }),
    );
    await this.read();
    // The card itself changes a little later, and the event that tells it may be lost with a connection.
    this.expect(SOON);
  }

  private async page(before?: string, limit = PAGE) {
    const seen = document.hidden ? 'false' : 'true';
    const query = { limit, seen, ...(before !== undefined && { before }) } as const;
    return ask(api.GET('/v1/chats/{id}/entries', { params: { path: { id: this.id }, query } }));
  }

  private show({ entries, more, readOnly }: Awaited<ReturnType<Conversation['page']>>): void {
    const fresh = new Set(entries.map(({ id }) => id));
    const first = entries[0];
    const joins = this.entries.value.some(({ id }) => fresh.has(id));
    // More was said meanwhile than is shown at once.
    const earlier = joins && first ? this.entries.value.filter(({ id, at }) => !fresh.has(id) && at < first.at) : [];
    if (!joins) this.hasMore.value = more;
    const later = [...this.told.values()].filter(({ id }) => !fresh.has(id));
    this.entries.value = [...earlier, ...entries, ...later];
    this.isReadOnly.value = readOnly;
    this.isLoaded.value = true;
    this.failure.value = undefined;
    const isBusy = entries.some(({ state }) => state === 'running');
    if (!isBusy) this.isThinking.value = false;
    this.wait = isBusy ? Math.min(this.wait * 2, LATEST) : SOON;
    if (isBusy) this.expect(this.wait);
  }

  private takeEntry(entry: Entry): void {
    if (this.past.value !== undefined) return;
    this.told.set(entry.id, entry);
    const at = this.entries.value.findIndex(({ id }) => id === entry.id);
    const oldEntry = this.entries.value[at];
    this.entries.value = oldEntry
      ? this.entries.value.with(at, {
          ...entry,
          at: oldEntry.at,
          ...(oldEntry.replyTo && { replyTo: oldEntry.replyTo }),
        })
      : [...this.entries.value, entry];
    this.wait = SOON;
    if (entry.growing) this.isThinking.value = false;
    else if (!oldEntry || entry.replyTo === undefined || !this.entries.value.some(({ id }) => id === entry.replyTo))
      void this.read();
    else this.expect(300);
  }

  private expect(ms: number): void {
    clearTimeout(this.timer);
    if (this.isOpen) this.timer = setTimeout(() => void this.read(), ms);
  }
}

async function send(body: FormData, key: string) {
  const response = await fetch(addressOf('/v1/messages'), {
    method: 'POST',
    headers: { 'Idempotency-Key': key },
    body,
  });
  const answer: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: answer, response } : { error: answer, response };
}

/** The entry of an instant; of several nearby the one that has the words. */
export function nearestEntry(entries: readonly Entry[], at: string, words: string): Entry | undefined {
  const instant = Date.parse(at);
  const forms = words.toLowerCase().split(/\s+/).filter(Boolean);
  const distance = (entry: Entry) => Math.abs(Date.parse(entry.at) - instant);
  const near = entries.filter((entry) => distance(entry) <= AROUND_MS);
  const having = near.filter(({ text }) => forms.some((form) => text.toLowerCase().includes(form)));
  const candidates = having.length > 0 ? having : near.length > 0 ? near : entries;
  return [...candidates].sort((a, b) => distance(a) - distance(b))[0];
}
