import { z } from 'zod';
import { signInPath } from '../../adapters/http/index.ts';
import { CodaError } from '../../base/errors.ts';
import { operation } from '../../chat/operation.ts';
import { isLocalPage, localPageHint, type OperationParts, pageUrl, type ServedParts } from './parts.ts';

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

const invitationLink = z.object({
  url: z.string(),
  until: z.iso.datetime(),
  local: z.boolean().describe('It works only on the machine of coda: `http.url` says where others reach it.'),
});

const invite = operation({
  name: 'people invite',
  summary: 'show a link with which somebody becomes a member at the page, once, within 7 days',
  example: 'coda people invite Ana',
  input: z.object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .regex(/^\P{C}+$/u)
      .describe('what they are called'),
  }),
  args: ['name'],
  approves: true,
  audit: (input) => input,
  route: {
    paths: ['/v1/people/invitations'],
    scope: 'admin',
    tag: 'people',
    summary: 'Makes a link with which somebody becomes a member, once, within 7 days; it is shown this once.',
    body: z.strictObject({
      name: z
        .string()
        .trim()
        .min(1)
        .max(80)
        .regex(/^\P{C}+$/u),
    }),
    answers: { 201: { description: 'It is made.', schema: invitationLink } },
    answer: (link) => ({ status: 201, json: link }),
  },
  async run({ app }: ServedParts, { name }, { besides, personId }) {
    const url = await pageUrl(app);
    const { code, expiresAt } = await app.invitations.add(name, personId, besides);
    return { url: url + signInPath(code), until: expiresAt.toISOString(), local: isLocalPage(url) };
  },
  show: ({ url }, { name }) => ({
    out: `${url}\n`,
    err: `Send it to ${name}: it is good once, for 7 days.\n${localPageHint(url)}`,
  }),
});

const invitationList = operation({
  name: 'people invitations',
  summary: 'show the invitations that are open',
  input: z.object({}),
  json: 'indented',
  route: {
    method: 'GET',
    paths: ['/v1/people/invitations'],
    scope: 'admin',
    tag: 'people',
    summary: 'The invitations that are open, without their links.',
    answers: {
      200: {
        description: 'The newest first; at most 100.',
        schema: z.object({
          invitations: z.array(
            z.object({ id: z.string(), name: z.string(), from: z.string(), until: z.iso.datetime() }),
          ),
        }),
      },
    },
    answer: (open) => ({ json: { invitations: open } }),
  },
  async run({ app }: ServedParts) {
    const open = await app.invitations.list();
    return open.map(({ id, name, from, expiresAt }) => ({ id, name, from, until: expiresAt.toISOString() }));
  },
  show: (open, _, { at }) =>
    open
      .map(({ id, name, from, until }) => `${id}  ${name}  from ${from.replace(/\p{C}/gu, '')}  until ${at(until)}\n`)
      .join('') || 'No invitation is open.\n',
});

const uninvite = operation({
  name: 'people uninvite',
  summary: 'take an invitation back that nobody has used',
  input: z.object({ id: z.uuid().describe('as "coda people invitations" shows it') }),
  args: ['id'],
  audit: (input) => input,
  route: {
    method: 'DELETE',
    paths: ['/v1/people/invitations/:id'],
    scope: 'admin',
    tag: 'people',
    summary: 'Takes an invitation back that nobody has used.',
    params: z.object({ id: z.uuid() }),
  },
  run: ({ app }: ServedParts, { id }, { besides }) => app.invitations.remove(id, besides),
  show: () => 'It is taken back.\n',
});

function notYourself(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'That would be your own role.',
    remedy: 'Have another owner do it, or use the command at the machine.',
  });
}

export const people = [list, revoke, role, invite, invitationList, uninvite];
