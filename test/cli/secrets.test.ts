import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { temporaryFolder } from '../agent-skills/support.ts';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

const VALUE = 'sk-of-everybody-1234';

/** A coda that runs, and `coda secrets …` beside it. */
async function running() {
  const home = temporaryFolder();
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
  const dataDir = await migratedDataDir();
  const daemon = await Jsonl.start({ dataDir, env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const secrets = async (args: string[], stdin = '') => {
    return command(['secrets', ...args, '--data', dataDir], { env, input: stdin });
  };
  return { daemon, dataDir, env, secrets, key: join(home, 'config', 'coda', 'secret.key') };
}

test('a value goes in by stdin, is listed without itself, sealed anew, and removed', async () => {
  const { daemon, secrets, key } = await running();
  await daemon.say('hello');
  expect(await secrets(['set', 'mailer', 'API_KEY'], `${VALUE}\n`)).toEqual({
    code: 0,
    stdout: 'mailer: API_KEY is set.\n',
    stderr: '',
  });
  const own = await secrets(['set', 'mailer', 'API_KEY', '--space', 'console:terminal'], 'of the space');
  expect(own).toMatchObject({ code: 0, stderr: '' });
  const listed = await secrets(['list', '--json']);
  expect(JSON.parse(listed.stdout).map(({ space }: { space: string | null }) => space)).toEqual([
    null,
    'console:terminal',
  ]);
  const before = readFileSync(key, 'utf8');
  expect((await secrets(['rotate'])).stdout).toBe('2 secrets sealed with the new key.\n');
  expect(readFileSync(key, 'utf8')).not.toBe(before);
  expect(readdirSync(dirname(key))).toEqual(['secret.key']);
  expect((await secrets(['remove', 'mailer', 'API_KEY'])).stdout).toBe('mailer: API_KEY is removed.\n');
  const gone = await secrets(['remove', 'mailer', 'API_KEY']);
  expect([gone.code, gone.stderr]).toEqual([64, expect.stringContaining('no such API_KEY')]);
  expect((await secrets(['list'])).stdout).toMatch(/^mailer {2}API_KEY {2}space \S+/);
  expect([listed.stdout, own.stdout, daemon.stderr].join()).not.toContain(VALUE);
});

test('a value is asked for where somebody can type, is not shown, and is never an argument', async () => {
  const { dataDir, env, secrets } = await running();
  const typed = Object.assign(new PassThrough(), { isTTY: true });
  const written: string[] = [];
  const sink = { write: (text: string) => written.push(text) };
  const io = { env: { ...process.env, ...env }, stdin: typed, stdout: sink, stderr: sink } as unknown as NodeJS.Process;
  const program = await createProgram(io, { exit: (status) => written.push(`${status}`), help: () => {} });
  const setting = program.parseAsync(['node', 'coda', 'secrets', 'set', 'mailer', 'TYPED', '--data', dataDir]);
  typed.write(`${VALUE}\r`);
  await setting;
  expect(written.join('')).toBe('TYPED: \nmailer: TYPED is set.\n0');
  expect((await secrets(['list'])).stdout).toContain('mailer  TYPED  everybody');
  const argument = await secrets(['set', 'mailer', 'OTHER', VALUE]);
  expect(argument.code).not.toBe(0);
  expect(await secrets(['set', 'mailer', 'OTHER'], '\n')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('There is no value'),
  });
  expect((await secrets(['set', 'mailer', 'OTHER', '--person', 'zoe'], 'x')).stderr).toContain('Nobody is called zoe');
});
