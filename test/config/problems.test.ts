import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load, problems, refused, written } from './support.ts';

test('all problems are told at once, in the order of the file', () => {
  const text = [
    'delivery:',
    '  queue_limt: 4',
    '  concurrency: many',
    'login: { level: info }',
    'log: { level: inof }',
    'assistant:',
    '  zone: Europe/Berln',
    '  name: ${CODA_NAME}',
    'storage: { connect_timeout: 30, pool: 2.5 }',
    'time:',
    '  week_start: munday',
  ].join('\n');
  expect(problems(text)).toEqual([
    'coda.yaml:2:3 delivery.queue_limt: unknown key; did you mean queue_limit?',
    'coda.yaml:3:16 delivery.concurrency: expected a whole number, got "many"',
    'coda.yaml:4:1 login: unknown key; known here: assistant, access, models, storage, redis, log, ' +
      'delivery, time, egress, events, execution, discord, slack, http, targets, reminders, notes, memory, scheduler, tasks, retention, audit, speech, web, firecrawl, weather, self_improvement, skills, connectors, specialists, backup, browser, mcp and updates',
    'coda.yaml:5:15 log.level: expected trace, debug, info, warn, error, fatal or silent, got "inof"; did you mean info?',
    'coda.yaml:7:9 assistant.zone: expected a time zone such as Europe/Berlin or America/New_York, got "Europe/Berln"',
    'coda.yaml:8:9 assistant.name: the environment variable CODA_NAME is not set',
    'coda.yaml:9:29 storage.connect_timeout: expected a length of time such as 90s, 10m, 24h or 7d, got "30"',
    'coda.yaml:9:39 storage.pool: expected a whole number, got 2.5',
    'coda.yaml:11:15 time.week_start: expected monday, tuesday, wednesday, thursday, friday, saturday or sunday, ' +
      'got "munday"; did you mean monday?',
  ]);
});

test('code is given a network only with the hosts that it may reach', () => {
  expect(problems('execution: { enabled: true, network_enabled: true }\n')).toEqual([
    expect.stringMatching(/execution\.allowed_hosts: (?:is missing|expected at least one host with network_enabled)/),
  ]);
  expect(problems('execution: { network_enabled: true, allowed_hosts: ["https://pypi.org/"] }\n')[0]).toContain(
    'execution.allowed_hosts.0: expected a host name such as pypi.org',
  );
  expect(problems('execution: { network_enabled: true, runtime: runsc, allowed_hosts: [pypi.org] }\n')).toEqual([
    expect.stringContaining('execution.network_enabled: expected false with runtime: runsc'),
  ]);
  load('execution: { enabled: true, network_enabled: true, allowed_hosts: [pypi.org, "*.pythonhosted.org"] }\n');
});

test('the error says what to do next', () => {
  const error = refused('logs: 1');
  expect(error.exitStatus).toBe(78);
  expect(error.message).toContain('1 problem:');
  expect(error.remedy).toContain('coda config check');
});

test.each([
  ['a tab', 'delivery:\n\tconcurrency: 4\n', 'coda.yaml:2:1 a tab cannot indent YAML; use spaces'],
  ['a key twice', 'log: { level: info }\nlog: { level: warn }\n', 'coda.yaml:2:1 log: is there twice'],
  ['an unclosed quote', 'assistant:\n  name: "coda\n', expect.stringMatching(/^coda\.yaml:\d:\d+ not valid YAML: /)],
  ['a list at the top', '- a\n- b\n', 'coda.yaml:1:1 expected keys such as "log:"'],
  [
    'a second document',
    'log: { level: info }\n---\nlog: { level: warn }\n',
    'coda.yaml:2:1 a second document begins here; one is read',
  ],
  ['a word at the top', 'hello\n', 'coda.yaml:1:1 expected keys such as "log:"'],
  ['a value where keys belong', 'delivery: 4\n', 'coda.yaml:1:11 delivery: expected a group of keys, got 4'],
  ['yes for true', 'delivery: { steer: yes }\n', 'coda.yaml:1:20 delivery.steer: expected true or false, got "yes"'],
  [
    'too small a number',
    'delivery: { concurrency: 0 }\n',
    'coda.yaml:1:26 delivery.concurrency: expected at least 1, got 0',
  ],
  [
    'an identity without platform',
    'access: { owners: [ana] }\n',
    expect.stringContaining('access.owners.0: expected a platform and an id'),
  ],
  ['a broken reference', 'assistant: { name: "${A-B}" }\n', expect.stringContaining('${A-B} is not understood')],
  [
    'a reference without quotes in braces',
    'assistant: { name: ${A} }\n',
    'coda.yaml:1:21 a value with "{" in it must be in quotes here',
  ],
  ['a prototype key', '__proto__: { admin: true }\n', expect.stringContaining('coda.yaml:1:1 __proto__: unknown key')],
  ['an alias to nothing', 'log: *nowhere\n', expect.stringContaining('coda.yaml:1:6')],
  [
    'another database',
    'storage: { url: "mysql://h/d" }\n',
    'coda.yaml:1:17 storage.url: expected an address that starts with postgres:// or postgresql://',
  ],
])('%s is told with its place', (_, text, expected) => {
  expect(problems(text)).toContainEqual(expected);
});

