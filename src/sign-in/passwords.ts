/** Sign-in with a name and a password, set by whoever is signed in already; and the list of one's own browsers. */
import { append, rowOf } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import {
  type PasswordRow,
  passwordOf,
  passwordOfPerson,
  type Role,
  roleToSignIn,
  sessions,
  setPassword,
} from '../people/index.ts';
import type { Transaction } from '../storage/index.ts';
import { hashOf, newSecret, type WhoDeps } from './credentials.ts';
import { Digests } from './digests.ts';
import { AttemptLimits } from './limits.ts';
import { beginSession, type OpenedSession, openedFor } from './sessions.ts';

/** A person mistypes a few times; 1,000 addresses together try no more passwords than `all`. */
const GUESSES = { address: 10, account: 20, all: 100, windowMs: 15 * 60_000 };

interface Attempt {
  login: string;
  password: string;
  address: string;
  /** The browser's name for itself. */
  agent: string | undefined;
  /** Cookie that the browser has so far: its session ends. */
  before: string | undefined;
}

interface NewPassword {
  personId: string;
  login: string;
  password: string;
  /** The password before, where there is one. */
  current: string | undefined;
  cookie: string;
  address: string;
}

export class Passwords {
  private readonly deps: WhoDeps;
  private readonly limits: AttemptLimits;
  private readonly digests = new Digests();

  constructor(deps: WhoDeps) {
    this.deps = deps;
    this.limits = new AttemptLimits(deps.world.clock, GUESSES);
  }

  /**
   * Begins a session with a new cookie. Throws `HTTP_UNAUTHORIZED`, the same in the same time for a wrong password, a name
   * that is nobody's and one that may not sign in; `HTTP_TOO_FAST`.
   */
  async open({ login: typed, password, address, agent, before }: Attempt): Promise<OpenedSession> {
    const { database, world } = this.deps;
    const login = loginOf(typed);
    this.limits.count({ address, account: login });
    const row = await passwordOf(database, login);
    const fits = await this.digests.fits(password, row?.digest);
    if (!row || !fits) throw wrongPassword();
    const cookie = newSecret();
    const role = await database.tx('sessions.password', (tx) => this.begin(tx, row, { cookie, agent, before }));
    // Changed, or its person erased, while it was compared.
    if (role === undefined) throw wrongPassword();
    this.limits.forgive({ address, account: login });
    world.log.debug({}, 'somebody signed in with a password');
    return openedFor(role, cookie);
  }

  private async begin(
    tx: Transaction,
    { personId, digest }: PasswordRow,
    { cookie, agent, before }: { cookie: string; agent: string | undefined; before: string | undefined },
  ): Promise<Role | undefined> {
    const role = await roleToSignIn(tx, personId, digest);
    if (role === undefined) return undefined;
    await beginSession(tx, { personId, cookie, agent, before, now: this.deps.world.clock.now() });
    return role;
  }

  /**
   * Sets the password of whoever is signed in with `cookie`, and signs their other browsers out. Throws `HTTP_FORBIDDEN` where
   * the one before is another, `INPUT_INVALID` where the name is somebody else's.
   */
  async set({ personId, login: typed, password, current, cookie, address }: NewPassword): Promise<void> {
    const { database, world } = this.deps;
    const login = loginOf(typed);
    await this.confirm({ personId, current, address });
    const digest = await this.digests.make(password);
    await database.tx('passwords.set', async (tx) => {
      const now = world.clock.now();
      if (!(await setPassword(tx, { personId, login, digest, now }))) throw isTaken();
      await sessions.endOthers(tx, personId, hashOf(cookie));
      append(tx, [rowOf({ at: now, action: 'person.password', subject: undefined, personId, origin: 'http' })]);
    });
  }

  /** Asks for the password of whoever has one, before what outlives their session. Throws `HTTP_FORBIDDEN`, `HTTP_TOO_FAST`. */
  async confirm({ personId, current, address }: Pick<NewPassword, 'personId' | 'current' | 'address'>): Promise<void> {
    const own = await passwordOfPerson(this.deps.database, personId);
    if (!own) return;
    this.limits.count({ address, account: own.login });
    if (!(await this.digests.fits(current ?? '', own.digest))) throw wrongCurrent();
    this.limits.forgive({ address, account: own.login });
  }

  /** The person's login, if they have a password, and the browsers in which they are signed in. */
  async describe(personId: string, cookie: string | undefined) {
    const { database, world } = this.deps;
    const [password, open] = await Promise.all([
      passwordOfPerson(database, personId),
      sessions.listSessions(database, { personId, hash: hashOf(cookie ?? ''), now: world.clock.now() }),
    ]);
    return { login: password?.login, sessions: open };
  }

  endSession(personId: string, id: string): Promise<boolean> {
    return this.deps.database.tx('sessions.end', (tx) => sessions.endOne(tx, personId, id));
  }
}

const loginOf = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase();

function wrongPassword(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'This name and this password do not belong together.',
    remedy: 'Try again; or run "coda open" where coda runs, and open the link that it shows.',
  });
}

function wrongCurrent(): CodaError {
  return new CodaError('HTTP_FORBIDDEN', {
    message: 'The password so far is another one.',
    remedy: 'Sign out, and sign in by "coda open --revoke" and "coda open" where it is forgotten.',
  });
}

function isTaken(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'Somebody else signs in by this name.',
    remedy: 'Choose another one.',
  });
}
