import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWeb } from '../../scripts/web.mjs';
import { packageRoot } from '../../src/base/root.ts';
import { onServer, POSTGRES_URL } from './postgres.ts';

/** How the names begin of what suites lend each other; the process above all workers clears it away. */
export const lentFolder = (run = process.ppid) => `coda-lent-${run}`;
export const lentDatabase = (run = process.ppid) => `coda_lent_${run}`;

const WEEK_MS = 7 * 86_400_000;

/** Before the first suite: the pages that coda serves are those of the sources. */
export async function setup(): Promise<void> {
  await buildWeb({ to: join(packageRoot(), 'dist', 'web') });
}

/** After the last suite (`globalSetup` of vitest). */
export async function teardown(): Promise<void> {
  await forgetModules();
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

/** What was transformed long ago is of sources that have changed since, or is made again. */
async function forgetModules(): Promise<void> {
  const folder = join(packageRoot(), '.cache', 'modules');
  for (const name of await readdir(folder).catch(() => [])) {
    const made = await stat(join(folder, name)).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > WEEK_MS) await rm(join(folder, name), { force: true });
  }
}
