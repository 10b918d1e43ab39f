import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { DAY_MS } from '../../base/clock.ts';
import { systemCode } from '../../base/errors.ts';
import type { Stall } from '../../base/spans.ts';
import { bytesOf, oneLine, plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { combineVerdicts, type HealthCheck, type Verdict } from '../../chat/index.ts';
import { type Config, envFileOf } from '../../config/index.ts';
import { countLost } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import { machineZone } from '../../time/index.ts';

const MB = 1_000_000;
/** Less than this is soon used up by a chatty day; less than that stops the database. */
const LOW_BYTES = 1_000 * MB;
const FULL_BYTES = 100 * MB;
const FEW_INODES = 1_000;
const LOW_MEMORY = 100 * MB;
const SKEW_MS = 30_000;
/** No coda existed before; a clock that says otherwise would fire nothing for decades, and everything once it is set. */
export const EARLIEST = Date.parse('2026-01-01T00:00:00Z');

export function judgeDisk(free: number, folder: string): Verdict {
  const says = `${bytesOf(free)} free for ${folder}`;
  const remedy = 'Free space on that disk, lower retention.days, or move the data folder with --data.';
  if (free < FULL_BYTES) return { ok: false, code: 'DISK_FULL', says: `only ${says}`, remedy };
  if (free < LOW_BYTES) return { ok: false, code: 'DISK_LOW', severity: 'warning', says: `only ${says}`, remedy };
  return { ok: true, says };
}

/** Verdict on too few inodes for new files, if they are; some file systems count none (`total` is 0). Pure. */
export function judgeInodes(free: number, total: number, folder: string): Verdict | undefined {
  if (total === 0 || free >= FEW_INODES) return undefined;
  return {
    ok: false,
    code: 'DISK_INODES',
    ...(free > 0 && { severity: 'warning' }),
    says: `${free === 0 ? 'no inode is' : `only ${plural(free, 'inode is', 'inodes are')}`} free on the disk of ${folder}: no file can be made there, however much space is left`,
    remedy: `Delete what holds very many small files ("df -i ${folder}" shows the disk), or move the data folder with --data.`,
  };
}

/** Verdict on memory: what this process has, what it may have (undefined: no limit), what the machine has left. Pure. */
export function judgeMemory({ used, limit, free }: { used: number; limit: number | undefined; free: number }): Verdict {
  const says = `${bytesOf(used)} used${limit === undefined ? '' : ` of ${bytesOf(limit)}`}, ${bytesOf(free)} free on this machine`;
  const low = { ok: false, code: 'MEMORY_LOW', severity: 'warning' } as const;
  if (limit !== undefined && used > 0.9 * limit) {
    const remedy =
      'Raise the container’s limit (mem_limit, --memory), or lower delivery.concurrency; at the limit the system ends coda.';
    return { ...low, says, remedy };
  }
  if (free >= LOW_MEMORY) return { ok: true, says };
  const remedy = 'End what else needs memory, add some, or add swap; when none is left the system ends a process.';
  return { ...low, says, remedy };
}

const MANY_LOSSES = 3;

/** Verdict on `count` processes that were gone within a day without a clean stop. Pure. */
export function judgeLosses(count: number, limit: number | undefined): Verdict {
  if (count < MANY_LOSSES) return { ok: true, says: count === 0 ? 'none within a day' : `${count} within a day` };
  const says = `coda ended ${plural(count, 'time')} within a day without stopping`;
  const warning = { ok: false, severity: 'warning' } as const;
  if (limit !== undefined) {
    return {
      ...warning,
      code: 'MEMORY_KILLED',
      says: `${says}, under a limit of ${bytesOf(limit)} of memory: the system probably killed it for memory`,
      remedy:
        'Raise that limit (mem_limit, --memory, MemoryMax), or lower delivery.concurrency; OOMKilled in "docker inspect", or "oom" in "journalctl -k", makes sure of it.',
    };
  }
  const remedy =
    'Look at the end of its log, and for "oom" in "journalctl -k": it was killed, crashed, or the machine lost its power.';
  return { ...warning, code: 'PROCESS_CRASHES', says, remedy };
}

/** Verdict on the last time that the event loop stood still: everybody waited for one piece of work. Pure. */
export function judgeStall(stall: Stall | undefined, now: Date): Verdict {
  if (!stall || now.getTime() - stall.at.getTime() > DAY_MS) return { ok: true, says: 'nothing has held everybody up' };
  const during = stall.during === undefined ? 'between two pieces of work' : `in or right after ${stall.during}`;
  const says = `everything stood still for ${(stall.ms / 1_000).toFixed(1)} s until ${stall.at.toISOString()}, ${during}`;
  const remedy =
    'Look whether the machine was busy or asleep; else report what is named here: no work may take so long.';
  return { ok: false, code: 'LOOP_STALLED', severity: 'warning', says, remedy };
}

/** Verdict on a folder to be written to; `code` is the system's refusal, undefined where it has none. Pure. */
export function judgeFolder(code: string | undefined, folder: string): Verdict {
  if (code === undefined) return { ok: true, says: `${folder} can be written to` };
  const reasons: Record<string, string> = { ENOENT: 'is not there', EROFS: 'is on a read-only disk' };
  return {
    ok: false,
    code: 'DATA_UNWRITABLE',
    says: `${folder} ${reasons[code] ?? 'may not be written to by this user'}`,
    remedy: 'Give it to the user that runs coda (chown -R), mount it writable, or choose another with --data.',
  };
}

/** Verdict on the host's clock; `skewMs`: how far it is ahead of a clock that others rely on. Pure. */
export function judgeClock(now: Date, skewMs: number | undefined, than: string): Verdict {
  const remedy = 'Let the machine set its clock (timedatectl set-ntp true), and check its time zone.';
  if (now.getTime() < EARLIEST) {
    return { ok: false, code: 'CLOCK_WRONG', says: `this machine says that it is ${now.toISOString()}`, remedy };
  }
  if (skewMs === undefined) return { ok: true, says: `${now.toISOString()}; nothing to compare it with` };
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) < SKEW_MS) return { ok: true, says: `agrees with ${than}` };
  const says = `is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${than}`;
  return { ok: false, code: 'CLOCK_SKEW', severity: 'warning', says, remedy };
}

