import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CodaError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { inFolder, makeFolder, syncFolder } from '../files.ts';
import { lastApplied, migrate, readMigrations } from '../migrate.ts';
import { openDatabase } from '../open.ts';
import { lockFolder } from '../pglite/lock.ts';
import type { Database, Transaction } from '../port.ts';
import {
  damagedBackup,
  type Ending,
  entriesOf,
  LINKS,
  linksIn,
  type Manifest,
  newer,
  placeOf,
  readBackup,
  textOf,
} from './format.ts';
import { adoptInstallation, advanceSequences, columnsOf, importRows, isUnused, replaceAll, sumOf } from './tables.ts';

export interface RestoreOptions {
  /** Empty, or with `force` any; not used by a running coda. */
  database: Database;
  dataDir?: string | undefined;
  file: string;
  force?: boolean;
  /**
   * True, the default: it becomes a coda of its own, with another installation id, and all processes of the original have
   * ended. False: it moves.
   */
  copy?: boolean;
  now: Date;
}

export interface RestoreSummary {
  tables: number;
  rows: number;
  files: number;
  madeAt: string;
  installation: string | undefined;
  /** Migrations that have come since the backup was made, by name. */
  migrated: string[];
}

/**
 * Looks at the whole backup, brings the database to the shape that it was made of, loads it in one transaction, compares
 * counts and sums, then applies the migrations that have come since. The files are there before the rows. Throws
 * `BACKUP_DAMAGED`, `DATA_NEWER`, `MIGRATION_CHANGED`, `RESTORE_INTO_NEWER` or `RESTORE_NOT_EMPTY`; the database is then as
 * it was.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreSummary> {
  const { database, file, dataDir, force = false, copy = true, now } = options;
  const { manifest, ending } = await readBackup(file);
  await checkMigrations(manifest);
  const until = manifest.migrations.at(-1)?.version ?? 0;
  const last = await lastApplied(database);
  if (last && last.version > until) throw laterDatabase(last.name, manifest);
  await migrate(database, { now, until });
  if (!force && !(await isUnused(database))) throw notEmpty();
  const installation = copy ? randomUUID() : undefined;
  // Before anything is emptied: the names in an archive become part of statements.
  await database.tx('restore.shapes', (tx) => checkShapes(tx, manifest));
  // Before the rows that refer to them: a restore that is cut off leaves files that nothing names, never rows without theirs.
  if (dataDir !== undefined) await restoreFiles(file, dataDir);
  await replaceAll(database, manifest.tables, async (tx) => {
    await load(tx, file, manifest);
    await compare(tx, manifest, ending);
    await advanceSequences(tx, ending.sequences ?? {});
    // With the rows: no copy ever calls itself the original.
    if (installation) await adoptInstallation(tx, installation, now);
  });
  const migrated = await migrate(database, { now });
  const rows = Object.values(ending.tables).reduce((sum, table) => sum + table.rows, 0);
  return { tables: manifest.tables.length, rows, files: ending.files, madeAt: manifest.madeAt, installation, migrated };
}

async function checkMigrations({ migrations, program }: Manifest): Promise<void> {
  const checksums = new Map((await readMigrations()).map((migration) => [migration.name, migration.checksum]));
  for (const { name, checksum } of migrations) {
    const mine = checksums.get(name);
    if (mine === undefined) throw newer({ migrations, program });
    if (mine !== checksum) {
      throw new CodaError('MIGRATION_CHANGED', {
        message: `The migration ${name} has changed since the backup was made.`,
        remedy: 'Restore it with the version of coda that made it, then upgrade.',
      });
    }
  }
}

/** The names and types of a backup become part of statements: they are those of the database, or it is refused. */
async function checkShapes(tx: Transaction, { tables }: Manifest): Promise<void> {
  const here = await columnsOf(tx);
  for (const { name, columns } of tables) {
    if (!here.has(name)) throw damagedBackup(`it has a table ${JSON.stringify(name)}`);
    for (const column of columns)
      if (here.get(name)?.get(column.name) !== column.type) throw damagedBackup(`${name} has other columns in it`);
  }
}

