/** Switching Discord on: one token, which tells whose application it is. */
import type { APIApplication, APIUser } from 'discord.js';
import { messageOf } from '../../base/errors.ts';
import type { PlatformSetup, SetupAnswer } from '../../chat/index.ts';
import { inviteLink, readsContent } from './doctor.ts';
import { statusOf } from './outcome.ts';
import { ownerLabel, steps, tokenLabel } from './texts.ts';
import { restOptions } from './transport.ts';
import { CONTENT_REFUSED, tokenTrouble, wayTrouble } from './trouble.ts';

const WITHIN_MS = 8_000;

export const setup: PlatformSetup = {
  steps: steps(),
  secrets: [{ key: 'token', env: 'DISCORD_TOKEN', label: tokenLabel() }],
  owner: { label: ownerLabel(), pattern: /^\d{5,25}$/ },
  check: ({ token = '' }, { apiUrl }) => signIn(token, apiUrl),
};

async function signIn(token: string, apiUrl: string | undefined): Promise<SetupAnswer> {
  try {
    const { REST } = await import('discord.js');
    const rest = new REST({ version: '10', timeout: WITHIN_MS, ...(await restOptions({ api_url: apiUrl })) });
    rest.setToken(token);
    const me = (await rest.get('/users/@me')) as APIUser;
    const application = (await rest.get('/applications/@me')) as APIApplication;
    const owner = application.team?.owner_user_id ?? application.owner?.id;
    return {
      ok: true,
      says: `signed in as ${me.username}`,
      invite: inviteLink(application.id),
      ...(owner && { owner }),
      notes: readsContent(application) ? [] : [CONTENT_REFUSED.remedy],
    };
  } catch (error) {
    const trouble = statusOf(error) === 401 ? tokenTrouble(token) : wayTrouble(error);
    if (trouble) return { ok: false, says: trouble.says, remedy: trouble.remedy };
    const says = `Discord cannot be reached (${messageOf(error)})`;
    return { ok: false, says, remedy: 'Look at the network and at discord.api_url.' };
  }
}
