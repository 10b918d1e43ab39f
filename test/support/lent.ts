import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onServer, POSTGRES_URL } from './postgres.ts';

/** How the names begin of what suites lend each other; the process above all workers clears it away. */
export const lentFolder = (run = process.ppid) => `coda-lent-${run}`;
export const lentDatabase = (run = process.ppid) => `coda_lent_${run}`;

/** After the last suite (`globalSetup` of vitest). */
export async function teardown(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (name.startsWith(`${lentFolder(process.pid)}-`))
      await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  if (!POSTGRES_URL) return;
  for (const { datname } of await onServer('select datname from pg_database')) {
    const name = String(datname);
    if (name.startsWith(`${lentDatabase(process.pid)}_`))
      await onServer(`drop database if exists ${name} with (force)`);
  }
}
