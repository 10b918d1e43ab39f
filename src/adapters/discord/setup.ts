/** Switching Discord on: one token, which tells whose application it is. */
import type { APIApplication, APIUser } from 'discord.js';
import { messageOf } from '../../base/errors.ts';
import { changeTo, type SetupAnswers, type SetupCard, type SetupDeps, type SetupVerdict } from '../../chat/index.ts';
import { inviteLink, readsContent } from './doctor.ts';
import { statusOf } from './outcome.ts';
import { setupTexts } from './texts.ts';
import { restOptions } from './transport.ts';
import { CONTENT_REFUSED, tokenTrouble, wayTrouble } from './trouble.ts';

const WITHIN_MS = 8_000;

export const setup: SetupCard = {
  id: 'discord',
  title: 'Discord',
  about: setupTexts.about,
  steps: setupTexts.steps,
  docs: 'docs/discord.md',
  place: ['discord'],
  fields: [
    {
      key: 'token',
      label: setupTexts.token,
      hint: setupTexts.tokenPlace,
      kind: 'secret',
      path: ['discord', 'token'],
      env: 'DISCORD_TOKEN',
    },
    {
      key: 'owner',
      label: setupTexts.owner,
      hint: setupTexts.ownerPlace,
      kind: 'text',
      isRare: true,
      path: ['access', 'owners'],
      written: 'discord::value',
      isListed: true,
      explainMalformed: (value) => (/^\d{5,25}$/.test(value) ? undefined : setupTexts.notOwner),
    },
  ],
  check: signIn,
};

async function signIn({ token = '', owner: named }: SetupAnswers, deps: SetupDeps): Promise<SetupVerdict> {
  const apiUrl = deps.current('discord', 'api_url');
  try {
    const { REST } = await import('discord.js');
    const api_url = typeof apiUrl === 'string' ? apiUrl : undefined;
    const rest = new REST({ version: '10', timeout: WITHIN_MS, ...(await restOptions({ api_url })) });
    rest.setToken(token);
    const me = (await rest.get('/users/@me')) as APIUser;
    const application = (await rest.get('/applications/@me')) as APIApplication;
    const owner = named === undefined && isFirst(deps) ? ownerOf(application) : undefined;
    const content = readsContent(application) ? [] : [CONTENT_REFUSED.remedy];
    return {
      ok: true,
      says: `signed in as ${me.username}`,
      invite: inviteLink(application.id),
      notes: owner ? [...content, setupTexts.becameOwner(owner)] : content,
      settings: owner ? changeTo(['access', 'owners'], [`discord:${owner.id}`], deps) : [],
    };
  } catch (error) {
    const isRefused = statusOf(error) === 401;
    const trouble = isRefused ? tokenTrouble(token) : wayTrouble(error);
    const field = 'token';
    if (trouble) return { ok: false, field, says: trouble.says, remedy: trouble.remedy };
    const says = `Discord cannot be reached (${messageOf(error)})`;
    return { ok: false, field, says, remedy: 'Look at the network and at discord.api_url.' };
  }
}

/** A token that is given later makes nobody an owner: its application may be anybody's. */
const isFirst = ({ current, isChange }: SetupDeps): boolean =>
  !isChange && current('discord', 'token') === undefined && current('discord', 'token_file') === undefined;

function ownerOf({ team, owner }: APIApplication): { id: string; name: string | undefined } | undefined {
  const id = team?.owner_user_id ?? owner?.id;
  if (!id) return undefined;
  const user = team ? team.members.find((member) => member.user.id === id)?.user : owner;
  return { id, name: user?.username };
}
