import { append, rowOf } from '../audit/index.ts';
import type { Instant } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { Caller, Scope } from '../chat/index.ts';
import { meetById, type Role, removePasskeys, removePasswords, sessions } from '../people/index.ts';
import type { Transaction, WritesBesides } from '../storage/index.ts';
import { hashOf, newSecret, personNamed, type WhoDeps } from './credentials.ts';

const LINK_MS = 5 * 60_000;
export const SESSION_MS = 30 * 86_400_000;
/** Its users stand among a person's accounts by this name. */
export const HOME_ASSISTANT = 'home-assistant';
const SECRET = /^[\w-]{43}$/;

const SCOPES: readonly Scope[] = ['messages', 'consent', 'data'];

export const scopesOf = (role: Role): readonly Scope[] => (role === 'owner' ? [...SCOPES, 'admin'] : SCOPES);

export interface OpenedSession {
  /** The value of the browser's cookie, which is kept nowhere else. */
  cookie: string;
  seconds: number;
  scopes: readonly Scope[];
}

/** A new session, as its browser is told of it. */
export const openedFor = (role: Role, cookie: string): OpenedSession => ({
  cookie,
  seconds: SESSION_MS / 1_000,
  scopes: scopesOf(role),
});

interface Beginning {
  personId: string;
  /** A new secret: what somebody has planted in a browser opens nothing. */
  cookie: string;
  /** The browser's name for itself. */
  agent: string | undefined;
  /** Cookie that the browser has so far: its session ends. */
  before: string | undefined;
  now: Instant;
}

/** Signs a browser in, which is written down. */
export async function beginSession(
  tx: Transaction,
  { personId, cookie, agent, before, now }: Beginning,
): Promise<void> {
  if (before !== undefined) await sessions.endSession(tx, hashOf(before));
  const expiresAt = new Date(now.getTime() + SESSION_MS);
  await sessions.addSession(tx, { id: uuid(now), hash: hashOf(cookie), personId, createdAt: now, expiresAt, agent });
  append(tx, [rowOf({ at: now, action: 'person.sign_in', subject: undefined, personId, origin: 'http' })]);
}

/** The browser in which a link is opened. */
interface BrowserBefore {
  /** Cookie of the session that it has. */
  cookie: string | undefined;
  /** True: that one ends, whosever it is. */
  instead: boolean;
  /** Its name for itself. */
  agent: string | undefined;
}

const NEW_BROWSER: BrowserBefore = { cookie: undefined, instead: false, agent: undefined };

/** Browsers in which people are signed in, by a link that only who may use the control socket can make. */
export class Sessions {
  private readonly deps: WhoDeps;

  constructor(deps: WhoDeps) {
    this.deps = deps;
  }

  /** The code of a new link for the person meant, or the owner at the terminal: good once, for five minutes. Throws `INPUT_INVALID` for a guest. */
  async link(person?: string | undefined, besides?: WritesBesides<void>): Promise<{ code: string; expiresAt: Date }> {
    const code = newSecret();
    const createdAt = this.deps.world.clock.now();
    const expiresAt = new Date(createdAt.getTime() + LINK_MS);
    await this.deps.database.tx('sessions.link', async (tx) => {
      const personId = await personNamed(tx, this.deps, person);
      if ((await meetById(tx, personId))?.role === 'guest') throw isGuest();
      await sessions.addLink(tx, { id: uuid(createdAt), hash: hashOf(code), personId, createdAt, expiresAt });
      besides?.(tx, undefined);
    });
    return { code, expiresAt };
  }

  /**
   * Uses a link up, and ends the session that the browser had with `before`. Throws `HTTP_UNAUTHORIZED` when it is none, was
   * used, or is over; `HTTP_CONFLICT` where that session is another person's and they have not said to end it (`instead`):
   * else anybody's link would have them write under that one's name.
   */
  async open(code: string, { cookie: before, instead, agent }: BrowserBefore = NEW_BROWSER): Promise<OpenedSession> {
    const cookie = newSecret();
    const now = this.deps.world.clock.now();
    const expiresAt = new Date(now.getTime() + SESSION_MS);
    const signedIn = before === undefined ? undefined : await this.authenticate(before);
    const opened = async (tx: Transaction) => {
      const personId = await sessions.exchange(tx, hashOf(code), { hash: hashOf(cookie), expiresAt, agent }, now);
      if (personId === undefined) return false;
      if (signedIn && signedIn.personId !== personId && !instead) throw isAnother(signedIn.name);
      if (before !== undefined) await sessions.endSession(tx, hashOf(before));
      append(tx, [rowOf({ at: now, action: 'person.sign_in', subject: undefined, personId, origin: 'http' })]);
      return true;
    };
    const isOpen = SECRET.test(code) && (await this.deps.database.tx('sessions.open', opened));
    const caller = isOpen ? await this.authenticate(cookie) : undefined;
    if (caller) return { cookie, seconds: SESSION_MS / 1_000, scopes: caller.scopes };
    throw new CodaError('HTTP_UNAUTHORIZED', {
      message: 'This link was used already, is too old, or is for somebody who may not sign in.',
      remedy: 'Make another one with "coda open".',
    });
  }

  /** The signed-in person; undefined: nobody. Their conversations are the same in every browser. */
  async authenticate(cookie: string): Promise<Caller | undefined> {
    if (!SECRET.test(cookie)) return undefined;
    const holder = await sessions.holderOf(this.deps.database, hashOf(cookie), this.deps.world.clock.now());
    if (!holder || holder.role === 'guest') return undefined;
    const { personId, name, role, roles } = holder;
    return {
      id: `web-${personId}`,
      name,
      scopes: scopesOf(role),
      who: { role, roles },
      personId,
      account: undefined,
      inPerson: true,
    };
  }

  async close(cookie: string): Promise<void> {
    await this.deps.database.tx('sessions.close', (tx) => sessions.endSession(tx, hashOf(cookie)));
  }

  /** Signs out every browser of the person meant, or of everybody, and takes their passwords and passkeys away; returns how many sessions and links ended. */
  revoke(person: string | undefined, besides?: WritesBesides<number>): Promise<number> {
    return this.deps.database.tx('sessions.revoke', async (tx) => {
      const personId = person === undefined ? undefined : await personNamed(tx, this.deps, person);
      const ended = await sessions.endAll(tx, personId, this.deps.world.clock.now());
      // Whoever held a stolen session may have set some; and a password that was forgotten is set anew.
      await removePasswords(tx, personId);
      await removePasskeys(tx, personId);
      await sessions.removeAccounts(tx, HOME_ASSISTANT, personId);
      besides?.(tx, ended);
      return ended;
    });
  }
}

function isAnother(name: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `This browser is signed in as ${name}, and the link is for somebody else.`,
    remedy: 'Go on only if you made the link yourself.',
  });
}

function isGuest(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'Guests cannot sign in to the pages.',
    remedy: 'Make them a member first: see docs/people.md.',
  });
}
