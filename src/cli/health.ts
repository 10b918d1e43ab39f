import { CodaError } from '../base/errors.ts';
import { callDaemon, noDaemon } from './daemon.ts';
import { dataDir, type Flags } from './flags.ts';

/** `coda health`: 0 when the daemon runs and its database answers. */
export async function health(flags: Flags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const answer = await callDaemon(folder, 'health');
  if (answer === undefined) throw noDaemon(folder);
  if (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true) {
    io.stdout.write('coda is well.\n');
    return 0;
  }
  throw new CodaError('STORAGE_UNREACHABLE', {
    message: 'coda runs, but its database does not answer.',
    remedy: 'See what "coda doctor" says.',
  });
}
