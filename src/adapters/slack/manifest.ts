/** The app's manifest; `config/slack-manifest.yaml` has the same, and a test compares them. */

/** Each with what it is for. */
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
  'usergroups:read': 'user groups in the access rules',
  'users:read': 'names and time zones',
} as const;

export const BOT_SCOPES: readonly string[] = Object.keys(SCOPES);

/** The events that are heard. */
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
