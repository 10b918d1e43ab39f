import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { freshDataDir, MAIN, Program } from '../support/jsonl.ts';

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

test('the SDK’s client keeps notes, reminders and schedules of the owner, with a daemon and without', {
  timeout: 90_000,
}, async () => {
  const dataDir = freshDataDir();
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
