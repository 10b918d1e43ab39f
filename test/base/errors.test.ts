import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { messageOf } from '../../src/base/errors.ts';

test('an error of the system is told in words, without its code', async () => {
  const missing: unknown = await readFile('/nowhere/notes.md').catch((error: unknown) => error);
  expect(messageOf(missing)).toBe('there is no such file or folder: /nowhere/notes.md');
  const refused = await new Promise((resolve) => connect(1, '127.0.0.1').on('error', resolve));
  expect(messageOf(refused)).toBe('nothing answers at 127.0.0.1:1');
});

test.each([
  ['listen EADDRINUSE: address already in use 127.0.0.1:8321', 'another program listens there already: 127.0.0.1:8321'],
  ['listen EADDRINUSE: address already in use /tmp/coda.sock', 'another program listens there already: /tmp/coda.sock'],
  ['listen EADDRINUSE: address already in use :::80', 'another program listens there already: :::80'],
  ["EACCES: permission denied, open '/data/db/PG_VERSION'", 'this user may not do that: /data/db/PG_VERSION'],
  ["EXDEV: cross-device link not permitted, rename '/a' -> '/b'", 'cross-device link not permitted: /a'],
  ['ENOSPC: no space left on device, write', 'the disk has no room left, or no inode for another file'],
  ['getaddrinfo ENOTFOUND nowhere.example', 'there is no such host: nowhere.example'],
  ['getaddrinfo EAI_AGAIN nowhere.example', 'names cannot be looked up at the moment: nowhere.example'],
  ['read ECONNRESET', 'the other side cut the connection'],
  ['connect EHOSTUNREACH 10.0.0.1:80 - Local (0.0.0.0:0)', 'no way leads to that machine: 10.0.0.1:80'],
  ['spawn docker ENOENT', 'there is no program docker here'],
  [
    'request failed, reason: connect ECONNREFUSED 127.0.0.1:443',
    'request failed, reason: nothing answers at 127.0.0.1:443',
  ],
])('%s is told in words', (text, words) => {
  expect(messageOf(new Error(text))).toBe(words);
});

test('another error keeps its own words', () => {
  expect(messageOf(Object.assign(new Error('ENOENT is a\n word'), { code: 'OTHER' }))).toBe('ENOENT is a word');
});
