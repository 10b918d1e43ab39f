import type { Approvals } from '../agent/index.ts';
import { BoundedMap } from '../base/bounded.ts';
import { DAY_MS } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import { listOf } from '../base/text.ts';
import { type Caller, SCOPES, type Scope } from '../chat/index.ts';
import {
  type AccessRules,
  addToken,
  type Gate,
  isTokenNamed,
  type ListedToken,
  listTokens,
  type RoleHolder,
  revokeTokens,
  rolesOfAccount,
  tokenHolder,
} from '../people/index.ts';
import type { CommitHints, Database, WritesBesides } from '../storage/index.ts';
import { hashOf, newSecret, personNamed, type WhoDeps } from './credentials.ts';

const PREFIX = 'coda_';
const TOKEN = /^coda_[\w-]{43}$/;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u;
/** Kinds of what these transactions change, for open pages. */
export const tokenHints: CommitHints = {
  'tokens.add': ['owners', 'people'],
  'tokens.revoke': ['owners', 'people'],
};

const MOST_LISTED = 1_000;
const MOST_DAYS = 3_650;
/** For how long another process may not have heard that a token was revoked. Milliseconds. */
const TRUSTED_MS = 5_000;
const REMEMBERED = 1_000;

export interface NewToken {
  name: string;
  /** An id, an account (`discord:123`) or a name; undefined: the owner at the terminal. */
  person?: string | undefined;
  scopes: readonly string[];
  /** From now; undefined: for ever. */
  days?: number | undefined;
}

export const approves = (scopes: readonly string[]): boolean =>
  scopes.some((scope) => scope === 'consent' || scope === 'admin');

export class Tokens {
  private readonly deps: WhoDeps;
  private readonly known = new BoundedMap<string, { caller: Caller; until: number }>(REMEMBERED);

  constructor(deps: WhoDeps) {
    this.deps = deps;
  }

  /** Makes one and returns its value, which is kept nowhere. Throws `INPUT_INVALID`. */
  async add({ name, person, scopes, days }: NewToken, besides?: WritesBesides<void>): Promise<string> {
    if (!NAME.test(name)) throw wrong(`"${name}" is no name for a token.`, 'Use letters, digits, spaces, . _ and -.');
    const unknown = scopes.find((scope) => !Object.hasOwn(SCOPES, scope));
    if (unknown !== undefined || scopes.length === 0) {
      throw wrong(`There is no scope "${unknown ?? ''}".`, `Give some of: ${listOf(Object.keys(SCOPES))}.`);
    }
    if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) {
      throw wrong('That is no number of days.', `Give a whole number from 1 to ${MOST_DAYS}.`);
    }
    const value = PREFIX + newSecret();
    const now = this.deps.world.clock.now();
    const expiresAt = days === undefined ? undefined : new Date(now.getTime() + days * DAY_MS);
    await this.deps.database.tx('tokens.add', async (tx) => {
      if (await isTokenNamed(tx, name)) throw wrong(`There is a token called ${name}.`, 'Choose another name.');
      const personId = await personNamed(tx, this.deps, person);
      const own = { id: uuid(now), name, personId, scopes: [...new Set(scopes)] };
      await addToken(tx, { ...own, hash: hashOf(value), createdAt: now, expiresAt });
      besides?.(tx, undefined);
    });
    return value;
  }

  list(): Promise<ListedToken[]> {
    return listTokens(this.deps.database, MOST_LISTED);
  }

  async revoke(named: string, besides?: WritesBesides<number>): Promise<number> {
    const now = this.deps.world.clock.now();
    const ended = await this.deps.database.tx('tokens.revoke', async (tx) => {
      const hashes = await revokeTokens(tx, named, now);
      if (hashes.length > 0) besides?.(tx, hashes.length);
      return hashes;
    });
    for (const hash of ended) this.known.delete(hash);
    if (ended.length > 0) return ended.length;
    throw wrong(`There is no open token ${named}.`, '"coda tokens" shows them.');
  }

  /** The holder of a token; undefined: nobody. One revoked by another process is taken for five seconds more. */
  async authenticate(token: string): Promise<Caller | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const { database, world } = this.deps;
    const hash = hashOf(token);
    const now = world.clock.now();
    const known = this.known.get(hash);
    if (known && known.until > now.getTime()) return known.caller;
    this.known.delete(hash);
    const holder = await tokenHolder(database, hash, now);
    if (!holder) return undefined;
    const { id, name, personId, who, expiresAt } = holder;
    const scopes = holder.scopes.filter((scope): scope is Scope => Object.hasOwn(SCOPES, scope));
    const caller: Caller = { id, name, scopes, who, personId, account: undefined };
    const until = Math.min(now.getTime() + TRUSTED_MS, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
    this.known.set(hash, { caller, until });
    return caller;
  }
}

