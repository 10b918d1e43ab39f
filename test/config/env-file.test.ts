import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import { envFileOf } from '../../src/config/index.ts';
import { discordOf, load, refused, written } from './support.ts';

function withEnv(config: string, env: string | Buffer, real: Record<string, string> = {}) {
  const request = written(config, { env: real });
  writeFileSync(join(request.cwd, '.env'), env);
  return readConfig(request);
}

test('the .env beside a configuration gives what it refers to, and what overrides it', () => {
  const config = withEnv('assistant:\n  name: ${WHO}\n', 'WHO="Robin" # me\nDISCORD_TOKEN=from-file\n');
  expect(config.assistant.name).toBe('Robin');
  expect(discordOf(config)?.token).toBe('from-file');
});

test('a configuration that was made in the browser keeps the variables of before, and its own go first', () => {
  const { cwd } = written('');
  const dataDir = join(cwd, 'data');
  mkdirSync(dataDir);
  writeFileSync(join(cwd, '.env'), 'DISCORD_TOKEN=from-before\nWHO=before\n');
  writeFileSync(join(dataDir, 'config.yaml'), 'assistant:\n  name: ${WHO}\n');
  writeFileSync(join(dataDir, '.env'), 'WHO=Robin\n');
  const config = readConfig({ cwd, dataDir, env: {}, secrets: new Secrets() });
  expect([config.assistant.name, discordOf(config)?.token]).toEqual(['Robin', 'from-before']);
});

describe('a value is what was written', () => {
  const TEXT = 'WHO=Robin\nDISCORD_TOKEN=abc\n';
  test.each<[what: string, env: string | Buffer, name: string, token: string]>([
    ['behind a byte order mark', `\ufeff${TEXT}`, 'Robin', 'abc'],
    ['as Notepad writes "Unicode"', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'Robin', 'abc'],
    ['in UTF-16 the other way round', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16(), 'Robin', 'abc'],
    ['with a # inside a word', 'WHO=Ro#bin#\nexport DISCORD_TOKEN=abc#def # mine\n', 'Ro#bin#', 'abc#def'],
    ['with a # first, and quotes', "WHO=#1\nDISCORD_TOKEN=a'#b\n", '#1', "a'#b"],
    ['without the comment behind it', 'WHO=Robin # me\nDISCORD_TOKEN=  abc #x\n', 'Robin', 'abc'],
    [
      'in quotes, over two lines',
      'WHO="a\nDISCORD_TOKEN=b#c"\nDISCORD_TOKEN="a#b" # me\n',
      'a\nDISCORD_TOKEN=b#c',
      'a#b',
    ],
  ])('%s', (_, env, name, token) => {
    const config = withEnv('assistant:\n  name: ${WHO}\n', env);
    expect([config.assistant.name, discordOf(config)?.token]).toEqual([name, token]);
  });

  test('also in a file of its own', () => {
    const request = written('discord:\n  token_file: token\n');
    writeFileSync(join(request.cwd, 'token'), '\ufeffabc#def\n');
    expect(discordOf(readConfig(request))?.token).toBe('abc#def');
  });
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
