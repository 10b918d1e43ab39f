/** Documents of Office before 2007, by themselves or in a mail or archive, read as the newer ones that they are made into. */
import { createHash } from 'node:crypto';
import type { FileFacts, Media, MediaFile, OfficeConverter, OldDocument, Passage } from '../../media/index.ts';
import { tooManyOld } from './texts.ts';

export interface OldDocumentDeps {
  office: Pick<OfficeConverter, 'convert'>;
  media: Media;
  /** The person who waits for it. */
  by: string;
  signal: AbortSignal;
}

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

/** Facts of the file that these documents stand in, with those that could not be read. */
export async function readOldWithin(
  documents: readonly OldDocument[],
  facts: FileFacts,
  { office, media, by, signal }: OldDocumentDeps,
  onPassages: OnPassages,
): Promise<FileFacts> {
  const unread = [...(facts.unread ?? [])];
  const unreadOld: NonNullable<FileFacts['unreadOld']> = [];
  for (const { name, place, says, to, bytes } of documents) {
    if (!bytes) {
      unreadOld.push({ name, says, to, why: tooManyOld });
      continue;
    }
    const hash = createHash('sha256').update(bytes).digest('hex');
    const converted = await office.convert({ hash, open: async () => bytes }, to, by, signal);
    if (!converted?.ok) {
      const isPassing = converted ? converted.isPassing : true;
      unreadOld.push({ name, says, to, ...(converted && { why: converted.why }), ...(isPassing && { isPassing }) });
      continue;
    }
    const { fault } = await media.read({ ...converted.made, name: withExtension(name, to), type: '', by }, (some) =>
      onPassages(some.map((passage) => ({ ...passage, place: `${place}, ${passage.place}` }))),
    );
    if (fault) unread.push(name);
  }
  return { ...facts, ...(unread.length > 0 && { unread }), ...(unreadOld.length > 0 && { unreadOld }) };
}

const withExtension = (name: string, to: string): string => `${name.replace(/\.[^.]*$/, '')}.${to}`;
