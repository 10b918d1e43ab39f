import type { Away } from '../app/index.ts';
import { CodaError } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { callDaemon, noDaemon } from './daemon.ts';
import { dataDir, type Flags } from './flags.ts';

/** `coda health`: 0 when the daemon runs, its database answers, its replicas and its platforms hear it. */
export async function health(flags: Flags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const answer = await callDaemon(folder, 'health');
  if (answer === undefined) throw noDaemon(folder);
  const { ok, away = [], deadJobs = 0 } = answer as unknown as { ok: boolean; away?: Away[]; deadJobs?: number };
  if (!ok) {
    throw new CodaError('STORAGE_UNREACHABLE', {
      message: 'coda runs, but its database does not answer.',
      remedy: 'See what "coda doctor" says.',
    });
  }
  const [first] = away;
  if (first) {
    const message = `coda runs, but ${away.map(({ platform, says }) => `${platform} is away: ${says}`).join('; ')}.`;
    throw new CodaError('PLATFORM_AWAY', { message, remedy: first.remedy });
  }
  // Starting it again would not mend them, so that this is no failure.
  const jobs = deadJobs === 0 ? '' : ` ${plural(deadJobs, 'background job')} failed too often: see "coda jobs".`;
  io.stdout.write(`coda is well.${jobs}\n`);
  return 0;
}
