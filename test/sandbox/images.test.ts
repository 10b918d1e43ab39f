import { expect, test } from 'vitest';
import { allowsImage, parseImage } from '../../src/sandbox/images.ts';

const PATTERNS = ['python:*', 'node:*', 'ghcr.io/acme/*:1.*', 'busybox', `redis@sha256:${'a'.repeat(64)}`];
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

test.each([
  'python:3.12-slim',
  'python',
  'docker.io/python:3',
  'index.docker.io/library/python:3',
  'library/python:3',
  `python@${digest('b')}`,
  `python:3@${digest('b')}`,
  'ghcr.io/acme/tool:1.2',
  'busybox',
  'busybox:latest',
  `redis@${digest('a')}`,
])('%s is allowed', (image) => expect(allowsImage(PATTERNS, image)).toBe(true));

test.each([
  'evil.io/python:3',
  'evil.io:5000/library/python:3',
  'localhost/python:3',
  'localhost:5000/python:3',
  'evil/python:3',
  'python/evil:3',
  'xpython:3',
  'pythonx:3',
  'ghcr.io/acme/deep/tool:1.2',
  'ghcr.io/acme/tool:2.1',
  'ghcr.io/acme/tool',
  'ghcr.io/acme/tool@sha256:00',
  `ghcr.io/acme/tool:1.0@${digest('b')}`,
  'busybox:1',
  `redis@${digest('b')}`,
  `redis:7@${digest('b')}`,
  'redis',
  '',
  'python:',
  'python:3 ',
  'Python:3',
  'python:3/../../containers',
  '../containers/json',
  'python:3?x=1',
  'python:3#x',
  'python::3',
  'python@3',
  '-v',
  '*',
  'python:*',
  `python@${digest('b')}@${digest('b')}`,
  'a'.repeat(600),
])('%s is not', (image) => expect(allowsImage(PATTERNS, image)).toBe(false));

test('a host with a port is a registry, not a name with a tag', () => {
  expect(parseImage('host:5000/a/b:c')).toEqual({ registry: 'host:5000', name: 'a/b', tag: 'c', digest: undefined });
});
