import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { deferred, Sequence, withTimeout } from '../../base/async.ts';
import { BoundedMap, BoundedSet } from '../../base/bounded.ts';
import type { Clock } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { readLines } from '../../base/lines.ts';
import type { Log } from '../../base/log.ts';
import { storable } from '../../base/text.ts';
import type {
  AcceptedEvent,
  ChatAdapter,
  Inbox,
  LocalPlaces,
  Part,
  Place,
  Receipt,
  Sender,
  SendOutcome,
} from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { showFiles, storeFiles } from './files.ts';
import {
  type CommandHint,
  type FileOut,
  type Input,
  MAIN,
  MAX_LINE_BYTES,
  type Output,
  OWNER,
  parseInput,
  partLine,
  type SaidPart,
} from './protocol.ts';
import { AGAIN } from './texts.ts';

const ADAPTER = 'console';
const SPACE = 'terminal';
/** A reader that takes nothing for this long leaves it open whether it will see the line. */
const READ_WITHIN_MS = 8_000;
/** Buttons whose conversation is remembered, so that a press need not name it. */
const BUTTONS_REMEMBERED = 1_000;

export interface ProgramInfo {
  name: string;
  version: string;
  hint: string;
  commands: CommandHint[];
}

export interface ConsoleOptions {
  log: Log;
  clock: Clock;
  artifacts: Artifacts;
  dataDir: string;
  /** The id of the data folder (`TerminalSeat.id`). */
  seat: string;
  about: ProgramInfo;
  /** Moves the test clock and resolves when all that was due until then is delivered; missing: the clock is real. */
  moveClock?: ((to: Date) => Promise<void>) | undefined;
}

export interface ConsoleAdapter extends ChatAdapter {
  /**
   * Gives these streams a session, once the adapter has started: what they bring is heard, and they get everything that
   * is said here. Resolves when the session has ended: its input ended and the last answers are out (10 s at most), its
   * reader is gone, or the adapter closed. Never rejects.
   */
  attach(streams: Streams): Promise<void>;
}

interface HeardLine {
  input: Input;
  id: string;
  cwd: string;
  isProgram: boolean;
}

export function consoleAdapter(options: ConsoleOptions): ConsoleAdapter {
  return new Console(options);
}

class Console implements ConsoleAdapter {
  readonly name = ADAPTER;
  readonly guarantees = { deduplicatesForMs: 0, canFind: false, canEdit: true };
  readonly local: LocalPlaces;
  private readonly options: ConsoleOptions;
  private readonly sessions = new Map<Session, Promise<void>>();
  private readonly started = deferred<Inbox>();
  private readonly clockMoves = new Sequence();
  /** Roles from people's first lines: later ones need not repeat them. */
  private readonly roles = new Map<string, 'owner' | 'member'>();
  private readonly buttonAt = new BoundedMap<string, string>(BUTTONS_REMEMBERED);
  private reachable: () => void = () => {};
  private closed = false;
  /** Since when somebody reads here without a break. */
  private openedAt: Date | undefined;

  constructor(options: ConsoleOptions) {
    this.options = options;
    this.local = {
      isOpenFor: () => this.isOpen(),
      noteUnread: () => this.noteUnread(),
      seat: { id: options.seat, reader: OWNER, isOpen: () => this.isOpen() },
    };
  }

  async start(inbox: Inbox, reachable: () => void, signal: AbortSignal): Promise<void> {
    this.reachable = reachable;
    signal.addEventListener('abort', () => this.pause(), { once: true });
    this.started.resolve(inbox);
  }

