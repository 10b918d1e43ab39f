import { CodaError, ERRORS } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { errorText, internal } from '../texts.ts';

export interface Witness {
  log: Log;
  /** True if a person looks at stderr while the log goes elsewhere. */
  watched: boolean;
}

/**
 * Ends the process with 70 on an error that nobody handles: a supervisor starts it again, and the database knows what
 * was under way. It is told to `witness`, or without one to stderr. The function returned stops watching.
 */
export function catchCrashes(io: NodeJS.Process, witness?: Witness): () => void {
  const crash = (error: unknown) => die(io, error, witness);
  // The one who came last knows best where to write to, and ends the process before the others hear of it.
  io.prependListener('uncaughtException', crash);
  io.prependListener('unhandledRejection', crash);
  return () => {
    io.off('uncaughtException', crash);
    io.off('unhandledRejection', crash);
  };
}

export function die(io: NodeJS.Process, error: unknown, witness?: Witness): void {
  witness?.log.fatal({ err: error }, 'an error that nobody handled');
  const codaError = error instanceof CodaError ? error : internal(error);
  if (!witness || witness.watched) io.stderr.write(`\n${errorText(codaError)}`);
  if (!witness && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  io.exit(ERRORS.INTERNAL.exit);
}
