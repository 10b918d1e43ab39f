import { messageOf } from '../../base/errors.ts';
import { reachTrouble } from '../../base/reach.ts';
import { listOf } from '../../base/text.ts';
import type { HealthCheck } from '../../chat/index.ts';
import { type Api, openApi } from './client.ts';
import type { SlackConfig } from './config.ts';
import { refusalOf, refusedFor, type Trouble } from './connection.ts';
import type { SlackOptions } from './options.ts';
import { errorOf, SlackLimit, SlackRefusal } from './outcome.ts';
import { BOT_SCOPES } from './setup.ts';
import { asMe } from './shapes.ts';

type Finding = Awaited<ReturnType<HealthCheck['check']>>;

/** State of the connection. */
interface Heard {
  /** Why nothing is heard, if so. */
  away(): Trouble | undefined;
  /** True if this process connects at all: one that only looks does not. */
  listens(): boolean;
}

/** The checks of Slack for `coda doctor`: both tokens, whether the bot has the manifest's scopes, and is in the named channels. */
export function checks(options: SlackOptions, { away, listens }: Heard): HealthCheck[] {
  const { config, log } = options;
  const check = async (): Promise<Finding> => {
    try {
      const finding = await examine(await openApi(config, config.bot_token, log), options);
      const trouble = finding.ok ? away() : undefined;
      if (trouble) return { ok: false, ...trouble };
      return finding.ok && !listens()
        ? { ok: true, severity: 'off', says: `${finding.says}; not listened to` }
        : finding;
    } catch (error) {
      return { ok: false, ...troubleOf(error) };
    }
  };
  return [{ name: 'slack', check }];
}

/** Why Slack could not be asked. */
function troubleOf(error: unknown): Trouble {
  const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
  if (refusal) return refusedFor(refusal);
  if (error instanceof SlackLimit) {
    const says = `Slack takes nothing for ${Math.ceil(error.afterMs / 1_000)} s`;
    return { code: 'PLATFORM_LIMITED', says, remedy: 'Nothing to do: what waits goes out after that.' };
  }
  const tls = reachTrouble(error);
  if (tls) return { ...tls, says: `Slack’s address ${tls.says}` };
  return {
    code: 'PLATFORM_UNREACHABLE',
    says: `cannot be reached (${messageOf(error)})`,
    remedy: 'Look at the network and at slack.api_url.',
  };
}

async function examine(bot: Api, options: SlackOptions): Promise<Finding> {
  const { config, people, log } = options;
  const answer = await bot<{ response_metadata?: { scopes?: string[] } }>('auth.test');
  const { user = 'coda', team = 'Slack' } = asMe(answer);
  const troubles: Trouble[] = [];
  const held = answer.response_metadata?.scopes;
  const missing = held ? BOT_SCOPES.filter((scope) => !held.includes(scope)) : [];
  if (missing.length > 0) {
    troubles.push({
      code: 'SCOPE_MISSING',
      says: `the app lacks ${missing.length === 1 ? 'the scope' : 'the scopes'} ${listOf(missing)}`,
      remedy: 'Paste config/slack-manifest.yaml under App Manifest and install the app again.',
    });
  }
  if (config.mode === 'socket') troubles.push(...(await socketTrouble(config, log)));
  troubles.push(...people.flatMap((id) => strangeOwner(id) ?? []));
  for (const id of channelsOf(options)) troubles.push(...(await channelTrouble(bot, id)));
  if (troubles.length === 0) return { ok: true, says: `signed in as ${user} in ${team}` };
  return {
    ok: false,
    ...(troubles[0] && { code: troubles[0].code }),
    says: troubles.map(({ says }) => says).join('; '),
    remedy: [...new Set(troubles.map(({ remedy }) => remedy))].join(' '),
  };
}

/** The fault of the token for sockets, if any. Rejects while Slack is away. */
async function socketTrouble(config: SlackConfig, log: SlackOptions['log']): Promise<Trouble[]> {
  const app = await openApi(config, config.app_token ?? '', log);
  try {
    await app('apps.connections.open');
    return [];
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
    if (!refusal) throw error;
    const { code, says, remedy } = refusedFor(refusal);
    return [{ code, says: code === 'SOCKET_MODE_OFF' ? says : `${says}, for sockets`, remedy }];
  }
}

/** First letters of ids that are no person's (docs.slack.dev/reference/objects). */
const KINDS: Readonly<Record<string, string>> = {
  ...{ T: 'a workspace', E: 'an Enterprise organization', C: 'a channel', G: 'a private channel' },
  ...{ D: 'a direct conversation', B: 'a bot', A: 'an app', S: 'a user group' },
};

/** Something that the access rules name as a person and that is none. Pure. */
function strangeOwner(id: string): Trouble | undefined {
  const kind = KINDS[id[0] ?? ''];
  if (kind === undefined) return undefined;
  return {
    code: 'OWNER_NO_PERSON',
    says: `access names slack:${id} as a person, and that is the id of ${kind}`,
    remedy:
      'Name the person: in Slack, their profile → ⋮ → Copy member ID (it begins with U or W). A whole workspace is ' +
      'slack-workspace:ID, under access.members.',
  };
}

/** The channels that the configuration names. */
function channelsOf({ config: { mention_required: mention, threads }, channels }: SlackOptions): string[] {
  const keys = [mention, threads].flatMap((each) => (typeof each === 'object' ? Object.keys(each) : []));
  return [...new Set([...keys, ...channels])].filter((id) => /^[CG]/.test(id));
}

/** coda hears nothing of a channel that it is not in. */
async function channelTrouble(bot: Api, id: string): Promise<Trouble[]> {
  try {
    const { channel } = await bot<{ channel?: { name?: string; is_member?: boolean; is_archived?: boolean } }>(
      'conversations.info',
      { channel: id },
    );
    if (channel?.is_archived) {
      const remedy = 'Unarchive it, or take its id out of the configuration.';
      return [{ code: 'CHANNEL_ARCHIVED', says: `#${channel.name} is archived`, remedy }];
    }
    if (channel?.is_member !== false) return [];
    return [
      {
        code: 'NOT_IN_CHANNEL',
        says: `is not in #${channel.name ?? id}, which the configuration names: it hears nothing there`,
        remedy: `In #${channel.name ?? id}, say: /invite @coda`,
      },
    ];
  } catch (error) {
    if (errorOf(error) !== 'channel_not_found') throw error;
    return [
      {
        code: 'NOT_IN_CHANNEL',
        says: `cannot see the channel ${id}, which the configuration names`,
        remedy: 'Where it is private, say /invite @coda in it; else mend its id.',
      },
    ];
  }
}
