import type { z } from 'zod';
import { DAY_MS } from '../../base/clock.ts';
import { plural } from '../../base/text.ts';
import type { Skill, SkillDeps, Verdict } from '../../chat/index.ts';
import { config } from './config.ts';

export { config as backupConfig } from './config.ts';

type Settings = z.output<typeof config.schema>;

export const BACKUP_TASK = 'backup';

const NIGHTLY = '47 2 * * *';

export interface BackupDeps {
  nightly(keep: number): Promise<{ file: string; rows: number; files: number; bytes: number; holdsKeys: boolean }>;
  /** When the newest of its own was made; undefined where there is none. */
  newestAt(): Promise<Date | undefined>;
}

export const backup = (backups: BackupDeps): Skill<Settings> => ({
  name: 'backup',
  config,
  work: {
    ownSchedules: (deps) =>
      cronOf(deps) === 'off'
        ? []
        : [
            {
              name: BACKUP_TASK,
              kind: 'backup',
              cron: cronOf(deps),
              missed: 'latest',
            },
          ],
    jobs: (deps) => [
      {
        kind: 'backup',
        does: 'makes a backup, and keeps the newest',
        async run() {
          // Backups may have been switched off since the schedule was made.
          if (cronOf(deps) === 'off') return;
          const { file, rows, files, bytes, holdsKeys } = await backups.nightly(deps.config.keep);
          deps.world.log.info({ file, rows, files, bytes, holdsKeys }, 'backup made');
        },
      },
    ],
  },
  views: {
    checks: (deps) => [
      {
        name: 'backups',
        async check() {
          if (cronOf(deps) === 'off') return { ok: true, severity: 'off', says: 'are somebody else’s work' };
          return judge(await backups.newestAt(), deps.world.clock.now());
        },
      },
    ],
  },
});

const OLD_DAYS = 3;

export function judge(newest: Date | undefined, now: Date): Verdict {
  const remedy = 'Make one with "coda backup"; "coda jobs" shows why the nightly one fails.';
  if (!newest) return { ok: true, severity: 'off', says: 'none yet; the first is made at its time (backup.cron)' };
  const days = Math.floor((now.getTime() - newest.getTime()) / DAY_MS);
  if (days < OLD_DAYS) return { ok: true, says: `the newest is of ${newest.toISOString()}` };
  return {
    ok: false,
    code: 'BACKUP_OLD',
    severity: 'warning',
    says: `the newest is ${plural(days, 'day')} old`,
    remedy,
  };
}

/** An embedded database has nobody else to look after it. */
function cronOf({ config, database }: SkillDeps<Settings>): string {
  return config.cron ?? (database.engine === 'pglite' ? NIGHTLY : 'off');
}
