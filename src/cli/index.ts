/** The command line: finds the command, and says what went wrong in a sentence with a remedy and an exit status. */

import { CommanderError } from 'commander';
import { CodaError, ERRORS } from '../base/errors.ts';
import { catchCrashes } from './crash.ts';
import { createProgram } from './program.ts';
import { errorText, fromCommander, internal } from './texts.ts';

/** Runs the command that `io.argv` names; resolves with the exit status. */
export async function main(io: NodeJS.Process): Promise<number> {
  let status = 0;
  let help = '';
  const program = createProgram(io, {
    exit: (code) => {
      status = code;
    },
    help: (text) => {
      help += text;
    },
  });
  const release = catchCrashes(io);
  io.stdout.once('error', (error: NodeJS.ErrnoException) => readerGone(io, error));
  try {
    await program.parseAsync(io.argv);
    return status;
  } catch (error) {
    // Help and version have been printed.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      io.stderr.write(help);
      return ERRORS.USAGE.exit;
    }
    const told = asCodaError(error);
    io.stderr.write(errorText(told));
    if (told.code === 'INTERNAL' && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return told.exitStatus;
  } finally {
    release();
  }
}

/** `coda … | head`: whoever read has ended. As with SIGPIPE the process ends, too; a daemon stops in order. */
function readerGone(io: NodeJS.Process, error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  // Those that follow, until it has ended.
  io.stdout.on('error', () => {});
  io.kill(io.pid, 'SIGTERM');
}

function asCodaError(error: unknown): CodaError {
  if (error instanceof CodaError) return error;
  return error instanceof CommanderError ? fromCommander(error) : internal(error);
}
