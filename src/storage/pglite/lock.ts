/** A single process per data folder: the embedded engine takes no lock by itself, and two would lose rows without an error. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { sleep } from '../../base/async.ts';
import { CodaError, systemCode } from '../../base/errors.ts';

const SETTLE_MS = 50;
const TURN_LOOK_MS = 20;
const TURN_WITHIN_MS = 10_000;

interface Holder {
  pid: number;
  /** Changes with every boot of the machine (Linux); elsewhere empty. */
  boot: string;
  /** When the process started, in the kernel's ticks since boot (Linux): a pid alone may have gone to another. */
  started: string;
  since: string;
  /** Namespace (Linux) of the process number `pid`: each container has its own. Elsewhere empty. */
  namespace: string;
  /** The name of a socket beside the lock that its holder listens on; who cannot see its process can see that. */
  socket: string;
}

/** Takes the lock on `dataDir`; a lock whose process is gone is taken over. Throws `STORAGE_IN_USE`. */
export async function lockFolder(dataDir: string, now: Date): Promise<() => Promise<void>> {
  const path = join(dataDir, 'coda.lock');
  const draft = `${path}.${randomUUID()}`;
  const socket = await answerFrom(dataDir);
  const mine: Holder = {
    ...(await identityOf(process.pid)),
    pid: process.pid,
    since: now.toISOString(),
    namespace: await namespaceOfPids(),
    socket: socket.name,
  };
  const content = JSON.stringify(mine);
  try {
    await writeFile(draft, content, { mode: 0o600 });
    // A link appears complete or not at all, and fails when the name is taken.
    if (!(await tryLink(draft, path))) await alone(dataDir, () => takeOver(draft, path, content, dataDir));
  } catch (error) {
    await socket.close();
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path, { force: true });
    await socket.close();
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

async function takeOver(draft: string, path: string, content: string, dataDir: string): Promise<void> {
  do await removeStale(path, dataDir);
  while (!(await tryLink(draft, path)));
  await confirm(path, content, dataDir);
}

/**
 * Lets one start at a time look at a lock that was left behind: between reading it and moving it away, another could put
 * its own there. The kernel gives an abstract socket's name to one process of a network namespace, and takes it back
 * however that process ends (Linux; elsewhere and across containers only `confirm` stands between).
 */
async function alone(dataDir: string, work: () => Promise<void>): Promise<void> {
  if (process.platform !== 'linux') return work();
  const folder = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex');
  const server = createServer().unref();
  const deadline = performance.now() + TURN_WITHIN_MS;
  for (let mine = false; !mine; ) {
    mine = await bind(server, `\0coda-lock-${folder.slice(0, 32)}`);
    if (!mine && performance.now() > deadline) throw inUse(dataDir, 'which is just starting');
    if (!mine) await sleep(TURN_LOOK_MS);
  }
  try {
    await work();
  } finally {
    server.close();
  }
}

async function bind(server: Server, name: string): Promise<boolean> {
  const listening = once(server, 'listening');
  server.listen(name);
  try {
    await listening;
    return true;
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Confirms the lock: of two starts that ran into each other, the one whose lock was moved away finds out here. */
async function confirm(path: string, content: string, dataDir: string): Promise<void> {
  await sleep(SETTLE_MS);
  if ((await readFile(path, 'utf8').catch(() => '')) !== content)
    throw inUse(dataDir, 'which started at the same moment');
}

function inUse(dataDir: string, who: string): CodaError {
  return new CodaError('STORAGE_IN_USE', {
    message: `Another coda is using ${dataDir} (${who}).`,
    remedy:
      'Stop it first; it may be a chat that is open at a terminal (Ctrl-D ends that). Or give this one its own folder with --data.',
  });
}

async function removeStale(path: string, dataDir: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return; // released meanwhile
  const holder = parseHolder(content);
  if (holder && (await isAlive(holder, dataDir))) {
    throw inUse(dataDir, `process ${holder.pid}, since ${holder.since}`);
  }
  // Moved before it is removed: another start may have put its own lock there since it was read.
  const moved = `${path}.stale.${randomUUID()}`;
  try {
    if ((await readFile(path, 'utf8')) !== content) return;
    await rename(path, moved);
    if ((await readFile(moved, 'utf8')) !== content) await tryLink(moved, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  } finally {
    await rm(moved, { force: true });
  }
  if (holder?.socket) await rm(join(dataDir, basename(holder.socket)), { force: true });
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

async function isAlive(holder: Holder, dataDir: string): Promise<boolean> {
  if (holder.namespace !== undefined && holder.namespace !== (await namespaceOfPids())) {
    return holder.socket !== '' && answers(dataDir, basename(holder.socket));
  }
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

async function namespaceOfPids(): Promise<string> {
  return readlink('/proc/self/ns/pid').catch(() => '');
}

async function answerFrom(dataDir: string): Promise<{ name: string; close(): Promise<void> }> {
  const name = `coda-${randomUUID().slice(0, 8)}.sock`;
  const server = createServer((connection) => connection.destroy()).unref();
  const listening = withShortPath(dataDir, name, async (path) => {
    server.listen(path);
    await once(server, 'listening');
  });
  try {
    await listening;
  } catch {
    return { name: '', close: async () => {} }; // a file system without sockets: one machine, no containers
  }
  return {
    name,
    close: async () => {
      server.close();
      await rm(join(dataDir, name), { force: true });
    },
  };
}

async function answers(dataDir: string, name: string): Promise<boolean> {
  return withShortPath(dataDir, name, async (path) => {
    const connection = connect(path);
    try {
      await once(connection, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      connection.destroy();
    }
  });
}

/** A socket's path may have 107 bytes, and a data folder may lie deep: on Linux an open folder has a short name. */
async function withShortPath<T>(folder: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return use(join(folder, name));
  const handle = await open(folder, 'r');
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}
