import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeConfig, lastResult, saysAndApproves } from '../../skills/code/play.ts';
import { DOCKER, docker, leftovers } from '../../support/docker.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { playWith, results } from '../conversation.ts';
import { temporaryFolder } from '../support.ts';

requireService('CODA_TEST_DOCKER');

const VALUE = 'hunter2-"Zürich"/42+7';
const env = { CODA_SECRET_KEY: 'a key of the tests' };
const more = 'secrets:\n  - name: API_KEY\n  - name: EXTRA\n    required: false\n';
const activate = { call: 'skill_activate', input: { name: 'mailer' } };
const run = (script: string, input: Record<string, unknown> = {}) => ({
  call: 'skill_run',
  input: { name: 'mailer', script, ...input },
});

/** Writes the value in every form that docs/security.md names, in pieces, and in files. */
const LEAK = `import base64, binascii, json, os, sys, time, urllib.parse
v = os.environ['API_KEY']; b = v.encode()
ways = [v, b.hex(), b.hex().upper(), urllib.parse.quote(v), urllib.parse.quote(v, safe=''), urllib.parse.quote_plus(v),
  json.dumps(v), json.dumps(v, ensure_ascii=False)]
ways += [base64.b64encode(b'x' * n + b).decode() for n in range(3)] + [base64.urlsafe_b64encode(b'y' * n + b + b'z').decode() for n in range(3)]
print(json.dumps(json.load(sys.stdin)))
for way in ways: print('WAY', way)
for c in v: sys.stdout.write(c); sys.stdout.flush()
sys.stderr.write('x' * 2000 + v + 'y' * 100)
out = os.environ['OUTPUT_DIR']
open(out + '/plain.txt', 'w').write('key: ' + v)
open(out + '/' + b.hex() + '.txt', 'w').write('named')
print(sorted(os.listdir('/workspace')), len(ways))
`;

describe.skipIf(!DOCKER)('a skill with secrets', () => {
  test('gets them alone, in a container of its own, and shows them nowhere', async () => {
    const model = new ScriptedModel(
      [{ call: 'file_write', input: { path: 'before.txt', content: 'x' } }],
      [activate],
      [
        { call: 'code_execute', input: { command: 'env' } },
        { call: 'file_write', input: { path: 'a', content: 'b' } },
      ],
      [run('leak.py', { input: { to: 'bob' } })],
      [run('leak.py', { args: ['x'] })],
      ['Sent.'],
    );
    const files = { 'scripts/leak.py': LEAK };
    const { coda } = await playWith({ mailer: { more, files } }, { model, env, config: codeConfig() });
    const { secrets } = coda.app.agentSkills;
    await coda.person('ana').says('/help');
    await secrets.set({ skill: 'mailer', name: 'API_KEY' }, 'for everybody');
    await secrets.set({ skill: 'mailer', name: 'API_KEY', person: 'ana' }, VALUE);
    await saysAndApproves(coda, 'send it');
    const refused = results(model.requests[3]).join();
    expect(refused.match(/not allowed|forbids|ruled out|skill/gi)?.length).toBeGreaterThan(0);
    expect(refused).not.toContain('PATH=');
    const told = lastResult(model.requests[4]);
    expect(told.stdout).toContain('{"to": "bob"}');
    expect(told.stdout).toContain("['output'] 14");
    expect(told.stdout.match(/WAY .*\[REDACTED\]/g)?.length).toBe(14);
    expect(told.exit_code).toBe(0);
    expect(results(model.requests[5]).join()).toContain('take no arguments');
    const answer = coda.person('ana').seen().at(-1);
    const given = await Promise.all(
      (answer?.files ?? []).map(async ({ name, hash }) => {
        const parts: Buffer[] = [];
        for await (const part of await coda.artifacts().open(hash)) parts.push(part as Buffer);
        return `${name}: ${Buffer.concat(parts)}`;
      }),
    );
    expect(given.sort()).toEqual(['[REDACTED].txt: named', 'plain.txt: key: [REDACTED]']);
    const everything = JSON.stringify([model.requests, (await coda.database().read('select * from steps')).rows]);
    for (const form of [VALUE, JSON.stringify(VALUE).slice(1, -1), Buffer.from(VALUE).toString('hex')]) {
      expect(everything).not.toContain(form);
    }
    const { rows } = await coda.database().read<{ id: string }>('select id from installation');
    expect(await leftovers(rows[0]?.id ?? '')).toEqual([]);
    expect(await docker('GET', '/_ping').catch(String)).toBeTruthy();
  });

  test('does not run without one that it needs, and says how it is set', async () => {
    const model = new ScriptedModel([activate], [run('a.py')], ['No.']);
    const { coda } = await playWith(
      { mailer: { more, files: { 'scripts/a.py': 'print(1)' } } },
      { model, env, config: codeConfig() },
    );
    expect(await coda.person('ana').says('send it'), 'nobody is asked first').toBe('No.');
    expect(results(model.requests[2]).join()).toContain('coda secrets set mailer API_KEY');
  });

  test('is not asked about with arguments, which it does not take', async () => {
    const model = new ScriptedModel([activate], [run('a.py', { args: ['x'] })], ['No.']);
    const { coda } = await playWith(
      { mailer: { more, files: { 'scripts/a.py': 'print(1)' } } },
      { model, env, config: codeConfig() },
    );
    await coda.app.agentSkills.secrets.set({ skill: 'mailer', name: 'API_KEY' }, VALUE);
    expect(await coda.person('ana').says('send it'), 'nobody is asked first').toBe('No.');
    expect(results(model.requests[2]).join()).toContain('take no arguments');
  });
});