/** Verdict on the zone of people who have not said theirs; `tz`: the variable that gave the machine none that is known. Pure. */
export function judgeZone(
  configured: string | undefined,
  machine: { zone: string; isKnown: boolean },
  tz = '',
): Verdict {
  if (configured !== undefined) return { ok: true, says: `${configured}, as configured` };
  if (machine.isKnown) return { ok: true, says: `${machine.zone}, as on this machine` };
  return {
    ok: false,
    code: 'ZONE_UNKNOWN',
    severity: 'warning',
    says: `the time zone of this machine (TZ=${oneLine(tz, 100)}) is none that is known; times are in UTC`,
    remedy: 'Set assistant.zone in config.yaml, or TZ to a name such as Europe/Berlin.',
  };
}

/** Verdict on a file with secrets, which other users may not read; `mode` as `stat` gives it. Pure. */
export function judgeSecrets(file: string, mode: number): Verdict {
  if ((mode & 0o077) === 0) return { ok: true, says: `${file} is this user's alone` };
  const says = `${file} holds secrets and other users can read it`;
  return { ok: false, code: 'SECRETS_READABLE', severity: 'warning', says, remedy: `Run: chmod 600 ${file}` };
}

export function machineChecks(config: Config, database: Database, { clock, pace, env }: World): HealthCheck[] {
  const { dataDir } = config;
  return [
    {
      name: 'disk',
      async check() {
        const { bavail, bsize, ffree, files } = await statfs(dataDir);
        return judgeInodes(ffree, files, dataDir) ?? judgeDisk(bavail * bsize, dataDir);
      },
    },
    { name: 'memory of this machine', check: async () => judgeMemory(memory()) },
    {
      name: 'sudden ends',
      async check() {
        const now = clock.now();
        return judgeLosses(await countLost(database, new Date(now.getTime() - DAY_MS), now), memory().limit);
      },
    },
    ...(pace ? [{ name: 'event loop', check: async () => judgeStall(pace.last, clock.now()) }] : []),
    { name: 'data folder', check: async () => judgeFolder(await refusal(dataDir), dataDir) },
    {
      name: 'clock',
      async check() {
        const here = new Date();
        const skew = database.engine === 'postgres' ? here.getTime() - (await database.now()).getTime() : undefined;
        return judgeClock(here, skew, 'the database');
      },
    },
    { name: 'time zone', check: async () => judgeZone(config.assistant.zone, machineZone(), env.TZ) },
    {
      name: 'secrets',
      check: async () =>
        combineVerdicts(
          (await readable(config)).map(([file, mode]) => judgeSecrets(file, mode)),
          'no file holds any',
        ),
    },
  ];
}

function memory(): Parameters<typeof judgeMemory>[0] {
  const limit = process.constrainedMemory();
  // Without one, Node tells none, or what no machine has.
  const isLimit = limit > 0 && limit < 2 ** 50;
  return { used: process.memoryUsage.rss(), limit: isLimit ? limit : undefined, free: freemem() };
}

async function refusal(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return systemCode(error) ?? 'EACCES';
  }
}

async function readable({ dataDir, file }: Config): Promise<[string, number][]> {
  // Windows has no such modes.
  if (process.platform === 'win32') return [];
  const files = [join(dataDir, '.env'), ...(file === undefined ? [] : [envFileOf(file)])];
  const modes = await Promise.all(
    files.map(async (path): Promise<[string, number][]> => {
      const mode = await stat(path).then(
        ({ mode }) => mode,
        () => undefined,
      );
      return mode === undefined ? [] : [[path, mode]];
    }),
  );
  return modes.flat();
}
