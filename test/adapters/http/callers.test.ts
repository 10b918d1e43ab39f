import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { type AnyRoute, SCOPES, type Scope } from '../../../src/chat/index.ts';
import { skillText, temporaryFolder, write } from '../../agent-skills/support.ts';
import { Outside } from '../../support/outside.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { type Answer, Programs } from './support.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-chars';
const ALL = Object.keys(SCOPES) as Scope[];
const JWT = {
  'http.jwt.alg': 'HS256',
  'http.jwt.issuer': 'https://login.test',
  'http.jwt.audience': 'coda',
  'http.jwt.secret': SECRET,
  'http.jwt.scopes': ALL,
  'http.jwt.roles_claim': 'roles',
};

function signed(programs: Programs, claims: object): Promise<string> {
  const exp = Math.floor(programs.coda.world.clock.now().getTime() / 1_000) + 300;
  const all = { iss: 'https://login.test', aud: 'coda', exp, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
}

/** Who asks, and the scopes that are of use to them. */
const CALLERS: Readonly<Record<string, readonly Scope[]>> = {
  stranger: [],
  member: ALL.filter((scope) => scope !== 'admin'),
  owner: ALL,
};

describe('a route', () => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await Programs.begin({
      config: { ...JWT, 'access.members': ['http:member'], 'access.owners': ['http:owner'] },
    });
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  async function statusOf({ method, path, examples = [] }: AnyRoute, token: string): Promise<number> {
    const [example] = examples;
    const at = path.replace(/:(\w+)/g, (_, name: string) => example?.params?.[name] ?? 'none');
    const body = method === 'GET' ? {} : { body: JSON.stringify(example?.body ?? {}) };
    const headers = method === 'GET' ? {} : { 'Content-Type': 'application/json' };
    const answer = await programs.ask(at, { method, headers, token, ...body });
    await answer.body?.cancel();
    return answer.status;
  }

  test('is for whom access has let in, with its scope: every route, every caller, every scope', async () => {
    const routes = programs.coda.app.routes.filter(({ scope }) => scope !== undefined);
    expect(routes.length).toBeGreaterThan(40);
    const wrong: string[] = [];
    let asked = 0;
    for (const [sub, useful] of Object.entries(CALLERS)) {
      for (const scope of ALL) {
        const token = await signed(programs, { sub, scope });
        const statuses = await Promise.all(routes.map((each) => statusOf(each, token)));
        for (const [index, { method, path, page, inPerson, ...each }] of routes.entries()) {
          const status = statuses[index] ?? 0;
          const isRefused = status === 401 || status === 403;
          const isGood = each.scope === scope && useful.includes(scope) && !page && !inPerson;
          if (isRefused === isGood || status === 500) wrong.push(`${sub} with ${scope}: ${method} ${path} ${status}`);
          asked++;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(routes.length * ALL.length * Object.keys(CALLERS).length);
  });

  test('is no longer for a token whose person has lost their access', async () => {
    await programs.coda.person('mia', { role: 'member' }).says('hello');
    const token = await programs.coda.app.tokens.add({ name: 'mias', person: 'mia', scopes: ['metrics', 'admin'] });
    expect((await programs.ask('/metrics', { token })).status).toBe(200);
    expect((await programs.post('/skills/none/undeprecate', undefined, {}, { token })).status).toBe(403);
    await programs.coda.database().tx('test', (tx) => tx.query(`update persons set role = 'guest' where name = 'mia'`));
    await programs.coda.passes({ seconds: 6 });
    expect((await programs.ask('/metrics', { token })).status).toBe(403);
  });
});

test('/validate names no skill that a policy hides, and its verdict is of the others', async () => {
  const folder = temporaryFolder();
  write(folder, 'open/SKILL.md', skillText('open'));
  write(folder, 'finance/ledger/SKILL.md', skillText('ledger').replace('---\n\n', '---\n\nRun `scripts/gone.py`.\n'));
  await using programs = await Programs.begin({
    config: {
      ...JWT,
      'skills.agent_skill_dirs': [folder],
      'access.members': ['http:robot'],
      'access.roles': { accountant: ['books:close'] },
      'access.assigned': { accountant: ['http-role:accountant'] },
      'access.policies': [{ skill_id: 'agent-skills/ledger', required_permissions: ['books:close'] }],
    },
  });
  const validated = async (roles: string[]) => {
    const token = await signed(programs, { sub: 'robot', roles });
    return (await programs.post('/validate', {}, {}, { token })).text();
  };
  expect(await validated(['accountant'])).toContain('ledger');
  const hidden = await validated([]);
  expect(hidden).toContain('open');
  expect(hidden).not.toContain('ledger');
});

test('with an approval token the consent of an issuer’s token needs it, too', async () => {
  const outside = new Outside();
  const model = new ScriptedModel([{ call: 'letter_send', input: { to: 'Max' } }], ['sent']);
  await using programs = await Programs.begin({
    ...{ model, skills: [outside.skill] },
    config: { ...JWT, 'access.owners': ['http:robot'], 'access.approval_token': 'open sesame' },
  });
  const token = await signed(programs, { sub: 'robot' });
  const said = await programs.post('/v1/messages', { text: 'write to Max' }, {}, { token });
  const { parts } = (await said.json()) as Answer;
  const approve = parts.at(-1)?.buttons?.find(({ label }) => label === 'Approve')?.id ?? '';
  const press = async (headers: Record<string, string>) => {
    await programs.post(`/v1/buttons/${approve}`, {}, headers, { token });
    await programs.coda.app.whenSettled();
    return outside.sent.length;
  };
  expect(await press({})).toBe(0);
  expect(await press({ 'X-Approval-Token': 'open simsim' })).toBe(0);
  expect((await programs.post('/skills/none/undeprecate', undefined, {}, { token })).status).toBe(403);
  expect(await press({ 'X-Approval-Token': 'open sesame' })).toBe(1);
});

test('a role ends with its token: each request has those of its own, and work keeps those that it was begun with', async () => {
  const held = deferred();
  const model = new ScriptedModel((request) => {
    const [last] = request.messages.slice(-1);
    if (last?.role === 'tool') return [last.text];
    return [{ hold: held }, { call: 'note_save', input: { text: last?.text ?? '' } }];
  });
  await using programs = await Programs.begin({
    model,
    config: {
      ...JWT,
      'access.members': ['http:robot'],
      'access.owners': ['http-role:root'],
      'access.roles': { admin: ['admin:write'] },
      'access.assigned': { admin: ['http-role:admin'] },
      'access.policies': [{ skill_id: 'notes/note*', required_permissions: ['admin:write'] }],
    },
  });
  const { coda } = programs;
  const tokens = {
    viewer: await signed(programs, { sub: 'robot', roles: ['viewer'] }),
    admin: await signed(programs, { sub: 'robot', roles: ['admin'] }),
    root: await signed(programs, { sub: 'robot', roles: ['root'] }),
  };
  const says = async (as: keyof typeof tokens, text: string, more: object = {}) =>
    (await programs.post('/v1/messages', { text, conversation: 'one', ...more }, {}, { token: tokens[as] })).json();
  for (const [index, as] of (
    ['viewer', 'admin', 'viewer', 'admin', 'root', 'viewer', 'viewer', 'admin'] as const
  ).entries())
    await says(as, `/note ${as} ${index}`);
  const kept = async () =>
    (await coda.database().read<{ text: string }>('select text from notes order by text')).rows.map(({ text }) => text);
  expect(await kept()).toEqual(['admin 1', 'admin 3', 'admin 7', 'root 4']);
  const { rows } = await coda.database().read<{ role: string }>(`select role from persons where name = 'robot'`);
  expect(rows, 'no token makes its subject an owner elsewhere').toEqual([{ role: 'member' }]);

  await says('viewer', 'saved by a viewer', { wait: 0 });
  await says('admin', 'saved by an admin', { wait: 0 });
  await says('viewer', 'saved by the viewer again', { wait: 0 });
  held.resolve();
  await coda.app.whenSettled();
  expect((await kept()).slice(4)).toEqual(['saved by an admin']);
});
