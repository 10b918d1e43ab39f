/** Servers whose answers are not quite those of the protocol, over each way to a server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageIn, UNREADABLE as UNREADABLE_CODE } from '../../../src/skills/mcp/wire/messages.ts';
import { eventually } from '../../support/eventually.ts';
import { Hostile, listed } from '../../support/mcp/hostile.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { play } from '../../support/play.ts';
import { McpPlay } from './play.ts';

const ODD = fileURLToPath(new URL('../../support/mcp/odd.cjs', import.meta.url));
const SAYS = [
  'empties',
  'number_as_text',
  'without_version',
  'one_piece',
  'text_alone',
  'data_url',
  'data_url_in_text',
  'lines_of_base64',
];
const UNREADABLE = [
  'nothing',
  'empty_result',
  'text_as_result',
  'list_as_result',
  'number_as_content',
  'not_a_number',
  'not_a_number_last',
  'cut',
];
const FAILS = ['text_as_error', 'error_without_code'];

describe.each(['stdio', 'json', 'sse'])('odd answers over %s', (way) => {
  let it: McpPlay;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    const program = { command: process.execPath, args: [ODD, way], host: true };
    if (way !== 'stdio') child = spawn(process.execPath, [ODD, way], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = child?.stdout ? await once(child.stdout, 'data') : [];
    it = await McpPlay.begin({ odd: child ? { url: `http://127.0.0.1:${String(port).trim()}/mcp` } : program });
  });
  afterAll(async () => {
    await it[Symbol.asyncDispose]();
    child?.kill('SIGKILL');
  });

  test('all that it has is there, whatever its schemas leave out, and each of its lists has an end', async () => {
    expect(await it.state('odd')).toMatch(/^- odd: 20 tools/);
    const offered = await it.callable('odd');
    expect(offered).toHaveLength(20);
    for (const { schema } of offered) expect(schema).toMatchObject({ type: 'object' });
    expect(JSON.stringify(offered)).not.toContain('null');
    expect((await it.ana.says('/mcp-prompt')).match(/odd greet/g)).toHaveLength(1);
    const { result } = await it.calls('mcp_resources', { server: 'odd' });
    expect(result).toContain('x://one');
    expect(result).not.toContain('after:');
  });

  test.each(SAYS)('%s is an answer', async (tool) => {
    const { result } = await it.calls(`odd_${tool}`);
    if (/data|base64/.test(tool)) {
      expect(result).toContain(`odd_${tool}-1.png`);
      expect(result).not.toContain('iVBOR');
    } else {
      expect(result).toContain('it is so');
      expect(result).not.toContain('null');
    }
  });

  test.each(UNREADABLE)('%s is a failed call at once', async (tool) => {
    const { result } = await it.calls(`odd_${tool}`);
    if (way === 'sse' && tool === 'cut') expect(result).toContain('went away during the call');
    else expect(result).toContain('in a form that I do not know');
    expect(result).not.toContain('in time');
    // It is there as before.
    expect((await it.calls('odd_empties')).result).toContain('it is so');
  });

  test.each(FAILS)('%s is the failure that it tells', async (tool) => {
    expect((await it.calls(`odd_${tool}`)).result).toContain('no such issue');
  });

  // Only a program's output has lines beside the messages.
  if (way === 'stdio')
    test('noise in front of an answer is passed over, and what is logged is no question', async () => {
      expect((await it.calls('odd_noise')).result).toContain('it is so');
      expect((await it.calls('odd_logged')).result).toContain('it is so');
    });
});

const models = await modelServer();

test('a tool that a model’s service refuses by its name is left out there, and owners see it', async () => {
  const server = new Hostile({ tools: [listed('fine'), listed('odd')] });
  const config = { ...modelConfig(models, { default: 'gpt/main', light: 'gpt/main', heavy: 'gpt/main' }) };
  await using coda = await play({ config: { ...config, 'mcp.servers': { box: server.config } } });
  const ana = coda.person('ana', { role: 'owner' });
  await eventually(async () => (await ana.says('/mcp')).includes('2 tools'));
  const message = "Invalid schema for function 'box_odd': In context=(), array schema missing items";
  const refusal = { status: 400, body: JSON.stringify({ error: { message, type: 'invalid_request_error' } }) };
  // One refusal may be a slip: what is left out from then on is what a second request was refused for, too.
  const twice = { sends: refusal, times: 2 };
  models.play(twice, { text: 'Hello.' }, twice, { text: 'Hello.', times: 9 });
  expect(await ana.says('hello')).toBe('Hello.');
  expect(await ana.says('/mcp')).toBe('- box: 2 tools');
  expect(await ana.says('hello again')).toBe('Hello.');
  const offered = models.requests
    .at(-1)
    ?.body.tools.map(({ function: { name } }: { function: { name: string } }) => name);
  expect(offered).toContain('box_fine');
  expect(offered).not.toContain('box_odd');
  expect(await ana.says('/mcp')).toBe('- box: 2 tools\n  box_odd is left out with gpt/main, whose service refuses it.');
  const told = (await coda.app.checks.run()).filter(({ says }) => says.includes('box_odd'));
  expect(told).toMatchObject([{ severity: 'notice', says: expect.stringContaining('gpt/main') }]);
  server[Symbol.dispose]();
});

const asked = (id: unknown) => id === 3;

test.each<[string, string, unknown]>([
  ['an answer', '{"jsonrpc":"2.0","id":3,"result":{}}', { id: 3, result: {} }],
  ['one with a mark of its encoding', '\ufeff{"jsonrpc":"2.0","id":3,"result":{}}', { id: 3, result: {} }],
  ['a notification behind noise', 'I {"jsonrpc":"2.0","method":"notifications/x"}', { method: 'notifications/x' }],
  [
    'null in what a tool made',
    '{"id":3,"result":{"structuredContent":{"a":null}}}',
    { result: { structuredContent: { a: null } } },
  ],
  [
    'null in a schema',
    '{"id":3,"result":{"tools":[{"inputSchema":{"enum":[null]}}]}}',
    { result: { tools: [{ inputSchema: { enum: [null] } }] } },
  ],
  ['an answer to nothing', '{"id":4,"result":{}}', undefined],
  ['half an answer to nothing', '{"jsonrpc":"2.0","id":4,"result":{', undefined],
  ['a broken question with the id', '{"jsonrpc":"2.0","id":3,"method":"x","params":{', undefined],
  ['a question behind noise', 'got {"jsonrpc":"2.0","id":3,"method":"ping"}', undefined],
  ['an answer before noise', '{"jsonrpc":"2.0","id":3,"result":{}} done', { error: { code: UNREADABLE_CODE } }],
  ['noise', 'served 3 {things}', undefined],
  ['many beginnings', '{"'.repeat(500_000), undefined],
  ['much that is nested', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, undefined],
])('%s is read', (_, line, message) => {
  const came = messageIn(line, asked);
  if (message === undefined) expect(came).toBeUndefined();
  else expect(came).toMatchObject(message as object);
});
