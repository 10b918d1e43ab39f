import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { signInPath } from '../../adapters/http/index.ts';
import { sleep } from '../../base/async.ts';
import { plural } from '../../base/text.ts';
import { SCOPES, type Scope } from '../../chat/index.ts';
import { operation, text } from '../../chat/operation.ts';
import { approves } from '../../sign-in/index.ts';
import { localPageHint, needsToken, type OperationParts, pageUrl, type ServedParts } from './parts.ts';

const listedToken = z.object({
  id: z.string(),
  name: z.string(),
  person: z.string(),
  scopes: z.array(z.string()),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  used_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});

const list = operation({
  name: 'tokens list',
  summary: 'show them, newest first, without their values',
  isDefault: true,
  example: 'coda tokens list --json',
  input: z.object({}),
  json: 'indented',
  route: {
    method: 'GET',
    paths: ['/v1/tokens'],
    scope: 'admin',
    tag: 'people',
    summary: 'The tokens that programs speak with, without their values.',
    answers: { 200: { description: 'The newest first.', schema: z.object({ tokens: z.array(listedToken) }) } },
    examples: [{ summary: 'All', status: 200 }],
    answer: (tokens) => ({ json: { tokens } }),
  },
  run: ({ app }: ServedParts) => app.tokens.list(),
  show(tokens, _, { at: on }) {
    const lines = tokens.map(({ id, name, person, scopes, expires_at, used_at, revoked_at }) => {
      const until = expires_at === null ? 'open' : `until ${on(expires_at)}`;
      const state = revoked_at === null ? until : `revoked ${on(revoked_at)}`;
      const used = used_at === null ? 'never used' : `used ${on(used_at)}`;
      // A person's name is what somebody else chose: no line of its own, no escape sequences.
      return `${id}  ${name}  ${person.replace(/\p{C}/gu, '')}  ${scopes.join(',')}  ${state}  ${used}\n`;
    });
    return lines.join('') || 'There are no tokens.\n';
  },
});

const days = text(
  (argument) => /^\d+$/.test(argument),
  (argument) => `${argument} is no number of days.`,
  'Try: --days 90',
);

const add = operation({
  name: 'tokens add',
  summary: 'make one; its value is shown once',
  example: 'coda tokens add ci --scopes messages,notify --days 90',
  input: z.object({
    name: z.string(),
    person: z.string().optional().meta({
      description: 'whom it speaks for, by id, platform:id or name; default: the owner at the terminal',
      value: 'who',
    }),
    scopes: z.string().default('messages,data').meta({
      description: 'what it is good for: messages, data, notify, skills, metrics, admin',
      value: 'list',
    }),
    days: days.optional().meta({ description: 'for how long; default: until it is revoked', value: 'n' }),
  }),
  args: ['name'],
  audit: tokenAsked,
  route: {
    paths: ['/v1/tokens'],
    scope: 'admin',
    tag: 'people',
    summary: 'Makes a token; its value is shown this once.',
    body: z.strictObject({
      name: z.string().min(1).max(60),
      person: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('By id, account or name; left out: the owner at the terminal.'),
      scopes: z
        .array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]))
        .min(1)
        .default(['messages', 'data']),
      days: z.int().min(1).max(3_650).optional().describe('Left out: until it is revoked.'),
    }),
    answers: { 201: { description: 'It is made.', schema: z.object({ token: z.string() }) } },
    input: (_, { scopes, days: count, ...fields }) => ({
      ...(fields as { name: string; person?: string }),
      scopes: (scopes as string[]).join(),
      ...(count !== undefined && { days: String(count) }),
    }),
    answer: (value) => ({ status: 201, json: { token: value } }),
  },
  async run({ app }: ServedParts, input, { besides, token, personId }) {
    const asked = tokenAsked(input);
    // An owner who is signed in gave the approval token with the link.
    if (approves(asked.scopes) && personId === undefined) needsToken(app.approvals, token);
    return app.tokens.add(asked, besides);
  },
  show: (value) => ({ out: `${value}\n`, err: 'Keep it: it is shown this once only.\n' }),
});

interface TokenInput {
  name: string;
  person?: string | undefined;
  scopes: string;
  days?: string | undefined;
}

function tokenAsked({ name, person, scopes, days: count }: TokenInput) {
  const list = scopes.split(',').map((scope) => scope.trim());
  return { name, person, scopes: list, days: count === undefined ? undefined : Number(count) };
}

