import { messageOf } from '../../base/errors.ts';
import { frameText, label } from '../../base/frames.ts';
import type { Log } from '../../base/log.ts';
import type { FileRef, Item } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { ModelImage, ModelMessage, ToolMessage } from '../inference/model.ts';
import { fileNotRead } from '../texts.ts';
import { cut } from './fit.ts';
import { isFit, isForeign, isPictureWhole, lookAt, NotScaled, type Scaler } from './pictures/index.ts';
import type { PastPictures } from './shown.ts';
import type { HistoryEntry } from './store.ts';

export interface AttachedFiles {
  images: ModelImage[];
  /** The files that they were. */
  pictures: FileRef[];
  /** Files as text, and notes on the ones that cannot be shown. */
  text: string;
  tainted: boolean;
  /** Sentences for the person: what the model was not shown of them. */
  notices: readonly string[];
}

export const NOTHING: AttachedFiles = { images: [], pictures: [], text: '', tainted: false, notices: [] };

/** Both services take pictures up to 5 MB as base64, which is a third longer than the bytes. */
const LARGEST_PICTURE = 3_700_000;
const LARGEST_FILE = 40_000_000;
const MOST_PICTURES = 8;
/**
 * Bytes of all pictures of one message, and of all that came of a turn's calls: both together, as base64, leave room in
 * the 32 MB that a request may have. Beyond it pictures are made smaller.
 */
const PICTURES_ROOM = 10_000_000;
/** All text files of one message together. Characters. */
const TEXT_ROOM = 48_000;
/** Each file is shown at least this much, so that the model knows what it is. */
const LEAST_ROOM = 500;
const TEXT = /^text\/|^application\/(json|xml|yaml|x-yaml|toml|javascript|x-sh|sql|csv)\b/;
const PICTURE_NAME = /\.(?:png|jpe?g|gif|webp|hei[cf]|bmp)$/i;
const TEXT_NAME =
  /\.(txt|md|csv|tsv|json|jsonl|ya?ml|toml|xml|html?|css|js|ts|py|rb|go|rs|java|c|h|cpp|sh|sql|log|ini|conf)$/i;

/** A file as the model is shown it, and sentences for the person on what was not read of it. */
interface ShownFile {
  text: string;
  notices: readonly string[];
}

/**
 * The text of a file in at most about `room` characters, or why there is none; undefined: nothing reads it, and a text is
 * shown as it is.
 */
export type ShowFile = (file: FileRef, room: number, personId: string) => Promise<ShownFile | undefined>;

export interface AttachedDeps {
  artifacts: Artifacts;
  scaler: Scaler;
  log: Log;
  showFile?: ShowFile | undefined;
}

/** Pictures as pictures, text files in full up to a budget, anything else as a note with its name and kind. */
export async function attachedTo(item: Item, deps: AttachedDeps): Promise<AttachedFiles> {
  const { files } = item.payload;
  if (files.length === 0) return NOTHING;
  const pictures = new Pictures(deps, item.person.id);
  const notices: string[] = [];
  const attached: AttachedFiles = { images: pictures.images, pictures: [], text: '', tainted: true, notices };
  const notes: string[] = [];
  let room = TEXT_ROOM;
  for (const file of files) {
    try {
      if (await pictures.add(file)) {
        attached.pictures.push(file);
        continue;
      }
      // With no more room, the text is left to the tools that read it.
      const excerpt = await deps.showFile?.(file, Math.max(room, LEAST_ROOM), item.person.id);
      notices.push(...(excerpt?.notices ?? []));
      const text = excerpt?.text ?? (await textOf(file, deps.artifacts, room));
      room -= text?.length ?? 0;
      notes.push(text === undefined ? noteOf(file) : frameText('file', text, { name: file.name }));
    } catch (error) {
      notes.push(notOpened(file, error, deps.log));
      notices.push(fileNotRead(label(file.name), whyNotOpened(error)));
    }
  }
  attached.text = notes.join('\n');
  return attached;
}

/**
 * Results of calls, with their pictures, within the same limits as those of a message. The first ones of a turn are
 * shown, so that what was shown once stays as it was.
 */
export async function addPictures(
  messages: readonly ModelMessage[],
  deps: AttachedDeps,
  by: string,
): Promise<ModelMessage[]> {
  const pictures = new Pictures(deps, by);
  const out: ModelMessage[] = [];
  for (const message of messages) {
    out.push(message.role === 'tool' && message.files ? await withPictures(message, pictures, deps.log) : message);
  }
  return out;
}

async function withPictures(
  { files = [], ...message }: ToolMessage,
  pictures: Pictures,
  log: Log,
): Promise<ToolMessage> {
  const before = pictures.images.length;
  const notes: string[] = [];
  for (const file of files) {
    try {
      if (!(await pictures.add(file))) notes.push(noteOf(file));
    } catch (error) {
      notes.push(notOpened(file, error, log));
    }
  }
  const images = pictures.images.slice(before);
  return { ...message, text: [message.text, ...notes].join('\n'), ...(images.length > 0 && { images }) };
}

