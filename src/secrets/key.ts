/** The key that seals secrets: from the environment, or a file that lies outside of the data. */

import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CodaError, systemCode } from '../base/errors.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Key {
  /** Tells it from others, and nothing of it. */
  id: string;
  bytes: Buffer;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Locations of the key. */
export interface KeyPlace {
  /** Those that there are, the one to seal with first; a new one where `make` is set and there is none. */
  keys(make?: boolean): Key[];
  /** A further one, which is the first from `kept` on; undefined where the environment has it. */
  another(): { key: Key; kept(): void } | undefined;
}

/** `CODA_SECRET_KEY` (and `CODA_SECRET_KEY_OLD`, to rotate from), else the file of the user. */
export function keyPlace(env: Env): KeyPlace {
  const { CODA_SECRET_KEY: given, CODA_SECRET_KEY_OLD: old } = env;
  if (given) {
    let keys: Key[] | undefined;
    return {
      keys: () => {
        keys ??= [given, old].flatMap((text) =>
          text ? [keyOf(scryptSync(text, 'coda skill secrets', KEY_BYTES))] : [],
        );
        return keys;
      },
      another: () => undefined,
    };
  }
  const file =
    env.CODA_SECRET_KEY_FILE ||
    join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'coda', 'secret.key');
  return {
    keys(make = false) {
      // A rotation that was cut off has left the new one beside it: rows are sealed with either.
      const keys = [file, `${file}.new`].flatMap((path) => readKey(path) ?? []);
      if (keys.length > 0 || !make) return keys;
      return [writeKey(file)];
    },
    another() {
      const key = readKey(`${file}.new`) ?? writeKey(`${file}.new`);
      return { key, kept: () => renameSync(`${file}.new`, file) };
    },
  };
}

function keyOf(bytes: Buffer): Key {
  return { id: createHash('sha256').update('coda key id\n').update(bytes).digest('hex').slice(0, 12), bytes };
}

function readKey(file: string): Key | undefined {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    const bytes = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    if (bytes.length !== KEY_BYTES) throw noKey(`${file} holds no key.`);
    return keyOf(bytes);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function writeKey(file: string): Key {
  const bytes = randomBytes(KEY_BYTES);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${bytes.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return readKey(file) as Key;
    throw noKey(`The key file ${file} cannot be written.`, error);
  }
  return keyOf(bytes);
}

/** Secrets cannot be sealed or read. */
export function noKey(message: string, cause?: unknown): CodaError {
  return new CodaError('SECRET_KEY', {
    message,
    remedy:
      'Set CODA_SECRET_KEY to the same long random text everywhere, or CODA_SECRET_KEY_FILE to a file that coda may write.',
    cause,
  });
}

/** Seals a value for the place `about`: elsewhere it cannot be opened. */
export function seal(value: string, { bytes }: Key, about: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, bytes, nonce).setAAD(Buffer.from(about));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

/** Throws where the value was changed, or sealed with another key or for another place. */
export function unseal(sealed: string, { bytes }: Key, about: string): string {
  const all = Buffer.from(sealed, 'base64');
  const opened = createDecipheriv(ALGORITHM, bytes, all.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(about))
    .setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([opened.update(all.subarray(NONCE_BYTES + TAG_BYTES)), opened.final()]).toString('utf8');
}
