/** Switching Slack on: a token for the bot and one for its socket, each asked of Slack. */
import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import { listOf } from '../../base/text.ts';
import type { SetupCard, SetupVerdict } from '../../chat/index.ts';
import { openApi } from './client.ts';
import { config, type SlackConfig } from './config.ts';
import { refusalOf, refusedFor } from './connection.ts';
import { SlackRefusal } from './outcome.ts';
import { asMe } from './shapes.ts';
import { begins, setupTexts } from './texts.ts';

const mustBegin = (prefix: string) => (value: string) => (value.startsWith(prefix) ? undefined : begins(prefix));

export const setup: SetupCard = {
  id: 'slack',
  title: 'Slack',
  about: setupTexts.about,
  steps: setupTexts.steps,
  pasted: { label: setupTexts.manifest, path: 'assets/slack-manifest.yaml' },
  docs: 'docs/slack.md',
  place: ['slack'],
  fields: [
    {
      key: 'bot_token',
      label: setupTexts.botToken,
      hint: setupTexts.botTokenPlace,
      kind: 'secret',
      path: ['slack', 'bot_token'],
      env: 'SLACK_BOT_TOKEN',
      explainMalformed: mustBegin('xoxb-'),
    },
    {
      key: 'app_token',
      label: setupTexts.appToken,
      hint: setupTexts.appTokenPlace,
      kind: 'secret',
      path: ['slack', 'app_token'],
      env: 'SLACK_APP_TOKEN',
      explainMalformed: mustBegin('xapp-'),
    },
    {
      key: 'owner',
      label: setupTexts.owner,
      hint: setupTexts.ownerPlace,
      kind: 'text',
      isOptional: true,
      path: ['access', 'owners'],
      written: 'slack::value',
      isListed: true,
      explainMalformed: (value) => (/^[UW][A-Z0-9]{2,}$/.test(value) ? undefined : setupTexts.notOwner),
    },
  ],
  check({ bot_token = '', app_token = '' }, { current, world }) {
    const api_url = current('slack', 'api_url');
    const settings = omitUndefined({
      bot_token,
      app_token,
      api_url: typeof api_url === 'string' ? api_url : undefined,
    });
    return signIn(settings, world.log);
  },
};

async function signIn(settings: Record<string, string>, log: Log): Promise<SetupVerdict> {
  const read = config.schema.safeParse(settings);
  if (!read.success || !read.data) {
    return { ok: false, says: 'These are no tokens of Slack', remedy: 'Copy both again.' };
  }
  const bot = await examineBot(read.data, log);
  return bot.ok ? ((await examineSocket(read.data, log)) ?? bot) : bot;
}

async function examineBot(settings: SlackConfig, log: Log): Promise<SetupVerdict> {
  try {
    const bot = await openApi(settings, settings.bot_token, log);
    const answer = await bot<{ response_metadata?: { scopes?: string[] } }>('auth.test');
    const { user = 'coda', team = 'Slack' } = asMe(answer);
    const scopes = answer.response_metadata?.scopes;
    const missing = scopes ? BOT_SCOPES.filter((scope) => !scopes.includes(scope)) : [];
    const notes =
      missing.length === 0
        ? []
        : [
            `The app lacks ${listOf(missing)}: paste the manifest of its card (or assets/slack-manifest.yaml) under App Manifest and install it again.`,
          ];
    return { ok: true, says: `signed in as ${user} in ${team}`, notes };
  } catch (error) {
    return refusedVerdict(error, 'bot_token');
  }
}

async function examineSocket(settings: SlackConfig, log: Log): Promise<SetupVerdict | undefined> {
  try {
    const app = await openApi(settings, settings.app_token ?? '', log);
    await app('apps.connections.open');
    return undefined;
  } catch (error) {
    return refusedVerdict(error, 'app_token');
  }
}

function refusedVerdict(error: unknown, field: string): SetupVerdict {
  const refusal = error instanceof SlackRefusal ? refusalOf(error) : undefined;
  if (refusal) {
    const { says, remedy } = refusedFor(refusal);
    return { ok: false, field, says, remedy };
  }
  const says = `Slack cannot be reached (${messageOf(error)})`;
  return { ok: false, field, says, remedy: 'Look at the network and at slack.api_url.' };
}

// The app's manifest; `assets/slack-manifest.yaml` has the same, and a test compares them.

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
