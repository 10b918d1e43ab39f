import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../src/cli/daemon/serve.ts';
import { eventually } from '../support/eventually.ts';
import { freshDataDir, Jsonl, migratedDataDir, type Options, Program } from '../support/jsonl.ts';
import { fillMigrated } from '../support/template.ts';

type Daemon = Program & { dataDir: string };

/** `coda run`, once it says that it is ready. */
async function runDaemon(options: Options = {}): Promise<Daemon> {
  const dataDir = options.dataDir ?? (await migratedDataDir());
  const daemon = new Program(['run', '--data', dataDir, ...(options.args ?? [])], options);
  await daemon.logged('"msg":"ready"');
  return Object.assign(daemon, { dataDir });
}

async function command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using program = new Program(args);
  program.child.stdin.end();
  const { code } = await program.exit;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

describe('a daemon', () => {
  // One for all of them: the last one ends it.
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await runDaemon({ dataDir: freshDataDir() });
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  test('says what is on, and in plain words what is off', () => {
    const lines = daemon.stderr
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(lines.find(({ msg }) => msg === 'ready')).toMatchObject({ on: ['terminal', 'HTTP'], data: daemon.dataDir });
    const words = lines.map(({ msg }) => msg).join('\n');
    expect(words).toContain('Discord is off: put the bot');
    expect(words).toContain('DISCORD_TOKEN');
  });

  test('is joined by chats, which share its data and leave it running', async () => {
    await using one = await Jsonl.start({ dataDir: daemon.dataDir });
    await using two = await Jsonl.start({ dataDir: daemon.dataDir });
    await one.say('note: from the first');
    expect(await two.say('/notes')).toContain('from the first');
    expect(one.lines.some(({ text }) => text?.includes('from the first'))).toBe(true);
    expect(await one.end()).toEqual({ code: 0, signal: null });
    expect(await two.say('help')).not.toBe('');
  });

  test('answers health and status', async () => {
    const { dataDir } = daemon;
    expect(await command('health', '--data', dataDir)).toMatchObject({ code: 0, stdout: 'coda is well.\n' });
    const status = await command('status', '--json', '--data', dataDir);
    expect(JSON.parse(status.stdout)).toMatchObject({ data: dataDir, adapters: ['console', 'http'] });
    const { stdout: inWords } = await command('status', '--data', dataDir);
    expect(inWords).toMatch(/^coda \S+ has been running for \d+ (?:second|minute)s? \(process \d+, \d+ MB\)\.$/m);
    expect(inWords).toMatch(
      /^It hears console and http\.\n0 answers are under way, 0 messages wait to be sent\.\nNo model is configured\.$/m,
    );
  });

  test('refuses a second one on its data folder', async () => {
    const { code, stderr } = await command('run', '--data', daemon.dataDir);
    expect(code).toBe(75);
    expect(stderr).toContain('[STORAGE_IN_USE]');
    expect((await command('health', '--data', daemon.dataDir)).code).toBe(0);
  });

  test('has a socket for its user alone, and takes it and its chats away when it ends', async () => {
    const socket = join(daemon.dataDir, 'run', 'control.sock');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await using chat = await Jsonl.start({ dataDir: daemon.dataDir });
    daemon.child.kill('SIGTERM');
    expect(await chat.exit).toMatchObject({ code: 69 });
    expect(chat.stderr).toContain('[CONTROL_FAILED]');
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  });
});

test('a start that fails takes its control socket away', async () => {
  const dataDir = await migratedDataDir();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const config = join(dataDir, 'coda.yaml');
  writeFileSync(config, `http: { listen: "127.0.0.1:${(taken.address() as AddressInfo).port}" }\n`);
  const started = serve({ data: dataDir, config, args: [] }, process, { logTo: () => ({ write: () => {} }) });
  await expect(started).rejects.toMatchObject({ code: 'HTTP_ADDRESS' });
  expect(statSync(join(dataDir, 'run', 'control.sock'), { throwIfNoEntry: false })).toBeUndefined();
  taken.close();
});

test('health and status say that no daemon runs', async () => {
  const dataDir = await migratedDataDir();
  for (const name of ['health', 'status']) {
    const { code, stderr } = await command(name, '--data', dataDir);
    expect(code).toBe(69);
    expect(stderr).toMatch(/^coda: No coda is running on .+\n {2}.+ \[NO_DAEMON\]\n$/);
  }
});

