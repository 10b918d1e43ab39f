import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { skillText, temporaryFolder, write } from '../agent-skills/support.ts';
import { command, commandsData } from '../support/command-lines.ts';
import { Jsonl } from '../support/jsonl.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-chars';
const QUERY = 'close the ledger of the quarter for accountants';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A person's home with a skill that a policy keeps for accountants, one for everybody, and commands. */
async function somebody(settings: object = {}) {
  const [home, { dataDir, env: at }] = [temporaryFolder(), await commandsData()];
  const models = await ModelServer.start();
  onTestFinished(() => models[Symbol.asyncDispose]());
  models.improvise = () => ({ text: 'The books are closed.' });
  const put = (name: string, description: string) =>
    write(home, `.agent-skills/${name}/SKILL.md`, skillText(name, { description }));
  put('ledger', 'Closes the ledger and the books of a quarter for accountants.');
  put('sums', 'Adds the sums of a ledger up.');
  const config = join(home, 'config.yaml');
  const access = {
    members: ['http:robot'],
    roles: { accountant: ['books:close'], cook: [] },
    assigned: { accountant: ['http-role:accountant'] },
    policies: [{ skill_id: 'agent-skills/ledger', required_permissions: ['books:close'] }],
  };
  const memory = { embedder: { kind: 'none' } };
  writeFileSync(config, JSON.stringify({ ...modelConfig(models), access, memory, ...settings }));
  const env = { HOME: home, ...at };
  const coda = (...args: string[]) => command([...args, '--data', dataDir, '--config', config], { env });
  return { home, dataDir, config, env, models, coda };
}

const signed = (claims: object, secret = SECRET, exp = '5m') =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('https://login.test')
    .setAudience('coda')
    .setSubject('robot')
    .setExpirationTime(exp)
    .sign(new TextEncoder().encode(secret));

test('with a token one asks as its subject, whom the running coda knows by the signature alone', async () => {
  const jwt = {
    ...{ alg: 'HS256', issuer: 'https://login.test', audience: 'coda', secret: SECRET },
    ...{ scopes: ['messages', 'skills'], roles_claim: 'roles' },
  };
  const listen = `127.0.0.1:${await freePort()}`;
  const { coda, dataDir, env, config, home, models } = await somebody({ http: { listen, jwt } });
  const accountant = await signed({ roles: ['accountant'] });
  const off = await coda('ask', QUERY, '--jwt', accountant);
  expect(off, 'nobody is there to check it').toMatchObject({
    code: 69,
    stderr: expect.stringContaining('[NO_DAEMON]'),
  });
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config] });
  for (const token of [
    await signed({ roles: ['accountant'] }, `${SECRET}, another`),
    await signed({ roles: ['accountant'] }, SECRET, '-5m'),
    `${accountant.slice(0, -4)}AAAA`,
    'nonsense',
  ]) {
    const refused = await coda('ask', QUERY, '--jwt', token);
    expect(refused).toMatchObject({ code: 77, stdout: '', stderr: expect.stringContaining('[HTTP_UNAUTHORIZED]') });
  }
  const cook = await signed({ roles: ['cook'] });
  const nothing = await coda('ask', QUERY, '--jwt', cook, '--execute');
  expect(nothing.stdout + nothing.stderr).not.toContain('ledger  ');
  expect((await coda('ask', QUERY, '--jwt', accountant)).stdout).toMatch(/^ {2}ledger {2}\S+ {2}Closes the ledger/);
  // A role narrows what the token's subject may, and gives nothing.
  expect((await coda('ask', QUERY, '--jwt', cook, '--role', 'accountant')).stdout).not.toContain('ledger  ');
  expect((await coda('ask', QUERY, '--jwt', accountant, '--role', 'cook')).stdout).not.toContain('ledger  ');
  const unknown = await coda('ask', QUERY, '--jwt', accountant, '--role', 'cooks');
  expect(unknown).toMatchObject({ code: 65, stderr: expect.stringMatching(/no role cooks[\s\S]*\bcook\b/) });
  const file = join(home, 'plan.json');
  const asked = models.requests.length;
  expect(await coda('ask', QUERY, '--jwt', accountant, '--dry-run', '--plan-path', file)).toMatchObject({ code: 0 });
  expect(models.requests).toHaveLength(asked);
  const done = await coda('ask', '--jwt', accountant, '--plan-path', file, '--execute', '--profile');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('The books are closed.') });
  expect(done.stderr).toMatch(/^run: \d+ ms$/m);
  expect(await coda('ask', QUERY, '--jwt', accountant, '--trace')).toMatchObject({ code: 64 });
});

