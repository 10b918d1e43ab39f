import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/app/index.ts';
import { show } from '../../src/app/operations/config.ts';
import { Secrets } from '../../src/base/log.ts';
import { discordOf, problems, shownBy, written } from './support.ts';

test('a secret is read from its file, without the newline at the end', () => {
  const request = written('discord: { token_file: token.txt }\n');
  const file = join(request.cwd, 'token.txt');
  writeFileSync(file, 'sesame-open\n');
  const config = readConfig(request);
  expect(discordOf(config)?.token).toBe('sesame-open');
  expect(config.origin('discord.token')).toMatchObject({ kind: 'file', line: 1 });
});

test.each(['sesame-open\n\n', ' \tsesame-open \r\n\r\n', '\n\nsesame-open', 'sesame-open\u00a0\n'])(
  'blanks and line breaks around a secret are no part of it (%j)',
  (content) => {
    const inFile = written('discord: { token_file: token.txt }\n');
    writeFileSync(join(inFile.cwd, 'token.txt'), content);
    expect(discordOf(readConfig(inFile))?.token).toBe('sesame-open');
    const inEnv = written('models: { providers: { mine: { kind: anthropic, api_key: "${KEY}" } } }\n', {
      env: { KEY: content, DISCORD_TOKEN: content },
    });
    const config = readConfig(inEnv);
    expect(config.models?.providers.mine?.api_key).toBe('sesame-open');
    expect(discordOf(config)?.token).toBe('sesame-open');
  },
);

test('a line break within a secret is told with its place, and not the secret', () => {
  const [problem = ''] = problems('discord: { token: "ses\\name" }\n');
  expect(problem).toMatch(/^coda\.yaml:1:\d+ discord\.token: has a line break .* put it on one line/);
  expect(problem).not.toContain('ses');
});

test('the environment goes before a secret file', () => {
  const request = written('discord: { token_file: /nowhere }\n', { env: { DISCORD_TOKEN: 'from-env' } });
  expect(discordOf(readConfig(request))?.token).toBe('from-env');
});

test('a provider has a secret file as well', () => {
  const request = written('models: { providers: { mine: { kind: anthropic, api_key_file: key } } }\n');
  writeFileSync(join(request.cwd, 'key'), 'sk-mine\r\n');
  expect(readConfig(request).models?.providers.mine?.api_key).toBe('sk-mine');
});

test('a secret file that is not there is told', () => {
  expect(problems('discord: { token_file: /nowhere/token }\n')[0]).toMatch(
    /^coda\.yaml:1:24 discord\.token_file: the file cannot be read \(there is no such file/,
  );
});

test('every secret is known to whoever writes logs', () => {
  const secrets = new Secrets();
  const text =
    'models: { providers: { x: { kind: anthropic, api_key: sk-hidden-1 } } }\nslack: { bot_token: xoxb-hidden-2, app_token: xapp-hidden-3 }\n';
  const env = {
    DISCORD_TOKEN: 'hidden-four',
    DATABASE_URL: 'postgres://u:hidden%2Ffive@h/d',
    REDIS_URL: 'redis://:hidden-six@h',
  };
  readConfig(written(text, { env, secrets }));
  const told = secrets.hide('sk-hidden-1 xoxb-hidden-2 xapp-hidden-3 hidden-four hidden/five hidden%2Ffive hidden-six');
  expect(told).toBe(Array(7).fill('[secret]').join(' '));
});

test('the password of an address is hidden also as the address has it', () => {
  const secrets = new Secrets();
  readConfig(written('log: {}\n', { env: { DATABASE_URL: 'postgres://u:hidden%21word@h/d' }, secrets }));
  expect(secrets.hide('postgres://u:hidden%21word@h/d and hidden!word')).toBe('postgres://u:[secret]@h/d and [secret]');
});

test('an address with a stray percent sign is shown, without its password', async () => {
  const env = { DATABASE_URL: 'postgres://an%a:hidden-word@host/db' };
  expect(await shownBy(show, written('log: {}\n', { env }))).toContain(
    'storage.url: postgres://an%a:[secret]@host/db ',
  );
});

test('secrets are known even when the configuration is refused', () => {
  const secrets = new Secrets();
  const request = written('discord: { token: hidden-token, status: 5x, guild: 1 }\n', { secrets });
  expect(() => readConfig(request)).toThrow();
  expect(secrets.hide('hidden-token')).toBe('[secret]');
});

test('coda config show hides secrets and says where each value came from', async () => {
  const text = 'discord:\n  token: hidden-token\nlog: { level: warn }\n';
  const env = { DATABASE_URL: 'postgres://ana:hidden-word@host/db', EXECUTION_ENABLED: 'true' };
  const out = await shownBy(show, written(text, { env, dataDir: '/tmp/x' }));
  expect(out).not.toContain('hidden');
  const lines = out.split('\n').map((line) => line.replace(/ +/g, ' '));
  expect(lines).toContain('data: /tmp/x # flag --data');
  expect(lines).toContain('discord.token: [secret] # coda.yaml:2:10');
  expect(lines).toContain('storage.url: postgres://ana:[secret]@host/db # env DATABASE_URL');
  expect(lines).toContain('execution.enabled: true # env EXECUTION_ENABLED');
  expect(lines).toContain('delivery.max_age: 24h # default');
  expect(lines).toContain('log.level: warn # coda.yaml:3:15');
});
