import { createHash } from 'node:crypto';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { type Caller, SCOPES, type Scope } from '../../chat/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { JwtConfig } from './config.ts';

const LEEWAY_S = 60;
/** Milliseconds for which an issuer's keys are not fetched again, and how soon a key that is not among them is looked for. */
const KEYS_FOR_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 30_000;
const MOST_KEY_BYTES = 200_000;

const ROLE = /^[\x21-\x7e]{1,100}$/;
const MOST_ROLES = 50;

type Keys = { get: JWTVerifyGetKey; fetchedAt: number };

/** Checks tokens of the one issuer; the library is loaded with the first of them. */
export class Jwts {
  private readonly config: JwtConfig;
  private readonly egress: Pick<Egress, 'fetch'>;
  private readonly clock: Clock;
  private keys: Keys | undefined;
  private fetching: Promise<Keys> | undefined;
  /** When the keys were asked for last, with or without success. */
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(config: JwtConfig, egress: Pick<Egress, 'fetch'>, clock: Clock) {
    this.config = config;
    this.egress = egress;
    this.clock = clock;
  }

  /** The token's caller; undefined for an invalid token. Rejects when the issuer's keys cannot be had. */
  async authenticate(token: string): Promise<Omit<Caller, 'who'> | undefined> {
    const { alg, issuer, audience } = this.config;
    const options: JWTVerifyOptions = {
      // The token's own claims about its algorithm decide nothing.
      algorithms: [alg],
      issuer,
      audience,
      clockTolerance: LEEWAY_S,
      currentDate: this.clock.now(),
      requiredClaims: ['sub', 'exp'],
    };
    const payload = await this.verify(token, options);
    // The library looks whether it is there, not what it is: of a list of one text a pattern finds that text.
    const sub: unknown = payload?.sub;
    if (payload === undefined || typeof sub !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(sub)) return undefined;
    return {
      id: idOf(issuer, sub),
      name: sub,
      account: sub,
      personId: undefined,
      scopes: this.scopesOf(payload),
      ...this.groupsOf(payload),
    };
  }

  private async verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload | undefined> {
    const { jwtVerify, errors } = await import('jose');
    try {
      if (this.config.alg === 'HS256') {
        const secret = new TextEncoder().encode(this.config.secret ?? '');
        return (await jwtVerify(token, secret, options)).payload;
      }
      return (await jwtVerify(token, (header, jws) => this.key(header, jws), options)).payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The key that the token names. One that is not known makes the keys be fetched again, within bounds. */
  private async key(...asked: Parameters<JWTVerifyGetKey>) {
    const { errors } = await import('jose');
    const now = this.clock.monotonic();
    const isFresh = this.keys !== undefined && now - this.keys.fetchedAt < KEYS_FOR_MS;
    const keys = this.keys && isFresh ? this.keys : await this.newer();
    try {
      return await keys.get(...asked);
    } catch (error) {
      const isTooSoon = !this.fetching && now - this.askedAt < LOOK_AGAIN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isTooSoon) throw error;
      return (await this.newer()).get(...asked);
    }
  }

  /** Fetches the keys, once for all who wait. Those before stay where that fails: an issuer that is away locks nobody out. */
  private newer(): Promise<Keys> {
    if (this.fetching) return this.fetching;
    this.askedAt = this.clock.monotonic();
    this.fetching = this.fetchKeys()
      .then((keys) => {
        this.keys = keys;
        return keys;
      })
      .finally(() => {
        this.fetching = undefined;
      });
    return this.fetching;
  }

  private async fetchKeys(): Promise<Keys> {
    const answer = await this.egress.fetch(this.config.jwks_url ?? '', {
      headers: { accept: 'application/json' },
      limits: { maxBytes: MOST_KEY_BYTES },
    });
    if (!answer.ok) throw unavailable(answer.message);
    const body = await answer.bytes();
    if (!body.ok || answer.status !== 200) throw unavailable(`status ${answer.status}`);
    return { get: await keysIn(body.bytes), fetchedAt: this.clock.monotonic() };
  }

  private groupsOf(payload: JWTPayload): { groups?: string[] } {
    const { roles_claim: claim } = this.config;
    if (claim === undefined) return {};
    const roleClaim = claimIn(payload, claim);
    const roles = typeof roleClaim === 'string' ? roleClaim.split(/[\s,]+/) : Array.isArray(roleClaim) ? roleClaim : [];
    const groups = roles.filter((role): role is string => typeof role === 'string' && ROLE.test(role));
    return { groups: groups.slice(0, MOST_ROLES).map((role) => `http-role:${role}`) };
  }

  /** Scopes of the configuration; where the token names some, no others than these. */
  private scopesOf({ scope }: JWTPayload): Scope[] {
    const named = typeof scope === 'string' ? scope.split(' ') : undefined;
    return this.config.scopes.filter(
      (each): each is Scope => Object.hasOwn(SCOPES, each) && (named === undefined || named.includes(each)),
    );
  }
}

/** A claim by its name, or by the way to it: `realm_access.roles`. */
function claimIn(payload: JWTPayload, claim: string): unknown {
  if (Object.hasOwn(payload, claim)) return payload[claim];
  return claim.split('.').reduce<unknown>((at, key) => {
    const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
    return isThere ? (at as Record<string, unknown>)[key] : undefined;
  }, payload);
}

async function keysIn(bytes: Uint8Array): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet } = await import('jose');
  try {
    return createLocalJWKSet(parseJson(Buffer.from(bytes).toString('utf8')) as JSONWebKeySet);
  } catch (error) {
    throw unavailable(messageOf(error));
  }
}

function unavailable(cause: string): CodaError {
  return new CodaError('HTTP_BUSY', {
    message: 'The keys of the issuer cannot be fetched, so that no token of it can be checked.',
    remedy: 'Try it again later; the owner looks at http.jwt.jwks_url, and at egress.',
    cause,
  });
}

/** Prefix of a subject's conversations; no name that an issuer gives can be another's. */
function idOf(issuer: string, sub: string): string {
  return `jwt-${createHash('sha256')
    .update(JSON.stringify([issuer, sub]))
    .digest('hex')
    .slice(0, 32)}`;
}
