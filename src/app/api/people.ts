/** People, their accounts and roles, and tokens. */
import { z } from 'zod';
import { type AnyRoute, route } from '../../chat/index.ts';
import type { ListedPerson } from '../../people/index.ts';
import type { Tokens } from '../../sign-in/index.ts';
import type { People } from '../people.ts';
import type { ReadingParts } from './reader.ts';

export interface PeopleParts extends ReadingParts {
  people: People;
  tokens: Tokens;
}

const TAG = 'people';

export function peopleRoutes(parts: PeopleParts): AnyRoute[] {
  return [listRoute(parts), tokensRoute(parts)];
}

const person = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['owner', 'member', 'guest']),
  roles: z.array(z.string()).describe('Further roles of the configuration.'),
  accounts: z.array(z.object({ platform: z.string(), id: z.string() })),
  granted: z.array(z.string()).describe('Roles that an owner has given; the others come from the configuration.'),
  waits_until: z.iso.datetime().nullable().describe('They ask to be let in, with a code that is good until then.'),
});

function personOf({ id, name, role, roles, accounts, granted, waits }: ListedPerson): z.output<typeof person> {
  return {
    id,
    name,
    role,
    roles,
    granted,
    accounts: accounts.map((account) => {
      const [platform = '', ...rest] = account.split(':');
      return { platform, id: rest.join(':') };
    }),
    waits_until: waits === null ? null : new Date(waits).toISOString(),
  };
}

function listRoute({ people }: PeopleParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/people',
    scope: 'admin',
    tag: TAG,
    summary: 'Everybody who is known, with their accounts and roles, and who asks to be let in.',
    answers: {
      200: {
        description: 'Owners first; at most 1,000.',
        schema: z.object({ people: z.array(person), roles: z.array(z.string()).describe('Roles that can be given.') }),
      },
    },
    examples: [{ summary: 'Everybody', status: 200 }],
    async answerRequest() {
      return { body: { json: { people: (await people.list()).map(personOf), roles: people.roles } } };
    },
  });
}

const token = z.object({
  id: z.string(),
  name: z.string(),
  person: z.string(),
  scopes: z.array(z.string()),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  used_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});

const isoIn = (at: Date | string | null): string | null => (at === null ? null : new Date(at).toISOString());

function tokensRoute({ tokens }: PeopleParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/tokens',
    scope: 'admin',
    tag: TAG,
    summary: 'The tokens that programs speak with, without their values.',
    answers: { 200: { description: 'The newest first.', schema: z.object({ tokens: z.array(token) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest() {
      const all = await tokens.list();
      const shown = all.map(({ id, name, person: whose, scopes, created_at, expires_at, used_at, revoked_at }) => ({
        id,
        name,
        person: whose,
        scopes,
        created_at: new Date(created_at).toISOString(),
        expires_at: isoIn(expires_at),
        used_at: isoIn(used_at),
        revoked_at: isoIn(revoked_at),
      }));
      return { body: { json: { tokens: shown } } };
    },
  });
}