async function load(tx: Transaction, file: string, { tables }: Manifest): Promise<void> {
  const byName = new Map(tables.map((table) => [table.name, table]));
  for await (const entry of entriesOf(file)) {
    const [, name] = /^tables\/([a-z0-9_]+)\/\d+\.jsonl$/.exec(entry.name) ?? [];
    if (name === undefined) continue;
    const lines = (await textOf(entry)).split('\n').slice(0, -1);
    const table = byName.get(name);
    if (!table) throw damagedBackup(`${name} is not in its list of tables`);
    await importRows(tx, table, lines);
  }
}

async function compare(tx: Transaction, { tables }: Manifest, ending: Ending): Promise<void> {
  for (const table of tables) {
    const [expectedSum, actualSum] = [ending.tables[table.name], await sumOf(tx, table)];
    if (expectedSum?.rows === actualSum.rows && expectedSum.sum === actualSum.sum) continue;
    throw damagedBackup(
      `${table.name} had ${plural(expectedSum?.rows ?? 0, 'row')} and has ${actualSum.rows}, or other ones`,
    );
  }
}

async function restoreFiles(file: string, dataDir: string): Promise<void> {
  await inFolder(dataDir, async () => {
    for await (const entry of entriesOf(file)) {
      if (entry.name === LINKS) await restoreLinks(dataDir, await textOf(entry));
      const path = placeOf(entry);
      if (path === undefined) continue;
      const target = join(dataDir, path);
      await makeFolder(dirname(target));
      await pipeline(entry.content, createWriteStream(target, { mode: 0o600, flush: true }));
    }
  });
}

async function restoreLinks(dataDir: string, text: string): Promise<void> {
  for (const [path, to] of linksIn(text)) {
    const place = join(dataDir, path);
    await makeFolder(dirname(place));
    await rm(place, { recursive: true, force: true });
    await symlink(to, place);
  }
}

/** Refuses rows that would come behind later migrations, which have changed only rows that were there. */
function laterDatabase(name: string, { program, migrations }: Manifest): CodaError {
  const end = migrations.at(-1)?.name ?? 'none';
  return new CodaError('RESTORE_INTO_NEWER', {
    message: `The database has the migration ${name}, and the backup, of ${program}, ends at ${end}.`,
    remedy: 'Restore it into a database, or a schema (storage.schema), that is empty: it is brought up to date there.',
  });
}

function notEmpty(): CodaError {
  return new CodaError('RESTORE_NOT_EMPTY', {
    message: 'There is data already where the backup is to go.',
    remedy: 'Name an empty data folder with --data, or replace what is there with --force.',
  });
}

type PlaceOptions = Omit<RestoreOptions, 'database'> & {
  into: string;
};

/**
 * Makes a database beside the one that is there, and puts it in its place when all of it has been loaded and compared; the
 * old one stays beside it as `db.before-…`. Throws what `restoreBackup` does, and `STORAGE_IN_USE`.
 */
export async function restoreEmbedded({ into, ...options }: PlaceOptions, world: World): Promise<RestoreSummary> {
  await readBackup(options.file);
  return inFolder(into, async () => {
    await makeFolder(into);
    const unlock = await lockFolder(into, options.now);
    const draft = join(into, 'restoring');
    const place = join(into, 'db');
    try {
      const isThere = await stat(place).then(
        () => true,
        () => false,
      );
      if (isThere && !options.force) throw notEmpty();
      await rm(draft, { recursive: true, force: true });
      const database = await openDatabase({ dataDir: draft, connectTimeoutMs: 0 }, world);
      const restored = await restoreBackup({ ...options, database }).finally(() => database.close());
      const stamp = options.now.toISOString().replace(/\D/g, '').slice(0, 14);
      if (isThere) await rename(place, join(into, `db.before-${stamp}`));
      await rename(join(draft, 'db'), place);
      await copyFile(join(draft, 'coda-data.json'), join(into, 'coda-data.json'));
      await syncFolder(into);
      return restored;
    } finally {
      await rm(draft, { recursive: true, force: true });
      await unlock();
    }
  });
}
