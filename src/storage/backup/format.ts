import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { readTar, type TarFile } from '../../base/tar.ts';

/** The newest: 2 may have names of any length, as pax has them. */
const FORMAT = 2;
/** Without such names it is read by 0.1.0 too, which is the way back from an upgrade. */
const PLAIN_FORMAT = 1;
const LONGEST_PLAIN_NAME = 100;

/** The format of a backup that has entries of these names. */
export async function formatFor(names: AsyncIterable<string>): Promise<number> {
  for await (const name of names) if (name.length > LONGEST_PLAIN_NAME || /[^\x20-\x7e]/.test(name)) return FORMAT;
  return PLAIN_FORMAT;
}

const name = z.string().max(200);

const manifestSchema = z.object({
  format: z.int(),
  program: name,
  madeAt: z.iso.datetime(),
  engine: name,
  migrations: z.array(z.object({ version: z.int(), name, checksum: name })),
  tables: z.array(z.object({ name, columns: z.array(z.object({ name, type: name })) })),
});

export type Manifest = z.output<typeof manifestSchema>;

/** Links below `skills/` and what they say, as JSON; a version without this entry leaves it out. */
export const LINKS = 'links.json';

/** Installed skills are links to their versions. Throws `BACKUP_DAMAGED` where one leads anywhere else. */
export function linksIn(text: string): [path: string, to: string][] {
  const links = Object.entries(parse(z.record(z.string(), z.string()), text));
  for (const [path, to] of links) {
    const target = normalize(join(dirname(path), to));
    if (!/^skills\/(?:[\w-][\w.-]*\/)?[\w-][\w.-]*$/.test(path) || !/^skills\/\.versions\/[^/\\\0]+$/.test(target))
      throw damagedBackup(`a link in it leads elsewhere: ${path}`);
  }
  return links;
}

/** Path in the data folder at which an entry is stored; undefined for one that is no file. Throws `BACKUP_DAMAGED`. */
export function placeOf({ name }: Pick<TarFile, 'name'>): string | undefined {
  if (name === 'config/config.yaml') return join('restored', 'config.yaml');
  const path = /^files\/((?:artifacts|skills|imported)\/.+)$/.exec(name)?.[1];
  if (path === undefined) return undefined;
  // A backup comes from outside: nothing in it leads out of the folder.
  if (normalize(path) !== path || path.split('/').includes('..') || /[\\\0]/.test(path))
    throw damagedBackup(`a name in it is none: ${name}`);
  return path;
}

/** The last entry: a backup without it was cut short. */
const endingSchema = z.object({
  tables: z.record(z.string(), z.object({ rows: z.int(), sum: name })),
  /** Last value of each sequence, by name; backups of before 0.2.0 have none. */
  sequences: z.record(z.string(), z.number()).optional(),
  files: z.int(),
  /** SHA-256 over the names and contents of all entries before. */
  sha256: name,
});

export type Ending = z.output<typeof endingSchema>;

export interface BackupSummary {
  file: string;
  madeAt: string;
  program: string;
  rows: number;
  files: number;
  bytes: number;
}

export function hashEntry(hash: Hash, { name, size, content }: TarFile): TarFile {
  hash.update(`${name}\0${size}\0`);
  const through = async function* () {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  };
  return { name, size, content: through() };
}

// Reading a backup: all of it is looked at before anything is restored.

/** Throws `BACKUP_DAMAGED`. */
export async function* entriesOf(file: string): AsyncGenerator<TarFile> {
  const bytes = createReadStream(file);
  const plain = bytes.pipe(createGunzip());
  bytes.on('error', (error) => plain.destroy(error));
  try {
    for await (const { name, size, content } of readTar(plain)) yield { name, size, content: orDamaged(content) };
  } catch (error) {
    throw unreadable(error);
  } finally {
    bytes.destroy();
    plain.destroy();
  }
}

async function* orDamaged(content: TarFile['content']): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw unreadable(error);
  }
}

const unreadable = (error: unknown) =>
  damagedBackup(systemCode(error) === undefined ? 'it was cut short or changed' : messageOf(error), error);

export function damagedBackup(why: string, cause?: unknown): CodaError {
  return new CodaError('BACKUP_DAMAGED', {
    message: `The backup cannot be used: ${why}.`,
    remedy: 'Take another one; "coda backup FILE" verifies each that it makes. Nothing was changed.',
    cause,
  });
}

export async function textOf({ content }: TarFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads all of it once. Throws `BACKUP_DAMAGED`, and `DATA_NEWER` for one in a form that this version does not know. */
export async function readBackup(file: string): Promise<{ manifest: Manifest; ending: Ending }> {
  const hash = createHash('sha256');
  let manifest: Manifest | undefined;
  for await (const entry of entriesOf(file)) {
    if (!manifest) {
      if (entry.name !== 'manifest.json') throw damagedBackup('it was not made by coda');
      manifest = parse(manifestSchema, await textOf(hashEntry(hash, entry)));
      if (manifest.format > FORMAT) throw newer(manifest);
    } else if (entry.name === 'end.json') {
      const ending = parse(endingSchema, await textOf(entry));
      if (ending.sha256 !== hash.digest('hex')) throw damagedBackup('its content is not what was written');
      return { manifest, ending };
    } else if (entry.name === LINKS) {
      linksIn(await textOf(hashEntry(hash, entry)));
    } else {
      placeOf(entry);
      for await (const _ of hashEntry(hash, entry).content);
    }
  }
  throw damagedBackup(manifest ? 'it was cut short' : 'it is empty');
}

export async function checkBackup(file: string): Promise<BackupSummary> {
  const { manifest, ending } = await readBackup(file);
  const rows = Object.values(ending.tables).reduce((sum, table) => sum + table.rows, 0);
  const { size: bytes } = await stat(file);
  return { file, madeAt: manifest.madeAt, program: manifest.program, rows, files: ending.files, bytes };
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw damagedBackup('a part of it is not readable', error);
  }
}

export function newer({ program, migrations }: Pick<Manifest, 'program' | 'migrations'>): CodaError {
  // Two programs of one version that is not released yet are told apart by what the database has.
  const last = migrations.at(-1)?.name ?? 'none';
  return new CodaError('DATA_NEWER', {
    message: `The backup was made by a newer version of coda (${program}, with the migration ${last}).`,
    remedy: 'Update coda to at least that version, then restore it.',
  });
}
