/** The two files of a setup: variables from where the configuration gets them, and no half of a change. */
import fs, { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { openConfigFiles } from '../../src/app/config.ts';
import { findPlace } from '../../src/config/index.ts';
import { PartialWrite } from '../../src/setup/files.ts';

/** Ends of paths that the system lets nobody replace, as a file that is mounted by itself, or delete. */
const fixed = { replaced: '', deleted: '' };

const { renameSync, rmSync } = fs;

const busy = () => Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });

beforeEach(() => {
  Object.assign(fs, {
    renameSync(from: string, to: string) {
      if (fixed.replaced && to.endsWith(fixed.replaced)) throw busy();
      renameSync(from, to);
    },
    rmSync(path: string, options?: fs.RmOptions) {
      if (fixed.deleted && path.endsWith(fixed.deleted)) throw busy();
      rmSync(path, options);
    },
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fixed, { replaced: '', deleted: '' });
    Object.assign(fs, { renameSync, rmSync });
    syncBuiltinESMExports();
  });
});

const TOKEN: [string[], string] = [['discord', 'token'], '${DISCORD_TOKEN}'];

/** A folder that coda runs in, with a configuration in its data folder or at `config`. */
function home(text: string | undefined, { config = 'data/config.yaml' } = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'coda-setup-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const file = join(cwd, config);
  const env = join(file, '..', '.env');
  mkdirSync(join(file, '..'), { recursive: true });
  if (text !== undefined) writeFileSync(file, text);
  const open = (own: Record<string, string> = {}, named?: string) =>
    openConfigFiles(findPlace({ env: own, file: named, dataDir: join(cwd, 'data'), cwd }), own);
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return { cwd, file, env, open, texts: () => [read(file), read(env)] };
}

test('where the configuration cannot be replaced, .env is as it was', async () => {
  const { env, open, texts } = home('log: { level: info }\n');
  fixed.replaced = 'config.yaml';
  const added = await open();
  expect(() => added.write([TOKEN], { DISCORD_TOKEN: 'abc' })).toThrow(/config\.yaml cannot be written/);
  expect(texts()).toEqual(['log: { level: info }\n', undefined]);
  writeFileSync(env, 'OTHER=1\n');
  chmodSync(env, 0o640);
  const changed = await open();
  expect(() => changed.write([TOKEN], { DISCORD_TOKEN: 'abc' })).toThrow(/config\.yaml cannot be written/);
  expect(texts()).toEqual(['log: { level: info }\n', 'OTHER=1\n']);
  expect(statSync(env).mode & 0o777).toBe(0o640);
});

test('where .env cannot be put back either, the error says what was written', async () => {
  const { open, texts } = home('log: { level: info }\n');
  Object.assign(fixed, { replaced: 'config.yaml', deleted: '.env' });
  const files = await open();
  const write = () => files.write([TOKEN], { DISCORD_TOKEN: 'abc' });
  expect(write).toThrow(PartialWrite);
  expect(texts()).toEqual(['log: { level: info }\n', 'DISCORD_TOKEN=abc\n']);
});

test('a token that cannot be taken out of .env is named, with what was written', async () => {
  const { env, open, texts } = home('discord: { token: "${DISCORD_TOKEN}" }\n');
  writeFileSync(env, 'DISCORD_TOKEN=abc\n');
  fixed.replaced = '.env';
  const files = await open();
  const left = files.write([[['discord'], undefined]], { DISCORD_TOKEN: undefined });
  expect(left).toMatch(/config\.yaml was written\. DISCORD_TOKEN could not be taken out of .*\.env/);
  expect(texts()).toEqual(['{}\n', 'DISCORD_TOKEN=abc\n']);
});

test('what would refer to nothing in the new .env is not written', async () => {
  const { env, file, open, texts } = home('log: { level: info }\n');
  writeFileSync(env, 'OTHER=1\n');
  const before = texts();
  const files = await open();
  expect(() => files.write([TOKEN], {})).toThrow(/DISCORD_TOKEN is not set.*Nothing was written/s);
  // One that the same write takes away.
  expect(() => files.write([[['mcp'], undefined], TOKEN], { OTHER: undefined })).toThrow(/DISCORD_TOKEN is not set/);
  expect(texts()).toEqual(before);
  expect(existsSync(`${file}.${process.pid}.new`)).toBe(false);
});

test('the variables of the folder that coda runs in count for the configuration of the page alone', async () => {
  const first = home('log: { level: info }\n');
  writeFileSync(join(first.cwd, '.env'), 'DISCORD_TOKEN=of-the-clone\n');
  const files = await first.open();
  expect(files.variables.DISCORD_TOKEN).toBe('of-the-clone');
  expect(files.otherFileOf('DISCORD_TOKEN')).toBe(join(first.cwd, '.env'));
  files.write([TOKEN], {});
  expect(parse(first.texts()[0] ?? '')).toMatchObject({ discord: { token: '${DISCORD_TOKEN}' } });
  // Its own goes before, and what the environment sets before both.
  writeFileSync(first.env, 'DISCORD_TOKEN=of-the-page\n');
  expect((await first.open()).variables.DISCORD_TOKEN).toBe('of-the-page');
  expect((await first.open({ DISCORD_TOKEN: 'own' })).variables.DISCORD_TOKEN).toBe('own');

  const named = home('log: { level: info }\n', { config: 'etc/x.yaml' });
  writeFileSync(join(named.cwd, '.env'), 'DISCORD_TOKEN=of-the-clone\n');
  const away = await named.open({}, named.file);
  expect([away.variables.DISCORD_TOKEN, away.otherFileOf('DISCORD_TOKEN')]).toEqual([undefined, undefined]);
  expect(() => away.write([TOKEN], {})).toThrow(/DISCORD_TOKEN is not set/);
});
