import type { APIApplication, APIGuild, APIGuildMember, APIUser } from 'discord.js';
import { clockTrouble } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { listOf, plural } from '../../base/text.ts';
import type { HealthCheck } from '../../chat/index.ts';
import { isThread, type RawChannel } from './channels.ts';
import type { DiscordConfig } from './config.ts';
import { statusOf } from './outcome.ts';
import { restOptions } from './transport.ts';
import { CONTENT_REFUSED, type Trouble, tokenTrouble, wayTrouble } from './trouble.ts';

const ADMINISTRATOR = 1n << 3n;

type Permissions = Readonly<Record<string, bigint>>;

const ANYWHERE: Permissions = {
  'View Channels': 1n << 10n,
  'Embed Links': 1n << 14n,
  'Attach Files': 1n << 15n,
  'Read Message History': 1n << 16n,
};
const IN_THREADS: Permissions = { ...ANYWHERE, 'Send Messages in Threads': 1n << 38n };
const IN_CHANNELS: Permissions = { ...ANYWHERE, 'Send Messages': 1n << 11n };
const ALL: Permissions = { ...IN_CHANNELS, ...IN_THREADS, 'Create Public Threads': 1n << 35n };

/** Flags of an application that may read what is written: fully, or while it is in few servers. */
const READS_CONTENT = (1 << 18) | (1 << 19);

export function readsContent({ flags }: { flags?: number }): boolean {
  return ((flags ?? 0) & READS_CONTENT) !== 0;
}

type Get = (route: `/${string}`) => Promise<unknown>;

type Finding = Awaited<ReturnType<HealthCheck['check']>>;

export interface DoctorOptions {
  config: DiscordConfig;
  people: readonly string[];
  trouble(): Trouble | undefined;
  /** True if this process connects at all: one that only looks does not. */
  listens(): boolean;
}

export function checks({ config, people, trouble: away, listens }: DoctorOptions): HealthCheck[] {
  const check = async (signal: AbortSignal): Promise<Finding> => {
    const { REST } = await import('discord.js');
    const rest = new REST({ version: '10', timeout: 8_000, ...(await restOptions(config)), rejectOnRateLimit: isLong });
    rest.setToken(config.token);
    let date: string | null = null;
    rest.on('response', (_, { headers }) => {
      date = headers.get('date');
    });
    try {
      // The client never takes its listener off a signal: each request gets one of its own.
      const finding = await examine((route) => rest.get(route, { signal: AbortSignal.any([signal]) }), config, people);
      const trouble = finding.ok ? (away() ?? clockTrouble(date)) : undefined;
      if (trouble) return { ok: false, ...trouble, ...(trouble.code === 'CLOCK_SKEW' && { symptomOf: ['clock'] }) };
      return finding.ok && !listens()
        ? { ok: true, severity: 'off', says: `${finding.says}; not listened to` }
        : finding;
    } catch (error) {
      if (statusOf(error) === 401) return { ok: false, ...tokenTrouble(config.token) };
      const fault = limitTrouble(error) ?? wayTrouble(error) ?? away();
      if (fault) return { ok: false, ...fault };
      return {
        ok: false,
        code: 'PLATFORM_UNREACHABLE',
        says: `cannot be reached (${messageOf(error)})`,
        remedy: 'Look at the network and at api_url.',
      };
    }
  };
  return [{ name: 'discord', check }];
}

const PATIENCE_MS = 2_000;
const isLong = ({ timeToReset, retryAfter }: Wait) => Math.max(timeToReset, retryAfter) > PATIENCE_MS;

interface Wait {
  timeToReset: number;
  retryAfter: number;
}

function limitTrouble(error: unknown): Trouble | undefined {
  const {
    name,
    global,
    timeToReset = 0,
    retryAfter = 0,
  } = error as Partial<Wait> & { name?: unknown; global?: boolean };
  if (typeof name !== 'string' || !name.startsWith('RateLimitError')) return undefined;
  const seconds = Math.ceil(Math.max(timeToReset, retryAfter) / 1_000);
  return {
    code: 'PLATFORM_LIMITED',
    says: `Discord takes nothing with this token for ${seconds} s${global ? ' (its global limit)' : ''}`,
    remedy:
      'Nothing to do: what waits goes out after that. Where it comes again, look for another program with the same token, ' +
      'or a script that makes coda write very much.',
  };
}

