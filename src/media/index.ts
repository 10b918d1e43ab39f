/**
 * Files that people send: the kind of each by its bytes, and its text with places, read in a process of its own that begins when
 * it is needed and ends when idle. A file that hangs, crashes or unpacks without end costs that process and nothing else.
 */
import { z } from 'zod';
import { FairQueue } from '../base/async.ts';
import { Child, ChildFault, type ChildTime, takeBytes } from '../base/child/index.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Artifacts } from '../storage/index.ts';

/** Text that a reader of the file does not see, or that is not the text itself. */
const ASIDES = [
  'comment',
  'deleted',
  'header or footer',
  'hidden row or column',
  'hidden sheet',
  'hidden slide',
  'hidden text',
  'speaker notes',
  'white text',
] as const;

/**
 * Why a file was not read, or not to its end: what it is (`kind`: nothing reads it; `old`: Office before 2007; `heic`), what is
 * wrong with it, or the limit that it met. `method`: it is packed in a way that nothing here unpacks. `gone`: its content is not stored any more; `unheard`: a recording that was not heard, `why` says it.
 */
export const FAULTS = [
  'kind',
  'old',
  'encrypted',
  'broken',
  'empty',
  'bomb',
  'long',
  'large',
  'slow',
  'crashed',
  'gone',
  'unheard',
  'method',
] as const;
export type FileFault = (typeof FAULTS)[number];

/** Parts of a file that a person sees and the readers do not, and entries of an archive by why they are not read. */
const MISSED = [
  'chart',
  'diagram',
  'form',
  'formula',
  'object',
  'picture',
  'page',
  'sheet',
  'slide',
  'style',
  'font',
  'attachment',
  'method',
  'locked',
  'broken',
  'quote',
] as const;
export type MissedPart = (typeof MISSED)[number];

const passage = z.strictObject({
  /** `page 12`, `Costs!A2:C14`, `slide 3`, `“Warranty”`, `lines 10–42`. */
  place: z.string().max(1_000),
  text: z.string().max(20_000),
  /** Left out: the text of the file itself. */
  aside: z.enum(ASIDES).optional(),
});
export type Passage = z.output<typeof passage>;

const unreadOld = z.strictObject({
  name: z.string(),
  says: z.string(),
  to: z.string(),
  why: z.string().optional(),
  /** Another try may go well. */
  isPassing: z.boolean().optional(),
});

const facts = z.strictObject({
  kind: z.string().max(20),
  /** `a PDF`. */
  says: z.string().max(100),
  /** The newer format of a document in an old one. */
  to: z.string().max(10).optional(),
  title: z.string(),
  parts: z.strictObject({ unit: z.string(), count: z.int() }).optional(),
  fault: z.enum(FAULTS).optional(),
  why: z.string().optional(),
  /** Pages that are pictures, though a line of letters may stand on one; and the first of them. */
  pictures: z.int().optional(),
  picturePages: z.array(z.int()).optional(),
  /** Passages whose text was read from pictures, with mistakes. */
  recognized: z.int().optional(),
  people: z.array(z.strictObject({ name: z.string(), text: z.string() })).optional(),
  /** The encoding was neither declared nor UTF-8. */
  guessed: z.boolean().optional(),
  /** Names of files within it that could not be read. */
  unread: z.array(z.string()).optional(),
  /** Documents of old formats within it that could not be converted; `why` as of `fault: 'old'`. */
  unreadOld: z.array(unreadOld).optional(),
  /** Files within it that could not be read, beyond those that are named. */
  unnamed: z.int().optional(),
  /** Counts of what is seen in it and was not read. */
  missed: z.array(z.strictObject({ part: z.enum(MISSED), count: z.int() })).optional(),
});
export type FileFacts = z.output<typeof facts>;

/** An Office document of before 2007 within another file; `size` is 0 where it is too large, or one too many, to be handed on. */
const oldDocument = z.strictObject({
  name: z.string(),
  /** `attachment offer.doc`: its own places come behind it. */
  place: z.string(),
  says: z.string(),
  to: z.string(),
  size: z.int(),
});
export interface OldDocument extends Omit<z.output<typeof oldDocument>, 'size'> {
  /** Undefined: too large, or one too many. */
  bytes: Buffer | undefined;
}

const batch = z.strictObject({
  passages: z.array(passage),
  facts: facts.optional(),
  old: z.array(oldDocument).optional(),
});

export {
  type Appointment,
  appointmentsIn,
  type FoundAppointments,
  type UnreadAppointment,
} from './calendar/appointments.ts';
export type { Calendar } from './calendar/entries.ts';
export { type CalendarFault, type CalendarReader, openCalendarReader } from './calendar-reader.ts';
export { Hearing } from './hearing.ts';
export { lettersIn, lettersOnPages, readsPictures } from './letters.ts';
export { OfficeConverter } from './old-office.ts';
export { clearProgramFolders } from './program-folders.ts';
export { hasProgram, Programs } from './programs.ts';
export { charsetIn, decodeBytes, markOf, wideOf } from './readers/encoding.js';
export { unfoldBytes } from './readers/unfold.js';
export { type SpeakingSettings, type Speech, speak } from './speaking.ts';
export { missingFileOf, type SpeechSettings, type TranscribeParts, type Transcript, transcribe } from './speech.ts';

export interface MediaFile {
  hash: string;
  name: string;
  type: string;
  size: number;
  /** The person who waits for it: their files are read one at a time, and those of others beside. */
  by?: string;
}