  async attach(streams: Streams): Promise<void> {
    const inbox = await this.started.promise;
    const session = new Session(streams, {
      accept: (input, id, cwd) => this.accept(inbox, { input, id, cwd, isProgram: streams.isProgram === true }),
      moveClock: (to) => this.moveClock(to),
      newId: () => this.newId(),
      onError: (error) => this.onError(error),
    });
    if (this.closed) return session.close();
    await session.write({ type: 'ready', ...this.options.about });
    const ended = session.run().finally(() => this.detach(session, inbox));
    const wasOpen = this.isOpen();
    this.sessions.set(session, ended);
    const isChanged = this.sessions.size === 1 || wasOpen !== this.isOpen();
    const seated = isChanged ? inbox.onSeats() : Promise.resolve();
    if (this.isOpen()) {
      if (!wasOpen) this.openedAt = this.options.clock.now();
      void seated.then(() => this.reachable());
      void inbox.bringUnread(place(), OWNER);
    }
    await ended;
  }

  private detach(session: Session, inbox: Inbox): void {
    const wasOpen = this.isOpen();
    this.sessions.delete(session);
    if ((this.sessions.size === 0 || wasOpen !== this.isOpen()) && !this.closed) void inbox.onSeats();
  }

  async send(part: Part): Promise<SendOutcome> {
    return this.put(part, { id: idOf(part) }, (line) => line);
  }

  async edit(receipt: Receipt, part: Part): Promise<SendOutcome> {
    return this.put(part, receipt, (line) => ({ ...line, type: 'edit' }));
  }

  async delete(receipt: Receipt, place: Place): Promise<SendOutcome> {
    this.say({ type: 'delete', id: receipt.id, conversation: place.channel });
    return { kind: 'sent', receipt };
  }

  async find(): Promise<undefined> {
    return undefined;
  }

  isReachable(): boolean {
    return this.sessions.size > 0;
  }

  /** True while a terminal is open here. A session that takes answers only shows nothing else, and is none. */
  private isOpen(): boolean {
    return [...this.sessions.keys()].some(({ answersOnly }) => !answersOnly);
  }

  private async noteUnread(): Promise<void> {
    if (this.isOpen()) await (await this.started.promise).bringUnread(place(), OWNER);
  }

