import type { CommanderError } from 'commander';
import { CodaError, messageOf } from '../base/errors.ts';

export function errorText({ message, remedy, code }: CodaError): string {
  return `coda: ${message}\n  ${remedy} [${code}]\n`;
}

export const NOTHING_ASKED = 'Nothing asked: --approval was not needed.\n';

/** A command line that was not understood: `error: unknown command 'ru'\n(Did you mean run?)`. */
export function fromCommander(error: CommanderError, command = ''): CodaError {
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const help = command === '' ? undefined : `See "coda ${command} --help".`;
  return usage(
    `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`,
    suggestion?.replace(/^\((.*)\)$/, '$1') ?? help,
  );
}

export function usage(message: string, remedy = 'See what there is with "coda --help".'): CodaError {
  return new CodaError('USAGE', { message, remedy });
}

export function internal(error: unknown): CodaError {
  return new CodaError('INTERNAL', {
    message: `Something went wrong inside coda: ${messageOf(error)}`,
    remedy: 'This is a bug. Nothing that was confirmed is lost; start it again.',
    cause: error,
  });
}
