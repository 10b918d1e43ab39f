import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { execution } from '../../src/config/blocks.ts';
import { openBuilder } from '../../src/sandbox/index.ts';
import { testSandbox } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { testWorld } from '../support/world.ts';

type Answers = (path: string, answer: ServerResponse, request: IncomingMessage) => void;

const json = (answer: ServerResponse, status: number, value: unknown) => {
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(JSON.stringify(value));
};

const INFO = {
  MemoryLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  CgroupVersion: '2',
  Runtimes: { runc: {} },
  SecurityOptions: ['name=seccomp,profile=default'],
};

/** An engine as far as it is asked before a container is made. */
const healthy: Answers = (path, answer) => {
  if (path === '/version') return json(answer, 200, { Version: '20.10.24', Arch: 'amd64' });
  if (path === '/info') return json(answer, 200, INFO);
  if (path.startsWith('/images/')) return json(answer, 200, { Id: `sha256:${'1'.repeat(64)}`, Architecture: 'amd64' });
  if (path === '/containers/json') return json(answer, 200, []);
  if (path === '/volumes') return json(answer, 200, { Volumes: null });
  return json(answer, 404, { message: 'no such thing' });
};

/** The socket of an engine that answers as told; the paths that were asked for, in order. */
async function engineOf(answers: Answers) {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    const path = new URL(request.url ?? '/', 'http://docker').pathname;
    asked.push(`${request.method} ${path}`);
    answers(path, answer, request);
  });
  const folder = mkdtempSync(join(tmpdir(), 'coda-engine-'));
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { socket, asked };
}

async function onEngine(answers: Answers, settings: Record<string, unknown> = {}, patienceMs = 500) {
  const { socket, asked } = await engineOf(answers);
  const image = { default_image: 'python:3', allowed_images: ['python:*'] };
  const sandbox = testSandbox({ docker_socket: socket, ...image, ...settings }, { patienceMs });
  onTestFinished(() => sandbox.close());
  return { sandbox, asked };
}

test('switched off, nothing is asked for', async () => {
  const { sandbox, asked } = await onEngine(healthy, { enabled: false });
  expect(await sandbox.open()).toMatchObject({
    code: 'SANDBOX_OFF',
    remedy: expect.stringContaining('execution.enabled'),
  });
  expect(asked).toEqual([]);
});

test('without Docker one sentence says so, and what to do', async () => {
  const sandbox = testSandbox({ docker_socket: '/no/such/docker.sock' });
  expect(await sandbox.open()).toMatchObject({
    code: 'SANDBOX_UNREACHABLE',
    message: expect.stringContaining('cannot be reached'),
    remedy: expect.stringContaining('Start Docker'),
  });
  await sandbox.close();
});

test('an address that is none is told', async () => {
  const sandbox = testSandbox({ docker_socket: 'tcp://docker.example.com:2375' });
  expect(await sandbox.open()).toMatchObject({
    code: 'SANDBOX_UNREACHABLE',
    message: expect.stringContaining('docker_tls'),
  });
  await sandbox.close();
});

test('an engine that hangs is given up, and asked again the next time', async () => {
  let isHanging = true;
  const { sandbox } = await onEngine((...call) => (isHanging ? undefined : healthy(...call)));
  expect(await sandbox.open()).toMatchObject({
    code: 'SANDBOX_UNREACHABLE',
    message: expect.stringContaining('does not answer within 0.5 s'),
  });
  isHanging = false;
  // It gets as far as making a container, which this engine does not know.
  expect(await sandbox.open()).toMatchObject({ code: 'SANDBOX_ENGINE', message: expect.stringContaining('404') });
});

test('who waits for an engine that hangs is let go when coda ends', async () => {
  const { sandbox, asked } = await onEngine(() => {}, {}, 10 * 60_000);
  const opening = sandbox.open();
  await eventually(() => asked.length > 0);
  await sandbox.close();
  expect(await opening).toMatchObject({ code: 'SANDBOX_UNREACHABLE', message: expect.stringContaining('is ending') });
});

test('an engine that hangs when a container is made leaves nothing behind', async () => {
  const { sandbox, asked } = await onEngine((path, answer, request) => {
    if (path === '/containers/create') return;
    healthy(path, answer, request);
  });
  expect(await sandbox.open()).toMatchObject({ code: 'SANDBOX_UNREACHABLE' });
  expect(
    asked.filter((call) => call.startsWith('DELETE')).map((call) => call.replace(/coda-.*?(?=-output|$)/, '…')),
  ).toEqual(['DELETE /containers/…', 'DELETE /volumes/…-output']);
});

test.each([
  [500, 'no space left on device'],
  [500, 'something\nwith\nlines'],
  [502, '<html>proxy</html>'],
  [403, 'denied by the proxy'],
])('an engine that answers %d is told with its words', async (status, message) => {
  const { sandbox } = await onEngine((path, answer, request) => {
    if (path === '/containers/create') return json(answer, status, { message });
    healthy(path, answer, request);
  });
  expect(await sandbox.open()).toMatchObject({
    code: 'SANDBOX_ENGINE',
    message: `Docker refuses (${status}): ${message.replace(/\s+/g, ' ')}`,
  });
});