  showTyping(place: Place): void {
    this.say({ type: 'typing', conversation: place.channel });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.sessions.keys()].map((session) => session.close()));
    await Promise.all(this.sessions.values());
  }

  private pause(): void {
    for (const session of this.sessions.keys()) session.pause();
  }

  private async put(part: Part, receipt: Receipt, as: (line: SaidPart) => SaidPart): Promise<SendOutcome> {
    const { artifacts, dataDir } = this.options;
    const { content, place, replyTo, resend, saidAt } = part;
    let files: FileOut[];
    try {
      files = await showFiles(content.files ?? [], join(dataDir, 'files'), artifacts);
    } catch (error) {
      const isLost = error instanceof CodaError && error.code !== 'DISK_FULL';
      if (isLost) return { kind: 'refused', reason: messageOf(error), fault: 'not_found' };
      return { kind: 'retry', reason: messageOf(error), afterMs: 10_000 };
    }
    for (const button of content.buttons ?? []) this.buttonAt.set(button.id, place.channel);
    const text = resend ? `${AGAIN} ${content.text}` : content.text;
    const line = partLine({ ...content, text }, { id: receipt.id, conversation: place.channel, replyTo, files });
    const isUnread = replyTo === undefined && saidAt && this.openedAt && saidAt < this.openedAt;
    return this.show(as(isUnread ? { ...line, unread: true } : line), receipt);
  }

  /** Sent as soon as one session has it: one whose reader dawdles holds up nobody else. */
  private async show(line: Output, receipt: Receipt): Promise<SendOutcome> {
    const writes = this.say(line);
    const first = Promise.any(writes.map(async (write) => (await write) || Promise.reject())).catch(() => false);
    const isShown = await withTimeout(READ_WITHIN_MS, first);
    if (isShown) return { kind: 'sent', receipt };
    if (isShown === undefined) return { kind: 'unknown', reason: 'whoever reads here does not take what is written' };
    return { kind: 'retry', reason: 'no terminal is attached', until: 'reachable' };
  }

  private say(line: Output): Promise<boolean>[] {
    return [...this.sessions.keys()].flatMap((session) => (session.takes(line) ? [session.write(line)] : []));
  }

  private async accept(inbox: Inbox, { input, id, cwd, isProgram }: HeardLine): Promise<AcceptedEvent> {
    const { clock, artifacts } = this.options;
    const sender = this.sender(input);
    const origin = isProgram ? 'program' : 'person';
    if (input.press !== undefined) {
      const conversation = input.conversation ?? this.buttonAt.get(input.press);
      const event = {
        kind: 'press',
        id,
        replyTo: id,
        place: place(conversation),
        sender,
        origin,
        button: input.press,
      } as const;
      return inbox.accept({ ...event, ...(input.values && { values: input.values }), sentAt: clock.now() });
    }
    const stored = await storeFiles(input.files ?? [], cwd, artifacts);
    const message = { kind: 'message', id, place: place(input.conversation), sender, origin, files: stored } as const;
    return inbox.accept({ ...message, text: storable(input.text ?? ''), sentAt: clock.now() });
  }

  private sender({ user = OWNER, role }: Input): Sender {
    if (user === OWNER) return { externalId: OWNER, name: OWNER, role: 'owner' };
    const ownRole = this.roles.get(user) ?? role ?? 'member';
    this.roles.set(user, ownRole);
    return { externalId: user, name: user, role: ownRole };
  }

  private moveClock(to: Date): Promise<void> {
    const { moveClock } = this.options;
    if (!moveClock) {
      throw new CodaError('INPUT_INVALID', {
        message: 'The clock cannot be moved: this coda runs on the real one.',
        remedy: 'Start it with --test-clock and the instant to begin at.',
      });
    }
    return this.clockMoves.run(() => moveClock(to));
  }

  private onError(error: unknown): CodaError {
    if (error instanceof CodaError) return error;
    this.options.log.error({ err: error }, 'a line of the console could not be handled');
    return new CodaError('INTERNAL', { message: messageOf(error), remedy: 'The log has more.', cause: error });
  }

  private newId(): string {
    return uuid(this.options.clock.now());
  }
}

/** The same for what is said again: coda was killed before it knew that it was shown, and a reader replaces it. */
function idOf({ key, place }: Part): string {
  return createHash('sha256').update(`${place.channel}\n${key}`).digest('hex').slice(0, 32);
}

/** A name that begins with # is a shared channel, as people write it; every other conversation is one to one. */
function place(conversation = MAIN): Place {
  return {
    adapter: ADAPTER,
    channel: conversation,
    space: SPACE,
    kind: conversation.startsWith('#') ? 'channel' : 'dm',
  };
}

/** Requests of a session that takes answers only, whose answers it still gets. */
const REQUESTS_REMEMBERED = 1_000;
/** Lines that may be under way at once; more are not read until one of them is done. */
const MOST_UNDER_WAY = 100;
const LAST_ANSWERS_MS = 10_000;

interface Streams {
  input: Readable;
  output: Writable;
  cwd?: string | undefined;
  /** A program speaks for its person: what it says or presses is no consent. */
  isProgram?: boolean;
  /** A command holds a conversation of its own: it gets what answers its requests, and is no terminal that is open. */
  answersOnly?: boolean;
}

interface SessionHost {
  accept(input: Input, id: string, cwd: string): Promise<AcceptedEvent>;
  /** Moves the clock; throws where it may not be moved. */
  moveClock(to: Date): Promise<void>;
  newId(): string;
  onError(error: unknown): CodaError;
}

class Session {
  private readonly streams: Streams;
  private readonly host: SessionHost;
  private readonly writer: LineWriter;
  private readonly underWay = new Set<Promise<void>>();
  private readonly over = deferred();
  private listening = true;
  /** Lines that are being accepted. */
  private readonly taking = new Set<Promise<void>>();
  /** The last of them for each conversation and each person, whose lines are accepted in order. */
  private readonly lastOf = new Map<string, Promise<void>>();
  readonly answersOnly: boolean;
  private readonly requests = new BoundedSet<string>(REQUESTS_REMEMBERED);

