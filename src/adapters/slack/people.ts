import { BoundedMap } from '../../base/bounded.ts';
import { DAY_MS } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import type { Sender } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import { errorOf, isOutage } from './outcome.ts';
import { shownName } from './parse.ts';
import { asChanged, asPerson, asUsers } from './shapes.ts';

const GROUPS_MS = 5 * 60_000;
const REMEMBERED = 10_000;
const MOST_PAGES = 20;

interface KnownUser {
  name: string;
  zone: string | undefined;
  locale: string | undefined;
  team: string | undefined;
}

/** A user, and what the event tells of their workspace: nothing, where it does not. */
interface UserOfTeam {
  user: string;
  eventTeam: string | undefined;
}

/**
 * Cache of people, and of their memberships in the groups that access rules name. Asked once a day, groups each 5 min.
 */
export class People {
  private readonly workspaces: ReadonlySet<string>;
  private readonly usergroups: readonly string[];
  private readonly channels: readonly string[];
  private readonly log: Log;
  private readonly known = new BoundedMap<string, { person: Promise<KnownUser>; until: number }>(REMEMBERED);
  private readonly names = new BoundedMap<string, string>(REMEMBERED);
  private readonly members = new Map<string, { users: Promise<ReadonlySet<string>>; until: number }>();

  constructor(groups: readonly string[], log: Log) {
    this.workspaces = new Set(entriesNamed(groups, 'slack-workspace:'));
    this.usergroups = entriesNamed(groups, 'slack-usergroup:');
    this.channels = entriesNamed(groups, 'slack-channel:');
    this.log = log;
  }

  readonly nameOf = (user: string): string | undefined => this.names.get(user);

  /** As they are handed over. `eventTeam`: their workspace, where the event tells it. Rejects while Slack is away. */
  async sender(user: string, eventTeam: string | undefined, api: Api, now: number): Promise<Sender> {
    const person = await this.get(user, api, now);
    const groups = await this.groupsOf(user, person.team ?? eventTeam, api, now);
    return {
      externalId: user,
      name: person.name,
      ...omitUndefined({
        zone: person.zone || undefined,
        locale: person.locale || undefined,
        groups: groups.length > 0 ? groups : undefined,
      }),
    };
  }

  /** True if they are of one of these workspaces; of all where there is none. Rejects while Slack is away. */
  async isOf(workspaces: readonly string[], { user, eventTeam }: UserOfTeam, api: Api, now: number): Promise<boolean> {
    if (workspaces.length === 0) return true;
    const { team = eventTeam } = await this.get(user, api, now);
    return team !== undefined && workspaces.includes(team);
  }

  /** Looks people up whose names stand in a text. Never rejects. */
  async meet(users: readonly string[], api: Api, now: number): Promise<void> {
    await Promise.all(users.slice(0, 20).map((user) => this.get(user, api, now).catch(() => {})));
  }

  noteChange(user: unknown): { id: string; zone: string | undefined } | undefined {
    const changed = asChanged(user);
    if (!changed) return undefined;
    this.known.delete(changed.id);
    return { id: changed.id, zone: changed.tz };
  }

  private get(user: string, api: Api, now: number): Promise<KnownUser> {
    const entry = this.known.get(user);
    if (entry && entry.until > now) return entry.person;
    const person = this.ask(user, api);
    this.known.set(user, { person, until: now + DAY_MS });
    person.catch(() => this.known.delete(user));
    return person;
  }

  private async ask(user: string, api: Api): Promise<KnownUser> {
    try {
      const {
        name,
        real_name,
        tz,
        locale,
        team_id: team,
        profile,
      } = asPerson(await api('users.info', { user, include_locale: true }));
      const displayName = shownName(profile?.display_name, real_name, name);
      this.names.set(user, displayName);
      return { name: displayName, zone: tz, locale, team };
    } catch (error) {
      // A user who cannot be looked up (a bot, a stranger) is heard all the same.
      if (isOutage(error) || errorOf(error) === undefined) throw error;
      this.log.debug({ user, error: messageOf(error) }, 'a person could not be looked up');
      return { name: user, zone: undefined, locale: undefined, team: undefined };
    }
  }

  private async groupsOf(user: string, team: string | undefined, api: Api, now: number): Promise<string[]> {
    const groups: string[] = [];
    if (team && this.workspaces.has(team)) groups.push(`slack-workspace:${team}`);
    for (const id of this.usergroups) {
      if ((await this.membersOf(id, 'usergroups.users.list', { usergroup: id }, api, now)).has(user)) {
        groups.push(`slack-usergroup:${id}`);
      }
    }
    for (const id of this.channels) {
      if ((await this.membersOf(id, 'conversations.members', { channel: id, limit: 1_000 }, api, now)).has(user)) {
        groups.push(`slack-channel:${id}`);
      }
    }
    return groups.sort();
  }

  private membersOf(id: string, method: string, args: Record<string, unknown>, api: Api, now: number) {
    const entry = this.members.get(id);
    if (entry && entry.until > now) return entry.users;
    const users = this.askMembers(method, args, api);
    this.members.set(id, { users, until: now + GROUPS_MS });
    users.catch(() => this.members.delete(id));
    return users;
  }

  /** A group that cannot be asked for has nobody in it; rejects while Slack is away: nobody is turned away for that. */
  private async askMembers(method: string, args: Record<string, unknown>, api: Api): Promise<ReadonlySet<string>> {
    const memberIds = new Set<string>();
    try {
      for (let cursor = '', page = 0; page < MOST_PAGES; page++) {
        const {
          users = [],
          members = [],
          response_metadata: more,
        } = asUsers(await api(method, { ...args, ...(cursor && { cursor }) }));
        for (const user of [...users, ...members]) memberIds.add(user);
        cursor = more?.next_cursor ?? '';
        if (cursor === '') break;
      }
    } catch (error) {
      if (isOutage(error)) throw error;
      this.log.warn({ ...args, error: messageOf(error) }, 'a group of the access rules could not be asked for');
    }
    return memberIds;
  }
}

function entriesNamed(groups: readonly string[], prefix: string): string[] {
  return groups.flatMap((entry) => (entry.startsWith(prefix) ? entry.slice(prefix.length) : []));
}
