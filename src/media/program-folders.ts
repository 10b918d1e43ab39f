/** Folders with the files of programs: each belongs to one process, and goes with it, also where that one was killed. */
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootId, isSameBoot } from '../base/child/index.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const PREFIX = 'coda-media-';
const OWNER = '.owner';
/** Longer than any program runs: for folders whose process cannot be seen from here. */
const ABANDONED_MS = 24 * 3_600_000;

/** A fresh folder of this process, which only its user may enter. */
export async function makeProgramFolder(pid = process.pid): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(folder, OWNER), `${pid} ${bootId(pid) ?? ''}`, { mode: 0o600 });
  return folder;
}

/** Removes this user's folders of processes that have ended without removing them. Never rejects. */
export async function clearProgramFolders(log: Log): Promise<void> {
  try {
    const names = (await readdir(tmpdir())).filter((name) => new RegExp(`^${PREFIX}\\w{6}$`).test(name));
    if (names.length === 0) return;
    // By the clock of the folders' own disk.
    const own = await makeProgramFolder();
    const { mtimeMs: now } = await lstat(own);
    await rm(own, { recursive: true });
    for (const folder of names.map((name) => join(tmpdir(), name))) {
      if (!(await isAbandoned(folder, now))) continue;
      await rm(folder, { recursive: true, force: true });
      log.info({ folder }, 'removed what a program of a process that has ended was given');
    }
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'folders of programs could not be looked through');
  }
}

async function isAbandoned(folder: string, now: number): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory() || stats.uid !== process.getuid?.() || (stats.mode & 0o077) !== 0) return false;
  const [pid = '', owner = ''] = (await readFile(join(folder, OWNER), 'utf8').catch(() => '')).split(' ');
  const running = bootId(Number(pid));
  if (owner !== '' && owner === running) return false;
  if (owner !== '' && running !== undefined && isSameBoot(owner, running)) return true;
  return now - stats.mtimeMs > ABANDONED_MS;
}
