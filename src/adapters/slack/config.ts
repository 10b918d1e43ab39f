import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import type { Command, PlatformDeps } from '../../chat/index.ts';
import { block, count, duration, secret, secretText, url } from '../../config/index.ts';
import type { Artifacts } from '../../storage/index.ts';

const channelId = z.string().regex(/^[CDG][A-Z0-9]{2,}$/, { error: 'expected a channel id such as C0123ABCD' });

const eachChannel = () =>
  z.union([z.boolean(), z.record(channelId, z.boolean())], {
    error: 'expected true, false, or true/false for each channel id',
  });

/** Kinds of Slack's tokens by their beginnings (docs.slack.dev/authentication/tokens). */
const TOKENS: Readonly<Record<string, string>> = {
  'xoxb-': 'a bot token (OAuth & Permissions → Bot User OAuth Token)',
  'xapp-': 'an app-level token (Basic Information → App-Level Tokens)',
  'xoxp-': 'a user token',
  'xoxe-': 'a token for changing apps',
  'xoxe.': 'a token that expires',
  'xoxc-': 'a browser’s token',
  'xoxs-': 'a legacy token',
  'xoxa-': 'a legacy token',
};

const FORMS: readonly { form: RegExp; is: string }[] = [
  { form: /^[0-9a-f]{32}$/, is: 'a client secret or signing secret (Basic Information → App Credentials)' },
  { form: /^[A-Za-z0-9]{24}$/, is: 'a verification token (Basic Information → App Credentials)' },
  { form: /^(?:bearer|bot)\s/i, is: 'a token with a word of requests before it (“Bearer ”), which has to go' },
  { form: /^\d+\.\d+$/, is: 'a client id (Basic Information → App Credentials)' },
];

/** A secret that begins as it has to; what it is instead is named, never shown. */
function token(prefix: 'xoxb-' | 'xapp-') {
  return z
    .string()
    .min(1)
    .superRefine((text, context) => {
      if (text.startsWith(prefix)) return;
      const kind = TOKENS[text.slice(0, 5)] ?? FORMS.find(({ form }) => form.test(text))?.is;
      const message = `is ${kind ?? 'no token of Slack'}: expected ${TOKENS[prefix]}, which begins with ${prefix}`;
      context.addIssue({ code: 'custom', message });
    });
}

export const config = block(
  'slack',
  'coda in Slack, over Socket Mode. The block, or both tokens in the environment, switches it on.',
  z
    .strictObject({
      ...secret('bot_token', token('xoxb-'), {
        description: 'Begins with xoxb-. SLACK_BOT_TOKEN overrides it.',
        file: 'slack_bot_token',
        example: '${SLACK_BOT_TOKEN:-xoxb-example}',
      }),
      ...secret('app_token', token('xapp-').optional(), {
        description: 'For mode socket. Begins with xapp-. SLACK_APP_TOKEN overrides it.',
        file: 'slack_app_token',
        example: '${SLACK_APP_TOKEN:-xapp-example}',
      }),
      api_url: url('http', 'https').optional().meta({
        description: "Slack's Web API address, for a proxy.",
        example: 'https://slack.com/api/',
      }),
      mode: z
        .enum(['socket', 'http'])
        .default('socket')
        .describe(
          'How events come: over a socket that coda opens, or by requests of Slack to /slack/events (needs http:).',
        ),
      ...secret('signing_secret', secretText().optional(), {
        description: 'For mode http: what Slack signs its requests with. SLACK_SIGNING_SECRET overrides it.',
        file: 'slack_signing_secret',
        example: '${SLACK_SIGNING_SECRET:-example}',
      }),
      workspaces: z
        .array(z.string().regex(/^[TE][A-Z0-9]{2,}$/, { error: 'expected a workspace id such as T0123ABCD' }))
        .default([])
        .meta({
          description: 'Only people of these workspaces; everybody whom the access rules let in when empty.',
          example: ['T0123ABCD'],
        }),
      mention_required: eachChannel()
        .default(true)
        .describe('Whether it must be mentioned in channels: true, false, or a true/false per channel id.'),
      dm: z.boolean().default(true).describe('Whether it answers direct messages.'),
      threads: eachChannel()
        .default(true)
        .describe('Whether a question in a channel is answered in its thread: true, false, or per channel id.'),
      bots: z.boolean().default(false).describe('Whether it answers other bots.'),
      max_file_mb: count(1, 500).default(10).describe('Larger attachments are not taken.'),
      look_back: duration('24h').describe('Messages that were missed while coda was off are answered up to this age.'),
      look_back_messages: count(1, 1_000).default(100).describe('The most that are looked at in each conversation.'),
    })
    .superRefine(({ mode, app_token: socket, signing_secret: signing }, context) => {
      const add = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
      if (mode === 'socket' && socket === undefined) add('app_token', 'is missing: sockets are opened with it');
      if (mode === 'http' && signing === undefined)
        add('signing_secret', 'is missing: without it anybody could speak as Slack');
    })
    .optional(),
  [
    { env: 'SLACK_BOT_TOKEN', path: ['bot_token'] },
    { env: 'SLACK_APP_TOKEN', path: ['app_token'] },
    { env: 'SLACK_SIGNING_SECRET', path: ['signing_secret'] },
  ],
);

export type SlackConfig = NonNullable<z.output<typeof config.schema>>;

export interface SlackOptions {
  config: SlackConfig;
  /** The entries of the access rules that are groups: `slack-workspace:ID`, `slack-usergroup:ID`, `slack-channel:ID`. */
  groups: readonly string[];
  /** Persons whom the access rules name (`slack:ID`). */
  people: readonly string[];
  channels: readonly string[];
  home: PlatformDeps<SlackConfig>['home'];
  clock: Clock;
  log: Log;
  proxy?: OutboundProxy | undefined;
  artifacts: Artifacts;
  commands: readonly Command[];
}
