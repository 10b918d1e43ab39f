import type { APIApplication, APIChannel, APIGuild, APIGuildMember, APIUser, REST } from 'discord.js';
import { messageOf } from '../../base/errors.ts';
import { listOf } from '../../base/text.ts';
import type { HealthCheck } from '../../chat/index.ts';
import { CONTENT_REFUSED, TOKEN_REFUSED, type Trouble } from './connection.ts';
import type { DiscordConfig } from './options.ts';
import { statusOf } from './outcome.ts';

const ADMINISTRATOR = 1n << 3n;

/** What coda needs in a channel, by the names that Discord shows. */
const NEEDED: Readonly<Record<string, bigint>> = {
  'View Channels': 1n << 10n,
  'Send Messages': 1n << 11n,
  'Embed Links': 1n << 14n,
  'Attach Files': 1n << 15n,
  'Read Message History': 1n << 16n,
};

const NEEDED_FOR_THREADS: Readonly<Record<string, bigint>> = {
  'Create Public Threads': 1n << 35n,
  'Send Messages in Threads': 1n << 38n,
};

/** Flags of an application that may read what is written: fully, or while it is in few servers. */
const READS_CONTENT = (1 << 18) | (1 << 19);

type Finding = Awaited<ReturnType<HealthCheck['check']>>;

/** What `coda doctor` asks of Discord: signing in, the intent, the servers, and what it may do in each named channel. */
export function checks(config: DiscordConfig, trouble: () => Trouble | undefined): HealthCheck[] {
  const check = async (signal: AbortSignal): Promise<Finding> => {
    const { REST } = await import('discord.js');
    const rest = new REST({
      version: '10',
      retries: 0,
      timeout: 8_000,
      ...(config.api_url && { api: config.api_url }),
    });
    rest.setToken(config.token);
    try {
      return await examine(rest, config, signal);
    } catch (error) {
      if (statusOf(error) === 401) return { ok: false, ...TOKEN_REFUSED };
      const known = trouble();
      if (known) return { ok: false, ...known };
      return {
        ok: false,
        says: `cannot be reached (${messageOf(error)})`,
        remedy: 'Look at the network and at api_url.',
      };
    }
  };
  return [{ name: 'discord', check }];
}

async function examine(rest: REST, config: DiscordConfig, signal: AbortSignal): Promise<Finding> {
  const me = (await rest.get('/users/@me', { signal })) as APIUser;
  const { id, flags = 0 } = (await rest.get('/applications/@me', { signal })) as APIApplication;
  if ((flags & READS_CONTENT) === 0) return { ok: false, ...CONTENT_REFUSED };
  const guilds = (await rest.get('/users/@me/guilds', { signal })) as APIGuild[];
  const unknown = config.guilds.filter((guild) => !guilds.some((each) => each.id === guild));
  if (unknown.length > 0) {
    const remedy = `Invite it with ${inviteLink(id)}, or take the id out of discord.guilds.`;
    return { ok: false, says: `is not in the server ${listOf(unknown)}`, remedy };
  }
  for (const channel of channelsOf(config)) {
    const finding = await examineChannel(rest, channel, me.id, config, signal);
    if (finding) return finding;
  }
  return {
    ok: true,
    says: `signed in as ${me.username}, in ${guilds.length} ${guilds.length === 1 ? 'server' : 'servers'}`,
  };
}

/** The link by which an owner invites coda: the two scopes, and no more permissions than it needs. */
export function inviteLink(application: string): string {
  const all = [...Object.values(NEEDED), ...Object.values(NEEDED_FOR_THREADS)].reduce((sum, bit) => sum | bit, 0n);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot+applications.commands&permissions=${all}`;
}

function channelsOf({ mention_required: mention, threads }: DiscordConfig): string[] {
  return [...new Set([mention, threads].flatMap((each) => (typeof each === 'object' ? Object.keys(each) : [])))];
}

async function examineChannel(
  rest: REST,
  id: string,
  me: string,
  { threads }: DiscordConfig,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  let channel: ChannelRights & { name?: string | null; guild_id?: string };
  try {
    channel = (await rest.get(`/channels/${id}`, { signal })) as Extract<APIChannel, { type: 0 }>;
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 403) throw error;
    const remedy = 'Give coda’s role "View Channels" there, or take the id out of the discord block.';
    return { ok: false, says: `cannot see the channel ${id}`, remedy };
  }
  if (channel.guild_id === undefined) return undefined;
  const guild = (await rest.get(`/guilds/${channel.guild_id}`, { signal })) as APIGuild;
  const member = (await rest.get(`/guilds/${channel.guild_id}/members/${me}`, { signal })) as APIGuildMember;
  const held = permissionsIn(guild, { id: me, roles: member.roles }, channel);
  const threaded = typeof threads === 'boolean' ? threads : threads[id];
  const needed = threaded ? { ...NEEDED, ...NEEDED_FOR_THREADS } : NEEDED;
  const missing = Object.keys(needed).filter((name) => (held & (needed[name] as bigint)) === 0n);
  if (missing.length === 0) return undefined;
  return {
    ok: false,
    says: `may not do enough in #${channel.name}: ${listOf(missing)}`,
    remedy: `In Discord: #${channel.name} → Edit Channel → Permissions → coda, allow ${listOf(missing)}.`,
  };
}

interface ChannelRights {
  permission_overwrites?: { id: string; allow: string; deny: string }[];
}

/** What a member may do in a channel (docs.discord.com/developers/topics/permissions, overwrites). Pure. */
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
  let held = base;
  for (const group of [everyone, roles, own]) {
    for (const { deny } of group) held &= ~BigInt(deny);
    for (const { allow } of group) held |= BigInt(allow);
  }
  return held;
}
