/** One process per data folder: the embedded engine takes no lock by itself, and two would lose rows without an error. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodaError, systemCode } from '../../base/errors.ts';

interface Holder {
  pid: number;
  /** Changes with every boot of the machine (Linux); elsewhere empty. */
  boot: string;
  /** When the process started, in the kernel's ticks since boot (Linux): a pid alone may have gone to another. */
  started: string;
  since: string;
}

/** Takes the lock on `dataDir`; a lock whose process is gone is taken over. Throws `STORAGE_IN_USE`. */
export async function lockFolder(dataDir: string, now: Date): Promise<() => Promise<void>> {
  const path = join(dataDir, 'coda.lock');
  const mine: Holder = { ...(await identityOf(process.pid)), pid: process.pid, since: now.toISOString() };
  const content = JSON.stringify(mine);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    // A link appears complete or not at all, and fails when the name is taken.
    while (!(await tryLink(draft, path))) await removeStale(path, dataDir);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path, { force: true });
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string, dataDir: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return; // released meanwhile
  const holder = parseHolder(content);
  if (holder && (await isAlive(holder))) {
    throw new CodaError('STORAGE_IN_USE', {
      message: `Another coda is using ${dataDir} (process ${holder.pid}, since ${holder.since}).`,
      remedy: 'Stop it first, or give this one its own folder with --data.',
    });
  }
  // Moved before it is removed: another start may have put its own lock there since it was read.
  const moved = `${path}.stale.${process.pid}`;
  try {
    await rename(path, moved);
    if ((await readFile(moved, 'utf8')) !== content) await tryLink(moved, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  } finally {
    await rm(moved, { force: true });
  }
}

/** Undefined when the text was cut off by a power failure. */
function parseHolder(content: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(content);
    return typeof holder === 'object' && holder !== null && 'pid' in holder ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false;
  }
  const { boot, started } = await identityOf(holder.pid);
  return boot === holder.boot && started === holder.started;
}

async function identityOf(pid: number): Promise<{ boot: string; started: string }> {
  const [boot, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // The second field is the program's name in parentheses and may hold anything; the 22nd is the start time.
  return { boot: boot.trim(), started: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
}