/** An issuer beside coda whose tokens are taken. */
export interface TokenIssuer {
  /** The token's caller; undefined for an invalid token. Rejects when the issuer's keys cannot be had. */
  authenticate(token: string): Promise<Omit<Caller, 'who'> | undefined>;
}

export interface CallersDeps {
  /** True where coda's own tokens are taken. */
  takesTokens: boolean;
  access: AccessRules;
  database: Pick<Database, 'read'>;
  gate: Pick<Gate, 'hears'>;
  tokens: Pick<Tokens, 'authenticate'>;
  jwts: TokenIssuer | undefined;
  approvals: Pick<Approvals, 'carries'>;
}

/** The person that a scope asks for: what is anybody's own is judged thing by thing, what is everybody's is not. */
const NEEDS: Readonly<Record<Scope, 'heard' | 'member' | 'owner'>> = {
  messages: 'heard',
  consent: 'heard',
  data: 'heard',
  skills: 'heard',
  notify: 'member',
  metrics: 'member',
  admin: 'owner',
};

/** Whoever asks over HTTP: a token says so, and for a route its scope and its person must both be good. */
export class Callers {
  private readonly deps: CallersDeps;

  constructor(deps: CallersDeps) {
    this.deps = deps;
  }

  /** The holder of a token; `approval`: the `access.approval_token` that came with it. Undefined: nobody. */
  async authenticate(token: string, approval: string | undefined): Promise<Caller | undefined> {
    const { takesTokens, tokens, jwts, access, database, approvals } = this.deps;
    if (token.startsWith('coda_')) return takesTokens ? tokens.authenticate(token) : undefined;
    const found = await jwts?.authenticate(token);
    if (!found) return undefined;
    const { account = '', groups } = found;
    const who = await rolesOfAccount(database, { adapter: 'http', externalId: account, groups }, access);
    // A token of coda's own with such a scope was made with the approval token; an issuer knows nothing of it.
    if (approvals.carries(approval)) return { ...found, who };
    const withheld = found.scopes.filter((scope) => approves([scope]));
    return { ...found, who, scopes: found.scopes.filter((scope) => !withheld.includes(scope)), withheld };
  }

  /** Why the person of a caller may not use a scope of it; undefined: they may. */
  refuses({ who }: { who: RoleHolder }, scope: Scope): CodaError | undefined {
    const needs = NEEDS[scope];
    if (!this.deps.gate.hears(who) || (needs === 'member' && who.role === 'guest')) return notHeard();
    if (needs !== 'owner' || who.role === 'owner') return undefined;
    return new CodaError('HTTP_FORBIDDEN', {
      message: 'Only an owner may do this, and this token speaks for somebody else.',
      remedy: 'Ask one.',
    });
  }
}

export function notHeard(): CodaError {
  return new CodaError('HTTP_FORBIDDEN', {
    message: 'Nobody has let in whom this token speaks for.',
    remedy: 'An owner can: see "access" in the configuration.',
  });
}

function wrong(message: string, remedy: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy });
}
