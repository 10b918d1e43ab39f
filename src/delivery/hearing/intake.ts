/** Messages that come with files. */
import { Slots, withTimeout } from '../../base/async.ts';
import type { Log } from '../../base/log.ts';
import type { Egress } from '../../egress/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { Inbox, IncomingFile, IncomingMessage } from '../adapter.ts';
import { type Attached, takeFiles } from '../files/taking.ts';
import type { Lines } from './lines.ts';
import * as texts from './texts.ts';

/** Files that come within this time keep their message's place; for others what is said later goes ahead. */
const WAIT_FOR_FILES_MS = 2_000;
/** Files that are fetched at once. */
const MOST_FETCHES = 32;

/** How a platform's message is read. */
export interface Reading<Message> {
  idOf(message: Message): string;
  filesOf(message: Message): readonly Attached[];
  wordsOf(message: Message): string;
  /** As it is handed over, with these words and files. */
  toIncoming(message: Message, words: string, files: IncomingFile[]): IncomingMessage;
}

export interface IntakeDeps {
  /** What people call the platform. */
  platform: string;
  inbox: Inbox;
  lines: Lines;
  artifacts: Artifacts;
  egress: Egress;
  log: Log;
  maxFileMb: number;
}

/** A message whose files are being fetched. */
interface Fetching<Message> {
  /** Its newest version. */
  message: Message;
  withdrawn: boolean;
  done: Promise<boolean>;
}

/** Accepts messages when their files are there; what their authors make of them meanwhile counts. */
export class Intake<Message> {
  private readonly deps: IntakeDeps;
  private readonly fetching = new Map<string, Fetching<Message>>();
  private readonly slots = new Slots(MOST_FETCHES);

  constructor(deps: IntakeDeps) {
    this.deps = deps;
  }

  /**
   * Accepts a message when its files are there: what else is said in its channel goes ahead after a while. `at` is when
   * it came, in ms of `performance.now()`. Resolves with what tells whether it was accepted; never rejects.
   */
  async take(
    first: Message,
    channel: string,
    at: number,
    reading: Reading<Message>,
  ): Promise<{ accepted: Promise<boolean> }> {
    const id = reading.idOf(first);
    let entry = this.fetching.get(id);
    if (!entry) {
      const fresh: Fetching<Message> = { message: first, withdrawn: false, done: Promise.resolve(true) };
      fresh.done = this.deps.lines
        .insist(channel, () => this.fetchAndAccept(fresh, reading))
        .finally(() => this.fetching.delete(id));
      this.fetching.set(id, fresh);
      entry = fresh;
    }
    await withTimeout(Math.max(0, WAIT_FOR_FILES_MS - (performance.now() - at)), entry.done);
    return { accepted: entry.done };
  }

  /** Its author has changed it. False when it is not being fetched. */
  edited(id: string, message: Message): boolean {
    const entry = this.fetching.get(id);
    if (entry) entry.message = message;
    return entry !== undefined;
  }

  /** Its author has taken it back. */
  withdrawn(id: string): void {
    const entry = this.fetching.get(id);
    if (entry) entry.withdrawn = true;
  }

  /** Resolves when nothing is being fetched. */
  async idle(): Promise<void> {
    await Promise.all([...this.fetching.values()].map(({ done }) => done));
  }

  private async fetchAndAccept(entry: Fetching<Message>, reading: Reading<Message>): Promise<void> {
    const { inbox, artifacts, egress, log, maxFileMb, platform } = this.deps;
    const maxBytes = maxFileMb * 1024 * 1024;
    const taken = await takeFiles(reading.filesOf(entry.message), {
      maxBytes,
      artifacts,
      egress,
      log,
      slots: this.slots,
    });
    // What its author has made of it meanwhile.
    const { message, withdrawn } = entry;
    if (withdrawn) return;
    const missing = [...taken.tooLarge, ...taken.lost];
    const words = reading.wordsOf(message);
    const text = missing.length > 0 ? `${words}\n${texts.filesMissing(missing)}`.trim() : words;
    const notes = [
      ...(taken.tooLarge.length > 0 ? [texts.tooLarge(taken.tooLarge, maxFileMb)] : []),
      ...(taken.lost.length > 0 ? [texts.notFetched(taken.lost, platform)] : []),
    ];
    const event = reading.toIncoming(message, text, taken.files);
    // What has been accepted is not looked at again, so that whatever else there is to say is stored before.
    if (notes.length > 0) await inbox.note(event, notes.join('\n'));
    await inbox.accept(event);
    if (entry.withdrawn) await inbox.amend(event.place, event.id, { withdrawn: true });
    else if (entry.message !== message) {
      await inbox.amend(event.place, event.id, { text: reading.wordsOf(entry.message) });
    }
  }
}
