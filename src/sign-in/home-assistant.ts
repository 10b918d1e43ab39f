/** Users of Home Assistant who are signed in without a session, since a person of coda has linked them. */
import { append, rowOf } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import type { Caller, HttpRequest } from '../chat/index.ts';
import { findPerson, sessions } from '../people/index.ts';
import { hashOf, type WhoDeps } from './credentials.ts';
import { HOME_ASSISTANT, scopesOf } from './sessions.ts';

/** A user of Home Assistant, by its id and its name there. */
export type RemoteUser = NonNullable<NonNullable<HttpRequest['ingress']>['user']>;

export class HomeAssistantUsers {
  private readonly deps: Pick<WhoDeps, 'database' | 'world'>;

  constructor(deps: Pick<WhoDeps, 'database' | 'world'>) {
    this.deps = deps;
  }

  /** The person to whom the user is linked; undefined: to nobody, or to a guest. That one is an administrator there counts for nothing. */
  async vouchedFor({ id }: RemoteUser): Promise<Caller | undefined> {
    const person = await findPerson(this.deps.database, HOME_ASSISTANT, id);
    if (!person || person.role === 'guest') return undefined;
    const { id: personId, name, role, roles = [] } = person;
    const who = { role, roles };
    const scopes = scopesOf(role);
    return { id: `web-${personId}`, name, scopes, who, personId, account: undefined, inPerson: true, isVouched: true };
  }

  /** True if a user of Home Assistant is linked to the person. */
  isLinked(personId: string): Promise<boolean> {
    return sessions.hasAccount(this.deps.database, HOME_ASSISTANT, personId);
  }

  /**
   * Links the user, and ends the session of this browser: another user of Home Assistant may sit at it next. Throws
   * `HTTP_CONFLICT` where the user is somebody else's, and `HTTP_UNAUTHORIZED` where the person was erased meanwhile.
   */
  async link({
    personId,
    user,
    cookie,
  }: {
    personId: string;
    user: RemoteUser;
    cookie: string | undefined;
  }): Promise<void> {
    const now = this.deps.world.clock.now();
    await this.deps.database.tx('sessions.link_user', async (tx) => {
      const account = { adapter: HOME_ASSISTANT, externalId: user.id, name: user.name };
      const outcome = await sessions.addAccount(tx, { ...account, personId, now });
      if (outcome === 'gone') throw isGone();
      if (outcome === 'taken') throw isAnothers(user.name);
      if (cookie !== undefined) await sessions.endSession(tx, hashOf(cookie));
      const action = 'person.link_home_assistant';
      append(tx, [rowOf({ at: now, action, subject: user.name, personId, origin: 'http' })]);
    });
  }

  async unlink(personId: string): Promise<void> {
    const now = this.deps.world.clock.now();
    await this.deps.database.tx('sessions.unlink_user', async (tx) => {
      if ((await sessions.removeAccounts(tx, HOME_ASSISTANT, personId)) === 0) return;
      const action = 'person.unlink_home_assistant';
      append(tx, [rowOf({ at: now, action, subject: undefined, personId, origin: 'http' })]);
    });
  }
}

function isAnothers(name: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `${name} of Home Assistant is linked to somebody else here.`,
    remedy: 'That one ends it on the page "You", or an owner does with "coda open --revoke".',
  });
}

function isGone(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'Nobody is signed in here any more.',
    remedy: 'Sign in again.',
  });
}
