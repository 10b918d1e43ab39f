import { type CallContext, type Failed, failed } from '../../agent/index.ts';
import type { Hearing, Programs } from '../../media/index.ts';
import { type Database, type Queryable, readerOf } from '../../storage/index.ts';
import type { FileLibrary, FileText } from './library.ts';
import type { PassageIndex } from './meaning.ts';
import type { SeenFile } from './store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

export interface ToolDeps {
  database: Database;
  library: FileLibrary;
  meaning: PassageIndex;
  hearing: Hearing;
  programs: Programs;
  /** Known soon after the start. */
  letters: { readonly areRead: boolean };
  /** Aborts when coda stops. */
  signal: AbortSignal;
}

export interface OpenedFile {
  file: SeenFile;
  text: FileText;
}

export const readerIn = ({ person, conversationId, private: isPrivate }: CallContext): store.FileReader => ({
  personId: person.id,
  conversationId,
  private: isPrivate,
});

/** The file that is meant, by its name, its hash or a part of its name; without one the newest. */
export async function fileMeant(db: Queryable, reader: store.FileReader, wanted?: string): Promise<SeenFile | Failed> {
  const files = await store.filesOf(db, reader);
  if (files.length === 0) return failed('NOT_FOUND', texts.none);
  const name = wanted?.trim().toLowerCase() ?? '';
  const [newest] = files;
  if (name === '' && newest) return newest;
  const match =
    files.find(({ hash }) => hash === name) ??
    files.find((file) => file.name.toLowerCase() === name) ??
    files.find((file) => file.name.toLowerCase().includes(name));
  return match ?? failed('NOT_FOUND', texts.unknown(wanted ?? '', files));
}

/** The file, read; before the transaction, which waits for nothing. */
export async function openFile({ database, library }: ToolDeps, ctx: CallContext, wanted?: string) {
  const file = await fileMeant(readerOf(database), readerIn(ctx), wanted);
  return 'ok' in file ? file : { file, text: await library.open(file, ctx.person.id) };
}
