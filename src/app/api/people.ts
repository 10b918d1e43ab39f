import { z } from 'zod';
import { type AnyRoute, route } from '../../chat/index.ts';
import type { ListedPerson } from '../../people/index.ts';
import type { People } from '../people.ts';

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

export interface PeopleParts {
  people: Pick<People, 'list' | 'roles'>;
}

/** Everybody who is known, with their accounts and roles. */
export function peopleRoute({ people }: PeopleParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/people',
    scope: 'admin',
    tag: 'people',
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
