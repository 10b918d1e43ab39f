import { BoundedMap } from '../../base/bounded.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import {
  type AccessRules,
  adoptLocale,
  followZone,
  type Gate,
  meet,
  meetById,
  pairing,
  type Role,
  type RoleHolder,
  type ZoneChange,
} from '../../people/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { Incoming } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import { movedByBrowser, movedByProfile } from '../texts.ts';

export interface MovedPerson extends ZoneChange {
  conversationId: string;
  /** Sentences about it, before what is offered. */
  says: string;
}

export interface SenderDirectoryDeps {
  database: Database;
  world: World;
  access: AccessRules;
  gate: Pick<Gate, 'hears'>;
  onMove(tx: Transaction, moved: MovedPerson): Promise<void>;
}

export interface Speaker {
  /** The role of the account itself, whatever else its person is known as. */
  role: Role;
  roles: readonly string[];
  personId: string;
  conversationId: string;
  /** The request's own rights, which come instead of those of its person. */
  rights?: RoleHolder;
}

/** People and places whose ids are remembered; forgetting one only costs a look-up. */
const REMEMBERED = 10_000;
/** An owner may let a stranger in at any time, in any process. Milliseconds. */
const STRANGER_MS = 60_000;

interface KnownSpeaker extends Speaker {
  zone?: string;
  locale?: string | undefined;
  groups?: string;
  /** Nothing of theirs is taken before: they have had their notice. */
  silentUntil?: number;
}

export class SenderDirectory {
  private readonly deps: SenderDirectoryDeps;
  private readonly known = new BoundedMap<string, KnownSpeaker>(REMEMBERED);

  constructor(deps: SenderDirectoryDeps) {
    this.deps = deps;
  }

  /** Undefined for whom nothing is to be stored: strangers who have had their notice, and members where they are not heard. */
  async find(event: Incoming): Promise<Speaker | undefined> {
    const speaker = await this.know(event);
    return speaker && speaker.silentUntil === undefined && this.isHeardIn(event, speaker) ? speaker : undefined;
  }

  isHeard(speaker: Speaker): boolean {
    return this.deps.gate.hears(speaker);
  }

  forgetSpeaker(event: Incoming): void {
    this.known.delete(nameOf(event));
  }

  forget(personId: string): void {
    for (const [key, speaker] of this.known) if (speaker.personId === personId) this.known.delete(key);
  }

  async livesIn(where: { adapter: string; externalId: string; zone: string }): Promise<void> {
    await this.deps.database.tx('people.move', (tx) => this.follow(tx, where));
  }

  /** The person's browser says where it is; what they or a platform said goes before it. */
  async browsesIn(where: { personId: string; zone: string }): Promise<void> {
    await this.deps.database.tx('people.move', async (tx) => {
      const change = await followZone(tx, where);
      if (!change) return;
      const conversationId = await conversations.direct(tx, change.personId);
      const says = movedByBrowser(change.to);
      if (conversationId !== undefined) await this.deps.onMove(tx, { ...change, conversationId, says });
    });
  }

  private async follow(tx: Transaction, where: { adapter: string; externalId: string; zone: string }): Promise<void> {
    const change = await followZone(tx, where);
    if (!change) return;
    const conversationId = await conversations.direct(tx, change.personId, { adapters: [where.adapter] });
    const says = movedByProfile(change.to, change.from);
    if (conversationId !== undefined) await this.deps.onMove(tx, { ...change, conversationId, says });
  }

  private isHeardIn({ place }: Incoming, { role }: Speaker): boolean {
    const { channels = [] } = this.deps.access;
    return (
      role === 'owner' ||
      channels.length === 0 ||
      place.kind === 'dm' ||
      [place.channel, place.parent].some((channel) => channels.includes(`${place.adapter}:${channel}`))
    );
  }

  private async know(event: Incoming): Promise<KnownSpeaker | undefined> {
    const key = nameOf(event);
    const now = this.deps.world.clock.now();
    const speaker = this.known.get(key);
    const isFresh =
      speaker?.zone === event.sender.zone &&
      speaker?.groups === groupsOf(event) &&
      // Not every event tells it.
      (event.sender.locale === undefined || speaker?.locale === event.sender.locale) &&
      (speaker?.silentUntil ?? Number.POSITIVE_INFINITY) > now.getTime();
    if (speaker && isFresh && (speaker.silentUntil === undefined || event.replyTo === undefined)) return speaker;
    const { database, access, gate } = this.deps;
    const { place, sender } = event;
    const { externalId, role, groups, byToken, name, zone, locale } = sender;
    const identity = { adapter: place.adapter, externalId, role, groups, byToken, name, zone, locale };
    const heeds = (who: Pick<Speaker, 'role' | 'roles'>) => access.unknown !== 'ignore' || gate.hears(who);
    const freshSpeaker = await database.tx('people.meet', async (tx) => {
      const metPerson =
        sender.personId === undefined
          ? await meet(tx, identity, access, { id: uuid(now), now, heeds })
          : await meetById(tx, sender.personId);
      if (!metPerson) return undefined;
      const { personId, role: own, roles, noticeUntil } = metPerson;
      if (noticeUntil !== undefined && gate.hears(metPerson)) await pairing.endStrangeness(tx, personId);
      const isTold = noticeUntil !== undefined && noticeUntil.getTime() > now.getTime();
      // An event whose platform waits for an answer is ended as well, without a text.
      if (isTold && !gate.hears(metPerson) && event.replyTo === undefined) {
        const until = Math.min(noticeUntil.getTime(), now.getTime() + STRANGER_MS);
        return { personId, role: own, roles, conversationId: '', silentUntil: until };
      }
      const conversationId = await conversations.open(tx, place, personId, uuid(now), now);
      if (zone !== undefined) await this.follow(tx, { adapter: place.adapter, externalId, zone });
      if (locale !== undefined) await adoptLocale(tx, { adapter: place.adapter, externalId, locale });
      return { personId, role: own, roles, conversationId, ...(byToken && { rights: { role: own, roles } }) };
    });
    // A stranger who has not had their notice yet is not cached: the notice comes with their next message.
    if (freshSpeaker && (gate.hears(freshSpeaker) || 'silentUntil' in freshSpeaker))
      this.known.set(key, {
        ...freshSpeaker,
        ...(zone !== undefined && { zone }),
        locale: locale ?? speaker?.locale,
        groups: groupsOf(event),
      });
    return freshSpeaker;
  }
}

function nameOf({ place, sender }: Incoming): string {
  return JSON.stringify([
    place.adapter,
    place.channel,
    sender.externalId,
    sender.personId ?? '',
    sender.role ?? '',
    // Tokens of several rights take turns; an account's groups on a platform change once for all.
    ...(sender.byToken ? [groupsOf({ sender })] : []),
  ]);
}

function groupsOf({ sender: { groups = [] } }: Pick<Incoming, 'sender'>): string {
  return JSON.stringify(groups);
}
