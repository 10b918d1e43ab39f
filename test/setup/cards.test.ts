/** Cards over HTTP: asked, checked before anything is written, and written without loss. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/app/config.ts';
import { Secrets } from '../../src/base/log.ts';
import { type Browser, Programs } from '../adapters/http/support.ts';
import { FakeDiscord } from '../support/discord/index.ts';
import { jsonServer } from '../support/json-server.ts';
import { Faulty } from '../support/mcp/faulty.ts';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import type { PlayOptions } from '../support/play.ts';
import { FakeSlack } from '../support/slack/index.ts';

const MINE = `# ours, by hand
assistant:
  name: "Robin" # as we call it

log: { level: info }
`;

interface Field {
  key: string;
  kind: string;
  value: string | null;
  set: boolean;
  fixed_by: string | null;
  choices: { value: string; label: string }[] | null;
}

interface Problem {
  status: number;
  detail: string;
  remedy: string;
  fields?: { field: string; detail: string }[];
}

async function home(options: PlayOptions = {}) {
  const lines: string[] = [];
  // Nobody's own Ollama is asked.
  const env = { OLLAMA_HOST: '127.0.0.1:9', ...options.env };
  const programs = await Programs.begin({ file: MINE, log: (line) => void lines.push(line), ...options, env });
  onTestFinished(() => programs[Symbol.asyncDispose]());
  const owner = await programs.browser();
  const file = join(programs.coda.dataDir, 'config.yaml');
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const dotEnv = () => {
    const path = join(programs.coda.dataDir, '.env');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  return { programs, owner, file, read, dotEnv, lines, coda: programs.coda };
}

const form = (owner: Browser, id: string, entry?: string) =>
  owner.get<{ version: string; fields: Field[] }>(`/v1/setup/cards/${id}${entry ? `?entry=${entry}` : ''}`);

async function add(owner: Browser, id: string, answers: Record<string, string>, more: object = {}) {
  const answer = await owner.fetch('POST', `/v1/setup/cards/${id}`, { answers, ...more });
  return {
    status: answer.status,
    body: (await answer.json()) as Problem & { says: string; notes: string[]; restarts: boolean },
  };
}

const fieldsOf = ({ body }: { body: Problem }) => body.fields?.map(({ field }) => field);

const audited = async ({ coda }: { coda: Programs['coda'] }) => {
  const { rows } = await coda
    .database()
    .read<{ act: string }>(
      `select action || ' ' || subject as act from audit_log where action like 'setup.%' order by seq, at`,
    );
  return rows.map(({ act }) => act);
};

/** True if coda can be started again with what is there. */
const begins = ({ dataDir }: Programs['coda']) => {
  readConfig({ env: {}, dataDir, cwd: dataDir, secrets: new Secrets() });
  return true;
};

