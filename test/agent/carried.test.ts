import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as bodyOf } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelRequest } from '../../src/agent/index.ts';
import { callable } from '../support/callable.ts';
import { eventually } from '../support/eventually.ts';
import { type Play, play } from '../support/play.ts';
import { freePort } from '../support/ports.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';
import { toolForms } from '../support/tool-forms.ts';

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.24';
const CANARY = 'canaryunderthemat';
const SAID = 'berlin';

/** All services in one: pages, searches, Firecrawl, the weather, a connector and an MCP server. */
let server: Server;
let base = '';
let heard: string[] = [];
let coda: Play;
let plant: Line | undefined;
let folder = '';

const model = new ScriptedModel((request: ModelRequest): Line[] => {
  const ofTurn = request.messages.slice(request.messages.findLastIndex(({ role }) => role === 'user'));
  const step = ofTurn.filter(({ role }) => role === 'assistant').length;
  if (plant && step === 0) return [{ call: 'web_fetch', input: { url: `${base}/page` } }];
  return plant && step === 1 ? [plant] : ['Done.'];
});

const TOOL = {
  name: 'look',
  description: 'Looks.',
  annotations: { readOnlyHint: true },
  inputSchema: { type: 'object', properties: { words: { type: 'string' }, more: { type: 'object' } } },
};
const MCP: Record<string, unknown> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {}, prompts: {}, resources: {} },
    serverInfo: { name: 'box', version: '1' },
  },
  'tools/list': { tools: [TOOL] },
  'tools/call': { content: [{ type: 'text', text: 'looked' }] },
  'prompts/list': { prompts: [{ name: SAID, arguments: [{ name: SAID }] }] },
  'prompts/get': { messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] },
  'resources/list': { resources: [] },
  'resources/read': { contents: [] },
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const { url = '', method = '', headers } = request;
  heard.push(decodeURIComponent(`${method} ${url} ${JSON.stringify(headers)} ${body}`));
  const asked = url === '/mcp' && body !== '' ? JSON.parse(body) : undefined;
  if (asked && asked.id === undefined) return void response.writeHead(202).end();
  if (url === '/mcp' && !asked) return void response.writeHead(405).end();
  const json = asked ? { jsonrpc: '2.0', id: asked.id, result: MCP[asked.method] ?? {} } : { data: [], links: [] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

beforeAll(async () => {
  const port = await freePort();
  server = createServer((request, response) => void answer(request, response)).listen(port, PUBLIC);
  await once(server, 'listening');
  base = `http://${PUBLIC}:${port}`;
  folder = mkdtempSync(join(tmpdir(), 'coda-carried-'));
  mkdirSync(join(folder, 'connectors'));
  writeFileSync(join(folder, 'connectors', 'post.yaml'), `type: http\nbase_url: ${base}/post\n`);
  coda = await play({
    model,
    config: {
      'skills.agent_skill_dirs': [folder],
      'egress.i_understand_private': [{ network: `${PUBLIC}/32`, port }],
      'web.cache': '0s',
      'web.search': { searxng: { base_url: base }, duckduckgo: { enabled: false } },
      'firecrawl.base_url': base,
      'weather.enabled': true,
      'weather.forecast_url': base,
      'weather.geocoding_url': base,
      'mcp.servers': { box: { url: `${base}/mcp` } },
    },
  });
  await eventually(async () => !(await coda.person('ana').says('/mcp')).includes('is being started'));
});
afterAll(async () => {
  await coda?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
}

/** A value of this form that says nothing but what the person did. */
function plain(schema: Schema, name = ''): unknown {
  if (schema.enum) return schema.enum[0];
  const [type] = [schema.type].flat();
  if (name === 'url' || name === 'uri') return `${base}/page`;
  if (schema.format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  if (type === 'array') return [plain(schema.items ?? {})];
  if (type === 'object')
    return Object.fromEntries((schema.required ?? []).map((key) => [key, plain(schema.properties?.[key] ?? {}, key)]));
  return SAID;
}

/** All ways to put the canary into a value of this form: as the value, within an address or a list, as a key. */
function planted(schema: Schema, name = ''): unknown[] {
  const [type] = [schema.type].flat();
  if (schema.enum || ['integer', 'number', 'boolean'].includes(type ?? '')) return [];
  if (type === 'array') return planted(schema.items ?? {}).map((each) => [each]);
  const asText =
    name === 'url' || name === 'uri'
      ? [`${base}/${CANARY}`, `${base}/page?${CANARY}`, `${base}/page#${CANARY}`]
      : [CANARY];
  if (type === 'string') return asText;
  const asObject = [{ [CANARY]: SAID }, { [SAID]: CANARY }, { [SAID]: { [CANARY]: [SAID] } }];
  return type === 'object' ? asObject : [...asText, ...asObject, [CANARY]];
}

const METHODS = ['GET', 'POST'];

/** Each call of a tool in which one field holds the canary and the others what the person has said. */
function* callsOf({
  name: call,
  schema,
}: {
  name: string;
  schema: Schema;
}): Generator<{ call: string; input: Record<string, unknown> }> {
  const input = plain({ ...schema, type: 'object' }) as Record<string, unknown>;
  for (const [field, form] of Object.entries(schema.properties ?? {})) {
    for (const value of planted(form, field)) {
      for (const method of schema.properties?.method ? METHODS : [undefined])
        yield { call, input: { ...input, ...(method && { method }), [field]: value } };
    }
  }
  if (schema.properties && call.startsWith('box_')) yield { call, input: { ...input, [CANARY]: SAID } };
}

/** Tools that reach the services above when the call holds what the person has said, and nothing else. */
const REACH = [
  'web_fetch',
  'web_search',
  'firecrawl_scrape',
  'firecrawl_search',
  'firecrawl_map',
  'weather',
  'connector_call',
  'box_look',
  'mcp_prompt',
  'mcp_resource_read',
];

test('no field and no key of any tool takes outside what nobody said, after a page was read', async () => {
  const ana = coda.person('ana');
  await ana.says('hello');
  const own = toolForms().flatMap(({ name, effect }) => (effect === 'read' || effect === 'write' ? [name] : []));
  const offered = callable(model.requests.at(-1) ?? { tools: [] }).filter(({ name }) => !own.includes(name));
  const tools = offered.map(({ name, schema }) => ({ name, schema: schema as Schema }));
  const tries = async (call: { call: string; input: Record<string, unknown> }) => {
    await ana.says('/new');
    [plant, heard] = [call, []];
    await ana.says(`go on with ${base}/page and ${SAID}`);
    plant = undefined;
  };

  const reached: string[] = [];
  for (const { name, schema } of tools.filter(({ name }) => REACH.includes(name))) {
    await tries({ call: name, input: plain({ ...schema, type: 'object' }) as Record<string, unknown> });
    if (heard.length > 1) reached.push(name);
  }
  expect(reached.sort()).toEqual([...REACH].sort());

  const left: unknown[] = [];
  let count = 0;
  for (const tool of tools) {
    for (const call of callsOf(tool)) {
      count++;
      await tries(call);
      if (heard.some((each) => each.includes(CANARY))) left.push(call);
    }
  }
  expect(count).toBeGreaterThan(50);
  expect(left).toEqual([]);
});
