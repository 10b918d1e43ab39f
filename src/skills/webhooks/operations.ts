/** The owner's hooks: made, tried and removed. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { operation, usage } from '../../chat/operation.ts';
import type { Webhooks } from './webhooks.ts';

interface HookParts {
  hooks: Webhooks;
}

const MOST_PAYLOAD_BYTES = 15 * 1024 * 1024;

const to = z.string().meta({ description: 'by id, by account such as discord:123, or by name', value: 'person' });
const path = z.string().meta({ description: 'the payload, as JSON', value: 'file' });

const list = operation({
  name: 'hooks list',
  summary: 'show them, and when each was used last',
  isDefault: true,
  example: 'coda hooks list --json',
  input: z.object({}),
  json: 'indented',
  run: ({ hooks }: HookParts) => hooks.list(),
  show(hooks) {
    const lines = hooks.map(({ id, kind, form, person, lastAt }) =>
      [`/hooks/${id}`, `${kind} to ${person}`, form, lastAt === null ? 'never used' : `last ${lastAt}`].join('  '),
    );
    return `${lines.join('\n') || 'There are no hooks.'}\n`;
  },
});

const add = operation({
  name: 'hooks add',
  summary: 'make one, for one person; shows its secret once',
  example: 'coda hooks add ci --to discord:123456789012345678 --template "{{ repository.name }} is red" --form github',
  input: z.object({
    name: z.string(),
    to,
    template: z.string().meta({
      description: 'what is made of a payload, such as "{{ repository.name }} is red"',
      value: 'text',
    }),
    kind: z.string().default('message').describe('message, reminder, note or skill'),
    when: z.string().optional().meta({
      description: 'of a reminder: "tomorrow at 9", or a place such as "{{ due }}"',
      value: 'time',
    }),
    skill: z.string().optional().meta({ description: 'which skill is run', value: 'name' }),
    form: z.string().default('coda').describe('how it is signed: coda, github or stripe'),
    secretStdin: z.boolean().optional().describe("the other side's own secret, on stdin"),
    allowUnsigned: z.boolean().optional().describe('from this machine, without a signature'),
    secret: z.string().optional().meta({ isHidden: true }),
  }),
  args: ['name'],
  json: 'line',
  route: {
    paths: ['/v1/hooks'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Makes a webhook for one person; its secret is shown this once.',
    body: z.strictObject({
      name: z.string().min(1).max(100),
      to: z.string().min(1).max(200).describe('The person, by id, account or name.'),
      template: z.string().min(1).max(10_000).describe('What is made of a payload: "{{ repository.name }} is red".'),
      kind: z.enum(['message', 'reminder', 'note', 'skill', 'watch']).default('message'),
      when: z.string().max(200).optional(),
      skill: z.string().max(200).optional(),
      form: z.enum(['coda', 'github', 'stripe']).default('coda').describe('How it is signed.'),
    }),
    answers: {
      201: {
        description: 'It is made.',
        schema: z.object({ path: z.string(), secret: z.string().nullable().describe('Shown this once.') }),
      },
    },
    answer: ({ path: hook, secret }) => ({ status: 201, json: { path: hook, secret } }),
  },
  prepare: async (input, io) => (input.secretStdin ? { ...input, secret: (await readAll(io.stdin)).trim() } : input),
  audit: (_, hook: string) => ({ path: hook }),
  run({ hooks }: HookParts, input, { besides }) {
    const { name, to: person, kind, form, secret, allowUnsigned, template: words, when, skill } = input;
    const template = { text: words, ...omitUndefined({ when, skill }) };
    return hooks.add({ name, person, kind, form, template, secret, allow_unsigned: allowUnsigned }, besides);
  },
  show({ path: hook, secret }, { secretStdin }) {
    if (secret === null) return `POST ${hook}, from this machine only.\n`;
    if (secretStdin) return `POST ${hook}, signed with the secret that was given.\n`;
    return `POST ${hook}, signed with this secret, which is not shown again:\n${secret}\n`;
  },
});

const test = operation({
  name: 'hooks test',
  summary: 'show what one makes of a payload, and what the payload lacks; nothing is done',
  example: 'coda hooks test ci --path payload.json',
  input: z.object({ name: z.string(), path }),
  args: ['name'],
  json: 'line',
  prepare: (input) => ({ ...input, path: resolve(input.path) }),
  run: ({ hooks }: HookParts, { name, path: file }) => hooks.test(name, readPayload(file)),
  show({ kind, makes, missing }) {
    if (missing.length === 0) return `A ${kind}:\n${makes}\n`;
    const lacks = `${plural(missing.length, 'place')} not in the payload: ${missing.join(', ')}\n`;
    return { out: `A ${kind}:\n${makes}\n${lacks}`, status: 65 };
  },
});

const remove = operation({
  name: 'hooks remove',
  summary: 'remove one',
  input: z.object({ name: z.string() }),
  args: ['name'],
  audit: (input) => input,
  route: {
    method: 'DELETE',
    paths: ['/v1/hooks/:name'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Removes a webhook: it takes nothing any more.',
    params: z.object({ name: z.string().min(1).max(100) }),
    conflict: (isGone) => (isGone ? undefined : 'There is no such hook any more.'),
  },
  run: ({ hooks }: HookParts, { name }, { besides }) => hooks.remove(name, besides),
  show(isGone, { name }) {
    if (!isGone) throw usage(`There is no hook ${name}.`, '"coda hooks" shows them.');
    return 'It takes nothing any more.\n';
  },
});

export const hookOperations = [list, add, test, remove];

const handle = operation({
  name: 'webhook handle',
  summary: 'have a hook take a file, as if it had been sent',
  example: 'coda webhook handle ci --path payload.json --signature "sha256=…"',
  input: z.object({
    name: z.string().optional().describe('the hook'),
    id: z.string().optional().meta({ description: 'the same', value: 'name' }),
    path,
    signature: z.string().optional().meta({ description: 'what its signature header holds', value: 'header' }),
  }),
  args: ['name'],
  prepare(input) {
    const { id, name = id } = input;
    if (name === undefined)
      throw usage('It is not said which hook.', 'Try: coda webhook handle ci --path payload.json');
    if (id !== undefined && id !== name) throw usage(`It is not said which hook: ${name} or ${id}.`, 'Name one.');
    return { ...input, name, path: resolve(input.path) };
  },
  run: ({ hooks }: HookParts, { name = '', path: file, signature }) =>
    hooks.takeLocal(name, readPayload(file), signature),
  show: (receipt) => `${JSON.stringify(receipt)}\n`,
});

export const webhookOperations = [handle];

/** Read by the daemon: the socket takes no body of this size. */
function readPayload(file: string): Buffer {
  try {
    if (statSync(file).size <= MOST_PAYLOAD_BYTES) return readFileSync(file);
  } catch (error) {
    throw usage(`${file} cannot be read (${messageOf(error)}).`, 'Name a file that coda may read.');
  }
  throw usage(`${file} is larger than ${MOST_PAYLOAD_BYTES} bytes.`, 'Send less at once.');
}
