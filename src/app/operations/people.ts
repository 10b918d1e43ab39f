import { z } from 'zod';
import { operation } from '../../chat/operation.ts';
import type { OperationParts } from './parts.ts';

const MEMBER = 'member';

const letIn = operation({
  name: 'pair',
  input: z.object({
    code: z.string(),
    role: z.string().optional().describe('owner, member (the default) or a role of the configuration'),
  }),
  args: ['code'],
  approves: true,
  run: ({ app }: OperationParts, { code, role = MEMBER }) => app.people.pair(code, role),
  show: (name, { role = MEMBER }) => `${name} is let in as ${role}, and is told so.\n`,
});

export const pair = [letIn];

const list = operation({
  name: 'people list',
  summary: 'show everybody, with their accounts, and who waits with a code',
  isDefault: true,
  input: z.object({}),
  json: 'indented',
  run: ({ app }: OperationParts) => app.people.list(),
  show(people, _, { at }) {
    const lines = people.map(({ id, name, role, roles, accounts, granted, waits }) => {
      const all = [role, ...roles].join(', ');
      const how = granted.length > 0 ? ' (let in by an owner)' : '';
      const code = waits === null ? '' : `  waits with a code until ${at(waits)}`;
      // A name is what somebody else chose: no line of its own, no escape sequences.
      return `${id}  ${all}${how}  ${name.replace(/\p{C}/gu, '')}  ${accounts.join(' ')}${code}\n`;
    });
    return lines.join('') || 'Nobody is known yet.\n';
  },
});

const revoke = operation({
  name: 'people revoke',
  summary: 'take back that an owner has let somebody in',
  input: z.object({ person: z.string().describe('an id, or an account such as discord:123456789012345678') }),
  args: ['person'],
  run: ({ app }: OperationParts, { person }) => app.people.revoke(person),
  show: (name) => `${name} is no longer let in by an owner.\n`,
});

export const people = [list, revoke];
