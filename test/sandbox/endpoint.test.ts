import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { knownKeys, parseEndpoint } from '../../src/sandbox/endpoint.ts';

test.each([
  ['/var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['unix:///run/user/1000/docker.sock', { kind: 'unix', path: '/run/user/1000/docker.sock' }],
  ['tcp://docker-proxy:2375', { kind: 'tcp', host: 'docker-proxy', port: 2375, tls: false }],
  ['tcp://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 2375, tls: false }],
  ['tcp://[::1]:2375', { kind: 'tcp', host: '::1', port: 2375, tls: false }],
  ['ssh://ana@build.example.com', { kind: 'ssh', host: 'build.example.com', port: 22, user: 'ana' }],
  ['ssh://build:2222', { kind: 'ssh', host: 'build', port: 2222, user: 'root' }],
])('%s', (text, endpoint) => expect(parseEndpoint(text, false)).toEqual(endpoint));

test('with certificates TCP means TLS', () => {
  expect(parseEndpoint('tcp://docker.example.com', true)).toEqual({
    kind: 'tcp',
    host: 'docker.example.com',
    port: 2376,
    tls: true,
  });
});

test.each(['tcp://docker.example.com:2375', 'tcp://8.8.8.8', 'tcp://docker-proxy:2376', 'tcp://[2001:db8::1]'])(
  '%s without TLS is refused',
  (text) => expect(parseEndpoint(text, false)).toMatch('docker_tls'),
);

test.each([
  '',
  'docker.sock',
  'http://docker:2375',
  'unix://',
  'unix://host/docker.sock',
  'ssh://',
  'ssh://ana:secret@host',
  'ssh://host/path',
  'tcp://host:2375/v1.41',
  'npipe:////./pipe/docker_engine',
])('%s is no address', (text) => expect(parseEndpoint(text, false)).toMatch('expected'));

test('known_hosts: plain, hashed and with a port; no markers, no comments', () => {
  const salt = Buffer.from('0123456789abcdef0123');
  const hashed = (name: string) =>
    `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
  const file = [
    '# build ssh-ed25519 comment',
    'build,10.0.0.7 ssh-ed25519 plain',
    `${hashed('build')} ssh-rsa hashed`,
    `${hashed('[build]:2222')} ssh-rsa other-port`,
    '[build]:2222 ssh-ed25519 port',
    '@revoked build ssh-rsa revoked',
    'builder ssh-rsa another',
    '',
  ].join('\n');
  expect(knownKeys(file, { host: 'build', port: 22 })).toEqual(['plain', 'hashed']);
  expect(knownKeys(file, { host: 'build', port: 2222 })).toEqual(['other-port', 'port']);
  expect(knownKeys(file, { host: 'other', port: 22 })).toEqual([]);
});
