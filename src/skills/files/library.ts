import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { SkillDeps } from '../../chat/index.ts';
import {
  type Calendar,
  type CalendarFault,
  type CalendarReader,
  type FileFacts,
  type Hearing,
  lettersIn,
  lettersOnPages,
  type Media,
  type OfficeConverter,
  type OldDocument,
  type Passage,
  type Programs,
  readsPictures,
  transcribe,
} from '../../media/index.ts';
import { type Artifacts, type Database, type Queryable, readerOf } from '../../storage/index.ts';
import type { Settings } from './config.ts';
import { GrowingText } from './growing-text.ts';
import { readOld, readOldWithin } from './old-documents.ts';
import type { SeenFile } from './store.ts';
import * as store from './store.ts';
import { paidBy } from './voice.ts';

/** Counted up when the readers read anything otherwise: what they have read before is read anew. */
const READERS = 5;

/** A file that was read where no letters in pictures are is read anew where they are. */
const readersWith = (letters: boolean): number => 2 * READERS + (letters ? 1 : 0);
/** Milliseconds that a turn waits for a text that is long in coming, once its beginning is there. */
const PATIENCE_MS = 3_000;
/** A fault of the moment, or of what is installed, and not of the file: it is not remembered. */
const PASSING = new Set<FileFacts['fault']>(['gone', 'crashed', 'slow', 'old']);

export interface FileText {
  facts: FileFacts;
  /** Number of all passages. */
  passages: number;
}

/** The beginning of a file's text; `facts` are undefined while it is still being read. */
export interface FileBeginning {
  facts: FileFacts | undefined;
  passages: readonly (Passage & { number: number })[];
  count: number;
  asides: readonly { aside: string; count: number }[];
}

/** Slack's clips and Discord's voice messages may be called videos. */
const isRecording = ({ name, type }: SeenFile, { kind, fault }: FileFacts): boolean =>
  fault === 'kind' &&
  (kind === 'sound' || (kind === 'video' && (type.startsWith('audio/') || /^(?:audio|voice)[_-]?message/i.test(name))));

/** Characters of a passage. */
const LONGEST_HEARD = 19_000;

export interface LibraryDeps {
  database: Database;
  world: World;
  media: Media;
  calendars: CalendarReader;
  artifacts: Artifacts;
  /** Pays for recordings that are heard, by who asks for their text. */
  models: Pick<SkillDeps['models']['small'], 'spend'>;
  speech: Settings['transcribe'];
  hearing: Hearing;
  programs: Programs;
  office: OfficeConverter;
  /** Aborts when coda stops. */
  signal: AbortSignal;
}

/** Texts of files: read once, when they are first asked for, and stored by their content. */
export class FileLibrary {
  private readonly deps: LibraryDeps;
  private letters: Promise<boolean> | undefined;
  private readonly readings = new Map<string, GrowingText>();

  constructor(deps: LibraryDeps) {
    this.deps = deps;
  }

  /** The whole text, read and stored. */
  async open(file: SeenFile, by: string): Promise<FileText> {
    const stored = await this.readStored(file.hash);
    if (stored) return stored;
    const reading = this.read(file, by);
    const facts = await reading.done;
    return { facts, passages: reading.passages.length };
  }

