import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { MAIN, migratedDataDir, Program } from '../support/jsonl.ts';
import { browse, Guarded } from '../support/mcp/guarded.ts';

/** The SDK's own client on `coda mcp`. */
async function clientOf(dataDir: string) {
  const client = new Client({ name: 'test', version: '1' });
  const args = [MAIN, 'mcp', '--data', dataDir];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  const calls = async (name: string, input: Record<string, unknown>) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    return { text: (content as { text: string }[]).map(({ text }) => text).join('\n'), isError: isError === true };
  };
  return { client, calls, [Symbol.asyncDispose]: () => client.close() };
}

test('the SDK’s client keeps notes, reminders and schedules of the owner, with a daemon and without', async () => {
  const dataDir = await migratedDataDir();
  await using it = await clientOf(dataDir);
  const { tools } = await it.client.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['reminder_create', 'note_save', 'memory_search', 'schedule_list']));
  expect(names.filter((name) => !/^(reminder|note|memory|schedule|scheduler|routine)_/.test(name))).toEqual([]);
  expect(tools.find(({ name }) => name === 'note_list')?.annotations?.readOnlyHint).toBe(true);
  expect(tools.find(({ name }) => name === 'note_delete')?.annotations?.destructiveHint).toBe(true);
  expect(await it.calls('note_save', { text: 'the key is under the mat' })).toMatchObject({ isError: false });
  expect(await it.calls('reminder_create', { text: 'sail', when: 'the 43rd of May' })).toMatchObject({ isError: true });
  expect(await it.calls('code_execute', {})).toMatchObject({ isError: true });

  // The same process goes on with a daemon that begins meanwhile.
  await using daemon = new Program(['run', '--data', dataDir]);
  await daemon.logged('"msg":"ready"');
  expect((await it.calls('note_list', {})).text).toContain('the key is under the mat');
  expect(await it.calls('reminder_create', { text: 'sail', when: 'tomorrow at 9' })).toMatchObject({ isError: false });
  expect((await it.calls('reminder_list', {})).text).toContain('sail');
});

/** The inspector of the protocol's makers, as it is called in a terminal. */
async function inspect(dataDir: string, ...asked: string[]) {
  const inspector = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli/build/cli.js');
  const args = [inspector, '--cli', process.execPath, MAIN, 'mcp', '--data', dataDir, ...asked];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

test('the inspector lists its tools and calls one', async () => {
  const dataDir = await migratedDataDir();
  const { tools } = await inspect(dataDir, '--method', 'tools/list');
  expect(tools.map(({ name }: { name: string }) => name)).toContain('note_save');
  const call = ['--method', 'tools/call', '--tool-name', 'note_save', '--tool-arg', 'text=the key is under the mat'];
  expect(await inspect(dataDir, ...call)).toMatchObject({ isError: false });
});

test('coda mcp login signs in with the address that is pasted, and logout forgets it', async () => {
  await using guarded = await Guarded.open();
  const dataDir = await migratedDataDir();
  mkdirSync(dataDir, { recursive: true });
  const config = join(dataDir, 'config.yaml');
  writeFileSync(config, `mcp: { servers: { web: { url: "${guarded.url}", oauth: { sign_in: true } } } }\n`);
  const env = { ...process.env, CODA_SECRET_KEY: 'a key for this test alone' };
  const runs = (verb: string) => {
    const args = [MAIN, 'mcp', verb, 'web', '--data', dataDir, '--config', config];
    return spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  };
  const login = runs('login');
  let said = '';
  for await (const chunk of login.stdout) {
    said += chunk;
    const link = /http\S+authorize\S+/.exec(said)?.[0];
    if (link && said.includes('Paste the address') && login.stdin.writable)
      login.stdin.end(`\n${await browse(link)}\n`);
  }
  expect(said).toContain('coda is signed in to web.');
  expect(guarded.issuer.access.size).toBe(1);
  const logout = runs('logout');
  logout.stdin.end();
  const [code] = await once(logout, 'exit');
  expect(code).toBe(0);
});