  constructor(streams: Streams, host: SessionHost) {
    this.streams = streams;
    this.host = host;
    this.answersOnly = streams.answersOnly === true;
    this.writer = new LineWriter(streams.output, () => this.over.resolve());
    streams.input.on('error', () => this.over.resolve());
  }

  /** Reads until the lines end, the reader is gone or `close`; resolves when the last answers are out. */
  async run(): Promise<void> {
    const ended = this.read().then(
      () => 'input' as const,
      () => 'reader' as const,
    );
    const whenGone = this.over.promise.then(() => 'reader' as const);
    // Without a reader there is nobody to wait for: what was accepted goes on by itself.
    await this.finish((await Promise.race([ended, whenGone])) === 'input' ? LAST_ANSWERS_MS : 0);
  }

  write(line: Output): Promise<boolean> {
    return this.writer.write(line);
  }

  /** False for what answers no request of a session that takes answers only. */
  takes(line: Output): boolean {
    if (!this.answersOnly) return true;
    if (!('in_reply_to' in line)) return line.type === 'delete';
    return line.in_reply_to !== null && this.requests.has(line.in_reply_to);
  }

  pause(): void {
    this.listening = false;
  }

  /** Ends the session; what is under way may say its last word within a second. */
  async close(): Promise<void> {
    this.pause();
    await this.finish(1_000);
    this.over.resolve();
  }

  private async finish(ms: number): Promise<void> {
    await withTimeout(ms, this.whenSettled());
    this.pause();
    await withTimeout(Math.max(ms, 1_000), this.writer.endOutput());
    this.streams.input.destroy();
  }

  private async whenSettled(): Promise<void> {
    await Promise.all(this.taking);
    await Promise.all(this.underWay);
  }

  private async read(): Promise<void> {
    // Left open at its end: on a socket that would close the side that the last answers go out on.
    const chunks = this.streams.input.iterator({ destroyOnReturn: false });
    for await (const line of readLines(chunks, MAX_LINE_BYTES)) {
      if (!this.listening) return;
      if ('text' in line && line.text.trim() === '') continue;
      const parsed = parseInput(line);
      while (this.taking.size + this.underWay.size >= MOST_UNDER_WAY) {
        await Promise.race([...this.taking, ...this.underWay]);
      }
      if ('input' in parsed && isTakenInTurn(parsed.input)) {
        this.takeInTurn(parsed.input, line.number);
        continue;
      }
      await Promise.all(this.taking);
      await ('input' in parsed
        ? this.take(parsed.input, line.number)
        : this.complain(parsed.error, parsed.id, line.number));
    }
  }

  /** Accepts a line behind those of its conversation and its person, and beside those of others. */
  private takeInTurn(input: Input, number: number): void {
    const { user = OWNER, conversation = MAIN } = input;
    const keys = [`user ${user}`, `conversation ${conversation}`];
    const before = keys.flatMap((key) => this.lastOf.get(key) ?? []);
    const work = (before.length === 0 ? this.take(input, number) : this.takeAfter(before, input, number)).finally(
      () => {
        this.taking.delete(work);
        for (const key of keys) if (this.lastOf.get(key) === work) this.lastOf.delete(key);
      },
    );
    this.taking.add(work);
    for (const key of keys) this.lastOf.set(key, work);
  }

  private async takeAfter(before: readonly Promise<void>[], input: Input, number: number): Promise<void> {
    await Promise.all(before);
    await this.take(input, number);
  }