  /** Its appointments; read anew each time, because what is to come changes. */
  async calendarOf({ hash }: Pick<SeenFile, 'hash'>, signal: AbortSignal): Promise<Calendar | CalendarFault> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.deps.artifacts.open(hash)) chunks.push(chunk as Buffer);
    return this.deps.calendars.read(Buffer.concat(chunks), signal);
  }

  /** The hashes of these whose text is stored. */
  readAmong(db: Queryable, hashes: readonly string[]): Promise<Set<string>> {
    return store.readHashes(db, hashes);
  }

  /** At least the first `room` characters, or all of it. */
  async openBeginning(file: SeenFile, room: number, by: string): Promise<FileBeginning> {
    const db = readerOf(this.deps.database);
    const stored = await this.readStored(file.hash);
    if (stored) {
      // A passage has some hundred characters and more; a few more rows than are shown do no harm.
      const limit = Math.max(20, Math.ceil(room / 100));
      const passages = await store.readPassages(db, file.hash, { from: 0, limit, asides: false });
      const asides = await store.countAsides(db, file.hash);
      return { facts: stored.facts, passages, count: stored.passages, asides };
    }
    const reading = this.read(file, by);
    const facts = (await withTimeout(PATIENCE_MS, reading.done)) ?? (await reading.waitForBeginning(room));
    const passages = reading.passages
      .map((passage, number) => ({ ...passage, number }))
      .filter(({ aside }) => aside === undefined);
    return { facts, passages, count: reading.passages.length, asides: countedAsides(reading.passages) };
  }

  private async readStored(hash: string): Promise<store.StoredText | undefined> {
    const stored = await store.readText(readerOf(this.deps.database), hash, readersWith(await this.readsLetters()));
    // An earlier version has stored that nothing reads it.
    if (!stored || PASSING.has(stored.facts.fault)) return undefined;
    const mayConvert = stored.facts.unreadOld?.some(({ isPassing }) => isPassing) === true;
    return mayConvert && (await this.deps.office.isThere(this.deps.signal)) ? undefined : stored;
  }

  /** True if letters in pictures are read: known after the first question. */
  readsLetters(): Promise<boolean> {
    this.letters ??= readsPictures(this.deps.world.env);
    return this.letters;
  }

  private read(file: SeenFile, by: string): GrowingText {
    const ongoingReading = this.readings.get(file.hash);
    if (ongoingReading) return ongoingReading;
    const reading = new GrowingText();
    const onPassages = (some: readonly Passage[]) => reading.add(some);
    let within: readonly OldDocument[] = [];
    reading.done = this.deps.media
      .read({ ...file, by }, onPassages, (documents) => {
        within = documents;
      })
      .then(async (read) => {
        const textFacts = await this.readIfOld(file, read, { by, reading, within }, onPassages);
        const pictureFacts = await this.readIfPicture(file, textFacts, by, onPassages);
        const { facts, isPassing } = await this.hearIfSound(file, pictureFacts, by, onPassages);
        if (!isPassing) await this.save(file, facts, reading.passages);
        return facts;
      })
      .finally(() => this.readings.delete(file.hash));
    // A caller that waits for it gets its fault.
    reading.done.catch(() => {});
    this.readings.set(file.hash, reading);
    return reading;
  }

  /** Facts of an old Office document, or of a file with such ones in it, with their text; of anything else as they are. */
  private async readIfOld(
    file: SeenFile,
    facts: FileFacts,
    { by, reading, within }: { by: string; reading: GrowingText; within: readonly OldDocument[] },
    onPassages: (passages: readonly Passage[]) => void,
  ): Promise<FileFacts> {
    const { to, fault } = facts;
    const isOld = fault === 'old' && to !== undefined;
    if (!isOld && within.length === 0) return facts;
    const { office, media, signal } = this.deps;
    const deps = { office, media, by, signal };
    return reading.whileConverting(() =>
      isOld
        ? readOld(file, { ...facts, to }, () => this.bytesOf(file), deps, onPassages)
        : readOldWithin(within, facts, reading.passages, deps, onPassages),
    );
  }

  /** Facts of a recording, with its words as its only passage; of anything else as they are. */
  private async hearIfSound(
    file: SeenFile,
    facts: FileFacts,
    by: string,
    onPassages: (passages: readonly Passage[]) => void,
  ): Promise<{ facts: FileFacts; isPassing?: boolean | undefined }> {
    if (!isRecording(file, facts)) return { facts };
    const { speech, hearing, programs, models, world, signal } = this.deps;
    const pay = paidBy(models, speech, { personId: by }, signal);
    const transcript = await transcribe(await this.bytesOf(file), speech, { hearing, programs, by, pay }, signal);
    const { kind, says, title } = facts;
    if (!transcript.ok) {
      world.log.info({ file: file.hash, why: transcript.why }, 'a recording was not heard');
      // With other settings it may be heard.
      const isPassing = transcript.isPassing === true || speech.kind === 'none';
      return { facts: { kind, says, title, fault: 'unheard', why: transcript.why }, isPassing };
    }
    onPassages([{ place: 'the recording', text: transcript.text.slice(0, LONGEST_HEARD) }]);
    return { facts: { kind, says, title } };
  }

  private async bytesOf({ hash }: SeenFile): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.deps.artifacts.open(hash)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Facts of a picture, or a PDF with pages that are pictures, with the text in them; of anything else as they are. */
  private async readIfPicture(
    file: SeenFile,
    facts: FileFacts,
    by: string,
    onPassages: (passages: readonly Passage[]) => void,
  ): Promise<FileFacts> {
    const isPicture = facts.kind === 'picture' && facts.fault === 'kind';
    const { pictures = 0, picturePages = [], parts, ...rest } = facts;
    if ((!isPicture && (facts.kind !== 'pdf' || pictures === 0)) || !(await this.readsLetters())) return facts;
    const { programs, signal } = this.deps;
    if (isPicture) {
      const text = await lettersIn(await this.bytesOf(file), programs, by, signal);
      if (text === undefined) return facts;
      const { kind, says, title } = facts;
      if (text === '') return { kind, says, title, missed: [{ part: 'picture', count: 1 }] };
      onPassages([{ place: 'the picture', text }]);
      return { kind, says, title, recognized: 1 };
    }
    const pages = await lettersOnPages(await this.bytesOf(file), picturePages, programs, by, signal);
    onPassages(pages);
    const remaining = Math.max(0, pictures - pages.length);
    return {
      ...rest,
      ...(parts && { parts }),
      ...(remaining > 0 && { pictures: remaining, picturePages }),
      ...(pages.length > 0 && { recognized: pages.length }),
    };
  }

  private async save({ hash }: SeenFile, facts: FileFacts, passages: readonly Passage[]): Promise<void> {
    if (PASSING.has(facts.fault)) return;
    const { database, world } = this.deps;
    try {
      const text = { hash, readers: readersWith(await this.readsLetters()), facts };
      await database.tx('files.save', (tx) => store.saveText(tx, text, passages, world.clock.now()));
    } catch (error) {
      world.log.warn({ file: hash, error: messageOf(error) }, 'the text of a file could not be stored');
      throw error;
    }
  }
}

function countedAsides(passages: readonly Passage[]): { aside: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { aside } of passages) if (aside !== undefined) counts.set(aside, (counts.get(aside) ?? 0) + 1);
  return [...counts].map(([aside, count]) => ({ aside, count })).sort((a, b) => a.aside.localeCompare(b.aside));
}
