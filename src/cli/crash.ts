import { ERRORS } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { errorText, internal } from './texts.ts';

/**
 * Ends the process with 70 on an error that nobody handles: a supervisor starts it again, and the database knows what
 * was under way. It is written to `log`, or without one to stderr. The function returned stops watching.
 */
export function catchCrashes(io: NodeJS.Process, log?: Log): () => void {
  const crash = (error: unknown) => {
    if (log) log.fatal({ err: error }, 'an error that nobody handled');
    else io.stderr.write(`${errorText(internal(error))}${error instanceof Error ? `${error.stack}\n` : ''}`);
    io.exit(ERRORS.INTERNAL.exit);
  };
  // The one who came last knows best where to write to, and ends the process before the others hear of it.
  io.prependListener('uncaughtException', crash);
  io.prependListener('unhandledRejection', crash);
  return () => {
    io.off('uncaughtException', crash);
    io.off('unhandledRejection', crash);
  };
}