describe('cards', () => {
  test('of platforms, skills and the model are listed, each with its purpose; nothing lists them but their rooms', async () => {
    const { owner, file } = await home();
    const { cards, ...rest } = await owner.get<{
      cards: { id: string; about: string; set: boolean; owners: boolean }[];
    }>('/v1/setup/cards');
    expect(cards.map(({ id }) => id)).toEqual(['model', 'discord', 'slack', 'voice', 'search', 'mcp']);
    for (const { about } of cards) expect(about).toMatch(/\.$/);
    expect(cards.filter(({ set }) => set)).toEqual([]);
    expect(cards.filter(({ owners }) => owners).map(({ id }) => id)).toEqual(['discord', 'slack']);
    expect(rest).toMatchObject({ file, writable: true });
  });

  test('a wrong token is told at its field and nothing is written; the right one is, with comments and order kept', async () => {
    const fake = await FakeDiscord.start();
    onTestFinished(() => fake.close());
    fake.applicationOwner = fake.user('ana');
    const mine = `${MINE}discord:\n  api_url: ${fake.apiUrl} # the fake\n`;
    // As a coda is that has only the address of it so far.
    const here = await home({ file: MINE });
    const { owner, read, dotEnv, file, lines } = here;
    writeFileSync(file, mine);
    const wrong = await add(owner, 'discord', { token: 'wrong-token-of-somebody' });
    expect(wrong).toMatchObject({ status: 422, body: { detail: expect.stringContaining('Discord') } });
    expect(fieldsOf(wrong)).toEqual(['answers.token']);
    expect([read(), dotEnv(), await audited(here)]).toEqual([mine, '', []]);
    const right = await add(owner, 'discord', { token: fake.token });
    expect(right).toMatchObject({ status: 200, body: { says: 'signed in as coda', restarts: false } });
    const text = read();
    expect(text.startsWith(mine.trimEnd())).toBe(true);
    expect(parse(text)).toMatchObject({
      discord: { api_url: fake.apiUrl, token: '${DISCORD_TOKEN}' },
      access: { owners: [`discord:${fake.applicationOwner.id}`] },
    });
    expect(dotEnv()).toBe(`DISCORD_TOKEN=${fake.token}\n`);
    expect(await audited(here)).toEqual(['setup.add discord']);
    expect(right.body.notes).toContain(`discord:${fake.applicationOwner.id} (ana) is an owner of this coda now.`);
    // An owner who was taken out stays out, and whoever has another application comes in by no token.
    fake.applicationOwner = fake.user('eve');
    const changed = await add(owner, 'discord', { token: fake.token });
    expect([changed.status, changed.body.notes]).toEqual([200, []]);
    expect(read()).toBe(text);
    const seen = JSON.stringify([await owner.get('/v1/setup/cards'), await form(owner, 'discord'), right.body]);
    const rows = await here.coda.database().read<{ all: string }>('select json_agg(a)::text as all from audit_log a');
    for (const all of [text, seen, lines.join('\n'), rows.rows[0]?.all ?? ''])
      expect([all.includes(fake.token), all.includes('wrong-token-of-somebody')]).toEqual([false, false]);
    expect((await form(owner, 'discord')).fields[0]).toMatchObject({ key: 'token', value: null, set: true });
  });

  test('each of two tokens is judged by itself', async () => {
    const fake = await FakeSlack.start();
    onTestFinished(() => fake.close());
    const { owner, file, read } = await home();
    writeFileSync(file, `slack:\n  api_url: ${fake.apiUrl}\n`);
    const swapped = await add(owner, 'slack', { bot_token: fake.appToken, app_token: fake.botToken });
    expect(swapped.status).toBe(400);
    expect(fieldsOf(swapped)).toEqual(['answers.bot_token', 'answers.app_token']);
    const refused = await add(owner, 'slack', { bot_token: fake.botToken, app_token: 'xapp-of-somebody-else' });
    expect([refused.status, fieldsOf(refused)]).toEqual([422, ['answers.app_token']]);
    const answers = { bot_token: fake.botToken, app_token: fake.appToken, owner: 'U0123ABCD' };
    expect((await add(owner, 'slack', answers)).status).toBe(200);
    expect(parse(read())).toMatchObject({ access: { owners: ['slack:U0123ABCD'] } });
  });

  test('a model of an address: a key that is wrong, a model that is not there, then both right', async () => {
    const models = await ModelServer.start();
    onTestFinished(() => models.close());
    models.models = ['gpt-5-mini', 'gpt-5'].map((id) => ({ id, object: 'model' }));
    const { owner, read, dotEnv } = await home();
    const answers = { choice: 'service', url: models.baseUrl('openai'), model: 'gpt-5', key: KEY };
    const wrongKey = await add(owner, 'model', { ...answers, key: 'sk-of-somebody-else' });
    expect([wrongKey.status, fieldsOf(wrongKey)]).toEqual([422, ['answers.key']]);
    const noModel = await add(owner, 'model', { ...answers, model: 'gpt-9' });
    expect([noModel.status, fieldsOf(noModel)]).toEqual([422, ['answers.model']]);
    const nobody = await add(owner, 'model', { ...answers, url: 'http://127.0.0.1:9/v1' });
    expect([nobody.status, fieldsOf(nobody)]).toEqual([422, ['answers.url']]);
    const gone = await add(owner, 'model', { choice: 'ollama/qwen3' });
    expect([gone.status, fieldsOf(gone)]).toEqual([422, ['answers.choice']]);
    expect([read(), dotEnv()]).toEqual([MINE, '']);
    expect(await add(owner, 'model', answers)).toMatchObject({ status: 200, body: { says: 'own/gpt-5 answers' } });
    expect(parse(read())).toMatchObject({
      models: { default: 'own/gpt-5', providers: { own: { kind: 'openai-compatible', api_key: '${MODEL_OWN_KEY}' } } },
    });
    expect(dotEnv()).toBe(`MODEL_OWN_KEY=${KEY}\n`);
  });

  test('servers of tools are several: added, changed with the key that is there, and taken out', async () => {
    await using server = await Faulty.open();
    await using moved = await Faulty.open();
    const here = await home();
    const { owner, read, dotEnv } = here;
    const away = await add(owner, 'mcp', { name: 'forge', url: 'http://127.0.0.1:9/mcp' });
    expect([away.status, fieldsOf(away)]).toEqual([422, ['answers.url']]);
    const answers = { name: 'forge', url: server.url, key: 'tool-key-4711' };
    expect(await add(owner, 'mcp', answers)).toMatchObject({ status: 200, body: { says: 'connected, with 1 tool' } });
    expect(parse(read()).mcp.servers).toEqual({
      forge: { url: server.url, headers: { Authorization: 'Bearer ${MCP_FORGE_KEY}' } },
    });
    expect(dotEnv()).toBe('MCP_FORGE_KEY=tool-key-4711\n');
    const twice = await add(owner, 'mcp', answers);
    expect([twice.status, fieldsOf(twice)]).toEqual([400, ['answers.name']]);
    expect((await form(owner, 'mcp', 'forge')).fields.map(({ value, set }) => [value, set])).toEqual([
      ['forge', true],
      [server.url, true],
      [null, true],
    ]);
    const elsewhere = await add(owner, 'mcp', { name: 'forge', url: moved.url }, { change: true });
    expect([elsewhere.status, fieldsOf(elsewhere)]).toEqual([400, ['answers.key']]);
    const again = { name: 'forge', url: server.url, key: '' };
    expect((await add(owner, 'mcp', again, { change: true })).status).toBe(200);
    expect((await add(owner, 'mcp', { ...answers, url: moved.url }, { change: true })).status).toBe(200);
    expect(parse(read()).mcp.servers.forge).toEqual({
      url: moved.url,
      headers: { Authorization: 'Bearer ${MCP_FORGE_KEY}' },
    });
    expect(await owner.status('DELETE', '/v1/setup/cards/mcp?entry=other')).toBe(404);
    expect(await owner.status('DELETE', '/v1/setup/cards/mcp?entry=forge')).toBe(200);
    expect(parse(read())).toEqual({ ...parse(MINE), mcp: { servers: {} } });
    // Its key goes with it.
    expect(dotEnv()).toBe('');
    expect(await audited(here)).toEqual([
      'setup.add mcp forge',
      'setup.change mcp forge',
      'setup.change mcp forge',
      'setup.remove mcp forge',
    ]);
  });

  test('a search service and one that hears are asked before they are written', async () => {
    const search = await jsonServer({
      'GET /search': { results: [{ title: 'coda', url: 'https://a.example', content: '' }] },
    });
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': { error: 'POST it' } });
    const { owner, read } = await home();
    const away = await add(owner, 'search', { service: 'searxng', url: 'http://127.0.0.1:9' });
    expect([away.status, fieldsOf(away)]).toEqual([422, ['answers.url']]);
    const found = await add(owner, 'search', { service: 'searxng', url: `http://${search.host}` });
    expect(found).toMatchObject({ status: 200, body: { says: 'SearXNG answers' } });
    expect(search.requests).toHaveLength(1);
    expect((await add(owner, 'voice', { url: 'http://127.0.0.1:9/v1' })).status).toBe(422);
    expect((await add(owner, 'voice', { url: `http://${speech.host}/v1`, model: 'whisper-1' })).status).toBe(200);
    expect(parse(read())).toMatchObject({
      web: { search: { searxng: { base_url: `http://${search.host}` } } },
      speech: { transcribe: { kind: 'openai-compatible', base_url: `http://${speech.host}/v1`, model: 'whisper-1' } },
    });
    // One that is emptied is taken out.
    const emptied = { url: `http://${speech.host}/v1`, model: '' };
    expect((await add(owner, 'voice', emptied, { change: true })).status).toBe(200);
    expect(parse(read()).speech.transcribe).not.toHaveProperty('model');
  });

  test.each([
    ['a colon and a hash', 'a: b # c'],
    ['quotes', `"it's"`],
    ['a list, a map and an anchor', '[x, {y: &z 1}] *z !t'],
    ['a word of YAML', 'yes'],
    ['a number', '0x1F'],
    ['a reference', '${HOME} and $${HOME}'],
    ['other letters', 'Größe 模型 💊'],
  ])('a value with %s comes back as it was', async (_, model) => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const { owner } = await home();
    expect((await add(owner, 'voice', { url: `http://${speech.host}/v1`, model })).status).toBe(200);
    const { fields } = await form(owner, 'voice');
    expect(fields.find(({ key }) => key === 'model')?.value).toBe(model);
    const again = await add(owner, 'voice', { url: `http://${speech.host}/v1`, model }, { change: true });
    expect(again.status).toBe(200);
  });

  test("a model's address and names refer to no variable, whoever sends them", async () => {
    const model = 'gpt-${CODA_SECRET_KEY}';
    const served = { object: 'list', data: [{ id: model, object: 'model' }] };
    const service = await jsonServer({ 'GET /$%7BCODA_SECRET_KEY%7D/v1/models': served, 'GET /v1/models': served });
    const { owner, read, file } = await home();
    const env = { CODA_SECRET_KEY: 'x'.repeat(32), OPENAI_API_KEY: 'k', MODEL_OWN_KEY: 'k' };
    const values = () => readConfig({ file, env, secrets: new Secrets() }).models;
    const url = `http://${service.host}/\${CODA_SECRET_KEY}/v1`;
    const own = await add(owner, 'model', { choice: 'service', url, model, key: KEY });
    expect(own).toMatchObject({ status: 200, body: { says: `own/${model} answers` } });
    expect(parse(read()).models.providers.own.api_key).toBe('${MODEL_OWN_KEY}');
    expect(values()).toMatchObject({ default: `own/${model}`, providers: { own: { base_url: url, api_key: 'k' } } });
    writeFileSync(file, `${MINE}models: { providers: { openai: { base_url: "http://${service.host}/v1" } } }\n`);
    const vendors = { choice: 'openai', openai_key: KEY, vendor_model: model };
    expect((await add(owner, 'model', vendors)).status).toBe(200);
    expect(values()).toMatchObject({ default: `openai/${model}`, providers: { openai: { api_key: 'k' } } });
  });

  test('a reference that somebody wrote by hand stays one where the answer is what it comes to', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const { owner, file, read } = await home();
    const url = `http://${speech.host}/v1`;
    const mine = `${MINE}speech:
  transcribe:
    kind: \${HEARS:-openai-compatible}
    base_url: \${SPEECH_URL:-${url}}
    model: \${WHISPER_MODEL:-base}
    api_key: \${WHISPER_KEY:-a-key}
`;
    writeFileSync(file, mine);
    const { fields } = await form(owner, 'voice');
    expect(fields.slice(0, 3).map(({ value, set }) => [value, set])).toEqual([
      [url, true],
      [null, true],
      ['base', true],
    ]);
    expect((await add(owner, 'voice', { url, model: 'base', key: 'a-key' }, { change: true })).status).toBe(200);
    expect(read()).toBe(mine);
    expect((await add(owner, 'voice', { url, model: 'large' }, { change: true })).status).toBe(200);
    expect(read()).toBe(mine.replace('${WHISPER_MODEL:-base}', 'large'));
  });

  test('a key that is kept goes to no other server than the one that it was for', async () => {
    const [speech, thief] = [await jsonServer({ 'GET /v1/audio/transcriptions': {} }), await jsonServer({})];
    const { owner, file, read } = await home({ env: { SPEECH_API_KEY: 'of-the-environment' } });
    const away = { url: `http://${thief.host}/v1` };
    const ofEnvironment = await add(owner, 'voice', away);
    expect([ofEnvironment.status, fieldsOf(ofEnvironment)]).toEqual([400, ['answers.key']]);
    const mine = `${MINE}speech: { transcribe: { kind: openai-compatible, base_url: "http://${speech.host}/v1", api_key: k } }
models: { default: own/m, providers: { own: { kind: openai-compatible, base_url: "http://${speech.host}/v1", api_key: k } } }
mcp: { servers: { forge: { url: "http://${speech.host}/mcp", headers: { X-Key: k } } } }
`;
    writeFileSync(file, mine);
    const wrong: [id: string, answers: Record<string, string>, field: string][] = [
      ['voice', away, 'key'],
      ['model', { choice: 'service', model: 'm', ...away }, 'key'],
      ['mcp', { name: 'forge', ...away }, 'url'],
    ];
    for (const [id, answers, field] of wrong) {
      const moved = await add(owner, id, answers, { change: true });
      expect([id, moved.status, fieldsOf(moved)]).toEqual([id, 400, [`answers.${field}`]]);
    }
    expect([read(), thief.requests]).toEqual([mine, []]);
    const same = { url: `http://${speech.host}/v1/`, model: 'x' };
    expect((await add(owner, 'voice', same, { change: true })).status).toBe(200);
  });

  test('no new setting is written over another: by its name, nor by the variable that its name makes', async () => {
    const { owner, file, read } = await home();
    const url = 'http://127.0.0.1:9/v1';
    const mine = `${MINE}models: { providers: { my-x: { kind: openai-compatible, base_url: "http://127.0.0.1:1", api_key: "\${MODEL_MY_X_KEY:-k}" } } }
mcp: { servers: { a-b: { url: "http://127.0.0.1:1", headers: { Authorization: "Bearer \${MCP_A_B_KEY:-k}" } } } }
`;
    writeFileSync(file, mine);
    writeFileSync(join(dirname(file), '.env'), 'MCP_SPARE_KEY=k\n');
    const names: [id: string, names: string[]][] = [
      ['model', ['my-x', 'my_x', 'openai', 'anthropic', 'ollama']],
      ['mcp', ['a-b', 'a--b', 'spare']],
    ];
    for (const [id, all] of names)
      for (const name of all) {
        const more = id === 'model' ? { choice: 'service', model: 'm' } : {};
        const answer = await add(owner, id, { ...more, name, url, key: 'new' });
        expect([name, answer.status, fieldsOf(answer)]).toEqual([name, 400, expect.arrayContaining(['answers.name'])]);
      }
    expect(read()).toBe(mine);
  });

  test('a secret of a file is set, is said to be read from it, and stays there', async () => {
    const fake = await FakeDiscord.start();
    onTestFinished(() => fake.close());
    const { owner, file, read, dotEnv } = await home();
    const secret = join(dirname(file), 'token');
    writeFileSync(secret, `${fake.token}\n`);
    const mine = `${MINE}discord: { api_url: "${fake.apiUrl}", token_file: "${secret}" }\n`;
    writeFileSync(file, mine);
    expect((await form(owner, 'discord')).fields[0]).toMatchObject({ set: true, fixed_by: 'discord.token_file' });
    const other = await add(owner, 'discord', { token: 'another' }, { change: true });
    expect([other.status, fieldsOf(other)]).toEqual([400, ['answers.token']]);
    expect((await add(owner, 'discord', {}, { change: true })).status).toBe(200);
    expect([read(), dotEnv()]).toEqual([mine, '']);
  });

  test('a program as a server of tools is no card: it is neither listed nor given an address', async () => {
    const { owner, file, read } = await home();
    const mine = `${MINE}mcp: { servers: { files: { command: [node, server.js] } } }\n`;
    writeFileSync(file, mine);
    const { cards } = await owner.get<{ cards: { id: string; entries: string[] }[] }>('/v1/setup/cards');
    expect(cards.find(({ id }) => id === 'mcp')?.entries).toEqual([]);
    for (const change of [false, true]) {
      const answer = await add(owner, 'mcp', { name: 'files', url: 'http://127.0.0.1:9/' }, { change });
      expect([answer.status, fieldsOf(answer)]).toEqual([400, ['answers.name']]);
    }
    expect(read()).toBe(mine);
  });

  test('what a form cannot have is refused at its field, before anybody is asked', async () => {
    const { owner, read } = await home();
    const wrong: [id: string, answers: Record<string, string>, field: string][] = [
      ['discord', {}, 'token'],
      ['discord', { token: 'x'.repeat(501) }, 'token'],
      ['discord', { token: 'with a space' }, 'token'],
      ['discord', { token: 'line\nbreak' }, 'token'],
      ['discord', { token: 'abc', owner: 'ana' }, 'owner'],
      ['discord', { token: 'abc', guild: '1' }, 'guild'],
      ['mcp', { name: '../x', url: 'http://127.0.0.1/' }, 'name'],
      ['mcp', { name: 'mcp', url: 'http://127.0.0.1/' }, 'name'],
      ['mcp', { name: 'x', url: 'file:///etc/passwd' }, 'url'],
      ['mcp', { name: 'x', url: 'javascript:alert(1)' }, 'url'],
      ['mcp', { name: 'x', url: 'nowhere' }, 'url'],
      ['search', { service: 'constructor', url: 'http://127.0.0.1/' }, 'service'],
      ['search', { service: 'brave' }, 'key'],
      ['voice', { url: 'http://127.0.0.1/', path: 'inference' }, 'path'],
      ['model', { choice: 'service', url: 'http://127.0.0.1/', model: 'x', name: '__proto__' }, 'name'],
    ];
    for (const [id, answers, field] of wrong) {
      const answer = await add(owner, id, answers);
      expect([id, answer.status, fieldsOf(answer)]).toEqual([id, 400, expect.arrayContaining([`answers.${field}`])]);
    }
    const bodies = [
      {},
      { answers: 'x' },
      { answers: { token: 1 } },
      { answers: {}, what: 1 },
      { answers: { __proto__x: '' } },
      { answers: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`a${'b'.repeat(index)}`, ''])) },
      { answers: { token: 'x'.repeat(2_001) } },
    ];
    for (const body of bodies) expect(await owner.status('POST', '/v1/setup/cards/discord', body)).toBe(400);
    expect(await owner.status('POST', '/v1/setup/cards/discord', { answers: { token: 'x'.repeat(30_000) } })).toBe(413);
    for (const id of ['nobody', 'constructor']) {
      expect(await owner.status('POST', `/v1/setup/cards/${id}`, { answers: {} })).toBe(404);
      expect(await owner.status('GET', `/v1/setup/cards/${id}`)).toBe(404);
    }
    for (const id of ['model', 'discord']) expect(await owner.status('DELETE', `/v1/setup/cards/${id}`)).toBe(404);
    expect(await owner.status('GET', '/v1/setup/cards/mcp?entry=nothing')).toBe(404);
    expect(read()).toBe(MINE);
  });

  test('the second of two tabs is told that the configuration changed, and writes nothing', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const { owner, read, file } = await home();
    const [one, other] = [await form(owner, 'voice'), await form(owner, 'voice')];
    const answers = { url: `http://${speech.host}/v1` };
    expect((await add(owner, 'voice', answers, { version: one.version })).status).toBe(200);
    const late = await add(owner, 'voice', { ...answers, model: 'late' }, { version: other.version, change: true });
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('changed meanwhile')]);
    expect(read()).not.toContain('late');
    // An editor that saves while the service is asked.
    const slow = await jsonServer({
      'GET /v1/audio/transcriptions': () => {
        writeFileSync(file, `${MINE}# edited\n`);
        return {};
      },
    });
    expect((await add(owner, 'voice', { url: `http://${slow.host}/v1` }, { change: true })).status).toBe(409);
    expect(read()).toBe(`${MINE}# edited\n`);
  });

  test('a file that cannot be written stays whole, and the answer says which settings to write where', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const here = await home();
    const { owner, read, file, dotEnv } = here;
    // A disk that is full, in the place of the new text; a folder of root's comes to the same.
    symlinkSync('/dev/full', `${file}.${process.pid}.new`);
    const answer = await add(owner, 'voice', { url: `http://${speech.host}/v1`, key: 'speech-key-1' });
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('the disk has no room left')]);
    expect(answer.body.remedy).toContain('speech.transcribe.base_url');
    expect(answer.body.remedy).toContain('SPEECH_API_KEY in its environment');
    expect([read(), dotEnv(), await audited(here)]).toEqual([MINE, '', []]);
  });

  test('a result that would not be valid is not written', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const { owner, read, file } = await home();
    const broken = `${MINE}nobody: knows\n`;
    writeFileSync(file, broken);
    const answer = await add(owner, 'voice', { url: `http://${speech.host}/v1` });
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining('nobody')]);
    expect(read()).toBe(broken);
  });

  test('a secret of the environment goes before the form, which says so and needs none', async () => {
    const fake = await FakeDiscord.start();
    onTestFinished(() => fake.close());
    const { owner, read, dotEnv, file } = await home({ env: { DISCORD_TOKEN: fake.token } });
    writeFileSync(file, `discord:\n  api_url: ${fake.apiUrl}\n`);
    expect((await form(owner, 'discord')).fields[0]).toMatchObject({ set: true, fixed_by: 'DISCORD_TOKEN' });
    const other = await add(owner, 'discord', { token: 'another-token' });
    expect([other.status, fieldsOf(other)]).toEqual([400, ['answers.token']]);
    expect(other.body.detail).toContain('environment');
    expect((await add(owner, 'discord', {})).status).toBe(200);
    expect(parse(read()).discord.token).toBe('${DISCORD_TOKEN}');
    expect(dotEnv()).toBe('');
  });

  test('a platform that is taken out is off: its token leaves .env, too, and one of the environment is named', async () => {
    const { owner, read, dotEnv, file, coda } = await home();
    const text = `${MINE}discord: { token: "\${DISCORD_TOKEN}" } # the bot\n`;
    writeFileSync(file, text);
    writeFileSync(join(coda.dataDir, '.env'), '# shared\nDISCORD_TOKEN=abc\nOTHER=1\n');
    expect(await owner.send('DELETE', '/v1/setup/cards/discord')).toEqual({ restarts: false });
    expect(parse(read())).toEqual(parse(MINE));
    expect(dotEnv()).toBe('# shared\nOTHER=1\n');
    expect(await owner.status('DELETE', '/v1/setup/cards/discord')).toBe(404);
    const fixed = await home({ env: { DISCORD_TOKEN: 'of-the-environment' } });
    const refused = await fixed.owner.fetch('DELETE', '/v1/setup/cards/discord');
    expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
      409,
      expect.stringContaining('DISCORD_TOKEN'),
    ]);
  });

  test('a variable that another setting refers to stays; one that would keep a platform on is refused', async () => {
    const { owner, read, dotEnv, file, coda } = await home();
    const env = join(coda.dataDir, '.env');
    const other = 'env: { TOKEN: "${MCP_FORGE_KEY}", OTHER: "${DISCORD_TOKEN}" }';
    const forge = 'forge: { url: "https://a.example/mcp", headers: { Authorization: "Bearer ${MCP_FORGE_KEY}" } }';
    const text = `${MINE}discord: {}\nmcp: { servers: { ${forge}, local: { command: node, ${other} } } }\n`;
    writeFileSync(file, text);
    writeFileSync(env, 'DISCORD_TOKEN=abc\nMCP_FORGE_KEY=def\n');
    const refused = await owner.fetch('DELETE', '/v1/setup/cards/discord');
    expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
      409,
      expect.stringContaining('another setting refers to DISCORD_TOKEN'),
    ]);
    expect(read()).toBe(text);
    expect(await owner.status('DELETE', '/v1/setup/cards/mcp?entry=forge')).toBe(200);
    expect(Object.keys(parse(read()).mcp.servers)).toEqual(['local']);
    expect(dotEnv()).toBe('DISCORD_TOKEN=abc\nMCP_FORGE_KEY=def\n');
    expect(begins(coda)).toBe(true);
    // The last one that refers to it takes it along; a comment refers to nothing.
    writeFileSync(file, `${MINE}discord: { token: "\${DISCORD_TOKEN}" }\n# DISCORD_TOKEN is \${DISCORD_TOKEN}\n`);
    expect(await owner.status('DELETE', '/v1/setup/cards/discord')).toBe(200);
    expect(dotEnv()).toBe('MCP_FORGE_KEY=def\n');
  });

  test('a configuration or .env that cannot be read is said, with what to do', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const { owner, file, coda } = await home();
    const refusals = async () => {
      const answers = [
        await owner.fetch('GET', '/v1/setup/cards'),
        await owner.fetch('GET', '/v1/setup/cards/voice'),
        await owner.fetch('POST', '/v1/setup/cards/voice', { answers: { url: `http://${speech.host}/v1` } }),
        await owner.fetch('DELETE', '/v1/setup/cards/voice'),
      ];
      for (const answer of answers) {
        const { remedy } = (await answer.json()) as Problem;
        expect([answer.status, remedy]).toEqual([409, expect.stringContaining('coda config check')]);
      }
    };
    writeFileSync(file, 'discord: [\n');
    await refusals();
    writeFileSync(file, MINE);
    mkdirSync(join(coda.dataDir, '.env'));
    await refusals();
  });

  test('a transaction that is tried again writes once; one that fails after it says what was written', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    const here = await home();
    const { owner, read, coda } = here;
    const failing = (code: string, times: number) => `
      create sequence tries;
      create function fail_tries() returns trigger language plpgsql as $$
        begin
          if nextval('tries') <= ${times} then raise exception 'not now' using errcode = '${code}'; end if;
          return null;
        end $$;
      create constraint trigger fail_late after insert on audit_log deferrable initially deferred
        for each row when (new.action like 'setup.%') execute function fail_tries();`;
    const run = async (text: string) => {
      for (const statement of text.split(/;(?=\s*(?:create|drop|$))/).filter((each) => each.trim()))
        await coda.database().tx('test', (tx) => tx.query(statement).then(() => {}));
    };
    await run(failing('40001', 1));
    const answers = { url: `http://${speech.host}/v1` };
    expect(await add(owner, 'voice', answers)).toMatchObject({ status: 200 });
    expect(await audited(here)).toEqual(['setup.add voice']);
    await run('drop trigger fail_late on audit_log; drop function fail_tries; drop sequence tries');
    await run(failing('23514', 99));
    const late = await add(owner, 'voice', { ...answers, model: 'late' }, { change: true });
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('was written')]);
    expect(parse(read()).speech.transcribe.model).toBe('late');
  });

  test('without a file one is made, with the address of the page; coda begins anew where it can', async () => {
    const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
    let restarts = 0;
    const onRestart = () => void restarts++;
    const programs = await Programs.begin({ onRestart });
    onTestFinished(() => programs[Symbol.asyncDispose]());
    const owner = await programs.browser();
    const answer = await add(owner, 'voice', { url: `http://${speech.host}/v1` });
    expect([answer.body.restarts, restarts]).toEqual([true, 1]);
    const written = parse(readFileSync(join(programs.coda.dataDir, 'config.yaml'), 'utf8'));
    expect(written).toMatchObject({ http: { listen: new URL(programs.url).host }, speech: { transcribe: {} } });
  });

  test('nobody but an owner at a browser adds, changes or takes out', async () => {
    const { programs, coda, read } = await home();
    await coda.person('ben', { role: 'member' }).says('hello');
    const ben = await programs.browser('ben');
    const token = await coda.app.tokens.add({ name: 'admin', scopes: ['admin', 'data', 'messages'] });
    const body = { answers: { url: 'http://127.0.0.1:9/v1' } };
    for (const [method, path] of [
      ['GET', '/v1/setup/cards'],
      ['GET', '/v1/setup/cards/voice'],
      ['POST', '/v1/setup/cards/voice'],
      ['DELETE', '/v1/setup/cards/voice'],
    ] as const) {
      const sent = method === 'POST' ? body : undefined;
      expect([method, path, await ben.status(method, path, sent)]).toEqual([method, path, 403]);
      const byToken = (await programs.send(method, path, sent, {}, token)).status;
      expect([method, byToken]).toEqual([method, method === 'GET' ? 200 : 403]);
      const bare = await fetch(programs.url + path, { method });
      expect([method, bare.status]).toEqual([method, 401]);
    }
    expect(read()).toBe(MINE);
  });
});