test('what cannot be removed keeps none of the other leftovers', async () => {
  const Labels = { 'coda.instance': 'dead', 'coda.session': '1' };
  const { sandbox, asked } = await onEngine((path, answer, request) => {
    if (request.method === 'DELETE')
      return json(answer, path.includes('stuck') ? 500 : 204, { message: 'device busy' });
    if (path === '/containers/json')
      return json(answer, 200, [
        { Id: 'stuck', Labels },
        { Id: 'other', Labels },
      ]);
    if (path === '/volumes') return json(answer, 200, { Volumes: [{ Name: 'volume', Labels }] });
    return healthy(path, answer, request);
  });
  expect(await sandbox.reap()).toBe(2);
  expect(asked).toEqual(expect.arrayContaining(['DELETE /containers/other', 'DELETE /volumes/volume']));
});

test('an image is not told to be removed where Docker does not say so', async () => {
  const { sandbox } = await onEngine((path, answer, request) =>
    path.startsWith('/images/')
      ? json(answer, 500, { message: 'layer store is broken' })
      : healthy(path, answer, request),
  );
  expect(await sandbox.detached.removeImage('agent-sandbox-a')).toMatchObject({ ok: false, code: 'SANDBOX_ENGINE' });
  expect(await sandbox.detached.removeImage('python:3')).toEqual({ ok: true });
});

test('an engine that speaks no HTTP, or no JSON, is a failure', async () => {
  const cut = await onEngine((_, answer) => answer.destroy());
  expect(await cut.sandbox.open()).toMatchObject({ code: 'SANDBOX_UNREACHABLE' });
  const odd = await onEngine((_, answer) => answer.end('hello'));
  expect(await odd.sandbox.open()).toMatchObject({ ok: false });
});

test.each([
  ['limits', { MemoryLimit: false, PidsLimit: false }, 'memory, pids'],
  ['a filter of system calls', { SecurityOptions: [] }, 'system calls'],
])('an engine without %s runs nothing', async (_, missing, message) => {
  const { sandbox } = await onEngine((path, answer, request) => {
    if (path === '/info') return json(answer, 200, { ...INFO, ...missing });
    healthy(path, answer, request);
  });
  expect(await sandbox.open()).toMatchObject({ code: 'SANDBOX_UNSAFE', message: expect.stringContaining(message) });
});

test('gVisor that is not there, and a machine without a profile, run nothing', async () => {
  const runsc = await onEngine(healthy, { runtime: 'runsc' });
  expect(await runsc.sandbox.open()).toMatchObject({
    code: 'SANDBOX_UNSAFE',
    message: expect.stringContaining('runsc'),
  });
  const riscv = await onEngine((path, answer, request) => {
    if (path === '/version') return json(answer, 200, { Version: '29.0.0', Arch: 'riscv64' });
    healthy(path, answer, request);
  });
  expect(await riscv.sandbox.open()).toMatchObject({
    code: 'SANDBOX_UNSAFE',
    message: expect.stringContaining('riscv64'),
  });
});

test('an image is pulled only where that is allowed, and what the registry says is told', async () => {
  const missing: Answers = (path, answer, request) => {
    if (path === '/images/python:3/json') return json(answer, 404, { message: 'No such image: python:3' });
    if (path === '/images/create') {
      answer.writeHead(200);
      return answer.end('{"status":"Pulling"}\n{"error":"toomanyrequests: slow down"}\n');
    }
    return healthy(path, answer, request);
  };
  const never = await onEngine(missing);
  expect(await never.sandbox.open()).toMatchObject({ code: 'SANDBOX_IMAGE' });
  expect(never.asked).not.toContain('POST /images/create');
  const pulling = await onEngine(missing, { pull: true });
  expect(await pulling.sandbox.open()).toMatchObject({
    code: 'SANDBOX_IMAGE',
    message: expect.stringContaining('toomanyrequests'),
  });
  expect(await pulling.sandbox.open({ image: 'evil.example/python:3' })).toMatchObject({
    code: 'SANDBOX_IMAGE_REFUSED',
  });
  expect(pulling.asked.filter((call) => call === 'POST /images/create')).toHaveLength(1);
});

test('an image whose cached layer is removed during its build is built once more, and another fault is told', async () => {
  const ends = [
    { error: 'failed to export image: unknown parent image ID sha256:12' },
    { aux: { ID: 'sha256:34' } },
    { error: 'RUN failed' },
  ];
  const { socket, asked } = await engineOf((path, answer, request) => {
    if (path !== '/build') return healthy(path, answer, request);
    request.resume().once('end', () => answer.end(`${JSON.stringify(ends.shift())}\n`));
  });
  const parsed = execution.schema.parse({ enabled: true, docker_socket: socket, allowed_images: ['python:*'] });
  const builder = openBuilder({ execution: parsed }, testWorld());
  onTestFinished(() => builder.close());
  const wanted = { tag: 'one:1', base: 'python:3', dockerfile: (from: string) => `FROM ${from}`, files: [] };
  expect(await builder.build(wanted)).toEqual({ ok: true, id: 'sha256:34' });
  expect(await builder.build(wanted)).toMatchObject({ ok: false, message: expect.stringContaining('RUN failed') });
  expect(asked.filter((each) => each.endsWith('/build'))).toHaveLength(3);
});
