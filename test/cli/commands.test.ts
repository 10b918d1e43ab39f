import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { command } from '../support/command-lines.ts';
import { freshDataDir, Program } from '../support/jsonl.ts';

const coda = (args: string[]) => command(args);

test('the version is a number, and help names every command', async () => {
  expect(await coda(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  const { code, stdout } = await coda(['--help']);
  expect(code).toBe(0);
  for (const name of ['run', 'chat', 'health', 'status', 'doctor', 'migrate', 'config']) expect(stdout).toContain(name);
});

test('a reader that ends before the command is no error', async () => {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/main.js'), '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await once(child, 'close');
  expect(stderr).toBe('');
});

test.each([
  [['ru'], "Unknown command 'ru'", 'Did you mean run?'],
  [['chat', '--jsnol'], "Unknown option '--jsnol'", 'Did you mean --jsonl?'],
  [['config', 'chekc'], "Unknown command 'chekc'", 'Did you mean check?'],
  [['skills', 'metrcs'], "Unknown command 'metrcs' of coda skills", 'Did you mean metrics?'],
  [['connectors', 'xyzzy'], "Unknown command 'xyzzy' of coda connectors", 'coda connectors --help'],
  [['skills', 'list', 'xyzzy'], "Too many arguments for 'list': xyzzy", 'coda skills list --help'],
  [['health', 'xyzzy'], "Too many arguments for 'health': xyzzy", 'coda health --help'],
  [['when'], 'The words are missing.', 'coda when every weekday at 9'],
  [['chat', '--test-clock', 'tomorrow', '--data', freshDataDir()], 'is no instant', '2026-11-20T09:00:00Z'],
])('%j is not understood, and a hint is given', async (args, told, remedy) => {
  const { code, stderr } = await coda(args);
  expect(code).toBe(64);
  expect(stderr).toContain(told);
  expect(stderr).toContain(remedy);
  expect(stderr).toContain('[USAGE]');
});

test.each([
  [[], 'Usage: coda [options]'],
  [['config'], 'Usage: coda config [options]'],
])('a command that is missing after %j shows the help, and is no success', async (args, help) => {
  const { code, stderr } = await coda(args);
  expect(code).toBe(64);
  expect(stderr).toContain(help);
});

test('words about time are read as they would be in a chat', async () => {
  const { code, stdout } = await coda([
    'when',
    'tomorrow',
    'at',
    '9',
    '--now',
    '2026-11-20T09:00:00Z',
    '--zone',
    'UTC',
  ]);
  expect(stdout).toContain('2026-11-21T09:00:00.000Z');
  expect(code).toBe(0);
});

test('a configuration is checked and shown with the flags before and after the command', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'coda-config-')), 'coda.yaml');
  writeFileSync(file, 'log:\n  level: debug\n');
  expect((await coda(['config', 'check', '--config', file])).code).toBe(0);
  const { stdout } = await coda(['--config', file, 'config', 'show']);
  expect(stdout).toMatch(/log\.level: debug +# .*coda\.yaml:2/);
});

test('a configuration with problems ends with 78 and names each', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'coda-config-')), 'coda.yaml');
  writeFileSync(file, 'log:\n  levl: debug\n  level: loud\n');
  const { code, stderr } = await coda(['config', 'check', '--config', file]);
  expect(code).toBe(78);
  expect(stderr).toContain(`${file}:2:3`);
  expect(stderr).toContain('did you mean level?');
  expect(stderr).toContain('[CONFIG_INVALID]');
});

test('migrate brings a database up to date, and says when there is nothing to do', async () => {
  const dataDir = freshDataDir();
  expect(await coda(['migrate', '--data', dataDir])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0001_'),
  });
  expect((await coda(['migrate', '--data', dataDir])).stdout).toBe('The database is up to date.\n');
});

test('doctor tells how every part is, and what could be turned on', async () => {
  const { code, stdout } = await coda(['doctor', '--data', freshDataDir()]);
  expect(stdout).toMatch(/^✓ configuration: /m);
  expect(stdout).toMatch(/^✓ storage: answers$/m);
  expect(stdout).toContain('Discord is off');
  expect(code).toBe(0);
});

test('doctor for programs: findings with code, severity and remedy; the status tells the worst', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-doctor-'));
  const config = join(folder, 'config', 'config.yaml');
  mkdirSync(dirname(config));
  writeFileSync(config, '');
  // Where "coda init" puts it.
  const env = join(folder, '.env');
  writeFileSync(env, '');
  const findings = async () => {
    const { code, stdout } = await coda(['doctor', '--json', '--config', config, '--data', join(folder, 'data')]);
    return { code, found: JSON.parse(stdout).findings as { code?: string; severity: string; remedy?: string }[] };
  };
  chmodSync(env, 0o644);
  const open = await findings();
  expect(open.found.find(({ code }) => code === 'SECRETS_READABLE')).toMatchObject({
    severity: 'warning',
    remedy: expect.stringContaining('chmod 600'),
  });
  expect(open.found.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(open.code).toBe(1);
  chmodSync(env, 0o600);
  expect((await findings()).code).toBe(0);
});

test('doctor says what is wrong when the database cannot be reached', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'coda-doctor-')), 'config.yaml');
  writeFileSync(config, 'storage:\n  url: postgres://nobody@127.0.0.1:1/nothing\n  connect_timeout: 200ms\n');
  const { code, stdout } = await coda(['doctor', '--config', config, '--data', freshDataDir()]);
  expect(stdout).toMatch(/^✓ configuration: /m);
  expect(stdout).toMatch(/^✗ start: The database at 127\.0\.0\.1:1\/nothing did not answer/m);
  expect(stdout).toContain('Start PostgreSQL');
  expect(stdout).toContain('Discord is off');
  expect(code).toBe(69);
});

test('what is said into a pipe is answered there, without a prompt', async () => {
  await using program = new Program(['chat', '--data', freshDataDir()]);
  program.child.stdin.end('note: buy bread\nhelp\n');
  expect(await program.exit).toEqual({ code: 0, signal: null });
  expect(program.stdout).toContain('buy bread');
  expect(program.stdout).not.toContain('\u001b');
  expect(program.stderr).toBe('');
});
