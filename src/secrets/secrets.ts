import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID, scryptSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Sequence } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { CodaError, systemCode } from '../base/errors.ts';
import type { Secrets } from '../base/log.ts';
import { homeFolder } from '../base/root.ts';
import { resolvePeople } from '../people/index.ts';
import {
  type CommitHints,
  type Database,
  type Queryable,
  readerOf,
  type Transaction,
  type WritesBesides,
} from '../storage/index.ts';
import * as store from './store.ts';

export interface SecretDeps {
  database: Pick<Database, 'read' | 'tx'>;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  hidden: Secrets;
}

export interface ListedSecret {
  skill: string;
  name: string;
  person: string | null;
  space: string | null;
  updatedAt: string;
}

export interface SecretScope {
  skill: string;
  name: string;
  /** An id, `platform:id`, or a name that only one person has. */
  person?: string | undefined;
  /** A space's id, `discord:123`. */
  space?: string | undefined;
}

interface Program {
  readonly name: string;
  readonly secrets: readonly { readonly name: string }[];
}

const NAME = /^[A-Z_][A-Z0-9_]*$/;
const LONGEST = 32_768;

export const commitHints: CommitHints = {
  'secrets.set': ['owners', 'skills'],
  'secrets.remove': ['owners', 'skills'],
};

export class SkillSecrets {
  private readonly deps: SecretDeps;
  private readonly keys: KeyPlace;
  private readonly reader: Queryable;
  /** Runs writes one after another: a value that is sealed while the key changes could not be opened. */
  private readonly writes = new Sequence();

  constructor(deps: SecretDeps) {
    this.deps = deps;
    this.keys = keyPlace(deps.env);
    deps.hidden.add(deps.env.CODA_SECRET_KEY);
    deps.hidden.add(deps.env.CODA_SECRET_KEY_OLD);
    this.reader = readerOf(deps.database);
  }

  /** The values that the skill's script gets when this person runs it there, by name. Throws `SECRET_KEY`. */
  async valuesFor(skill: Program, who: { personId: string; spaceId: string }): Promise<Record<string, string>> {
    const declared = new Set(skill.secrets.map(({ name }) => name));
    const rows = declared.size === 0 ? [] : await store.secretsFor(this.reader, skill.name, who);
    return Object.fromEntries(rows.flatMap((row) => (declared.has(row.name) ? [[row.name, this.open(row)]] : [])));
  }

  async isConfigured(skill: Program, who: { personId: string; spaceId: string }): Promise<boolean> {
    if (skill.secrets.length === 0) return false;
    const rows = await store.secretsFor(this.reader, skill.name, who);
    return rows.some(({ name }) => skill.secrets.some((secret) => secret.name === name));
  }

  /** A person's value under this name; undefined where there is none. Throws `SECRET_KEY`. */
  async valueOf({
    skill,
    name,
    personId,
  }: {
    skill: string;
    name: string;
    personId: string;
  }): Promise<string | undefined> {
    const rows = await store.secretsFor(this.reader, skill, { personId, spaceId: '' });
    const row = rows.find((each) => each.name === name);
    return row && this.open(row);
  }

  /** The document that is kept under this name for everybody. Its reader hides what is secret in it. Throws `SECRET_KEY`. */
  async document({ skill, name }: { skill: string; name: string }): Promise<string | undefined> {
    const row = await store.sharedSecret(this.reader, skill, name);
    return row && this.unsealRow(row);
  }

  /**
   * Replaces that document by what `next` makes of it, undefined where there is none; changes of it in all processes come
   * one after another. `besides` belongs to a change that was made. Throws `SECRET_KEY`.
   */
  changeDocument(
    { skill, name }: { skill: string; name: string },
    next: (now: string | undefined) => string | undefined,
    besides?: WritesBesides<void>,
  ): Promise<void> {
    return this.writes.run(async () => {
      await this.deps.database.tx('secrets.change', async (tx) => {
        await store.lockSecret(tx, skill, name);
        const row = await store.sharedSecret(tx, skill, name);
        const now = row && this.unsealRow(row);
        const value = next(now);
        if (value === now) return;
        if (value === undefined) await store.removeSecret(tx, { skill, name });
        else await this.put(tx, { skill, name }, value);
        besides?.(tx, undefined);
      });
    });
  }

  async set(asked: SecretScope, value: string, besides?: WritesBesides<void>): Promise<void> {
    if (!NAME.test(asked.name)) throw wrong(`“${asked.name}” is no name of a secret: A–Z, 0–9 and _.`);
    checkValue(value);
    this.deps.hidden.add(value);
    const whose = await this.resolveOwner(asked);
    const { skill, name } = asked;
    await this.writes.run(async () => {
      await this.deps.database.tx('secrets.set', async (tx) => {
        await store.lockSecret(tx, skill, name);
        await this.put(tx, { skill, name, ...whose }, value);
        besides?.(tx, undefined);
      });
    });
  }

  private async put(
    tx: Transaction,
    of: { skill: string; name: string } & store.SecretOwner,
    value: string,
  ): Promise<void> {
    checkValue(value);
    const [key] = this.keys.keys(true);
    if (!key) throw noKey('There is no key to seal it with.');
    const sealFor = (id: string) => ({ sealed: seal(value, key, associatedData({ ...of, id })), keyId: key.id });
    await store.putSecret(tx, of, sealFor, this.deps.clock.now());
  }

