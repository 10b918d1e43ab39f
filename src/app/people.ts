import type { Clock } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { admitByCode, type PairingDeps } from '../chat/index.ts';
import { hashOfCode, type ListedPerson, pairing } from '../people/index.ts';
import type { Database } from '../storage/index.ts';

const MOST_LISTED = 1_000;

export class People {
  private readonly deps: PairingDeps & { database: Database; clock: Clock };

  constructor(deps: PairingDeps) {
    this.deps = deps;
  }

  list(): Promise<ListedPerson[]> {
    return pairing.list(this.deps.database, this.deps.clock.now(), MOST_LISTED);
  }

  /** Lets in whoever has this code; returns their name. Throws `INPUT_INVALID`. */
  async pair(code: string, role: string, by?: string | undefined): Promise<string> {
    this.checkRole(role);
    const { database } = this.deps;
    const admission = { role, by };
    const name = await database.tx('people.pair', (tx) => admitByCode(this.deps, tx, hashOfCode(code), admission));
    if (name !== undefined) return name;
    throw new CodaError('INPUT_INVALID', {
      message: 'Nobody has this code, or it is older than a day.',
      remedy: '"coda people" shows who waits. After five wrong codes every open one is worthless.',
    });
  }

  get roles(): readonly string[] {
    return ['owner', 'member', ...this.deps.roles];
  }

  private checkRole(role: string): void {
    if (this.roles.includes(role)) return;
    throw new CodaError('INPUT_INVALID', {
      message: `There is no role ${role} to give.`,
      remedy: `Give one of: ${this.roles.join(', ')}.`,
    });
  }

  /** Lets in somebody who is known, or gives them another role; returns their name. Throws `INPUT_INVALID`. */
  async giveRole(named: string, role: string, by?: string | undefined): Promise<string> {
    this.checkRole(role);
    const { database, access, delivery, clock } = this.deps;
    return database.tx('people.role', async (tx) => {
      const person = await pairing.find(tx, named);
      const account = person && (await pairing.accountOf(tx, person.id));
      if (!person || !account) throw notKnown(named);
      await pairing.replaceGrants(tx, { person, ...account }, access, { role, by, now: clock.now() });
      tx.afterCommit(() => delivery.forget(person.id));
      return person.name;
    });
  }

  /** Takes back what owners granted to a person, named by id or account (`discord:123`); returns their name. */
  async revoke(named: string, by?: string | undefined): Promise<string> {
    const { database, access, delivery } = this.deps;
    const now = this.deps.clock.now();
    return database.tx('people.revoke', async (tx) => {
      const person = await pairing.find(tx, named);
      if (!person) throw notKnown(named);
      const count = await pairing.revoke(tx, person.id, access, { by, now });
      if (count === 0) {
        throw new CodaError('INPUT_INVALID', {
          message: `Nothing was granted to ${person.name}: what they may do comes from the configuration.`,
          remedy: 'Change "access" there.',
        });
      }
      tx.afterCommit(() => delivery.forget(person.id));
      return person.name;
    });
  }
}

function notKnown(named: string): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `Nobody is known as ${named}.`,
    remedy: '"coda people" shows ids and accounts.',
  });
}
