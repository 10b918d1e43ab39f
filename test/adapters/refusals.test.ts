/** Reasons of platforms, as people read them. */
import { expect, test } from 'vitest';
import { discord } from '../../src/adapters/discord/index.ts';
import { slack } from '../../src/adapters/slack/index.ts';

test.each([
  ['DiscordAPIError[50035] 400 50035 Invalid Form Body', 'Discord refused the text.'],
  ['DiscordAPIError[50007] 403 50007 Cannot send messages to this user', 'They take no direct messages.'],
  ['DiscordAPIError[99999] 400 99999 Something new', 'Discord refused it.'],
  ['not signed in to Discord', undefined],
])('Discord: %s', (reason, words) => {
  expect(discord.refusalWords?.(reason)).toBe(words);
});

test.each([
  ['chat.postMessage: is_archived', 'The channel is archived.'],
  [
    'chat.postMessage: not_in_channel: in that channel, say /invite @coda',
    'I am not in that channel: say /invite @coda there.',
  ],
  ['files.completeUploadExternal: something_new', 'Slack refused it.'],
  ['it took too long', undefined],
])('Slack: %s', (reason, words) => {
  expect(slack.refusalWords?.(reason)).toBe(words);
});