/** Bytes of all pictures of what was said before, beside those of the message and its turn. */
const PAST_ROOM = 3_800_000;

/** Pictures that earlier messages and calls have shown, the newest first, as long as there is room for them. */
export async function pastPictures(
  history: readonly HistoryEntry[],
  deps: AttachedDeps,
  by: string,
): Promise<PastPictures> {
  const past = new Map<number, { images?: ModelImage[]; steps?: readonly ModelMessage[] }>();
  const withMore = history.filter(({ shown }) => shown?.pictures || shown?.steps);
  const pictures = new Pictures(deps, by, PAST_ROOM);
  for (const { seq, shown } of withMore.toReversed()) {
    if (pictures.isFull) break;
    const { pictures: own = [], steps = [] } = shown ?? {};
    if (own.length > 0) past.set(seq, { images: await addAll(own, pictures) });
    if (!steps.some((step) => step.role === 'tool' && step.files)) continue;
    const messages: ModelMessage[] = [];
    for (const step of steps) {
      messages.push(step.role === 'tool' && step.files ? await withPictures(step, pictures, deps.log) : step);
    }
    past.set(seq, { steps: messages });
  }
  return past;
}

async function addAll(files: readonly FileRef[], pictures: Pictures): Promise<ModelImage[]> {
  const before = pictures.images.length;
  for (const file of files) {
    try {
      await pictures.add(file);
    } catch {
      // A picture that is gone is named by the words.
    }
  }
  return pictures.images.slice(before);
}

function noteOf({ name, type, size }: FileRef): string {
  return `[File: ${label(name)}, ${label(type)}, ${Math.max(1, Math.round(size / 1_000))} kB; you cannot see what is in it.]`;
}

function notOpened(file: FileRef, error: unknown, log: Log): string {
  const cause = error instanceof NotScaled ? error.cause : error;
  if (cause) log.warn({ file: file.hash, error: messageOf(cause) }, 'a file could not be shown to the model');
  return `[File: ${label(file.name)}; ${whyNotOpened(error)}.]`;
}

const whyNotOpened = (error: unknown): string =>
  error instanceof NotScaled ? error.message : 'it could not be opened';

class Pictures {
  readonly images: ModelImage[] = [];
  /** A picture was left out, or no more may be shown. */
  isFull = false;
  private readonly deps: AttachedDeps;
  private readonly by: string;
  private room: number;

  /** `by`: the person whose turn shows them. */
  constructor(deps: AttachedDeps, by: string, room = PICTURES_ROOM) {
    this.deps = deps;
    this.by = by;
    this.room = room;
  }

  /**
   * False for what is no picture, or one more than can be shown. Throws `NotScaled` for one that cannot be brought
   * within the services' limits.
   */
  async add(file: FileRef): Promise<boolean> {
    const { artifacts, scaler } = this.deps;
    const isCalledOne = file.type.startsWith('image/') || PICTURE_NAME.test(file.name);
    this.isFull ||= this.images.length >= MOST_PICTURES;
    if (this.images.length >= MOST_PICTURES || !isCalledOne || file.size > LARGEST_FILE) return false;
    const bytes = await read(file.hash, artifacts, LARGEST_FILE);
    const look = lookAt(bytes);
    if (!look) return false;
    const isSmall = bytes.length <= Math.min(LARGEST_PICTURE, this.room) && isFit(look);
    const isCut = (isSmall || look.type === 'image/bmp') && !isPictureWhole(bytes, look);
    // Services refuse such a file; of a photograph the upper part is made a whole one.
    if (isCut && look.type !== 'image/jpeg') throw new NotScaled('it is cut off');
    const picture = isSmall && !isCut ? bytes : await scaler.scale(file.hash, bytes, look, this.by);
    if (picture.length > this.room) {
      this.isFull = true;
      throw new NotScaled('there is no room for it beside the others');
    }
    this.room -= picture.length;
    const type = picture === bytes && !isForeign(look.type) ? look.type : 'image/jpeg';
    this.images.push({ name: file.name, type, base64: picture.toString('base64') });
    return true;
  }
}

async function textOf(file: FileRef, artifacts: Artifacts, room: number): Promise<string | undefined> {
  if (!TEXT.test(file.type) && !TEXT_NAME.test(file.name)) return undefined;
  if (room <= 0) return undefined;
  const bytes = await read(file.hash, artifacts, room * 4);
  if (bytes.includes(0)) return undefined;
  return cut(bytes.toString('utf8'), room);
}

async function read(hash: string, artifacts: Artifacts, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await artifacts.open(hash)) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}
