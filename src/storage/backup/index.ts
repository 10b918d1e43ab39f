/** Backups: one file with the database, the stored files and the installed skills, written and read as a stream. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CodaError, systemCode } from '../../base/errors.ts';
import { type TarFile, writeTar } from '../../base/tar.ts';
import { inFolder, makeFolder, syncFolder } from '../files.ts';
import type { Database, Transaction } from '../port.ts';
import { type BackupSummary, checkBackup, type Ending, formatFor, hashEntry, LINKS, type Manifest } from './format.ts';
import { exportRows, sequencesOf, shapes, snapshot, sumOf, type TableShape, type TableSum } from './tables.ts';

export type { BackupSummary } from './format.ts';
export { checkBackup } from './format.ts';
export { type RestoreSummary, restoreBackup, restoreEmbedded } from './restore.ts';

interface BackupOptions {
  database: Database;
  /** Left out, only the database is written. */
  dataDir?: string;
  config?: string | undefined;
  file: string;
  program: string;
  now: Date;
}

/**
 * Folders of the data folder that go into a backup. The key of the secrets is not among them: a stolen backup must not
 * open them.
 */
const FOLDERS = ['artifacts', 'skills', 'imported'];
const CHUNK_BYTES = 1_000_000;

/**
 * Writes a backup beside `file`, reads it back and puts it in its place; what was there before is replaced only then.
 * Others work on meanwhile (on the embedded database, what they commit waits until the rows are read).
 */
export async function writeBackup(options: BackupOptions): Promise<BackupSummary> {
  const { file, database } = options;
  const draft = `${file}.part`;
  return inFolder(dirname(file), async () => {
    await makeFolder(dirname(file));
    try {
      await snapshot(database, async (tx) => {
        const entries = writeTar(contents(tx, options));
        await pipeline(entries, createGzip({ level: 4 }), createWriteStream(draft, { mode: 0o600 }));
      });
      const handle = await open(draft, 'r+');
      await handle.sync();
      await handle.close();
      const summary = await checkBackup(draft);
      await rename(draft, file);
      await syncFolder(dirname(file));
      return { ...summary, file };
    } finally {
      await rm(draft, { force: true });
    }
  });
}

async function* contents(tx: Transaction, options: BackupOptions): AsyncGenerator<TarFile> {
  const hash = createHash('sha256');
  const tables = await shapes(tx);
  if (tables.length === 0) {
    throw new CodaError('INPUT_INVALID', {
      message: 'There is nothing to back up: coda has kept nothing in this database yet.',
      remedy: 'Name the data folder that coda runs on with --data, or its configuration with --config.',
    });
  }
  const { rows: migrations } = await tx.query<Manifest['migrations'][number]>(
    'select version, name, checksum from migrations order by version',
  );
  const { program, database, now } = options;
  const manifest: Manifest = {
    format: await formatFor(storedNames(options)),
    program,
    madeAt: now.toISOString(),
    engine: database.engine,
    migrations,
    tables,
  };
  yield hashEntry(hash, textFile('manifest.json', JSON.stringify(manifest)));
  const sums: Record<string, TableSum> = {};
  for (const table of tables) {
    sums[table.name] = await sumOf(tx, table);
    for await (const file of tableFiles(tx, table)) yield hashEntry(hash, file);
  }
  let files = 0;
  for await (const file of storedFiles(options)) {
    files++;
    yield hashEntry(hash, file);
  }
  const links = await storedLinks(options.dataDir);
  if (Object.keys(links).length > 0) yield hashEntry(hash, textFile(LINKS, JSON.stringify(links)));
  // Sequences are of no snapshot: read last, they are at or above all that the rows were given.
  const sequences = await sequencesOf(tx);
  const ending: Ending = { tables: sums, sequences, files, sha256: hash.digest('hex') };
  yield textFile('end.json', JSON.stringify(ending));
}

function textFile(name: string, text: string): TarFile {
  const content = Buffer.from(text);
  return { name, size: content.length, content: [content] };
}

async function* tableFiles(tx: Transaction, table: TableShape): AsyncGenerator<TarFile> {
  let lines: string[] = [];
  let bytes = 0;
  let number = 0;
  const flush = () => {
    const name = `tables/${table.name}/${String(++number).padStart(6, '0')}.jsonl`;
    const file = textFile(name, `${lines.join('\n')}\n`);
    [lines, bytes] = [[], 0];
    return file;
  };
  for await (const some of exportRows(tx, table)) {
    for (const line of some) {
      lines.push(line);
      bytes += line.length;
      if (bytes >= CHUNK_BYTES) yield flush();
    }
  }
  if (lines.length > 0) yield flush();
}

async function* storedFiles({ dataDir, config }: BackupOptions): AsyncGenerator<TarFile> {
  if (config !== undefined) yield* fileAt(config, 'config/config.yaml');
  for await (const name of storedNames({ dataDir }))
    yield* fileAt(join(dataDir ?? '', name.slice('files/'.length)), name);
}

/** `files/` and the path in the data folder. */
async function* storedNames({ dataDir }: { dataDir?: string | undefined }): AsyncGenerator<string> {
  if (dataDir === undefined) return;
  for (const folder of FOLDERS) {
    for await (const path of walk(join(dataDir, folder))) {
      const name = `files/${folder}/${path}`;
      // An unfinished file belongs to nobody yet.
      if (!name.startsWith('files/artifacts/unfinished/')) yield name;
    }
  }
}

/** Installed skills are links to their versions, two levels deep where they have a group. */
async function storedLinks(dataDir: string | undefined): Promise<Record<string, string>> {
  const links: Record<string, string> = {};
  if (dataDir === undefined) return links;
  const add = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(join(dataDir, folder), { withFileTypes: true }).catch((error) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) links[path] = await readlink(join(dataDir, path));
      else if (entry.isDirectory() && depth > 0 && !entry.name.startsWith('.')) await add(path, depth - 1);
    }
  };
  await add('skills', 1);
  return links;
}

async function* fileAt(path: string, name: string): AsyncGenerator<TarFile> {
  const stats = await stat(path).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined; // it was removed meanwhile
    throw error;
  });
  if (stats?.isFile()) yield { name, size: stats.size, content: createReadStream(path) };
}

/** The paths of all files below `folder`, in order; links are not followed. */
async function* walk(folder: string, under = ''): AsyncGenerator<string> {
  const entries = await readdir(join(folder, under), { withFileTypes: true }).catch((error) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, path);
    else if (entry.isFile()) yield path;
  }
}
