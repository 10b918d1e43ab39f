/** The command line: finds the command, and says what went wrong in a sentence with a remedy and an exit status. */

import { CommanderError } from 'commander';
import { CodaError, ERRORS } from '../base/errors.ts';
import { OutboundProxy } from '../base/outbound.ts';
import { inOwnCommands, ownCommand } from '../base/root.ts';
import { routeFetch } from '../egress/index.ts';
import { catchCrashes } from './daemon/crash.ts';
import { inOwnWords } from './foreign.ts';
import { createProgram } from './program.ts';
import { errorText, fromCommander, internal } from './texts.ts';

export async function main(io: NodeJS.Process): Promise<number> {
  let status = 0;
  let help = '';
  const listener = {
    exit: (code: number) => {
      status = code;
    },
    help: (text: string) => {
      help += text;
    },
  };
  const release = catchCrashes(io);
  let direct = () => {};
  try {
    direct = await routeFetch(OutboundProxy.of(io.env));
    const words = inOwnWords(io.argv.slice(2));
    const program = await createProgram(io, listener, words);
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    // Help and version have been printed.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      io.stderr.write(help);
      return ERRORS.USAGE.exit;
    }
    const codaError = asCodaError(error);
    io.stderr.write(inOwnCommands(errorText(codaError), ownCommand(io.env)));
    if (codaError.code === 'INTERNAL' && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return codaError.exitStatus;
  } finally {
    release();
    direct();
  }
}

function asCodaError(error: unknown): CodaError {
  if (error instanceof CodaError) return error;
  return error instanceof CommanderError ? fromCommander(error) : internal(error);
}
