/** Sign-in with a passkey: nothing is typed, and nothing that coda stores signs anybody in. */
import { isIP } from 'node:net';
import { append, rowOf } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import {
  addChallenge,
  addPasskey,
  hasPasskeys,
  type KnownPasskey,
  type ListedPasskey,
  listPasskeys,
  lockPerson,
  MOST_PASSKEYS,
  markCopied,
  passkeyOf,
  removePasskey,
  renamePasskey,
  spendChallenge,
  usePasskey,
} from '../people/index.ts';
import { hashOf, newSecret, type WhoDeps } from './credentials.ts';
import { AttemptLimits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import { beginSession, type OpenedSession, openedFor } from './sessions.ts';
import type { Assertion, Place, Registration } from './webauthn.ts';

/** A person who looks for their key, or has it sent by a telephone. */
const CHALLENGE_MS = 5 * 60_000;

/** Nothing is guessed here: this bounds work, and the challenges that wait. A sign-in counts twice until it is right. */
const ATTEMPTS = { address: 60, account: 60, all: 1_000, windowMs: 60_000 };

const ALGORITHMS = [-7, -8, -257];

export interface PasskeysDeps extends WhoDeps {
  passwords: Pick<Passwords, 'confirm'>;
  /** Address that the configuration gives the page. */
  url: string | undefined;
  /** Port at which `localhost` is coda, on its own machine. */
  port(): number | undefined;
}

/** Origin of the page that asks, and the client's address. */
interface Asker {
  origin: string | undefined;
  address: string;
}

export class Passkeys {
  private readonly deps: PasskeysDeps;
  private readonly limits: AttemptLimits;

  constructor(deps: PasskeysDeps) {
    this.deps = deps;
    this.limits = new AttemptLimits(deps.world.clock, ATTEMPTS);
  }

  /** Addresses of the page at which a browser makes and uses passkeys. */
  pages(): readonly string[] {
    return placesOf(this.deps.url, this.deps.port()).map(({ page }) => page);
  }

  /** True if somebody can sign in with a passkey at the page of this host. */
  async isOffered(host: string | undefined): Promise<boolean> {
    const places = placesOf(this.deps.url, this.deps.port());
    const place = places.find(({ origin }) => new URL(origin).host === host?.toLowerCase());
    return place !== undefined && (await hasPasskeys(this.deps.database, place.rpId));
  }

  /** The challenge of a sign-in. Throws `HTTP_CONFLICT` where the page's address holds no passkeys; `HTTP_TOO_FAST`. */
  async challenge({ origin, address }: Asker): Promise<{ challenge: string; rpId: string; ms: number }> {
    this.limits.count({ address });
    const { rpId } = this.placeOf(origin);
    return { challenge: await this.addChallenge(undefined), rpId, ms: CHALLENGE_MS };
  }

  /**
   * Begins a session. Throws `HTTP_UNAUTHORIZED`, the same for whatever is wrong; `HTTP_CONFLICT` and `HTTP_TOO_FAST` as
   * `challenge` does.
   */
  async open(
    assertion: Assertion,
    { origin, address, agent, before }: Asker & { agent: string | undefined; before: string | undefined },
  ): Promise<OpenedSession> {
    this.limits.count({ address });
    const place = this.placeOf(origin);
    const { passkey, counter } = await this.verifyAssertion(assertion, place);
    const cookie = newSecret();
    const now = this.deps.world.clock.now();
    const person = await this.deps.database.tx('sessions.passkey', async (tx) => {
      const use = await usePasskey(tx, { id: passkey.id, counter, now });
      if (typeof use === 'object') await beginSession(tx, { personId: use.personId, cookie, agent, before, now });
      return use;
    });
    if (person === 'copied') await this.refuseCopy(passkey);
    // Removed, or its person erased, while it was checked.
    if (typeof person !== 'object') throw isRefused();
    // The challenge was counted, too.
    for (let attempt = 0; attempt < 2; attempt++) this.limits.forgive({ address });
    return openedFor(person.role, cookie);
  }

  private async verifyAssertion(
    assertion: Assertion,
    place: Place,
  ): Promise<{ passkey: KnownPasskey; counter: number }> {
    const { challengeIn, verifyAssertion } = await import('./webauthn.ts');
    return this.checkAnswer(async () => {
      await this.spend(challengeIn(assertion.clientData, 'webauthn.get', place), undefined);
      const passkey = await passkeyOf(this.deps.database, assertion.credentialId);
      if (passkey?.rpId !== place.rpId || passkey.handle !== assertion.userHandle) throw isRefused();
      return { passkey, counter: verifyAssertion(assertion, passkey, place) };
    });
  }

  /** The options with which a browser makes a passkey. Throws as `challenge` does, and `HTTP_FORBIDDEN` where the password is another one. */
  async beginAdding(person: { id: string; name: string; current: string | undefined }, { origin, address }: Asker) {
    this.limits.count({ address });
    const { rpId } = this.placeOf(origin);
    // A borrowed browser is not to become a key for ever.
    await this.deps.passwords.confirm({ personId: person.id, current: person.current, address });
    const own = await listPasskeys(this.deps.database, person.id);
    if (own.length >= MOST_PASSKEYS) throw tooMany();
    const handle = own[0]?.handle ?? newSecret();
    const challenge = await this.addChallenge({ personId: person.id, handle });
    return {
      challenge,
      rpId,
      handle,
      name: person.name,
      algorithms: ALGORITHMS,
      ms: CHALLENGE_MS,
      exclude: own.filter((each) => each.rpId === rpId).map(({ credentialId }) => credentialId),
    };
  }

  /** Adds the passkey that a browser has made, and returns its id. Throws `INPUT_INVALID`, `HTTP_CONFLICT`, `HTTP_TOO_FAST`. */
  async add(
    person: { id: string; name: string },
    registration: Registration,
    { origin, address }: Asker,
  ): Promise<string> {
    this.limits.count({ address });
    const place = this.placeOf(origin);
    const { challengeIn, verifyRegistration } = await import('./webauthn.ts');
    const { id: personId, name } = person;
    const { challenge, ...credential } = await this.checkAnswer(async () => {
      const answeredChallenge = challengeIn(registration.clientData, 'webauthn.create', place);
      try {
        return { challenge: answeredChallenge, ...verifyRegistration(registration, place) };
      } catch (error) {
        await this.spend(answeredChallenge, personId);
        throw error;
      }
    }, isUnusable);
    const now = this.deps.world.clock.now();
    const passkey = { id: uuid(now), personId, rpId: place.rpId, name, createdAt: now, ...credential };
    const outcome = await this.deps.database.tx('passkeys.add', async (tx) => {
      // The person first, as an erasure has it; a revoke that came before has ended the challenge.
      if (!(await lockPerson(tx, personId))) return 'gone';
      const handle = await spendChallenge(tx, { hash: hashOf(challenge), personId, now });
      if (handle === undefined) return 'gone';
      const added = await addPasskey(tx, { ...passkey, handle });
      if (added !== 'added') return added;
      append(tx, [rowOf({ at: now, action: 'person.passkey', subject: name, personId, origin: 'http' })]);
      return added;
    });
    // Behind the commit: the challenge is used up all the same.
    if (outcome === 'full') throw tooMany();
    if (outcome !== 'added') throw isUnusable();
    for (let attempt = 0; attempt < 2; attempt++) this.limits.forgive({ address });
    return passkey.id;
  }

  list(personId: string): Promise<ListedPasskey[]> {
    return listPasskeys(this.deps.database, personId);
  }

  /** False: the person has no such one. */
  rename(personId: string, id: string, name: string): Promise<boolean> {
    return this.deps.database.tx('passkeys.rename', (tx) => renamePasskey(tx, personId, id, name));
  }

  /** False: the person has no such one. */
  remove(personId: string, id: string): Promise<boolean> {
    return this.deps.database.tx('passkeys.remove', async (tx) => {
      const subject = await removePasskey(tx, personId, id);
      if (subject === undefined) return false;
      const at = this.deps.world.clock.now();
      append(tx, [rowOf({ at, action: 'person.passkey_end', subject, personId, origin: 'http' })]);
      return true;
    });
  }

  private placeOf(origin: string | undefined): Place {
    const places = placesOf(this.deps.url, this.deps.port());
    const place = places.find((each) => each.origin === origin);
    if (place) return place;
    throw holdsNone(places);
  }

  private async addChallenge(adding: { personId: string; handle: string } | undefined): Promise<string> {
    const challenge = newSecret();
    const now = this.deps.world.clock.now();
    const expiresAt = new Date(now.getTime() + CHALLENGE_MS);
    await this.deps.database.tx('passkeys.challenge', (tx) =>
      addChallenge(tx, { hash: hashOf(challenge), adding, expiresAt }, now),
    );
    return challenge;
  }

  /** Uses a challenge up, whatever becomes of its answer; returns the handle that it has. */
  private async spend(challenge: string, personId: string | undefined): Promise<string> {
    const now = this.deps.world.clock.now();
    const handle = await this.deps.database.tx('passkeys.spend', (tx) =>
      spendChallenge(tx, { hash: hashOf(challenge), personId, now }),
    );
    if (handle === undefined) throw isRefused();
    return handle;
  }

  /** Answers the same for whatever is wrong with an answer; the log says what. */
  private async checkAnswer<T>(work: () => Promise<T>, refusal = isRefused): Promise<T> {
    const { WebAuthnFault } = await import('./cbor.ts');
    try {
      return await work();
    } catch (error) {
      if (error instanceof WebAuthnFault) this.deps.world.log.info({ cause: error.message }, 'a passkey was refused');
      else if (!(error instanceof CodaError && error.code === 'HTTP_UNAUTHORIZED')) throw error;
      throw refusal();
    }
  }

  /** Two devices count with one key, which should be on one of them only. */
  private async refuseCopy({ id, personId }: KnownPasskey): Promise<never> {
    const { database, world } = this.deps;
    const at = world.clock.now();
    world.log.warn({ passkey: id }, 'a passkey was refused: its counter went back, so that there may be a copy of it');
    await database.tx('passkeys.copied', async (tx) => {
      await markCopied(tx, id, at);
      const entry = { at, action: 'person.passkey_copy', subject: id, personId, origin: 'http' } as const;
      append(tx, [rowOf({ ...entry, status: 'denied' })]);
    });
    throw isRefused();
  }
}

interface PlaceOfPage extends Place {
  /** Its address, with the path under which coda stands. */
  page: string;
}

/** Pages that can hold a passkey: browsers want a name and TLS, or `localhost`. */
function placesOf(url: string | undefined, port: number | undefined): PlaceOfPage[] {
  const addresses = [url, port === undefined ? undefined : `http://localhost:${port}`];
  const origins = addresses.flatMap((address) =>
    address !== undefined && URL.canParse(address) ? [new URL(address)] : [],
  );
  return origins
    .filter(({ protocol, hostname }) =>
      protocol === 'https:' ? isIP(hostname.replace(/^\[|\]$/g, '')) === 0 : hostname === 'localhost',
    )
    .map(({ origin, hostname, href }) => ({ origin, rpId: hostname, page: href.replace(/\/$/, '') }));
}

function isRefused(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'This passkey does not sign anybody in here.',
    remedy: 'Try again, or sign in another way: with a password, or by a link of "coda open".',
  });
}

function isUnusable(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message:
      'This passkey cannot be added: it is there already, took longer than 5 minutes, or its device does not ask who you are.',
    remedy: 'Try again, or use another device.',
  });
}

function tooMany(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `You have ${MOST_PASSKEYS} passkeys already.`,
    remedy: 'Remove one that you do not use.',
  });
}

function holdsNone(places: readonly PlaceOfPage[]): CodaError {
  const [place] = places;
  return new CodaError('HTTP_CONFLICT', {
    message: 'A browser holds no passkey for this address: it wants a name and https, or localhost.',
    remedy:
      place === undefined || place.rpId === 'localhost'
        ? `Whoever runs coda sets http.url to such an address${place ? `, or opens ${place.page} on its machine` : ''}.`
        : `Open the page at ${place.page}.`,
  });
}
