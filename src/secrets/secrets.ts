/** The values that skills are run with. */

import { Sequence } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import type { Secrets } from '../base/log.ts';
import { peopleMeant } from '../people/index.ts';
import { type Besides, type Database, type Queryable, readerOf, type Transaction } from '../storage/index.ts';
import { type Key, type KeyPlace, keyPlace, noKey, seal, unseal } from './key.ts';
import * as store from './store.ts';

export interface SecretDeps {
  database: Pick<Database, 'read' | 'tx'>;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  /** Values that the log and errors hide. */
  hidden: Secrets;
}

/** One value, without it. */
export interface ListedSecret {
  skill: string;
  name: string;
  person: string | null;
  space: string | null;
  updatedAt: string;
}

export interface Asked {
  skill: string;
  name: string;
  /** An id, `platform:id`, or a name that only one person has. */
  person?: string | undefined;
  /** A space's id, `discord:123`. */
  space?: string | undefined;
}

/** A program that runs with secrets, and the names of those that it asks for. */
interface Program {
  readonly name: string;
  readonly secrets: readonly { readonly name: string }[];
}

const NAME = /^[A-Z_][A-Z0-9_]*$/;
const LONGEST = 32_768;

/** Seals, finds and opens them. A value is given to nobody but who runs the skill. */
export class SkillSecrets {
  private readonly deps: SecretDeps;
  private readonly keys: KeyPlace;
  private readonly reader: Queryable;
  /** One after another: a value that is sealed while the key changes could not be opened. */
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

  /** True if any of its secrets is there for this person: then it runs apart. */
  async isConfigured(skill: Program, who: { personId: string; spaceId: string }): Promise<boolean> {
    if (skill.secrets.length === 0) return false;
    const rows = await store.secretsFor(this.reader, skill.name, who);
    return rows.some(({ name }) => skill.secrets.some((secret) => secret.name === name));
  }

  /** One person's value under this name; undefined where there is none. Throws `SECRET_KEY`. */
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

  /** The document that is kept under this name for everybody: what in it is secret, its reader hides. Throws `SECRET_KEY`. */
  async document({ skill, name }: { skill: string; name: string }): Promise<string | undefined> {
    const row = await store.sharedSecret(this.reader, skill, name);
    return row && this.unsealed(row);
  }

  /**
   * Replaces that document by what `next` makes of it, undefined where there is none; changes of it in all processes come
   * one after another. `besides` belongs to a change that was made. Throws `SECRET_KEY`.
   */
  changeDocument(
    { skill, name }: { skill: string; name: string },
    next: (now: string | undefined) => string | undefined,
    besides?: Besides<void>,
  ): Promise<void> {
    return this.writes.run(async () => {
      await this.deps.database.tx('secrets.change', async (tx) => {
        await store.lockSecret(tx, skill, name);
        const row = await store.sharedSecret(tx, skill, name);
        const now = row && this.unsealed(row);
        const value = next(now);
        if (value === now) return;
        if (value === undefined) await store.removeSecret(tx, { skill, name });
        else await this.put(tx, { skill, name }, value);
        besides?.(tx, undefined);
      });
    });
  }

  /** Keeps a value, in place of the one before. */
  async set(asked: Asked, value: string, besides?: Besides<void>): Promise<void> {
    if (!NAME.test(asked.name)) throw wrong(`“${asked.name}” is no name of a secret: A–Z, 0–9 and _.`);
    checkValue(value);
    this.deps.hidden.add(value);
    const whose = await this.whose(asked);
    const { skill, name } = asked;
    await this.writes.run(async () => {
      await this.deps.database.tx('secrets.set', async (tx) => {
        await store.lockSecret(tx, skill, name);
        await this.put(tx, { skill, name, ...whose }, value);
        besides?.(tx, undefined);
      });
    });
  }

  private async put(tx: Transaction, of: { skill: string; name: string } & store.Whose, value: string): Promise<void> {
    checkValue(value);
    const [key] = this.keys.keys(true);
    if (!key) throw noKey('There is no key to seal it with.');
    const sealFor = (id: string) => ({ sealed: seal(value, key, about({ ...of, id })), keyId: key.id });
    await store.putSecret(tx, of, sealFor, this.deps.clock.now());
  }

  async list(): Promise<ListedSecret[]> {
    const rows = await store.allSecrets(this.reader);
    return rows.map(({ skill, name, personId, spaceId, updatedAt }) => ({
      ...{ skill, name, person: personId, space: spaceId },
      updatedAt: updatedAt.toISOString(),
    }));
  }

  /** False when there was none. */
  async remove(asked: Asked, besides?: Besides<boolean>): Promise<boolean> {
    const whose = await this.whose(asked);
    const { skill, name } = asked;
    return this.deps.database.tx('secrets.remove', async (tx) => {
      const was = await store.removeSecret(tx, { skill, name, ...whose });
      besides?.(tx, was);
      return was;
    });
  }

  /** Seals all with a new key (or `CODA_SECRET_KEY`, from `CODA_SECRET_KEY_OLD`); resolves with how many. */
  rotate(besides?: Besides<number>): Promise<number> {
    return this.writes.run(() => this.rotateNow(besides));
  }

  private async rotateNow(besides: Besides<number> | undefined): Promise<number> {
    const fresh = this.keys.another();
    const key = fresh?.key ?? this.keys.keys()[0];
    if (!key) throw noKey('There is no key.');
    const count = await this.deps.database.tx('secrets.rotate', async (tx) => {
      const rows = await store.allSecrets(tx);
      for (const row of rows) await store.reseal(tx, row.id, seal(this.unsealed(row), key, about(row)), key.id);
      besides?.(tx, rows.length);
      return rows.length;
    });
    fresh?.kept();
    return count;
  }

  private open(row: store.SealedSecret): string {
    const value = this.unsealed(row);
    this.deps.hidden.add(value);
    return value;
  }

  private unsealed(row: store.SealedSecret): string {
    const key = this.keys.keys().find(({ id }): boolean => id === row.keyId) as Key | undefined;
    if (!key) throw noKey(`${row.name} of ${row.skill} was sealed with another key than the one that is here.`);
    try {
      return unseal(row.sealed, key, about(row));
    } catch (error) {
      throw noKey(`${row.name} of ${row.skill} cannot be opened: it was changed in the database.`, error);
    }
  }

  private async whose({ person, space }: Asked): Promise<store.Whose> {
    if (person !== undefined && space !== undefined) throw wrong('Name a person or a space, and not both.');
    if (space !== undefined) {
      if (!(await store.isSpace(this.reader, space))) throw wrong(`There is no space ${space}.`);
      return { spaceId: space };
    }
    if (person === undefined) return {};
    const ids = await peopleMeant(this.reader, person);
    const [personId, ...others] = ids;
    if (personId === undefined) throw wrong(`Nobody is called ${person}.`);
    if (others.length > 0) throw wrong(`Several people are called ${person}: name one by platform:id.`);
    return { personId };
  }
}

const about = ({ id, skill, name }: { id: string; skill: string; name: string }) =>
  `coda secret 1\n${id}\n${skill}\n${name}`;

function checkValue(value: string): void {
  if (value === '' || value.length > LONGEST || value.includes('\0')) {
    throw wrong(`The value is empty, longer than ${LONGEST} characters, or has a NUL in it.`);
  }
}

function wrong(message: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy: '"coda secrets --help" shows how it is called.' });
}
