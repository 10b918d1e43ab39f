/** Switching Slack on: a token for the bot and one for its socket, each asked of Slack. */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { listOf } from '../../base/text.ts';
import type { PlatformSetup, SetupAnswer } from '../../chat/index.ts';
import { openApi } from './client.ts';
import { config, type SlackConfig } from './config.ts';
import { refusalOf, refusedFor } from './connection.ts';
import { SlackRefusal } from './outcome.ts';
import { asMe } from './shapes.ts';
import { appTokenLabel, begins, botTokenLabel, ownerLabel, steps } from './texts.ts';

const mustBegin = (prefix: string) => (value: string) => (value.startsWith(prefix) ? undefined : begins(prefix));

export const setup: PlatformSetup = {
  steps: steps(),
  secrets: [
    { key: 'bot_token', env: 'SLACK_BOT_TOKEN', label: botTokenLabel(), explainMalformed: mustBegin('xoxb-') },
    { key: 'app_token', env: 'SLACK_APP_TOKEN', label: appTokenLabel(), explainMalformed: mustBegin('xapp-') },
  ],
  owner: { label: ownerLabel(), pattern: /^[UW][A-Z0-9]{2,}$/ },
  check: (secrets, { apiUrl, log }) => signIn({ ...secrets, ...(apiUrl && { api_url: apiUrl }) }, log),
};

async function signIn(given: Record<string, string>, log: Log): Promise<SetupAnswer> {
  const read = config.schema.safeParse(given);
  if (!read.success || !read.data) {
    return { ok: false, says: 'These are no tokens of Slack', remedy: 'Copy both again.' };
  }
  try {
    return await examine(read.data, log);
  } catch (error) {
    const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
    if (refusal) return { ok: false, ...refusedFor(refusal) };
    const says = `Slack cannot be reached (${messageOf(error)})`;
    return { ok: false, says, remedy: 'Look at the network and at slack.api_url.' };
  }
}

async function examine(settings: SlackConfig, log: Log): Promise<SetupAnswer> {
  const bot = await openApi(settings, settings.bot_token, log);
  const answer = await bot<{ response_metadata?: { scopes?: string[] } }>('auth.test');
  const { user = 'coda', team = 'Slack' } = asMe(answer);
  const held = answer.response_metadata?.scopes;
  const missing = held ? BOT_SCOPES.filter((scope) => !held.includes(scope)) : [];
  const app = await openApi(settings, settings.app_token ?? '', log);
  await app('apps.connections.open');
  const notes =
    missing.length === 0
      ? []
      : [`The app lacks ${listOf(missing)}: paste config/slack-manifest.yaml under App Manifest and install it again.`];
  return { ok: true, says: `signed in as ${user} in ${team}`, notes };
}

// The app's manifest; `config/slack-manifest.yaml` has the same, and a test compares them.

const SCOPES = {
  'app_mentions:read': 'mentions in channels',
  'assistant:write': 'status, title and prompts of the assistant pane',
  'channels:history':
    'what was said while coda was off or in a thread before it was called, and whether a message has arrived',
  'channels:read': 'which channels coda is in, and who is in them',
  'chat:write': 'answers',
  commands: 'slash commands and shortcuts',
  'files:read': 'files that people send',
  'files:write': 'files that coda sends',
  'groups:history': 'the same in private channels',
  'groups:read': 'the same in private channels',
  'im:history': 'direct messages',
  'im:read': 'direct messages',
  'im:write': 'direct messages that coda begins: reminders',
  'mpim:history': 'group direct messages',
  'mpim:read': 'group direct messages',
  'reactions:write': 'a mark on messages that are answered with silence, where a place has that set',
  'usergroups:read': 'user groups in the access rules',
  'users:read': 'names and time zones',
} as const;

export const BOT_SCOPES: readonly string[] = Object.keys(SCOPES);

export const BOT_EVENTS = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'assistant_thread_started',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'tokens_revoked',
  'user_change',
] as const;
