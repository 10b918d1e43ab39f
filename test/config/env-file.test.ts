import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/app/index.ts';
import { envFileOf } from '../../src/config/index.ts';
import { discordOf, load, refused, written } from './support.ts';

function withEnv(config: string, env: string, real: Record<string, string> = {}) {
  const request = written(config, { env: real });
  writeFileSync(join(request.cwd, '.env'), env);
  return readConfig(request);
}

test('the .env beside a configuration gives what it refers to, and what overrides it', () => {
  const config = withEnv('assistant:\n  name: ${WHO}\n', 'WHO="Robin" # me\nDISCORD_TOKEN=from-file\n');
  expect(config.assistant.name).toBe('Robin');
  expect(discordOf(config)?.token).toBe('from-file');
});

test('the environment itself wins, unless it is empty', () => {
  expect(discordOf(withEnv('', 'DISCORD_TOKEN=from-file', { DISCORD_TOKEN: 'real-token' }))?.token).toBe('real-token');
  expect(discordOf(withEnv('', 'DISCORD_TOKEN=from-file', { DISCORD_TOKEN: '' }))?.token).toBe('from-file');
});

test('what nobody asks for stays out, and no .env is needed', () => {
  expect(load('{}').assistant.name).toBe('coda');
  expect(refused('assistant:\n  name: ${WHO}\n').message).toContain('WHO is not set');
  const config = withEnv('{}', 'NODE_OPTIONS=--inspect\n');
  expect(JSON.stringify(config.entries())).not.toContain('inspect');
  expect(process.env.NODE_OPTIONS ?? '').not.toContain('inspect');
});

test('a folder named config shares the .env of the folder that it is in', () => {
  expect(envFileOf('/srv/coda/config/config.yaml')).toBe('/srv/coda/.env');
  expect(envFileOf('/etc/coda/coda.yaml')).toBe('/etc/coda/.env');
});
