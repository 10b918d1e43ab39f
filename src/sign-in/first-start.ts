/** A coda without an owner: answers nobody but whoever brings the code that its log shows, and makes them its owner. */
import { timingSafeEqual } from 'node:crypto';
import { append, rowOf } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import {
  addFirstCode,
  followZone,
  hashOfCode,
  hasResident,
  hasOwner as isOwned,
  lockClaims,
  namePerson,
  newCode,
  openFirstCodes,
  sessions,
  spendFirstCodes,
} from '../people/index.ts';
import { readerOf, type Transaction, type WritesBesides } from '../storage/index.ts';
import { hashOf, newSecret, personNamed, type WhoDeps } from './credentials.ts';
import { AttemptLimits } from './limits.ts';
import { makeOwnerWithPassword } from './owner-password.ts';
import { type OpenedSession, openedFor, SESSION_MS } from './sessions.ts';

const CODE_MINUTES = 15;
const CODE_MS = CODE_MINUTES * 60_000;

/** 30^10 codes: at this pace one of them is guessed in 15 minutes with a chance of one in 10^12. */
const GUESSES = { address: 10, account: 10, all: 200, windowMs: 60_000 };

export interface FirstStartDeps extends WhoDeps {
  /** True where the tokens of an issuer are taken (`http.jwt`). */
  trustsIssuer: boolean;
}

interface FirstClaim {
  code: string;
  name: string;
  /** Time zone of the browser. */
  zone?: string | undefined;
  address: string;
}

export class FirstStart {
  private readonly deps: FirstStartDeps;
  private readonly limits: AttemptLimits;
  /** An owner who goes is missed by the next start: their sessions and tokens went with them. */
  private isOwned = false;

  constructor(deps: FirstStartDeps) {
    this.deps = deps;
    this.limits = new AttemptLimits(deps.world.clock, GUESSES);
  }

  /**
   * True while nobody but guests is known: whoever has the shell has let members in, and can make an owner. Where the
   * configuration lets somebody in or trusts an issuer there will be one, and where it has `access.approval_token` a code from
   * the log would be worth more than who runs it has said.
   */
  async isPending(): Promise<boolean> {
    if (this.isOwned) return false;
    const { database, config, trustsIssuer } = this.deps;
    const { owners, members, assigned, roles, approval_token: token } = config.access;
    const lets = [...owners, ...members, ...Object.values(assigned).flat(), ...(roles.guest ?? [])];
    this.isOwned = lets.length > 0 || token !== undefined || trustsIssuer || (await hasResident(readerOf(database)));
    return !this.isOwned;
  }

  /** A further code, good once and for 15 minutes. */
  async addCode(besides?: WritesBesides<void>): Promise<{ code: string; expiresAt: Date }> {
    const code = newCode();
    const now = this.deps.world.clock.now();
    const expiresAt = new Date(now.getTime() + CODE_MS);
    await this.deps.database.tx('first_start.code', async (tx) => {
      await addFirstCode(tx, { id: uuid(now), hash: hashOfCode(code), now, expiresAt });
      besides?.(tx, undefined);
    });
    return { code, expiresAt };
  }

  /** Shows a code in the log, where one is needed: the only secret that stands there, for whoever can read it. */
  async announce(url: string): Promise<void> {
    if (!(await this.isPending())) return;
    const { code } = await this.addCode();
    const { log } = this.deps.world;
    log.warn(
      `nobody owns this coda yet: open ${url}/ and enter the code ${code} (good once, for ${CODE_MINUTES} minutes)`,
    );
  }

  /**
   * Makes the visitor with the code the owner at this machine, by name, and signs their browser in. One transaction decides
   * between two. Throws `HTTP_UNAUTHORIZED` for a wrong code, `HTTP_CONFLICT` where there is an owner, `HTTP_TOO_FAST`.
   */
  async claim({ code, name, zone, address }: FirstClaim): Promise<OpenedSession> {
    const { database, world } = this.deps;
    if (!(await this.isPending())) throw hasOwner();
    this.limits.count({ address });
    const cookie = newSecret();
    const now = world.clock.now();
    const isMade = await database.tx('first_start.claim', async (tx) => {
      lockClaims(tx);
      if (await isOwned(tx)) throw hasOwner();
      if (!(await openFirstCodes(tx, now)).some((hash) => isSame(hash, hashOfCode(code)))) return false;
      await this.makeOwner(tx, { name, zone, cookie, now });
      return true;
    });
    if (!isMade) throw wrongCode();
    this.isOwned = true;
    return openedFor('owner', cookie);
  }

  /** Makes the owner of a coda that has none, where the environment has a password. Throws `CONFIG_INVALID`. */
  async makeByEnvironment(): Promise<void> {
    if ((await this.isPending()) && (await makeOwnerWithPassword(this.deps))) this.isOwned = true;
  }

  private async makeOwner(
    tx: Transaction,
    { name, zone, cookie, now }: Pick<FirstClaim, 'name' | 'zone'> & { cookie: string; now: Date },
  ): Promise<void> {
    await spendFirstCodes(tx);
    const personId = await personNamed(tx, this.deps, undefined);
    await namePerson(tx, personId, name);
    if (zone !== undefined && this.deps.config.assistant.zone === undefined) await followZone(tx, { personId, zone });
    const expiresAt = new Date(now.getTime() + SESSION_MS);
    await sessions.addSession(tx, { id: uuid(now), hash: hashOf(cookie), personId, createdAt: now, expiresAt });
    append(tx, [rowOf({ at: now, action: 'person.first_owner', subject: undefined, personId, origin: 'http' })]);
  }
}

/** Two hashes of the same length, in a time that says nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}

function wrongCode(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'This is not the code, or it is older than 15 minutes.',
    remedy: 'The log of coda shows it. A new one comes with "coda open", or when coda is started again.',
  });
}

function hasOwner(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'This coda has an owner already.',
    remedy: 'Sign in, or run "coda open" where coda runs.',
  });
}