  /** Accepts one line; its answer comes in its own time. */
  private async take(input: Input, number: number): Promise<void> {
    const id = input.id ?? this.host.newId();
    if (this.answersOnly) this.requests.add(id);
    try {
      if (input.clock !== undefined) {
        // Lines read before the clock moves are handled before it moves.
        await withTimeout(LAST_ANSWERS_MS, Promise.all(this.underWay));
        await this.host.moveClock(new Date(input.clock));
      }
      if (!hasContent(input)) {
        return void (await this.sayDone(id, number, 'accepted'));
      }
      const accepted = await this.host.accept(input, id, resolve(this.streams.cwd ?? '.'));
      this.follow(accepted.settled.then(() => this.sayDone(id, number, accepted.outcome)));
    } catch (error) {
      await this.complain(this.host.onError(error), id, number);
    }
  }

  private follow(answer: Promise<unknown>): void {
    const watched: Promise<void> = answer.then(
      () => void this.underWay.delete(watched),
      () => void this.underWay.delete(watched),
    );
    this.underWay.add(watched);
  }

  private async complain(error: CodaError, id: string | null, line: number): Promise<void> {
    const { code, message: text, remedy } = error;
    await this.write({ type: 'error', code, text, remedy, in_reply_to: id, line });
    await this.sayDone(id, line, 'invalid');
  }

  private sayDone(id: string | null, line: number, outcome: AcceptedEvent['outcome'] | 'invalid'): Promise<boolean> {
    return this.write({ type: 'done', in_reply_to: id, line, outcome });
  }
}

/** True for words and presses of a known conversation; the bytes of files are not held for several lines at once. */
const isTakenInTurn = (input: Input): boolean =>
  hasContent(input) &&
  input.clock === undefined &&
  input.files === undefined &&
  (input.press === undefined || input.conversation !== undefined);

const hasContent = ({ text, press, files }: Input): boolean =>
  text !== undefined || press !== undefined || files !== undefined;

/** Most bytes queued for a reader that has stopped reading, before it is given up. */
const MOST_WAITING_BYTES = 16_000_000;

/** Milliseconds that a hint waits for a line to leave with it: each write is a call of the system and wakes its reader. */
const HINT_MS = 20;

/** Writes JSON lines, in order, at the pace of whoever reads them. A reader that is gone is no error. */
class LineWriter {
  private readonly output: Writable;
  private gone = false;
  private isGathering = false;
  private isLeaving = false;
  private leavingLater: NodeJS.Timeout | undefined;
  /** Called once, when nothing more can be written. */
  private readonly onGone: () => void;

  constructor(output: Writable, onGone: () => void) {
    this.output = output;
    this.onGone = onGone;
    // A closed pipe (EPIPE) is how a reader says that it has enough.
    output.on('error', () => this.leave());
    output.on('close', () => this.leave());
  }

  /** Resolves when the line has left this process; false: nobody reads any more. */
  write(line: Output): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    if (this.output.writableLength > MOST_WAITING_BYTES) {
      this.output.destroy();
      this.leave();
      return Promise.resolve(false);
    }
    if (!this.isGathering) this.output.cork();
    this.isGathering = true;
    if (line.type === 'typing') this.leavingLater ??= setTimeout(() => this.release(), HINT_MS);
    else if (!this.isLeaving) {
      // Lines of several conversations that come together leave together.
      this.isLeaving = true;
      setImmediate(() => this.release());
    }
    return new Promise((resolve) => {
      this.output.write(`${JSON.stringify(line)}\n`, (error) => resolve(!error));
    });
  }

  private release(): void {
    clearTimeout(this.leavingLater);
    this.leavingLater = undefined;
    this.isGathering = false;
    this.isLeaving = false;
    this.output.uncork();
  }

  /** Writes what waits and ends the stream; process streams are left open. */
  async endOutput(): Promise<void> {
    if (this.gone) return;
    await new Promise<void>((resolve) => this.output.write('', () => resolve()));
    this.gone = true;
    if (this.output !== process.stdout) this.output.end();
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.onGone();
  }
}
