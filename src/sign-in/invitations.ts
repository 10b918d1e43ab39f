/** Invitations: links with which an owner lets somebody in at the page, without another account. */
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import {
  addInvitation,
  findInvitation,
  listInvitations,
  meet,
  meetById,
  type OpenInvitation,
  pairing,
  removeInvitation,
  spendInvitation,
} from '../people/index.ts';
import type { Transaction, WritesBesides } from '../storage/index.ts';
import { hashOf, newSecret, personNamed, type WhoDeps } from './credentials.ts';
import { AttemptLimits } from './limits.ts';
import { beginSession, type OpenedSession, openedFor, type Sessions } from './sessions.ts';

const INVITATION_MS = 7 * 86_400_000;
const GUESSES = { address: 10, account: 10, all: 200, windowMs: 60_000 };

/** Tells the code of an invitation from that of a link: the page reads both at one address. */
const CODE = /^invited-[\w-]{43}$/;

interface Acceptance {
  code: string;
  name: string;
  address: string;
  /** The browser's name for itself. */
  agent: string | undefined;
  before: { cookie: string | undefined; instead: boolean };
}

export class Invitations {
  private readonly deps: WhoDeps;
  private readonly sessions: Sessions;
  private readonly limits: AttemptLimits;

  constructor(deps: WhoDeps, signedIn: Sessions) {
    this.deps = deps;
    this.sessions = signedIn;
    this.limits = new AttemptLimits(deps.world.clock, GUESSES);
  }

  /** The code of a new invitation, good once and for 7 days; `by`: its owner, else the one at the terminal. */
  async add(
    name: string,
    by: string | undefined,
    besides?: WritesBesides<void>,
  ): Promise<{ code: string; expiresAt: Date }> {
    const code = `invited-${newSecret()}`;
    const createdAt = this.deps.world.clock.now();
    const expiresAt = new Date(createdAt.getTime() + INVITATION_MS);
    await this.deps.database.tx('invitations.add', async (tx) => {
      const invitedBy = by ?? (await personNamed(tx, this.deps, undefined));
      if ((await meetById(tx, invitedBy))?.role !== 'owner') throw ownersOnly();
      const invitation = { id: uuid(createdAt), hash: hashOf(code), name, invitedBy, createdAt, expiresAt };
      if (!(await addInvitation(tx, invitation))) throw tooMany();
      besides?.(tx, undefined);
    });
    return { code, expiresAt };
  }

  list(): Promise<OpenInvitation[]> {
    return listInvitations(this.deps.database, this.deps.world.clock.now());
  }

  /** Takes one back. Throws `HTTP_NOT_FOUND`. */
  async remove(id: string, besides?: WritesBesides<void>): Promise<void> {
    await this.deps.database.tx('invitations.remove', async (tx) => {
      if (!(await removeInvitation(tx, id))) throw noSuch();
      besides?.(tx, undefined);
    });
  }

  /** The inviting owner and the invited one, by name. Throws `HTTP_UNAUTHORIZED` where it is none, was used or taken back, or is over; `HTTP_TOO_FAST`. */
  async describe(code: string, address: string): Promise<{ from: string; name: string }> {
    this.limits.count({ address });
    const now = this.deps.world.clock.now();
    const open = CODE.test(code) ? await findInvitation(this.deps.database, hashOf(code), now) : undefined;
    if (!open) throw isVoid();
    this.limits.forgive({ address });
    return { from: open.from, name: open.name };
  }

  /**
   * Uses an invitation up: makes a member of this name, and signs their browser in. One transaction decides between two. Throws as
   * `describe` does, and `HTTP_CONFLICT` in a browser in which somebody is signed in, unless they have said to end that (`instead`).
   */
  async accept({ code, name, address, agent, before }: Acceptance): Promise<OpenedSession> {
    this.limits.count({ address });
    const signedIn = before.cookie === undefined ? undefined : await this.sessions.authenticate(before.cookie);
    if (signedIn && !before.instead) throw isAnother(signedIn.name);
    const cookie = newSecret();
    const isIn =
      CODE.test(code) &&
      (await this.deps.database.tx('invitations.accept', async (tx) => {
        const invitation = await spendInvitation(tx, hashOf(code), this.deps.world.clock.now());
        if (!invitation) return false;
        const personId = await this.letIn(tx, invitation, name);
        const now = this.deps.world.clock.now();
        await beginSession(tx, { personId, cookie, agent, before: before.cookie, now });
        return true;
      }));
    if (!isIn) throw isVoid();
    this.limits.forgive({ address });
    return openedFor('member', cookie);
  }

  /** The new member; the grant is what an owner takes back on the page *People*. */
  private async letIn(tx: Transaction, invitation: OpenInvitation, name: string): Promise<string> {
    const { access } = this.deps.config;
    const now = this.deps.world.clock.now();
    const account = { adapter: 'invitation', externalId: invitation.id };
    const identity = { ...account, name, zone: undefined, locale: undefined };
    const entrant = await meet(tx, identity, access, { id: uuid(now), now, heeds: () => true });
    const person = entrant && (await pairing.find(tx, entrant.personId));
    if (!person) throw new Error('the invited person was not met');
    const admission = { role: 'member', by: invitation.invitedBy, now };
    await pairing.admit(tx, { person, ...account, conversationId: undefined }, access, admission);
    return person.id;
  }
}

function isVoid(): CodaError {
  return new CodaError('HTTP_UNAUTHORIZED', {
    message: 'This invitation was used already, was taken back, or is older than 7 days.',
    remedy: 'Ask whoever sent it for another one.',
  });
}

function isAnother(name: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `This browser is signed in as ${name}, and the invitation is for somebody else.`,
    remedy: 'Open it in another browser, or go on to sign out here.',
  });
}

function ownersOnly(): CodaError {
  return new CodaError('HTTP_FORBIDDEN', {
    message: 'Only an owner invites somebody.',
    remedy: 'Ask an owner for it.',
  });
}

function tooMany(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'There are 100 open invitations already.',
    remedy: 'Take some of them back: "coda people invitations" shows them.',
  });
}

function noSuch(): CodaError {
  return new CodaError('HTTP_NOT_FOUND', {
    message: 'There is no such invitation.',
    remedy: '"coda people invitations" shows the open ones.',
  });
}