/** What is loaded only for who uses it: the browser, MCP, and what reads pages. */
const UNUSED = /playwright|modelcontextprotocol|readability|linkedom|turndown|unpdf|page-worker/;

test('what nobody uses is not loaded', async () => {
  const dataDir = await migratedDataDir();
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'modules.txt');
  const record = fileURLToPath(new URL('../support/modules/record.mjs', import.meta.url));
  const env = { NODE_OPTIONS: `--import ${record}`, CODA_TEST_MODULES: file };
  const loaded = () => readFileSync(file, 'utf8').split('\n');
  {
    await using daemon = await runDaemon({ dataDir, env });
    await using chat = await Jsonl.start({ dataDir: daemon.dataDir });
    await chat.say('note: nothing of the outside is needed for this');
    expect(await chat.say('/mcp')).toContain('No MCP server is configured');
  }
  // The threads are heard, too.
  expect(loaded().filter((name) => name.includes('pglite'))).not.toEqual([]);
  expect(loaded().filter((name) => UNUSED.test(name))).toEqual([]);
  // It would be seen.
  await using server = new Program(['mcp', '--data', dataDir], { env });
  server.child.stdin.end();
  await server.exit;
  expect(loaded().filter((name) => UNUSED.test(name))).not.toEqual([]);
});

test('a daemon that was killed leaves nothing in the way of the next, though its path is too long for a socket', async () => {
  const dataDir = join(freshDataDir(), 'a-rather-long-name'.repeat(8));
  await fillMigrated(dataDir);
  await using first = new Program(['run', '--data', dataDir]);
  await eventually(() => existsSync(join(dataDir, 'coda.lock')));
  // Opened while its daemon starts, a chat attaches to it.
  await using chat = await Jsonl.start({ dataDir });
  expect(await chat.say('help')).not.toBe('');
  await first.logged('"msg":"ready"');
  first.child.kill('SIGKILL');
  await first.exit;
  expect((await command('health', '--data', dataDir)).code).toBe(69);
  await using second = await runDaemon({ dataDir });
  expect((await command('health', '--data', dataDir)).code).toBe(0);
  // A second signal ends it at once.
  second.child.kill('SIGINT');
  second.child.kill('SIGTERM');
  expect([0, 130, 143]).toContain((await second.exit).code);
});

test('health and status tell of a platform that is away, and an error that nobody handles ends it with 70', async () => {
  const dataDir = await migratedDataDir();
  mkdirSync(dataDir, { recursive: true });
  const config = join(dataDir, 'away.yaml');
  // Nobody listens on the discard port.
  writeFileSync(config, 'discord:\n  token: a-token-of-nobody\n  api_url: http://127.0.0.1:9/api\n');
  const faulty = 'process.on("SIGUSR2", () => Promise.reject(new Error("a planted bug")))';
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(faulty)}`;
  await using daemon = await runDaemon({ dataDir, args: ['--config', config], env: { NODE_OPTIONS } });
  const { code, stderr } = await command('health', '--data', dataDir);
  expect(code).toBe(69);
  expect(stderr).toMatch(
    /^coda: coda runs, but discord is away: Discord cannot be reached .+\n {2}.+ \[PLATFORM_AWAY\]\n$/,
  );
  expect((await command('status', '--data', dataDir)).stdout).toMatch(/^discord is away: Discord cannot be reached/m);
  daemon.child.kill('SIGUSR2');
  expect(await daemon.exit).toEqual({ code: 70, signal: null });
  const last = JSON.parse(daemon.stderr.trim().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ level: 'fatal', err: { message: 'a planted bug' } });
});

test('a daemon that waits for its database ends when it is asked to', async () => {
  const dataDir = await migratedDataDir();
  const args = ['run', '--data', dataDir, '--config', join(dataDir, 'config.yaml')];
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(
    join(dataDir, 'config.yaml'),
    'storage: { url: "postgres://127.0.0.1:1/none", connect_timeout: 10m }\n',
  );
  await using daemon = new Program(args);
  await daemon.logged('the database does not answer yet');
  daemon.child.kill('SIGTERM');
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
});