  async list(): Promise<ListedSecret[]> {
    const rows = await store.allSecrets(this.reader);
    return rows.map(({ skill, name, personId, spaceId, updatedAt }) => ({
      skill,
      name,
      person: personId,
      space: spaceId,
      updatedAt: updatedAt.toISOString(),
    }));
  }

  async remove(asked: SecretScope, besides?: WritesBesides<boolean>): Promise<boolean> {
    const whose = await this.resolveOwner(asked);
    const { skill, name } = asked;
    return this.deps.database.tx('secrets.remove', async (tx) => {
      const was = await store.removeSecret(tx, { skill, name, ...whose });
      besides?.(tx, was);
      return was;
    });
  }

  /** Seals all with a new key (or `CODA_SECRET_KEY`, from `CODA_SECRET_KEY_OLD`); resolves with how many. */
  rotate(besides?: WritesBesides<number>): Promise<number> {
    return this.writes.run(() => this.rotateNow(besides));
  }

  private async rotateNow(besides: WritesBesides<number> | undefined): Promise<number> {
    const fresh = this.keys.another();
    const key = fresh?.key ?? this.keys.keys()[0];
    if (!key) throw noKey('There is no key.');
    const count = await this.deps.database.tx('secrets.rotate', async (tx) => {
      const rows = await store.allSecrets(tx);
      for (const row of rows)
        await store.reseal(tx, row.id, seal(this.unsealRow(row), key, associatedData(row)), key.id);
      besides?.(tx, rows.length);
      return rows.length;
    });
    fresh?.kept();
    return count;
  }

  private open(row: store.SealedSecret): string {
    const value = this.unsealRow(row);
    this.deps.hidden.add(value);
    return value;
  }

  private unsealRow(row: store.SealedSecret): string {
    const key = this.keys.keys().find(({ id }): boolean => id === row.keyId) as Key | undefined;
    if (!key) throw noKey(`${row.name} of ${row.skill} was sealed with another key than the one that is here.`);
    try {
      return unseal(row.sealed, key, associatedData(row));
    } catch (error) {
      throw noKey(`${row.name} of ${row.skill} cannot be opened: it was changed in the database.`, error);
    }
  }

  private async resolveOwner({ person, space }: SecretScope): Promise<store.SecretOwner> {
    if (person !== undefined && space !== undefined) throw wrong('Name a person or a space, and not both.');
    if (space !== undefined) {
      if (!(await store.isSpace(this.reader, space))) throw wrong(`There is no space ${space}.`);
      return { spaceId: space };
    }
    if (person === undefined) return {};
    const ids = await resolvePeople(this.reader, person);
    const [personId, ...others] = ids;
    if (personId === undefined) throw wrong(`Nobody is called ${person}.`);
    if (others.length > 0) throw wrong(`Several people are called ${person}: name one by platform:id.`);
    return { personId };
  }
}

const associatedData = ({ id, skill, name }: { id: string; skill: string; name: string }) =>
  `coda secret 1\n${id}\n${skill}\n${name}`;

function checkValue(value: string): void {
  if (value === '' || value.length > LONGEST || value.includes('\0')) {
    throw wrong(`The value is empty, longer than ${LONGEST} characters, or has a NUL in it.`);
  }
}

function wrong(message: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy: '"coda secrets --help" shows how it is called.' });
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  id: string;
  bytes: Buffer;
}

type Env = Readonly<Record<string, string | undefined>>;

interface KeyPlace {
  /** All keys, the one to seal with first; a new one where `make` is set and there is none. */
  keys(make?: boolean): Key[];
  /** A new key, which seals from `kept` on; undefined where the key stands in the environment. */
  another(): { key: Key; kept(): void } | undefined;
}

/** `CODA_SECRET_KEY` (and `CODA_SECRET_KEY_OLD`, to rotate from), else the file of the user. */
function keyPlace(env: Env): KeyPlace {
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
    env.CODA_SECRET_KEY_FILE || join(env.XDG_CONFIG_HOME || join(homeFolder(env), '.config'), 'coda', 'secret.key');
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

/** Makes a key and its file, which is there whole or not at all: without it what is sealed with the key is lost. */
function writeKey(file: string): Key {
  const bytes = randomBytes(KEY_BYTES);
  const part = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(part, `${bytes.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    claim(part, file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return readKey(file) as Key;
    throw noKey(`The key file ${file} cannot be written.`, error);
  } finally {
    rmSync(part, { force: true });
  }
  flushFolder(dirname(file));
  return keyOf(bytes);
}

/** Gives `part` the name `file`. Throws `EEXIST` where another process was first. */
function claim(part: string, file: string): void {
  try {
    linkSync(part, file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    // A file system without links.
    renameSync(part, file);
  }
}

function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function noKey(message: string, cause?: unknown): CodaError {
  return new CodaError('SECRET_KEY', {
    message,
    remedy:
      'Set CODA_SECRET_KEY to the same long random text everywhere, or CODA_SECRET_KEY_FILE to a file that coda may write.',
    cause,
  });
}

function seal(value: string, { bytes }: Key, about: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, bytes, nonce).setAAD(Buffer.from(about));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

/** Throws where the value was changed, or sealed with another key or for another place. */
function unseal(sealed: string, { bytes }: Key, about: string): string {
  const all = Buffer.from(sealed, 'base64');
  const opened = createDecipheriv(ALGORITHM, bytes, all.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(about))
    .setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([opened.update(all.subarray(NONCE_BYTES + TAG_BYTES)), opened.final()]).toString('utf8');
}
