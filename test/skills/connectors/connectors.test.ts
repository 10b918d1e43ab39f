import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { callable } from '../../support/callable.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { freePort } from '../../support/ports.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.22';
const KEY = 'sk-weather-key-123456';

let port = 0;
let server: Server;
let trap: TcpServer;
let trapped = 0;
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
/** The text of the next answers, where it is not JSON. */
let says: string | undefined;
/** Statuses of the next answers. */
let statuses: number[] = [];

beforeAll(async () => {
  port = await freePort();
  server = createServer((request, response) => void answer(request, response)).listen(port, PUBLIC);
  await once(server, 'listening');
  // Of all addresses of this machine only one is public.
  trap = createTcpServer((socket) => {
    trapped++;
    socket.destroy();
  }).listen(port, '127.0.0.1');
  await once(trap, 'listening');
});
beforeEach(() => {
  [seen, statuses, trapped] = [[], [], 0];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  trap.close();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ method, url, headers, body });
  const status = statuses.shift() ?? 200;
  if (says !== undefined) response.writeHead(200, { 'content-type': 'text/plain' }).end(says);
  else if (url.startsWith('/v1/inside')) {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/latest/meta-data` }).end();
  } else if (url.startsWith('/v1/go?'))
    response.writeHead(302, { location: new URLSearchParams(url.slice(7)).get('to') ?? '' }).end();
  else if (url.startsWith('/v1/long'))
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(100_000));
  else if (url.startsWith('/v1/huge'))
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(10_000_000));
  else if (url.startsWith('/v1/picture'))
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(99));
  else {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ says: 'rain until noon', echo: headers, url, body }));
  }
}

const weather = (more = 'auth: { type: bearer, token: secret:WEATHER_KEY }', base = `http://${PUBLIC}:${port}/v1`) =>
  `type: http\ndescription: The weather\nbase_url: ${base}\n${more}\n`;

interface Asked {
  files?: Record<string, string>;
  config?: Record<string, unknown>;
  env?: Record<string, string>;
}

/** A coda with connectors in a folder of skills, and a model that makes the calls that the test names. */
class Connected implements AsyncDisposable {
  readonly coda: Play;
  readonly ana: PlayedPerson;
  readonly model: ScriptedModel;
  readonly root: string;
  private next: Line[] = [];

  private constructor(coda: Play, model: ScriptedModel, root: string) {
    [this.coda, this.ana, this.model, this.root] = [coda, coda.person('ana'), model, root];
  }

  static async begin({ files = { 'connectors/weather.yaml': weather() }, config = {}, env = {} }: Asked = {}) {
    const root = mkdtempSync(join(tmpdir(), 'coda-connectors-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    for (const [path, text] of Object.entries(files)) put(root, path, text);
    const model: ScriptedModel = new ScriptedModel((request) =>
      request.messages.at(-1)?.role === 'tool' ? ['Done.'] : it.next.length > 0 ? it.next : ['Hello.'],
    );
    const coda = await play({
      ...{ model, env: { HOME: root, ...env } },
      config: {
        'skills.agent_skill_dirs': [root],
        'egress.i_understand_private': [{ network: `${PUBLIC}/32`, port }],
        ...config,
      },
    });
    const it = new Connected(coda, model, root);
    return it;
  }

  /** Calls the tool in a conversation that nothing has tainted; what the model was told of it. */
  async calls(input: Record<string, unknown>): Promise<string> {
    await this.ana.says('/new');
    this.next = [{ call: 'connector_call', input: { connector: 'weather', ...input } }];
    const said = await this.ana.says('go on');
    this.next = [];
    return this.result() || said;
  }

  /** The result of the last call. */
  result(): string {
    return this.model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.text ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.coda[Symbol.asyncDispose]();
  }
}

function put(root: string, path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}

const allowed = { config: { 'connectors.env': ['WEATHER_KEY'] }, env: { WEATHER_KEY: KEY } };

test('a service is asked with its key, which neither the model nor the log of an echoing service gets to see', async () => {
  await using it = await Connected.begin(allowed);
  const result = await it.calls({ path: '/today', query: { city: 'Berlin', days: 2 } });
  expect(seen).toMatchObject([{ method: 'GET', url: '/v1/today?city=Berlin&days=2' }]);
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(result).toContain('rain until noon');
  expect(result).toContain('Bearer [secret]');
  expect(JSON.stringify(it.model.requests)).not.toContain(KEY);
  const tool = callable(it.model.requests.at(-1) ?? { tools: [] }).find(({ name }) => name === 'connector_call');
  expect(tool?.description).toContain(`- weather (${PUBLIC}:${port}): The weather`);
});

test('what changes something asks first, and is sent once, whatever comes back', async () => {
  await using it = await Connected.begin(allowed);
  statuses = [503];
  await it.calls({ method: 'POST', path: 'places', body: { city: 'Rome' } });
  expect(seen).toEqual([]);
  await it.ana.presses('Approve');
  expect(seen).toMatchObject([{ method: 'POST', url: '/v1/places', body: '{"city":"Rome"}' }]);
  expect(it.result()).toContain('answered POST with 503');
});

test('of what was sent, and whose answer could not be read, the outcome is unknown', async () => {
  await using it = await Connected.begin(allowed);
  await it.calls({ method: 'POST', path: 'huge', body: { city: 'Rome' } });
  await it.ana.presses('Approve');
  expect(seen).toHaveLength(1);
  expect(it.result()).toContain('Whether weather has done what it was asked to is not known');
});

test('a yes holds for the file that it was said to', async () => {
  await using it = await Connected.begin(allowed);
  await it.calls({ method: 'DELETE', path: 'places/1' });
  put(it.root, 'connectors/weather.yaml', weather('headers: { X-Key: secret:WEATHER_KEY }'));
  await it.ana.presses('Approve');
  expect(seen).toEqual([]);
});

test('what only reads is tried again where the service is busy', async () => {
  await using it = await Connected.begin(allowed);
  statuses = [503, 200];
  expect(await it.calls({ path: 'today' })).toContain('answered GET with 200');
  expect(seen).toHaveLength(2);
});

const OUTSIDE = [
  ...[
    '../admin',
    '/../admin',
    'a/../../admin',
    '%2e%2e/admin',
    '..%2fadmin',
    '%252e%252e%252fadmin',
    'a\\..\\..\\admin',
  ],
  ...['//evil.example/x', 'https://evil.example/', '..;/admin', 'x#y', 'a b', '%00', '%zz'],
];

test('no path leads out of the address of a connector', async () => {
  await using it = await Connected.begin(allowed);
  for (const path of OUTSIDE) expect(await it.calls({ path }), path).toContain('leads out of the address');
  expect(seen).toEqual([]);
  expect(await it.calls({ path: '@evil.example' })).toContain('answered GET');
  expect(seen.map(({ url }) => url)).toEqual(['/v1/@evil.example']);
});

test('a connector without its secret says which one is missing, and where it is looked for', async () => {
  await using it = await Connected.begin({ env: { WEATHER_KEY: KEY } });
  // The environment holds it, and the configuration does not allow it.
  expect(await it.calls({ path: 'today' })).toContain('needs the secret WEATHER_KEY');
  put(it.root, 'secrets/.env', `WEATHER_KEY=${KEY}\n`);
  chmodSync(join(it.root, 'secrets/.env'), 0o644);
  expect(await it.calls({ path: 'today' })).toMatch(
    /needs the secret WEATHER_KEY \(others may read .*\.env: chmod 600\)/,
  );
  expect(seen).toEqual([]);
  chmodSync(join(it.root, 'secrets/.env'), 0o600);
  expect(await it.calls({ path: 'today' })).toContain('answered GET with 200');
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test('a sealed secret goes before the environment, and that before the file', async () => {
  await using it = await Connected.begin({
    files: { 'connectors/weather.yaml': weather(), 'secrets/.env': 'WEATHER_KEY=of-the-file-123' },
    ...allowed,
  });
  await it.calls({ path: 'today' });
  await it.coda.app.agentSkills.secrets.set({ skill: 'connectors', name: 'WEATHER_KEY' }, 'of-the-store-123');
  await it.calls({ path: 'today' });
  expect(seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, 'Bearer of-the-store-123']);
});

test('an address that leads inside is not reached, nor is one that a service redirects to', async () => {
  const inside = weather('', `http://127.0.0.1:${port}/v1`);
  await using it = await Connected.begin({ files: { 'connectors/weather.yaml': inside } });
  expect(await it.calls({ path: 'today' })).toContain('is not a public address');
  put(it.root, 'connectors/weather.yaml', weather(''));
  expect(await it.calls({ path: 'inside' })).toContain('is not a public address');
  expect(trapped).toBe(0);
});

test.each([
  ['/v1/today', true],
  ['/v1', true],
  ['today', true],
  ['/v1/../other', false],
  ['/v1/%2e%2e/other', false],
  ['/v1/..%2fother', false],
  ['/v1/%252e%252e%252fother', false],
  ['/v10/other', false],
  ['/other', false],
  ['/', false],
])('a redirect to %s takes the key along only where it stays below base_url', async (to, isKept) => {
  await using it = await Connected.begin(allowed);
  await it.calls({ path: 'go', query: { to } });
  expect(seen).toHaveLength(2);
  expect(seen[1]?.headers.authorization).toBe(isKept ? `Bearer ${KEY}` : undefined);
});

test('an answer comes without what nobody sees, and without the key however it is written', async () => {
  await using it = await Connected.begin({ ...allowed, files: { 'connectors/weather.yaml': weather() } });
  const bytes = Buffer.from(KEY);
  const forms = [
    ...[0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset, 'x'), bytes]).toString('base64')),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(KEY),
    [...KEY].join('\u200b'),
  ];
  const unseen = [0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0x2064, 0xfeff, 0xe0000, 0xe0041, 0xe007f];
  says = `${forms.map((form) => `<${form}>`).join('\n')} ra${String.fromCodePoint(...unseen)}in`;
  const result = await it.calls({ path: 'today' });
  says = undefined;
  expect(result).toContain('rain');
  expect(result).not.toMatch(/[\u200b-\u200f\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/u);
  for (const form of forms) expect(result).not.toContain(form.slice(4, -4));
});

test('an answer is bounded, and no file is read as text', async () => {
  await using it = await Connected.begin({ files: { 'connectors/weather.yaml': weather('') } });
  expect(await it.calls({ path: 'long' })).toContain('with 200, 60,030 characters');
  expect(await it.calls({ path: 'huge' })).toContain('sends more than');
  expect(await it.calls({ path: 'picture' })).toContain('[image/png of 99 bytes, which is no text]');
});

test('a file that describes no connector is told of and stops no other; without one there is no tool', async () => {
  const broken = {
    'connectors/nothing.yaml': 'type: http\n',
    'connectors/twice.yaml': 'type: http\ntype: http\nbase_url: https://a.example\n',
    'connectors/user.yaml': 'type: http\nbase_url: https://ana:pass@a.example\n',
    'connectors/host.yaml': 'type: http\nbase_url: https://a.example\nheaders: { Host: b.example }\n',
    'connectors/UPPER.yaml': weather(''),
    'connectors/ftp.yaml': 'type: ftp\nbase_url: https://a.example\n',
    'connectors/more.yaml': `${weather('')}colour: blue\n`,
    'connectors/large.yaml': `${weather('')}# ${'x'.repeat(70_000)}\n`,
  };
  await using it = await Connected.begin({ files: { ...broken, 'connectors/weather.yaml': weather('') } });
  expect(await it.calls({ path: 'today' })).toContain('answered GET with 200');
  const findings = await it.coda.app.checks.run();
  const told = findings.filter(({ name }) => name === 'connectors').map(({ says }) => says);
  expect(told).toHaveLength(Object.keys(broken).length);
  expect(told).toContainEqual(expect.stringMatching(/nothing\.yaml: base_url:/));
  rmSync(join(it.root, 'connectors'), { recursive: true });
  await it.ana.says('hello');
  expect(callable(it.model.requests.at(-1) ?? { tools: [] }).map(({ name }) => name)).not.toContain('connector_call');
});

test('nobody is asked about a call that cannot be sent: without its secret, or out of its address', async () => {
  await using it = await Connected.begin();
  const isAsking = () =>
    it.ana
      .seen()
      .at(-1)
      ?.buttons.some(({ label }) => label === 'Approve');
  const post = { method: 'POST', path: 'notify', body: 'x' };
  expect(await it.calls(post)).toContain('needs the secret WEATHER_KEY');
  expect(isAsking()).toBe(false);
  put(it.root, 'connectors/weather.yaml', weather(''));
  await it.ana.says('/rescan-skills');
  expect(await it.calls({ ...post, path: '../admin' })).toContain('leads out of the address');
  expect(isAsking()).toBe(false);
  await it.calls(post);
  expect(isAsking(), 'one that can be sent is asked about').toBe(true);
  expect(seen).toEqual([]);
});
