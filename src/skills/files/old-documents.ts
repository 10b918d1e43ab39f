/** Documents of Office before 2007, by themselves or in a mail or archive, read as the newer ones that they are made into. */

import { createHash } from 'node:crypto';
import { omitUndefined } from '../../base/json.ts';
import type { FileFacts, Media, MediaFile, OfficeConverter, OldDocument, Passage } from '../../media/index.ts';
import { tooManyOld } from './texts.ts';

export interface OldDocumentDeps {
  office: Pick<OfficeConverter, 'convert'>;
  media: Media;
  /** The person who waits for it. */
  by: string;
  signal: AbortSignal;
}

/** Characters and passages of one file's text, with those of the documents that are converted out of it. */
const LONGEST_TEXT = 4_000_000;
const MOST_PASSAGES = 20_000;

type OnPassages = (passages: readonly Passage[]) => void;

/** Facts of the converted document `file`; those that it had, with the reason, where it is not converted. */
export async function readOld(
  file: Pick<MediaFile, 'hash' | 'name'>,
  facts: FileFacts & { to: string },
  open: () => Promise<Buffer>,
  { office, media, by, signal }: OldDocumentDeps,
  onPassages: OnPassages,
): Promise<FileFacts> {
  const { to, says } = facts;
  const converted = await office.convert({ hash: file.hash, open }, to, by, signal);
  if (!converted) return facts;
  if (!converted.ok) return { ...facts, why: converted.why };
  const read = await media.read({ ...converted.made, name: withExtension(file.name, to), type: '', by }, onPassages);
  return { ...read, says };
}

/**
 * Facts of the file that these documents stand in, with those that could not be read. `read` are its passages so far: its
 * limits hold for all of it together, and what stands behind the one that meets them is not read.
 */
export async function readOldWithin(
  documents: readonly OldDocument[],
  facts: FileFacts,
  read: readonly Passage[],
  { office, media, by, signal }: OldDocumentDeps,
  onPassages: OnPassages,
): Promise<FileFacts> {
  const unread = [...(facts.unread ?? [])];
  const unreadOld: NonNullable<FileFacts['unreadOld']> = [];
  const room = new TextRoom(read);
  let isLong = facts.fault === 'long';
  for (const { name, place, says, to, bytes } of documents) {
    if (!bytes) {
      unreadOld.push({ name, says, to, why: tooManyOld });
      continue;
    }
    if (isLong) {
      unread.push(name);
      continue;
    }
    const hash = createHash('sha256').update(bytes).digest('hex');
    const converted = await office.convert({ hash, open: async () => bytes }, to, by, signal);
    if (!converted?.ok) {
      const isPassing = converted ? converted.isPassing : true;
      unreadOld.push({ name, says, to, ...omitUndefined({ why: converted?.why, isPassing: isPassing || undefined }) });
      continue;
    }
    const { fault } = await media.read({ ...converted.made, name: withExtension(name, to), type: '', by }, (some) =>
      onPassages(room.take(some).map((passage) => ({ ...passage, place: `${place}, ${passage.place}` }))),
    );
    isLong = fault === 'long' || room.isFull;
    if (fault && fault !== 'long') unread.push(name);
  }
  return {
    ...facts,
    ...omitUndefined({
      fault: isLong ? (facts.fault ?? 'long') : undefined,
      unread: unread.length > 0 ? unread : undefined,
      unreadOld: unreadOld.length > 0 ? unreadOld : undefined,
    }),
  };
}

class TextRoom {
  isFull = false;
  private characters = 0;
  private passages = 0;

  constructor(read: readonly Passage[]) {
    this.take(read);
  }

  /** Those that there is room for: none any more behind the first one that there is none for. */
  take(some: readonly Passage[]): Passage[] {
    return some.filter(({ text }) => {
      this.characters += text.length;
      this.passages++;
      this.isFull ||= this.characters > LONGEST_TEXT || this.passages > MOST_PASSAGES;
      return !this.isFull;
    });
  }
}

const withExtension = (name: string, to: string): string => `${name.replace(/\.[^.]*$/, '')}.${to}`;
