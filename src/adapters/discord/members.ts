import type { APIGuildMember, REST } from 'discord.js';
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isOutage, statusOf } from './outcome.ts';
import { asMember } from './shapes.ts';

const REMEMBERED_MS = 5 * 60_000;
const REMEMBERED = 5_000;

/**
 * Memberships in the groups that access rules name. Only those are asked for, so that rules which name nobody but
 * persons cost nothing; an answer is remembered for five minutes.
 */
export class Members {
  private readonly roles: ReadonlySet<string>;
  private readonly guildsNamed: ReadonlySet<string>;
  private readonly log: Log;
  private readonly known = new BoundedMap<string, { groups: Promise<string[]>; until: number }>(REMEMBERED);
  readonly guilds = new Set<string>();

  constructor(groups: readonly string[], log: Log) {
    this.roles = new Set(groupsNamed(groups, 'discord-role:'));
    this.guildsNamed = new Set(groupsNamed(groups, 'discord-guild:'));
    this.log = log;
  }

  /**
   * The groups of a person, sorted. A guild that refuses to be asked counts as one they are not in; rejects while Discord
   * is away: nobody is turned away for that.
   */
  async groupsOf(user: string, rest: REST, now: number): Promise<string[]> {
    if (this.roles.size + this.guildsNamed.size === 0) return [];
    const entry = this.known.get(user);
    if (entry && entry.until > now) return entry.groups;
    const groups = this.ask(user, rest);
    this.known.set(user, { groups, until: now + REMEMBERED_MS });
    groups.catch(() => this.known.delete(user));
    return groups;
  }

  private async ask(user: string, rest: REST): Promise<string[]> {
    const asked = this.roles.size > 0 ? [...this.guilds] : [...this.guilds].filter((id) => this.guildsNamed.has(id));
    const groups = await Promise.all(asked.map((guild) => this.askOne(guild, user, rest)));
    return [...new Set(groups.flat())].sort();
  }

  private async askOne(guild: string, user: string, rest: REST): Promise<string[]> {
    try {
      const { roles } = asMember<APIGuildMember>(await rest.get(`/guilds/${guild}/members/${user}`));
      const groups = roles.filter((role) => this.roles.has(role)).map((role) => `discord-role:${role}`);
      return this.guildsNamed.has(guild) ? [`discord-guild:${guild}`, ...groups] : groups;
    } catch (error) {
      if (isOutage(error)) throw error;
      if (statusOf(error) !== 404)
        this.log.warn({ guild, error: messageOf(error) }, 'a membership could not be asked for');
      return [];
    }
  }
}

function groupsNamed(groups: readonly string[], prefix: string): string[] {
  return groups.filter((group) => group.startsWith(prefix)).map((group) => group.slice(prefix.length));
}