test('a token is nothing where the configuration names nobody who issues them', async () => {
  const { coda } = await somebody({ http: { listen: '127.0.0.1:0' } });
  const asked = await coda('ask', QUERY, '--jwt', await signed({}));
  expect(asked).toMatchObject({ code: 78, stderr: expect.stringMatching(/http\.jwt[\s\S]*\[CONFIG_INVALID\]/) });
});

test('a role takes away, and the other options tell what was found, how long it took and what each step gave', async () => {
  const { coda, models } = await somebody();
  const found = async (...more: string[]) => (await coda('ask', QUERY, ...more)).stdout;
  expect(await found()).toMatch(/^\* ledger /m);
  expect(await found('--role', 'accountant')).toMatch(/^\* ledger /m);
  for (const role of ['cook', 'guest']) expect(await found('--role', role)).not.toContain('ledger  ');
  for (const more of [[], ['--execute'], ['--dry-run']]) {
    const unknown = await coda('ask', QUERY, '--role', 'cooks', ...more);
    expect(unknown).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringMatching(/no role cooks[\s\S]*\bcook\b/),
    });
  }
  const joke = ['ask', 'tell me a joke about accountants'];
  expect((await coda(...joke)).stdout).toBe('No skill fits well enough.\n');
  expect((await coda(...joke, '--debug')).stdout).toMatch(/^- ledger {2}0\.\d/m);
  expect(models.requests).toHaveLength(0);
  const told = ['--execute', '--debug', '--profile', '--trace'];
  const done = await coda('ask', QUERY, ...told);
  expect(done).toMatchObject({ code: 0, stdout: 'The books are closed.\n' });
  expect(done.stderr).toMatch(/^\* ledger /m);
  expect(done.stderr).toMatch(/^plan: \d+ ms$[\s\S]*^run: \d+ ms$/m);
  expect(done.stderr).toContain('"output": "The books are closed."');
  const steps = ['ask', 'close the ledger of the quarter; add the sums of the ledger up', '--mode', 'pipeline'];
  const through = await coda(...steps, '--execute', '--step-through');
  expect(through, 'nobody said to go on').toMatchObject({ code: 0, stdout: expect.stringContaining('--resume') });
  expect(through.stderr).toContain('[ledger]\nThe books are closed.\nGo on? [y/N]');
});

test('with --dry-run nothing runs, whatever else is said, and a file of another shape is no plan', async () => {
  const { coda, models, home } = await somebody();
  const file = join(home, 'plan.json');
  const dry = await coda('ask', QUERY, '--execute', '--dry-run', '--plan-path', file);
  expect(dry).toMatchObject({ code: 0, stdout: `The plan is in ${file}.\n` });
  expect(dry.stderr, 'two processes rank alike, or say why not').toContain('by words alone');
  expect(models.requests).toHaveLength(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ query: QUERY, skills: [{ id: 'ledger' }] });
  for (const other of [
    '{}',
    'null',
    '[]',
    '{"skills":[]}',
    '{"query":"x","skills":[{"id":"ledger"}]}',
    '{"candidates":[]}',
  ]) {
    writeFileSync(file, other);
    for (const more of [[], ['--execute']]) {
      const refused = await coda('ask', '--plan-path', file, ...more);
      expect(refused, other).toMatchObject({
        code: 65,
        stdout: '',
        stderr: expect.stringMatching(/no plan[\s\S]*--dry-run/),
      });
    }
  }
  expect(models.requests).toHaveLength(0);
});
