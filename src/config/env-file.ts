import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { decodeText } from '../base/text.ts';

/** The `.env` file of a configuration: beside it, or beside the folder `config` that it is in. */
export function envFileOf(configFile: string): string {
  const folder = dirname(configFile);
  return join(basename(folder) === 'config' ? dirname(folder) : folder, '.env');
}

/** Variables of `file`, by name; none where there is no file. One that cannot be read is `CONFIG_UNREADABLE`. */
export function readEnvFile(file: string): Record<string, string> {
  try {
    return parseEnv(withHashes(decodeText(readFileSync(file)))) as Record<string, string>;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return {};
    throw new CodaError('CONFIG_UNREADABLE', {
      message: `The file ${file} cannot be read (${messageOf(error)}).`,
      remedy: 'Let the user that runs coda read it, or move it away.',
      cause: error,
    });
  }
}

const SETTING = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=)([ \t]*)("[^"]*"|'[^']*'|`[^`]*`|[^\r\n"'`][^\r\n]*)/gm;

/**
 * Quotes a bare value with a `#` inside a word, which begins no comment: keys and passwords have such. Node's own reader
 * takes every one for a comment.
 */
function withHashes(text: string): string {
  return text.replace(SETTING, (line: string, name: string, space: string, value: string) => {
    const isBare = !/^["'`]/.test(value) && !(space !== '' && value.startsWith('#'));
    const bare = value.replace(/\s#.*$/s, '').trimEnd();
    const quote = ["'", '"', '`'].find((each) => !bare.includes(each));
    return isBare && bare.includes('#') && quote !== undefined ? `${name}${quote}${bare}${quote}` : line;
  });
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `env` with what `files` set besides, an earlier one before a later, of the names that are needed and no others: a `.env`
 * that other programs share must not change how this process runs. What the environment itself sets, and not to nothing,
 * wins.
 */
export function withEnvFiles(env: Env, files: readonly string[], isNeeded = (_name: string) => true): Env {
  const all = { ...env };
  for (const file of files)
    for (const [name, value] of Object.entries(readEnvFile(file))) if (isNeeded(name)) all[name] ||= value;
  return all;
}
