/** Entries of a backup beside rows and files. */
import type { Hash } from 'node:crypto';
import type { TableShape, TableSum } from './tables.ts';
import type { TarFile } from './tar.ts';

export const FORMAT = 1;

/** The first entry of a backup. */
export interface Manifest {
  format: number;
  program: string;
  madeAt: string;
  engine: string;
  migrations: { version: number; name: string; checksum: string }[];
  tables: TableShape[];
}

/** The last entry: a backup without it was cut short. */
export interface Ending {
  tables: Record<string, TableSum>;
  /** Last value of each sequence, by name; backups of before 0.2.0 have none. */
  sequences?: Record<string, number>;
  files: number;
  /** SHA-256 over the names and contents of all entries before. */
  sha256: string;
}

export interface BackupSummary {
  file: string;
  madeAt: string;
  program: string;
  rows: number;
  files: number;
  bytes: number;
}

/** The same entry; what is read of it goes into `hash`. */
export function seen(hash: Hash, { name, size, content }: TarFile): TarFile {
  hash.update(`${name}\0${size}\0`);
  const through = async function* () {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  };
  return { name, size, content: through() };
}