test('aliases that multiply each other are stopped', () => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
  const names = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const bomb = [level('a', 'x'), ...names.map((name, index) => level(name, `*${'abcdefghi'[index]}`))].join('\n');
  expect(problems(bomb)).toContainEqual(expect.stringContaining('holds too many values'));
});

test('an alias that holds itself is stopped, and the rest is still told', () => {
  expect(problems('a: &a\n  b: *a\nlog: { level: inof }\n')).toEqual([
    expect.stringContaining('a: unknown key'),
    'coda.yaml:2:6 a.b.b: *a refers to itself',
    expect.stringContaining('log.level'),
  ]);
});

test.each([
  ['half a million brackets', '[', 500_000],
  ['a quarter of a million dashes', '- ', 250_000],
  ['as many groups', '{a: ', 200_000],
])('%s are refused before they use up the stack', (_, text, times) => {
  expect(problems(text.repeat(times))).toEqual([expect.stringMatching(/^coda\.yaml:1:\d+ is nested too deeply$/)]);
});

test('a hundred thousand keys are refused with one problem', () => {
  const text = Array.from({ length: 100_000 }, (_, n) => `k${n}: 1`).join('\n');
  expect(problems(text)).toEqual([expect.stringContaining('holds too many values')]);
});

test.each([
  [
    'a secret that is not in the environment',
    'discord:\n  token: ${DISCORD_TOKEN}\n',
    'coda.yaml:2:10 discord.token: the environment variable DISCORD_TOKEN is not set',
  ],
  ['an empty secret', 'discord: { token: "" }\n', 'coda.yaml:1:19 discord.token: expected text'],
  [
    'a missing secret',
    'discord: {}\n',
    'coda.yaml:1:1 discord.token: is missing: give token, token_file, or set DISCORD_TOKEN',
  ],
  [
    'a secret twice',
    'discord: { token: abcdefgh, token_file: /x }\n',
    'coda.yaml:1:41 discord.token_file: give either token or token_file, not both',
  ],
])('%s is told without showing it', (_, text, expected) => {
  expect(problems(text)).toEqual([expected]);
});

test('a value that is wrong and secret is not shown', () => {
  const { message } = refused(
    'storage: { url: "mysql://ana:sesame99@h/d" }\nslack: { bot_token: [sesame99], app_token: 5 }\n',
  );
  expect(message).not.toContain('sesame99');
});

test.each([
  ['a NUL', 'log:\0'],
  ['an image', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe])],
])('a file with %s in it is no text', (_, content) => {
  const error = refused(content);
  expect(error.code).toBe('CONFIG_UNREADABLE');
  expect(error.message).toContain('coda.yaml is not a text file');
  expect(error.exitStatus).toBe(66);
});

test('a file of 10 MB is refused by its size', () => {
  const error = refused(new Uint8Array(10_000_000).fill(35));
  expect(error.code).toBe('CONFIG_UNREADABLE');
  expect(error.message).toContain('10000000 bytes');
});

test('a file that was named must be there, and be a file', () => {
  expect(refused('', { file: 'nope.yaml' }).message).toContain('nope.yaml does not exist');
  expect(refused('', { env: { CODA_CONFIG: 'nope.yaml' }, file: undefined }).code).toBe('CONFIG_UNREADABLE');
  const { cwd } = written('');
  mkdirSync(join(cwd, 'folder'));
  expect(refused('', { cwd, file: 'folder' }).message).toContain('folder is a folder');
});

// Root may read everything, so that the other half of this is only seen by ordinary users.
test('a file that may not be read is said to be so', () => {
  const { cwd } = written('');
  const file = join(cwd, 'secret.yaml');
  writeFileSync(file, 'log: { level: inof }');
  chmodSync(file, 0);
  const error = refused('', { cwd, file });
  if (process.getuid?.() === 0) expect(error.code).toBe('CONFIG_INVALID');
  else expect(error.message).toContain('may not be read');
});

test('more problems than one reads are counted', () => {
  const text = Array.from({ length: 120 }, (_, n) => `key${n}: 1`).join('\n');
  const lines = problems(text);
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toBe('and 70 more');
});