const revoke = operation({
  name: 'tokens revoke',
  summary: 'end one',
  example: 'coda tokens revoke ci',
  input: z.object({ name: z.string().describe('its name or id') }),
  args: ['name'],
  audit: ({ name: named }) => ({ named }),
  route: {
    method: 'DELETE',
    paths: ['/v1/tokens/:name'],
    scope: 'admin',
    tag: 'people',
    summary: 'Ends a token, by its name or id.',
    params: z.object({ name: z.string().min(1).max(60) }),
  },
  run: ({ app }: ServedParts, { name }, { besides }) => app.tokens.revoke(name, besides),
  show: (_, { name }) => `${name} is revoked.\n`,
});

export const tokens = [list, add, revoke];

const whose = z.object({ person: z.string().optional() });

/** The page that asks its owner for a model. */
const QUESTION_PATH = '/open';

const link = operation({
  name: 'open',
  input: whose,
  audit: ({ person = null }) => ({ person }),
  async run({ app, config }: OperationParts, { person }, { besides, token }) {
    const url = await pageUrl(app);
    // The signed-in person decides about calls that wait.
    needsToken(app.approvals, token);
    const isFirst = person === undefined && (await app.firstStart.isPending());
    const { code, expiresAt } = isFirst
      ? await app.firstStart.addCode(besides)
      : await app.sessions.link(person, besides);
    const isModelAsked = config.models?.enabled === true;
    const question = isModelAsked || isFirst || person !== undefined ? null : url + QUESTION_PATH;
    return { url: url + signInPath(code), expires_at: expiresAt.toISOString(), is_first: isFirst, question };
  },
});

const signOut = operation({
  name: 'open revoke',
  input: whose,
  audit: (input) => input,
  route: {
    paths: ['/v1/people/:person/sign-out'],
    scope: 'admin',
    tag: 'people',
    summary: 'Signs a person out of every browser.',
    params: z.object({ person: z.string().min(1).max(200) }),
    answers: { 200: { description: 'They are.', schema: z.object({ ended: z.int() }) } },
    answer: (ended: number) => ({ json: { ended } }),
  },
  run: ({ app }: ServedParts, { person }, { besides }) => app.sessions.revoke(person, besides),
});

/** Milliseconds in which a browser has read the file with the link; the program that opens it may end before that. */
const READ_MS = 5_000;

const FOR_ONE = 'It is good for one browser, within five minutes.\n';

/** Shows a link that signs one browser in, and opens it where there is a desktop. */
const open = operation({
  name: 'open',
  example: 'coda open',
  input: z.object({
    person: z
      .string()
      .optional()
      .meta({ description: 'as whom, by id, platform:id or name; default: the owner at the terminal', value: 'who' }),
    browser: z.boolean().default(true).describe('only show the link'),
    revoke: z.boolean().optional().describe("sign all browsers out: that person's, or everybody's"),
  }),
  needs: 'config',
  async conduct(ask, { person, browser, revoke }, { io, local }) {
    const { dataDir } = local().config;
    const file = join(dataDir, 'run', 'open.html');
    rmSync(file, { force: true });
    if (revoke) return `${plural(await ask(signOut, { person }), 'session')} ended.\n`;
    const { url, is_first: isFirst, question } = await ask(link, { person });
    io.stdout.write(`${url}\n`);
    const isOthers = person !== undefined;
    io.stderr.write(isFirst ? 'Nobody owns this coda yet: who opens it within 15 minutes does.\n' : FOR_ONE);
    if (isOthers) io.stderr.write(localPageHint(url));
    if (question)
      io.stderr.write(`No language model is set up. Once you are signed in, ${question} asks "Whom shall I ask?".\n`);
    if (browser && io.stdout.isTTY) await launch(url, file, io);
    return '';
  },
});

export const sessions = [link, signOut, open];

/** By way of a file that nobody else may read: other users of the machine see the arguments of programs. */
async function launch(url: string, file: string, { platform, env }: NodeJS.Process): Promise<void> {
  const program = openerOf(platform, env);
  if (program === undefined) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">\n`;
  // Made anew: a file that is there would keep its mode.
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
  const [command, ...args] = program;
  const child = spawn(command, [...args, pathToFileURL(file).href], { detached: true, stdio: 'ignore' });
  // The link has been shown: somebody can open it by hand.
  child.once('error', () => {});
  child.unref();
  await sleep(READ_MS);
  rmSync(file, { force: true });
}

function openerOf(platform: string, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}
