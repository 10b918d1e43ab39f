/**
 * A conversation as the page holds it. What is stored at coda is the truth; events only make it faster, and after each loss of the
 * connection everything is read again.
 */
import { computed, signal } from '@preact/signals';
import { api, ask, type Failure, failureOf, newId } from '../api/client.ts';
import { onEvent } from '../api/events.ts';
import { now } from '../app/clock.ts';
import type { Entry, Unsent } from './entry.ts';

/** Milliseconds: how soon what is still unanswered is looked at again, since another process may answer it, of which no event comes here. */
const [SOON, LATEST] = [2_000, 15_000];
const PAGE = 50;

/** Conversations with messages that have not come to coda: kept while other pages are shown. */
const unfinished = new Map<string, Conversation>();
/** Counted up when somebody else may sit here: a conversation of before keeps and sends nothing any more. */
let session = 0;

/** The conversation of this id, with what was not sent in it. */
export const conversationOf = (id: string): Conversation => unfinished.get(id) ?? new Conversation(id);

/** Whoever signs in here next finds no words of somebody else. */
export function forgetUnsent(): void {
  session++;
  unfinished.clear();
}

export class Conversation {
  readonly id: string;
  readonly entries = signal<readonly Entry[]>([]);
  readonly unsent = signal<readonly Unsent[]>([]);
  readonly hasMore = signal(false);
  readonly isReadOnly = signal(false);
  readonly isLoaded = signal(false);
  readonly isThinking = signal(false);
  readonly failure = signal<Failure | undefined>(undefined);
  /** True while a message of this conversation is being answered, or waits for that. */
  readonly isBusy = computed(
    () =>
      this.unsent.value.some(({ failure }) => !failure) || this.entries.value.some(({ state }) => state === 'running'),
  );
  private readonly session = session;
  private stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = SOON;
  private reading: Promise<void> | undefined;
  /** Entries that were told of since the last read began: it may not have them yet. */
  private readonly told = new Map<string, Entry>();
  private readAgain = false;
  private isOpen = false;

  constructor(id: string) {
    this.id = id;
  }

  open(): void {
    this.isOpen = true;
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
      onEvent('typing', ({ chat }) => {
        if (chat === this.id) this.isThinking.value = true;
      }),
    ];
    void this.read();
  }

  close(): void {
    this.isOpen = false;
    if (this.unsent.value.length > 0 && this.session === session) unfinished.set(this.id, this);
    else unfinished.delete(this.id);
    clearTimeout(this.timer);
    for (const stop of this.stops) stop();
  }

  /** Reads the newest entries. A call while it reads makes it read once more; both end with the last of these readings. */
  read(): Promise<void> {
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
        this.show(await this.page());
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

  async readEarlier(): Promise<void> {
    const [first] = this.entries.value;
    if (!first) return;
    const older = await this.page(first.at);
    const known = new Set(this.entries.value.map(({ id }) => id));
    this.entries.value = [...older.entries.filter(({ id }) => !known.has(id)), ...this.entries.value];
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
    const body = new FormData();
    body.set('text', text);
    body.set('conversation', this.id);
    body.set('wait', '0');
    for (const file of files) body.append('file', file);
    if (voice) body.append('voice', voice);
    try {
      await ask(send(body, id));
      await this.read();
      this.unsent.value = this.unsent.value.filter((each) => each.id !== id);
    } catch (error) {
      const { sentence, message, code } = failureOf(error);
      const isAway = code === 'AWAY';
      const failure = isAway ? `${message} It is sent as soon as that is possible.` : sentence;
      // Under the same id it would be refused again.
      const again = code === 'HTTP_TOO_FAST' ? newId() : id;
      this.unsent.value = this.unsent.value.map((each) =>
        each.id === id ? { ...each, id: again, failure, isAway } : each,
      );
    }
  }

  /** A message that did not reach coda goes under its own id: one that did after all is not said twice. */
  private sendAgain(): void {
    if (this.session !== session) return;
    for (const { id, text, files, voice, isAway } of this.unsent.value)
      if (isAway) void this.say(text, files, { id, voice });
  }

  drop(id: string): void {
    this.unsent.value = this.unsent.value.filter((each) => each.id !== id);
  }

  async stop(): Promise<void> {
    await ask(api.POST('/v1/chats/{id}/stop', { params: { path: { id: this.id } } }));
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

  private async page(before?: string) {
    const seen = document.hidden ? 'false' : 'true';
    const query = { limit: PAGE, seen, ...(before !== undefined && { before }) } as const;
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
    this.told.set(entry.id, entry);
    const at = this.entries.value.findIndex(({ id }) => id === entry.id);
    const known = this.entries.value[at];
    this.entries.value = known
      ? this.entries.value.with(at, { ...entry, at: known.at })
      : [...this.entries.value, entry];
    this.wait = SOON;
    if (entry.growing) this.isThinking.value = false;
    else if (!known || entry.replyTo === undefined || !this.entries.value.some(({ id }) => id === entry.replyTo))
      void this.read();
    else this.expect(300);
  }

  private expect(ms: number): void {
    clearTimeout(this.timer);
    if (this.isOpen) this.timer = setTimeout(() => void this.read(), ms);
  }
}

async function send(body: FormData, key: string) {
  const response = await fetch('/v1/messages', { method: 'POST', headers: { 'Idempotency-Key': key }, body });
  const answer: unknown = await response.json().catch(() => ({}));
  return response.ok ? { data: answer, response } : { error: answer, response };
}
