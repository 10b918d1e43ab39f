/** Faults at Discord and Slack. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, Ward } from './planting.ts';

/** A token in a file of its own, as people keep them in containers. */
async function tokenFile(ward: Ward, content: string) {
  const file = join(ward.folder, 'discord-token');
  await writeFile(file, content, { mode: 0o600 });
  return ward.begin({ file: { 'discord.token': undefined, 'discord.token_file': file } });
}

export const PLATFORM_FAULTS: readonly Fault[] = [
  {
    what: '“Bot ” in front of the token in its file',
    plant: (ward) => tokenFile(ward, `Bot ${ward.discord.token}\n`),
    ...{ name: 'discord', code: 'TOKEN_FORM' },
    says: /begins with a word that belongs to requests/,
    remedy: /only what follows it is the token/,
  },
  {
    what: 'Discord’s client secret in the place of the token',
    plant: (ward) => tokenFile(ward, 'q1w2e3r4t5y6u7i8o9p0-A_S1d2f3g4h'),
    ...{ name: 'discord', code: 'TOKEN_FORM' },
    says: /looks like the client secret/,
    remedy: /Bot → Reset Token/,
  },
  {
    what: 'a token that Discord has forgotten',
    plant: (ward) => tokenFile(ward, 'MTA.old.token-of-somebody'),
    ...{ name: 'discord', code: 'TOKEN_REFUSED' },
    says: /does not take the token/,
    remedy: /Reset Token/,
  },
  {
    what: 'an old token in the environment over the one in the file',
    plant: (ward) => ward.begin({ env: { DISCORD_TOKEN: 'MTA.old.token-of-somebody' } }),
    ...{ name: 'discord', code: 'TOKEN_REFUSED' },
    says: /does not take the token/,
    remedy: /DISCORD_TOKEN stands in the place of discord\.token/,
  },
  {
    what: 'a server of Discord as the owner',
    plant: (ward) => ward.begin({ file: { 'access.owners': [`discord:${ward.guild.id}`] } }),
    ...{ name: 'discord', code: 'OWNER_NO_PERSON' },
    says: /the id of the server Home/,
    remedy: /Copy User ID.*discord-guild:ID/,
  },
  {
    what: 'a workspace of Slack as the owner',
    plant: (ward) => ward.begin({ file: { 'access.owners': [`slack:${ward.slack.team}`] } }),
    ...{ name: 'slack', code: 'OWNER_NO_PERSON' },
    says: /the id of a workspace/,
    remedy: /Copy member ID/,
  },
  {
    what: 'a second daemon with the same token, on other data',
    async plant(ward) {
      ward.discord.says(ward.discord.bot, ward.general, 'an answer of another coda');
      // It is remembered for an hour: the other one may speak again.
      return () => ward.restart();
    },
    ...{ name: 'discord', code: 'TOKEN_SHARED' },
    says: /another coda speaks with the same token/,
    remedy: /Stop one of them/,
  },
  {
    what: 'a proxy that takes no WebSockets to Discord’s Gateway',
    async plant(ward) {
      ward.discord.gateway.barredWith = 403;
      await ward.restart();
      return () => {
        ward.discord.gateway.barredWith = undefined;
        return ward.restart();
      };
    },
    ...{ name: 'discord', code: 'GATEWAY_BLOCKED' },
    says: /Gateway is refused on its way \(status 403\)/,
    remedy: /wss:\/\/\*\.discord\.gg/,
  },
  {
    what: 'a login page in Discord’s place',
    plant(ward) {
      ward.discord.rest.fault = () => ({ foreign: '<h1>Sign in to the guest network</h1>', status: 403 });
      return () => {
        ward.discord.rest.fault = () => undefined;
      };
    },
    ...{ name: 'discord', code: 'PLATFORM_BLOCKED' },
    says: /in Discord’s place.*status 403/,
    remedy: /allow discord\.com/,
  },
  {
    what: 'Discord’s global limit',
    plant(ward) {
      ward.discord.rest.fault = () => ({ limitedForMs: 30_000, global: true });
      return () => {
        ward.discord.rest.fault = () => undefined;
        ward.discord.advance(31_000);
      };
    },
    ...{ name: 'discord', code: 'PLATFORM_LIMITED' },
    says: /takes nothing with this token for \d+ s \(its global limit\)/,
    remedy: /another program with the same token/,
  },
  {
    what: 'an intent that is switched off',
    plant(ward) {
      ward.discord.messageContent = false;
      return () => {
        ward.discord.messageContent = true;
      };
    },
    ...{ name: 'discord', code: 'INTENT_MISSING' },
    says: /does not let coda read messages/,
    remedy: /Message Content Intent/,
  },
  ...(['forbidden_team', 'link_disabled'] as const).map(
    (refusal): Fault => ({
      what: `Slack’s Socket Mode switched off (${refusal})`,
      async plant(ward) {
        ward.slack.socketRefusal = refusal;
        ward.slack.sockets.drop('close');
        return () => {
          ward.slack.socketRefusal = undefined;
          return ward.restart();
        };
      },
      ...{ name: 'slack', code: 'SOCKET_MODE_OFF' },
      says: /it is switched off/,
      remedy: /Enable Socket Mode/,
    }),
  ),
  {
    what: 'a channel of Slack that coda was not invited to',
    plant(ward) {
      ward.office.members.delete(ward.slack.bot.id);
      return () => void ward.office.members.add(ward.slack.bot.id);
    },
    ...{ name: 'slack', code: 'NOT_IN_CHANNEL' },
    says: /is not in #office/,
    remedy: /\/invite @coda/,
  },
  {
    what: 'a scope that Slack’s app has lost',
    plant(ward) {
      ward.slack.scopes.delete('reactions:write');
      ward.slack.scopes.delete('chat:write');
      return () => void ward.slack.scopes.add('reactions:write').add('chat:write');
    },
    ...{ name: 'slack', code: 'SCOPE_MISSING' },
    says: /lacks the scope/,
    remedy: /slack-manifest\.yaml/,
  },
];
