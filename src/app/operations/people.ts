import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { operation } from '../../chat/operation.ts';
import type { OperationParts, ServedParts } from './parts.ts';

const MEMBER = 'member';

const letIn = operation({
  name: 'pair',
  input: z.object({
    code: z.string(),
    role: z.string().optional().describe('owner, member (the default) or a role of the configuration'),
  }),
  args: ['code'],
  approves: true,
  route: {
    paths: ['/v1/people/pair'],
    scope: 'admin',
    tag: 'people',
    summary: 'Lets in whoever has this code.',
    body: z.strictObject({ code: z.string().min(4).max(40), role: z.string().max(64).default(MEMBER) }),
    answers: { 200: { description: 'They are in.', schema: z.object({ name: z.string() }) } },
    answer: (name) => ({ json: { name } }),
  },
  run: ({ app }: ServedParts, { code, role = MEMBER }, { personId }) => app.people.pair(code, role, personId),
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
  route: {
    paths: ['/v1/people/:person/block'],
    scope: 'admin',
    tag: 'people',
    summary: 'Takes back that an owner has let somebody in: they are not heard any more.',
    params: z.object({ person: z.string().min(1).max(200) }),
    answers: { 200: { description: 'They are out.', schema: z.object({ name: z.string() }) } },
    answer: (name) => ({ json: { name } }),
  },
  run({ app }: ServedParts, { person }, { personId }) {
    if (person === personId) throw notYourself();
    return app.people.revoke(person, personId);
  },
  show: (name) => `${name} is no longer let in by an owner.\n`,
});

const role = operation({
  name: 'people role',
  summary: 'let in somebody who is known, or give them another role',
  example: 'coda people role discord:123456789012345678 member',
  input: z.object({
    person: z.string().describe('an id, or an account such as discord:123456789012345678'),
    role: z.string().describe('owner, member or a role of the configuration'),
  }),
  args: ['person', 'role'],
  approves: true,
  route: {
    paths: ['/v1/people/:person/role'],
    scope: 'admin',
    tag: 'people',
    summary: 'Lets in somebody who is known, or gives them another role.',
    params: z.object({ person: z.string().min(1).max(200) }),
    body: z.strictObject({ role: z.string().min(1).max(64) }),
    answers: { 200: { description: 'They have it.', schema: z.object({ name: z.string() }) } },
    answer: (name) => ({ json: { name } }),
  },
  run({ app }: ServedParts, asked, { personId }) {
    if (asked.person === personId) throw notYourself();
    return app.people.giveRole(asked.person, asked.role, personId);
  },
  show: (name, asked) => `${name} is ${asked.role} now.\n`,
});

function notYourself(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'That would be your own role.',
    remedy: 'Have another owner do it, or use the command at the machine.',
  });
}

export const people = [list, revoke, role];
