import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { inviteLink } from '../../../src/adapters/discord/doctor.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { jsonServer } from '../../support/json-server.ts';
import { Program } from '../../support/jsonl.ts';
import { KEY, ModelServer } from '../../support/model-server/index.ts';
import { FakeSlack } from '../../support/slack/index.ts';
import { localModels, Place } from './terminal.ts';

const read = (file: string) => readFileSync(file, 'utf8');

async function discord(): Promise<FakeDiscord> {
  const fake = await FakeDiscord.start();
  onTestFinished(() => fake.close());
  fake.applicationOwner = fake.user('ana');
  return fake;
}

test('a newcomer answers one question, and has a model and the page', async () => {
  const host = await localModels('nomic-embed-text', 'qwen3');
  const place = new Place();
  const session = place.init([], { OLLAMA_HOST: host });
  await session.answers('Whom shall I ask?', '<enter>');
  expect(await session.ended).toBe(0);
  expect(session.answered).toBe(1);
  expect(parse(read(place.config))).toEqual({
    models: {
      default: 'ollama/qwen3',
      providers: { ollama: { kind: 'openai-compatible', base_url: `http://${host}/v1` } },
    },
    http: { listen: '127.0.0.1:8321' },
  });
  expect(session.text).toContain('Model: ollama/qwen3.');
  expect(session.text).toContain('The page: http://127.0.0.1:8321/');
  expect(existsSync(place.env)).toBe(false);
});

test('the one question takes a pasted key, says why a wrong one is refused, and lets one choose again', async () => {
  const models = await ModelServer.start();
  onTestFinished(() => models.close());
  models.models = ['gpt-5-mini', 'gpt-5'].map((id) => ({ id, object: 'model' }));
  const vendor = `openai: { kind: openai-compatible, base_url: ${models.baseUrl('openai')} }`;
  const place = new Place(`models: { default: openai/gpt-5-mini, providers: { ${vendor} } } # ours\n`);
  const session = place.init();
  await session.answers('Whom shall I ask?', '<down><down><enter>');
  await session.answers('The API key of OpenAI', 'sk-of-somebody-else<enter>');
  await session.answers('refuses the key', '');
  await session.answers('The API key of OpenAI', '<<enter>');
  await session.answers('Whom shall I ask?', '<down><down><enter>');
  await session.answers('The API key of OpenAI', `${KEY}<enter>`);
  expect(await session.ended).toBe(0);
  expect(read(place.env)).toBe(`OPENAI_API_KEY=${KEY}\n`);
  expect(read(place.config)).toContain('# ours');
  expect(session.text + read(place.config)).not.toContain(KEY);
});

test('with --all a newcomer comes from nothing to the first answer in Discord', async () => {
  const fake = await discord();
  const place = new Place(`discord:\n  api_url: ${fake.apiUrl} # the test's own\n`);
  const session = place.init(['--all']);
  await session.answers('called?', 'Robin<enter>');
  await session.answers('time zone', 'Berlin<enter>');
  await session.answers('Whom shall I ask?', '<enter>');
  // Behind the page on this machine.
  await session.answers('Anything else?', '<down><space><enter>');
  await session.answers("The bot's token", `${fake.token}<enter>`);
  expect(await session.ended).toBe(0);
  expect(session.answered).toBe(5);
  expect(session.text).toContain(inviteLink(fake.bot.id));
  const ana = fake.applicationOwner!;
  expect(parse(read(place.config))).toEqual({
    assistant: { name: 'Robin', zone: 'Europe/Berlin' },
    access: { owners: [`discord:${ana.id}`] },
    discord: { api_url: fake.apiUrl, token: '${DISCORD_TOKEN}' },
  });
  expect(read(place.config)).toContain("# the test's own");
  expect(read(place.env)).toBe(`DISCORD_TOKEN=${fake.token}\n`);
  expect(statSync(place.env).mode & 0o777).toBe(0o600);
  expect(session.text).not.toContain(fake.token);

  await using coda = new Program(['run', '--data', 'data'], { cwd: place.folder });
  await coda.logged('"ready"');
  const dm = fake.dm(ana);
  const answers = () => dm.messages.filter(({ author }) => author.id === fake.bot.id);
  fake.says(ana, dm, 'note: the spare key is with Anna');
  expect(await eventually(() => answers()[0]?.content)).toContain('the spare key is with Anna');
});