export interface Media {
  /**
   * Reads a stored file; `onPassages` gets its passages in their order while it is read. Never rejects for a file: its fault
   * is in the facts, and what was read until then counts. `onOld` gets the old Office documents within it; without it they
   * are among what could not be read.
   */
  read(
    file: MediaFile,
    onPassages: (passages: readonly Passage[]) => void,
    onOld?: (documents: readonly OldDocument[]) => void,
  ): Promise<FileFacts>;
  close(): Promise<void>;
}

/** Milliseconds for one file, from its first byte to its last passage: a machine that is busy may be ten times as slow. */
const WITHIN_MS = 30_000;
const IDLE_MS = 60_000;
/** Files of different persons that are read at once: a slow one of one holds up nobody else. */
const AT_ONCE = 2;
const LARGEST_FILE = 64 * 1024 * 1024;
/** Bytes of a piece: small, so that nothing else in this process waits for it. */
const PIECE = 192 * 1024;
const LARGEST_LINE = 8 * 1024 * 1024;

export interface MediaOptions {
  artifacts: Pick<Artifacts, 'open'>;
  log: Log;
  withinMs?: number;
  idleMs?: number;
  time?: ChildTime;
  /** Another program than the readers, for tests. */
  program?: URL;
}

export function openMedia({
  artifacts,
  log,
  withinMs = WITHIN_MS,
  idleMs = IDLE_MS,
  time,
  program,
}: MediaOptions): Media {
  const open = (): Child =>
    new Child({
      name: 'file reader',
      program: program ?? new URL('./file-reader-worker.js', import.meta.url),
      idleMs,
      patienceMs: withinMs + 1_000,
      mostRequests: 4,
      largestBytes: LARGEST_LINE,
      log,
      time,
    });
  const queue = new FairQueue(AT_ONCE);
  const children = Array.from({ length: AT_ONCE }, open);
  const free = [...children];
  return {
    read: (file, onPassages, onOld) =>
      queue.run(file.by ?? '', async () => {
        // The first one reads where one is enough: the other is not even started.
        const child = free.shift() ?? open();
        try {
          return await new FileReading(child, artifacts, file, log).run(onPassages, onOld, withinMs);
        } finally {
          free.unshift(child);
        }
      }),
    close: async () => {
      await Promise.all(children.map((child) => child.close()));
    },
  };
}

const NOTHING = z.strictObject({});

/** Facts of a file whose process was lost: nobody knows its kind better. */
const unknownFacts = (fault: FileFault): FileFacts => ({ kind: 'unknown', says: 'a file', title: '', fault });

class FileReading {
  private readonly child: Child;
  private readonly artifacts: Pick<Artifacts, 'open'>;
  private readonly file: MediaFile;
  private readonly log: Log;
  private isLate = false;

  constructor(child: Child, artifacts: Pick<Artifacts, 'open'>, file: MediaFile, log: Log) {
    this.child = child;
    this.artifacts = artifacts;
    this.file = file;
    this.log = log;
  }

  async run(
    onPassages: Parameters<Media['read']>[1],
    onOld: Parameters<Media['read']>[2],
    withinMs: number,
  ): Promise<FileFacts> {
    if (this.file.size > LARGEST_FILE) return unknownFacts('large');
    // In real time: it is the patience of this machine, whatever the clock of a test says.
    const timer = setTimeout(() => {
      this.isLate = true;
      void this.child.close();
    }, withinMs);
    try {
      const fault = await this.send();
      return fault ? unknownFacts(fault) : await this.receive(onPassages, onOld);
    } catch (error) {
      if (!(error instanceof ChildFault)) throw error;
      const { hash, name } = this.file;
      this.log.warn({ file: hash, name, error: messageOf(error) }, 'the reader of a file ended');
      return unknownFacts(this.isLate ? 'slow' : 'crashed');
    } finally {
      clearTimeout(timer);
    }
  }

  private ask<T>(task: object, schema: z.ZodType<T>): Promise<T> {
    return this.child.ask(task, schema, new AbortController().signal);
  }

  private async send(): Promise<FileFault | undefined> {
    const { hash, name, type } = this.file;
    await this.ask({ do: 'open', name, type }, NOTHING);
    try {
      for await (const chunk of await this.artifacts.open(hash)) {
        const bytes = chunk as Buffer;
        for (let from = 0; from < bytes.length; from += PIECE) {
          const base64 = bytes.subarray(from, from + PIECE).toString('base64');
          await this.ask({ do: 'bytes', base64 }, NOTHING);
        }
      }
      return undefined;
    } catch (error) {
      if (error instanceof ChildFault) throw error;
      this.log.warn({ file: hash, error: messageOf(error) }, 'a stored file could not be opened');
      return 'gone';
    }
  }

  private async receive(
    onPassages: Parameters<Media['read']>[1],
    onOld: Parameters<Media['read']>[2],
  ): Promise<FileFacts> {
    for (;;) {
      const { passages, facts, old = [] } = await this.ask({ do: 'read' }, batch);
      if (passages.length > 0) onPassages(passages);
      if (!facts) continue;
      if (old.length === 0) return facts;
      if (!onOld) return { ...facts, unread: [...(facts.unread ?? []), ...old.map(({ name }) => name)] };
      onOld(await this.takeOld(old));
      return facts;
    }
  }

  private async takeOld(documents: readonly z.output<typeof oldDocument>[]): Promise<OldDocument[]> {
    const whole = documents.reduce((sum, { size }) => sum + size, 0);
    const bytes = await takeBytes(this.child, whole, new AbortController().signal);
    let from = 0;
    return documents.map(({ size, ...document }) => {
      const own = bytes.subarray(from, from + size);
      from += size;
      return { ...document, bytes: size > 0 ? own : undefined };
    });
  }
}
