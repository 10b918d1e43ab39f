/** The two files that `coda init` writes: both are as they were until everything is known, and then whole. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';

/** A file as it was read. */
export interface Draft {
  path: string;
  /** Empty where there is none. */
  text: string;
  isThere: boolean;
  hash: string;
}

export function readDraft(path: string): Draft {
  const text = textOf(path);
  return { path, text: text ?? '', isThere: text !== undefined, hash: hashOf(text) };
}

/**
 * Puts `text` in the place of what `draft` was, at once: who reads sees the old or the new. `check` is given the path of
 * the new text before, and throws where it must not be taken. Whoever changed the file meanwhile wins: `CONFIG_EDITED`.
 */
export function replace(draft: Draft, text: string, mode: number, check: (path: string) => void = () => {}): void {
  // The file that a link leads to is replaced, not the link.
  const target = draft.isThere ? realpathSync(draft.path) : draft.path;
  const fresh = `${target}.${process.pid}.new`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    write(fresh, text, draft.isThere && mode !== PRIVATE ? statSync(target).mode & 0o777 : mode);
    check(fresh);
    assertUnchanged(draft);
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error instanceof CodaError ? error : unwritable(draft.path, error);
  }
}

/** Only its owner reads it. */
export const PRIVATE = 0o600;

function assertUnchanged({ path, hash }: Draft): void {
  if (hashOf(textOf(path)) === hash) return;
  throw new CodaError('CONFIG_EDITED', {
    message: `${path} was changed while this was asked. Nothing was written.`,
    remedy: 'Save what is open in an editor, and run "coda init" again.',
  });
}

function write(path: string, text: string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(path, mode);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw new CodaError('CONFIG_UNREADABLE', {
      message: `${path} cannot be read (${messageOf(error)}).`,
      remedy: 'Let this user read it, or name another configuration with --config.',
      cause: error,
    });
  }
}

function hashOf(text: string | undefined): string {
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('hex');
}

function unwritable(path: string, cause: unknown): CodaError {
  return new CodaError('DATA_UNWRITABLE', {
    message: `${path} cannot be written (${messageOf(cause)}).`,
    remedy: 'Run this as a user who may, or name another place with --config.',
    cause,
  });
}
