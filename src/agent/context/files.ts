import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Item } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { ModelImage } from '../model.ts';
import { LONGEST_SIDE, lookAt, NotScaled, type Scaler } from './pictures/index.ts';
import { cut } from './plan.ts';

/** What came with a message, made ready for a model. */
export interface Attached {
  images: ModelImage[];
  /** Files as text, and notes on the ones that cannot be shown. */
  text: string;
  tainted: boolean;
}

export const NOTHING: Attached = { images: [], text: '', tainted: false };

type File = Item['payload']['files'][number];

/** Both services take pictures up to 5 MB as base64, which is a third longer than the bytes. */
const LARGEST_PICTURE = 3_700_000;
/** Larger ones are not even looked at. */
const LARGEST_FILE = 40_000_000;
const MOST_PICTURES = 8;
/** All text files of one message together. Characters. */
const TEXT_ROOM = 48_000;
const TEXT = /^text\/|^application\/(json|xml|yaml|x-yaml|toml|javascript|x-sh|sql|csv)\b/;
const TEXT_NAME =
  /\.(txt|md|csv|tsv|json|jsonl|ya?ml|toml|xml|html?|css|js|ts|py|rb|go|rs|java|c|h|cpp|sh|sql|log|ini|conf)$/i;

export interface AttachedDeps {
  artifacts: Artifacts;
  scaler: Scaler;
  log: Log;
}

/** Pictures as pictures, text files in full up to a budget, anything else as a note with its name and kind. */
export async function attachedTo(item: Item, deps: AttachedDeps): Promise<Attached> {
  const { artifacts, log } = deps;
  const { files } = item.payload;
  if (files.length === 0) return NOTHING;
  const attached: Attached = { images: [], text: '', tainted: true };
  const notes: string[] = [];
  let room = TEXT_ROOM;
  for (const file of files) {
    try {
      const picture = attached.images.length < MOST_PICTURES ? await pictureOf(file, deps) : undefined;
      if (picture) {
        attached.images.push(picture);
        continue;
      }
      const text = await textOf(file, artifacts, room);
      room -= text?.length ?? 0;
      notes.push(text === undefined ? noteOf(file) : `<file name="${file.name}">\n${text}\n</file>`);
    } catch (error) {
      const cause = error instanceof NotScaled ? error.cause : error;
      if (cause) log.warn({ file: file.hash, error: messageOf(cause) }, 'a file could not be shown to the model');
      const why = error instanceof NotScaled ? error.message : 'it could not be opened';
      notes.push(`[File: ${file.name}; ${why}.]`);
    }
  }
  attached.text = notes.join('\n');
  return attached;
}

function noteOf({ name, type, size }: File): string {
  return `[File: ${name}, ${type}, ${Math.max(1, Math.round(size / 1_000))} kB; you cannot see what is in it.]`;
}

/** Undefined for what is no picture. Throws `NotScaled` for one that cannot be brought within the services' limits. */
async function pictureOf(file: File, { artifacts, scaler }: AttachedDeps): Promise<ModelImage | undefined> {
  if (!file.type.startsWith('image/') || file.size > LARGEST_FILE) return undefined;
  const bytes = await read(file.hash, artifacts, LARGEST_FILE);
  const look = lookAt(bytes);
  if (!look) return undefined;
  const { type, width, height } = look;
  if (bytes.length <= LARGEST_PICTURE && Math.max(width, height) <= LONGEST_SIDE) {
    return { name: file.name, type, base64: bytes.toString('base64') };
  }
  const scaled = await scaler.scaled(file.hash, bytes, look);
  return { name: file.name, type: 'image/jpeg', base64: scaled.toString('base64') };
}

/** A text file within the room that is left; undefined for what is no text. */
async function textOf(file: File, artifacts: Artifacts, room: number): Promise<string | undefined> {
  if (!TEXT.test(file.type) && !TEXT_NAME.test(file.name)) return undefined;
  if (room <= 0) return undefined;
  const bytes = await read(file.hash, artifacts, room * 4);
  if (bytes.includes(0)) return undefined;
  return cut(bytes.toString('utf8'), room);
}

/** At most `most` bytes of a file. */
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
