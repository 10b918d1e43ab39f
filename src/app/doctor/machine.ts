/** What `coda doctor` asks of the machine: disk, data folder, clock, what others may read. */
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../base/errors.ts';
import { bytesOf } from '../../base/text.ts';
import { type HealthCheck, together, type Verdict } from '../../chat/index.ts';
import { type Config, envFileOf } from '../../config/index.ts';
import type { Database } from '../../storage/index.ts';

const MB = 1_000_000;
/** Less than this is soon used up by a chatty day; less than that stops the database. */
const LOW_BYTES = 1_000 * MB;
const FULL_BYTES = 100 * MB;
const SKEW_MS = 30_000;
/** No coda existed before. */
const EARLIEST = Date.parse('2026-01-01T00:00:00Z');

/** Whether the disk of the data folder has room. Pure. */
export function judgeDisk(free: number, folder: string): Verdict {
  const says = `${bytesOf(free)} free for ${folder}`;
  const remedy = 'Free space on that disk, lower retention.days, or move the data folder with --data.';
  if (free < FULL_BYTES) return { ok: false, code: 'DISK_FULL', says: `only ${says}`, remedy };
  if (free < LOW_BYTES) return { ok: false, code: 'DISK_LOW', severity: 'warning', says: `only ${says}`, remedy };
  return { ok: true, says };
}

/** Whether this process may write there; `code` is what the system says, undefined: it may. Pure. */
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

/** Whether the host's clock is right: `skewMs` is how far it is ahead of a clock that others rely on. Pure. */
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

/** Whether a file with secrets is open to other users; `mode` as `stat` gives it. Pure. */
export function judgeSecrets(file: string, mode: number): Verdict {
  if ((mode & 0o077) === 0) return { ok: true, says: `${file} is this user's alone` };
  const says = `${file} holds secrets and other users can read it`;
  return { ok: false, code: 'SECRETS_READABLE', severity: 'warning', says, remedy: `Run: chmod 600 ${file}` };
}

/** The checks of the machine. */
export function machineChecks(config: Config, database: Database): HealthCheck[] {
  const { dataDir } = config;
  return [
    {
      name: 'disk',
      async check() {
        const { bavail, bsize } = await statfs(dataDir);
        return judgeDisk(bavail * bsize, dataDir);
      },
    },
    { name: 'data folder', check: async () => judgeFolder(await refusal(dataDir), dataDir) },
    {
      name: 'clock',
      async check() {
        const here = new Date();
        const skew = database.engine === 'postgres' ? here.getTime() - (await database.now()).getTime() : undefined;
        return judgeClock(here, skew, 'the database');
      },
    },
    {
      name: 'secrets',
      check: async () =>
        together(
          (await readable(config)).map(([file, mode]) => judgeSecrets(file, mode)),
          'no file holds any',
        ),
    },
  ];
}

async function refusal(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return systemCode(error) ?? 'EACCES';
  }
}

/** The files beside the configuration that hold secrets, with their modes. */
async function readable({ dataDir, file }: Config): Promise<[string, number][]> {
  // Windows has no such modes.
  if (process.platform === 'win32') return [];
  const files = [join(dataDir, '.env'), ...(file === undefined ? [] : [envFileOf(file)])];
  const found = await Promise.all(
    files.map(async (path): Promise<[string, number][]> => {
      const mode = await stat(path).then(
        ({ mode }) => mode,
        () => undefined,
      );
      return mode === undefined ? [] : [[path, mode]];
    }),
  );
  return found.flat();
}