test('a token that Discord refuses is asked for again, with its reason', async () => {
  const fake = await discord();
  const place = new Place(`discord:\n  api_url: ${fake.apiUrl}\n`);
  const session = place.init([
    '--name',
    'coda',
    '--zone',
    'UTC',
    '--platform',
    'discord',
    '--model',
    'none',
    '--no-service',
  ]);
  await session.answers("The bot's token", 'wrong-token<enter>');
  await session.answers('Discord does not take the token', '');
  await session.answers("The bot's token", `${fake.token}<enter>`);
  expect(await session.ended).toBe(0);
  expect(read(place.env)).toContain(fake.token);
});

test('Slack is asked with both tokens, and for the owner that it does not tell', async () => {
  const fake = await FakeSlack.start();
  onTestFinished(() => fake.close());
  const place = new Place(`slack:\n  api_url: ${fake.apiUrl}\n`);
  const session = place.init([
    '--name',
    'coda',
    '--zone',
    'UTC',
    '--platform',
    'slack',
    '--model',
    'none',
    '--no-service',
  ]);
  await session.answers('Bot User OAuth Token (xoxb-…)', `${fake.appToken}<enter>`);
  await session.answers('It begins with xoxb-', '\u0015'.concat(`${fake.botToken}<enter>`));
  await session.answers('app-level token (xapp-…)', `${fake.appToken}<enter>`);
  await session.answers('Slack member id', 'U0123ABCD<enter>');
  expect(await session.ended).toBe(0);
  expect(parse(read(place.config))).toMatchObject({
    access: { owners: ['slack:U0123ABCD'] },
    slack: { bot_token: '${SLACK_BOT_TOKEN}', app_token: '${SLACK_APP_TOKEN}' },
  });
});

test('without questions: flags and the environment; a refused token writes nothing', async () => {
  const fake = await discord();
  const config = `discord:\n  api_url: ${fake.apiUrl}\n`;
  const place = new Place(config);
  const args = ['--yes', '--platform', 'discord', '--zone', 'Tokyo'];
  const refused = place.init(args, { DISCORD_TOKEN: 'wrong-token' }, false);
  expect(await refused.ended).toBe(78);
  expect(refused.text).toMatch(/Discord does not take the token.*Nothing was written/s);
  const missing = place.init(args, {}, false);
  expect(await missing.ended).toBe(64);
  expect(missing.text).toContain('DISCORD_TOKEN');
  expect(read(place.config)).toBe(config);
  expect(existsSync(place.env)).toBe(false);

  const host = await localModels('nomic-embed-text', 'qwen3');
  const done = place.init([...args, '--service'], { DISCORD_TOKEN: fake.token, OLLAMA_HOST: host }, false);
  expect(await done.ended).toBe(0);
  expect(parse(read(place.config))).toMatchObject({
    assistant: { name: 'coda', zone: 'Asia/Tokyo' },
    models: {
      default: 'ollama/qwen3',
      providers: { ollama: { kind: 'openai-compatible', base_url: `http://${host}/v1` } },
    },
  });
  const unit = read(join(place.folder, '.config', 'systemd', 'user', 'coda.service'));
  expect(unit).toContain(`"run" "--config" "${place.config}"`);
});