test('secrets are sealed, one of a person goes before one of the space, and another key opens nothing', async () => {
  const folder = temporaryFolder();
  const { coda } = await playWith({}, { env: { XDG_CONFIG_HOME: folder } });
  const { secrets } = coda.app.agentSkills;
  await coda.person('ana').says('/help');
  const { rows } = await coda
    .database()
    .read<{ id: string; space: string }>(
      `select p.id, (select id from spaces limit 1) as space from persons p where p.name = 'ana'`,
    );
  const [{ id: personId, space: spaceId } = { id: '', space: '' }] = rows;
  const skill = {
    name: 'mailer',
    secrets: [
      { name: 'A', required: true },
      { name: 'B', required: true },
    ],
  } as never;
  const who = { personId, spaceId };
  await secrets.set({ skill: 'mailer', name: 'A' }, 'of all');
  await secrets.set({ skill: 'mailer', name: 'B' }, 'b of all');
  await secrets.set({ skill: 'mailer', name: 'A', space: spaceId }, 'of the space');
  expect(await secrets.valuesFor(skill, who)).toEqual({ A: 'of the space', B: 'b of all' });
  await secrets.set({ skill: 'mailer', name: 'A', person: 'ana' }, 'of ana');
  expect(await secrets.valuesFor(skill, who)).toEqual({ A: 'of ana', B: 'b of all' });
  expect(coda.world.secrets.hide('it is of ana')).not.toContain('of ana');
  const key = join(folder, 'coda', 'secret.key');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  const before = readFileSync(key, 'utf8');
  expect(await secrets.rotate()).toBe(4);
  expect(readFileSync(key, 'utf8')).not.toBe(before);
  expect(existsSync(`${key}.new`)).toBe(false);
  expect(await secrets.valuesFor(skill, who)).toEqual({ A: 'of ana', B: 'b of all' });
  const stored = await coda.database().read('select * from skill_secrets');
  expect(JSON.stringify(stored.rows)).not.toContain('of ana');
  expect(JSON.stringify(await secrets.list())).not.toContain('of ana');
  await expect(secrets.set({ skill: 'mailer', name: 'lower' }, 'x')).rejects.toThrow('no name of a secret');
  await expect(secrets.set({ skill: 'mailer', name: 'A', person: 'zoe' }, 'x')).rejects.toThrow('Nobody is called zoe');
  await coda.database().run('test', 'update skill_secrets set name = $1 where person_id is not null', ['C']);
  const other = { name: 'mailer', secrets: [{ name: 'C', required: true }] } as never;
  await expect(secrets.valuesFor(other, who)).rejects.toThrow('it was changed in the database');
  expect(await secrets.remove({ skill: 'mailer', name: 'B' })).toBe(true);
  expect(await secrets.remove({ skill: 'mailer', name: 'B' })).toBe(false);
});