async function examine(get: Get, config: DiscordConfig, people: readonly string[]): Promise<Finding> {
  const me = (await get('/users/@me')) as APIUser;
  const application = (await get('/applications/@me')) as APIApplication;
  const guilds = (await get('/users/@me/guilds')) as APIGuild[];
  const troubles: Trouble[] = [];
  if (!readsContent(application)) troubles.push(CONTENT_REFUSED);
  const unknown = config.guilds.filter((guild) => !guilds.some((each) => each.id === guild));
  if (unknown.length > 0) {
    const remedy = `Invite it with ${inviteLink(application.id)}, or take the id out of discord.guilds.`;
    troubles.push({ code: 'GUILD_MISSING', says: `is not in the server ${listOf(unknown)}`, remedy });
  }
  troubles.push(...people.flatMap((id) => strangeOwner(id, guilds, me) ?? []));
  for (const channel of channelsOf(config)) {
    troubles.push(...(await examineChannel(get, channel, me.id, config)));
  }
  if (troubles.length === 0)
    return { ok: true, says: `signed in as ${me.username}, in ${plural(guilds.length, 'server')}` };
  return {
    ok: false,
    code: troubles[0]?.code ?? 'DISCORD',
    says: troubles.map(({ says }) => says).join('; '),
    remedy: troubles.map(({ remedy }) => remedy).join(' '),
  };
}

function strangeOwner(id: string, guilds: readonly APIGuild[], me: APIUser): Trouble | undefined {
  const guild = guilds.find((each) => each.id === id);
  if (!guild && id !== me.id) return undefined;
  const what = guild ? `the id of the server ${guild.name}` : 'coda’s own id';
  return {
    code: 'OWNER_NO_PERSON',
    says: `access names discord:${id} as a person, and that is ${what}`,
    remedy:
      'Name the person: in Discord Settings → Advanced → Developer Mode, then Copy User ID on the person’s name. A whole ' +
      'server is discord-guild:ID, under access.members.',
  };
}

/** The link by which an owner invites coda: the two scopes, and no more permissions than it needs. */
export function inviteLink(application: string): string {
  const all = Object.values(ALL).reduce((sum, bit) => sum | bit, 0n);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot+applications.commands&permissions=${all}`;
}

function channelsOf({ mention_required: mention, threads }: DiscordConfig): string[] {
  return [...new Set([mention, threads].flatMap((each) => (typeof each === 'object' ? Object.keys(each) : [])))];
}

async function examineChannel(get: Get, id: string, me: string, { threads }: DiscordConfig): Promise<Trouble[]> {
  let channel: GuildChannel;
  let above: GuildChannel | undefined;
  try {
    channel = (await get(`/channels/${id}`)) as GuildChannel;
    if (isThread(channel)) above = (await get(`/channels/${channel.parent_id}`)) as GuildChannel;
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 403) throw error;
    const remedy = 'Give coda’s role "View Channels" there, or take the id out of the discord block.';
    return [{ code: 'CHANNEL_HIDDEN', says: `cannot see the channel ${id}`, remedy }];
  }
  if (channel.guild_id === undefined) return [];
  const guild = (await get(`/guilds/${channel.guild_id}`)) as APIGuild;
  const member = (await get(`/guilds/${channel.guild_id}/members/${me}`)) as APIGuildMember;
  // A thread has the permissions of its channel.
  const permissions = permissionsIn(guild, { id: me, roles: member.roles }, above ?? channel);
  const threaded = typeof threads === 'boolean' ? threads : threads[id];
  const needed = above ? IN_THREADS : threaded ? ALL : IN_CHANNELS;
  const missing = Object.keys(needed).filter((name) => (permissions & (needed[name] as bigint)) === 0n);
  if (missing.length === 0) return [];
  const place = `#${(above ?? channel).name}`;
  return [
    {
      code: 'PERMISSION_MISSING',
      says: `may not do enough in #${channel.name}: ${listOf(missing)}`,
      remedy: `In Discord: ${place} → Edit Channel → Permissions → coda, allow ${listOf(missing)}.`,
    },
  ];
}

type GuildChannel = RawChannel & ChannelRights & { name?: string | null };

interface ChannelRights {
  permission_overwrites?: { id: string; allow: string; deny: string }[];
}

/** Permissions of a member in a channel (docs.discord.com/developers/topics/permissions, overwrites). Pure. */
export function permissionsIn(
  guild: { id: string; roles: readonly { id: string; permissions: string }[] },
  member: { id: string; roles: readonly string[] },
  { permission_overwrites: overwrites = [] }: ChannelRights,
): bigint {
  const mine = guild.roles.filter(({ id }) => id === guild.id || member.roles.includes(id));
  const base = mine.reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  if ((base & ADMINISTRATOR) !== 0n) return ~0n;
  const everyone = overwrites.filter(({ id }) => id === guild.id);
  const roles = overwrites.filter(({ id }) => member.roles.includes(id));
  const own = overwrites.filter(({ id }) => id === member.id);
  let permissions = base;
  for (const group of [everyone, roles, own]) {
    for (const { deny } of group) permissions &= ~BigInt(deny);
    for (const { allow } of group) permissions |= BigInt(allow);
  }
  return permissions;
}