test('the window with which a model is served is asked for and written down', async () => {
  let loaded: string[] = [];
  const { host, requests } = await jsonServer({
    'GET /v1/models': { data: [{ id: 'qwen3:8b', object: 'model', owned_by: 'library' }] },
    'POST /api/show': { capabilities: ['completion'], model_info: { 'qwen3.context_length': 40_960 } },
    'GET /api/ps': () => ({ models: loaded.map((name) => ({ name, context_length: 8_192 })) }),
    'POST /api/generate': (body: string) => {
      loaded = [JSON.parse(body).model];
      return { done: true };
    },
  });
  const place = new Place();
  const args = ['--yes', '--platform', 'none', '--model', 'ollama/qwen3:8b'];
  const init = async () => {
    const session = place.init(args, { OLLAMA_HOST: host }, false);
    expect(await session.ended).toBe(0);
    return { text: session.text, window: parse(read(place.config)).models.providers.ollama.context_tokens };
  };
  expect(await init()).toMatchObject({ text: expect.stringContaining('a window of 8192 tokens'), window: 8_192 });
  expect(requests.filter((each) => each.startsWith('POST /api/generate'))).toHaveLength(1);
  const write = (tokens: number) =>
    place.write(read(place.config).replace(/context_tokens: \d+/, `context_tokens: ${tokens}`));
  write(6_000);
  expect(await init()).toMatchObject({ window: 6_000 });
  write(64_000);
  expect(await init()).toMatchObject({ window: 8_192 });
});

test('"nobody" switches off the model that was chosen before, and the next choice switches it on again', async () => {
  const models = await ModelServer.start();
  onTestFinished(() => models.close());
  models.models = [{ id: 'gpt-5', object: 'model' }];
  const mine = `# ours
models:
  default: own/gpt-5 # as we like it
  providers: { own: { kind: openai-compatible, base_url: ${models.baseUrl('openai')}, api_key: ${KEY} } }
`;
  const place = new Place(mine);
  const nobody = place.init();
  await nobody.answers('own/gpt-5 is not asked any more', '<up><enter>');
  expect(await nobody.ended).toBe(0);
  expect(nobody.text).toMatch(/own\/gpt-5 stays set up, with its key[\s\S]*Model: none\./);
  expect(read(place.config)).toBe(`${mine}  enabled: false\n`);
  const again = place.init();
  await again.answers('Whom shall I ask?', '<down><enter>');
  expect(await again.ended).toBe(0);
  expect(again.text).toContain('Model: own/gpt-5.');
  expect(read(place.config)).toBe(mine);
  // A key of the environment alone has a model asked as well.
  const other = new Place();
  expect(await other.init(['--yes', '--model', 'none'], { ANTHROPIC_API_KEY: KEY }, false).ended).toBe(0);
  expect(parse(read(other.config)).models).toEqual({ enabled: false });
});

const MINE = `# mine
log:
  # how loud
  level: warn

assistant:
  zone: Asia/Tokyo # home
  name: "Max"
access:
  owners:
    # the two of us
    - discord:11111111
    - slack:U0000001
`;

test('run again it changes what is asked and loses nothing else', async () => {
  const place = new Place(MINE);
  writeFileSync(place.env, '# shared\nPOSTGRES_PASSWORD=hush\nDATABASE_URL=postgres://old@x/y\n');
  const postgres = 'postgres://coda:p$1@db/coda';
  const session = place.init(['--yes', '--name', 'Mina', '--storage', postgres], {}, false);
  expect(await session.ended).toBe(0);
  const text = read(place.config);
  expect(text).toBe(`${MINE.replace('"Max"', '"Mina"')}storage:\n  url: \${DATABASE_URL}\n`);
  expect(read(place.env)).toBe(`# shared\nPOSTGRES_PASSWORD=hush\nDATABASE_URL='${postgres}'\n`);
  expect(await place.init(['--yes'], {}, false).ended).toBe(0);
  expect(read(place.config)).toBe(text);
});

test('Ctrl-C in the middle of a question leaves nothing behind', async () => {
  const place = new Place();
  const session = place.init(['--all']);
  await session.answers('called?', 'Robin<enter>');
  await session.answers('time zone', 'Ber<interrupt>');
  expect(await session.ended).toBe(75);
  expect(session.text).toContain('Nothing was written');
  expect(readdirSync(place.folder)).toEqual([]);
});

test('a configuration that is edited meanwhile stays as its editor left it', async () => {
  const place = new Place(MINE);
  const storage = ['--storage', 'postgres://coda:word@localhost/coda'];
  const session = place.init(['--all', '--model', 'none', '--no-service', '--zone', 'UTC', ...storage]);
  await session.answers('called?', '');
  const edited = `${MINE}reminders:\n  catch_up: skip\n`;
  place.write(edited);
  await session.answers('', 'Robin<enter>');
  await session.answers('Anything else?', '<enter>');
  expect(await session.ended).toBe(75);
  expect(session.text).toContain('[CONFIG_EDITED]');
  expect(read(place.config)).toBe(edited);
  expect(readdirSync(join(place.folder, 'config'))).toEqual(['config.yaml']);
  expect(readdirSync(place.folder)).toEqual(['config']);
});

test('without a terminal, and on what is no YAML, it says what to do and writes nothing', async () => {
  const place = new Place('log: [unclosed\n');
  const broken = place.init(['--yes'], {}, false);
  expect(await broken.ended).toBe(78);
  expect(broken.text).toContain('coda config check');
  place.write('log:\n  levl: debug\n');
  const invalid = place.init(['--yes'], {}, false);
  expect(await invalid.ended).toBe(78);
  expect(invalid.text).toContain(`${place.config}:2:3`);
  expect(readdirSync(place.folder)).toEqual(['config']);
  const silent = new Place().init([], {}, false);
  expect(await silent.ended).toBe(64);
  expect(silent.text).toMatch(/--yes.*--platform/);
});

test('the page on this machine can be added, each question has a way back, and the end says what works here', async () => {
  const place = new Place('log: { level: warn }\n');
  const session = place.init(['--all', '--model', 'none', '--no-service'], { npm_lifecycle_event: 'start' });
  await session.answers('called?', 'Robni<enter>');
  await session.answers('time zone do you live? (< goes back)', '<<enter>');
  await session.answers('called?', 'Robin<enter>');
  await session.answers('time zone', 'Berlin<enter>');
  // A token may be typed later.
  await session.answers('Anything else?', '<down><space><enter>');
  await session.answers("The bot's token", '<<enter>');
  await session.answers('Anything else?', '<space><enter>');
  expect(await session.ended).toBe(0);
  expect(parse(read(place.config))).toEqual({
    log: { level: 'warn' },
    assistant: { name: 'Robin', zone: 'Europe/Berlin' },
    http: { listen: '127.0.0.1:8321' },
  });
  expect(session.text).toContain('Start it with "npm start -- run", and see with "npm start -- doctor"');
  expect(session.text).toContain('The page: http://127.0.0.1:8321/ ("npm start -- open" signs your browser in');
});

test('an address that is mistyped is asked for again, and no other answer is lost', async () => {
  const speech = await jsonServer({ 'GET /v1/audio/transcriptions': {} });
  const place = new Place();
  const session = place.init(['--all', '--name', 'Robin', '--zone', 'UTC', '--model', 'none']);
  // Behind Discord and Slack.
  await session.answers('Anything else?', '<down><down><space><enter>');
  await session.answers('address', 'localhost:9/v1<enter>');
  await session.answers('It is no address that begins with', `\u0015http://${speech.host}/v1<enter>`);
  await session.answers('key', '<enter>');
  await session.answers('model', '<enter>');
  expect(await session.ended).toBe(0);
  expect(parse(read(place.config))).toMatchObject({
    assistant: { name: 'Robin' },
    speech: { transcribe: { base_url: `http://${speech.host}/v1` } },
  });
});
