import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { execution } from '../../../src/config/blocks.ts';
import { Egress } from '../../../src/egress/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { Relay } from '../../../src/sandbox/relay.ts';
import { programOptions } from '../../../src/sandbox/spec.ts';
import { browserConfig, buildBrowserImage } from '../../../src/skills/browser/index.ts';
import { containerOf, Sessions } from '../../../src/skills/browser/sessions.ts';
import { compiled } from '../../support/compiled.ts';
import { BROWSER_IMAGE, DOCKER, docker, freshInstallation, leftovers, testSandbox } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { inLong } from '../../support/long.ts';
import { requireService } from '../../support/postgres.ts';
import { testWorld } from '../../support/world.ts';
import { browserContract } from './browser-contract.ts';

requireService('CODA_TEST_BROWSER_IMAGE');

browserContract('docker', BROWSER_IMAGE !== undefined, { image: BROWSER_IMAGE });

const RELAY = readFileSync(new URL('../../../assets/relay.pl', import.meta.url), 'utf8');

test('its container is made with exactly these options', async () => {
  const { command, limits } = containerOf('coda-browser-sandbox', '(relay.pl)');
  const { HostConfig, ...rest } = programOptions({
    ...{ session: 's1', installation: 'home', instance: 'p1', image: 'sha256:00', imageVolumes: ['/data'] },
    ...{ architecture: 'amd64', uids: { init: 60_706, code: 60_707 }, runtime: 'runc', command, limits },
  });
  const [newPrivileges, profile = ''] = HostConfig.SecurityOpt;
  expect(profile).toMatch(/^seccomp=\{"defaultAction":"SCMP_ACT_ERRNO"/);
  // As every sandbox has them.
  const same = { SecurityOpt: [newPrivileges, 'seccomp=…'], MaskedPaths: ['…'], ReadonlyPaths: ['…'] };
  expect(HostConfig.MaskedPaths).toContain('/sys/firmware');
  const options = { ...rest, HostConfig: { ...HostConfig, ...same } };
  await expect(`${JSON.stringify(options, undefined, 2)}\n`).toMatchFileSnapshot('golden/container.txt');
});

const owner = (turn: object) => ({ person: { id: 'ana' } as never, conversationId: 'here', turn: { key: turn } });

function open(more: Record<string, unknown> = {}, options: Parameters<typeof testSandbox>[1] = {}) {
  const world = testWorld();
  const sandbox = testSandbox({}, { world, ...options });
  const settings = browserConfig.schema.parse({ enabled: true, image: BROWSER_IMAGE, connect_retries: 0, ...more });
  const egress = new Egress({ ports: [80, 443], allow: [] });
  return { world, sandbox, sessions: new Sessions({ settings, world, egress, sandbox }) };
}

async function begun(sessions: Sessions, turn: object = {}) {
  const session = await sessions.open(owner(turn), new AbortController().signal);
  if ('ok' in session) throw new Error(session.message);
  return session;
}

interface Inspected {
  Config: { User: string; NetworkDisabled: boolean };
  HostConfig: Record<string, unknown>;
  NetworkSettings: { Networks: Record<string, unknown> };
}

describe.skipIf(!BROWSER_IMAGE)('a container', () => {
  test('is locked down, and has no network', async () => {
    const installation = freshInstallation();
    const { sandbox, sessions } = open({}, { installation });
    await begun(sessions);
    const [id = ''] = await leftovers(installation);
    const { Config, HostConfig, NetworkSettings } = await docker<Inspected>('GET', `/containers/${id}/json`);
    expect(HostConfig).toMatchObject({
      ...{ NetworkMode: 'none', ReadonlyRootfs: true, Privileged: false, CapDrop: ['ALL'], IpcMode: 'private' },
      ...{ Memory: 1_024 ** 3, MemorySwap: 1_024 ** 3, NanoCpus: 1e9, PidsLimit: 512, ShmSize: 256 * 1_024 ** 2 },
    });
    expect(HostConfig.SecurityOpt).toContain('no-new-privileges');
    expect(HostConfig.Binds ?? []).toEqual([]);
    expect(Config.User).toMatch(/^6\d{4}:6\d{4}$/);
    expect(NetworkSettings.Networks).toEqual({});
    await sessions.closeAll();
    await sandbox.close();
  });

  test('outlives its turn, and goes with time, with Chromium and with coda', async () => {
    const installation = freshInstallation();
    const { world, sandbox, sessions } = open({ session_timeout: '60s' }, { installation });
    const isGone = () => eventually(async () => (await leftovers(installation)).length === 0);
    const turn = {};
    await begun(sessions, turn);
    sessions.release(turn);
    expect(await leftovers(installation)).toHaveLength(1);
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 61_000), async () => {});
    expect(await isGone()).toBe(true);
    const killed = await begun(sessions);
    await docker('POST', `/containers/coda-${await onlySession(installation)}/kill`);
    expect(await isGone()).toBe(true);
    expect(await eventually(() => sessions.get(killed.id, owner({})) === undefined)).toBe(true);
    await begun(sessions);
    await sandbox.close();
    expect(await leftovers(installation)).toEqual([]);
  });

  inLong('goes when coda is killed, and what stays all the same is reaped at a start', async () => {
    const installation = freshInstallation();
    const child = await killable(installation, containerOf(BROWSER_IMAGE ?? '', RELAY));
    expect(await leftovers(installation)).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await eventually(async () => (await leftovers(installation)).length === 0)).toBe(true);
    // One that does not hear that its input has ended.
    const deaf = await killable(installation, {
      ...containerOf(BROWSER_IMAGE ?? '', RELAY),
      command: ['sleep', '600'],
    });
    deaf.kill('SIGKILL');
    expect(await leftovers(installation)).toHaveLength(1);
    const { sandbox } = open({}, { installation, hasPrograms: true, instance: () => 'new', isLive: async () => false });
    expect(await eventually(async () => (await leftovers(installation)).length === 0)).toBe(true);
    await sandbox.close();
  });

  test('that cannot be made says in one sentence why', async () => {
    const refused = async (more: Record<string, unknown>, sandbox?: Sandbox) => {
      const { sandbox: own, sessions, world } = open(more);
      const settings = browserConfig.schema.parse({ enabled: true, image: BROWSER_IMAGE, connect_retries: 0, ...more });
      const egress = new Egress({ ports: [80], allow: [] });
      const asked = sandbox ? new Sessions({ settings, world, egress, sandbox }) : sessions;
      const came = await asked.open(owner({}), new AbortController().signal);
      await own.close();
      return came;
    };
    expect(await refused({ image: 'coda-nothing:here' })).toMatchObject({
      message: 'Chromium does not start (Docker has no image coda-nothing:here.).',
      remedy: expect.stringContaining('coda browser image'),
    });
    expect(await refused({ image: DOCKER?.image })).toMatchObject({
      message: expect.stringContaining('chromium cannot be started: No such file'),
    });
    const none = testSandbox({ docker_socket: '/nowhere/docker.sock' });
    expect(await refused({}, none)).toMatchObject({ message: expect.stringContaining('Docker cannot be reached') });
    await none.close();
  });
});

test.skipIf(!BROWSER_IMAGE)(
  'its image is built from one that has Chromium already, and what fails is said',
  async () => {
    const settings = execution.schema.parse({ docker_socket: DOCKER?.socket });
    const image = `coda-browser-test-${process.pid}:one`;
    let printed = '';
    const onText = (text: string) => {
      printed += text;
    };
    const base = BROWSER_IMAGE ?? '';
    const asked = { image, base, packages: [], onText };
    expect(await buildBrowserImage(settings, testWorld(), asked)).toEqual({ ok: true });
    expect(printed).toMatch(/^Chromium \d+/m);
    await docker('DELETE', `/images/${image}`);
    // It has no Chromium, and the build no network.
    const offline = execution.schema.parse({ docker_socket: DOCKER?.socket, build: { network: 'none' } });
    const failed = await buildBrowserImage(offline, testWorld(), {
      ...asked,
      base: DOCKER?.image ?? '',
      packages: ['x'],
    });
    expect(failed).toMatchObject({ code: 'SANDBOX_IMAGE', message: expect.stringContaining('cannot be built') });
  },
);

async function onlySession(installation: string): Promise<string> {
  const [id = ''] = await leftovers(installation);
  const { Config } = await docker<{ Config: { Labels: Record<string, string> } }>('GET', `/containers/${id}/json`);
  return Config.Labels['coda.session'] ?? '';
}

/** A process that has a program running in a container. */
async function killable(installation: string, spec: object) {
  const rooms = await compiled('config', 'sandbox');
  const script = `
    import { openSandbox } from '${rooms}/sandbox/index.js';
    import { execution } from '${rooms}/config/blocks.js';
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const metrics = { counter: () => ({ add() {} }), histogram: () => ({ observe() {} }) };
    const clock = { now: () => new Date(), at: () => () => {} };
    const settings = execution.schema.parse({ docker_socket: ${JSON.stringify(DOCKER?.socket)} });
    const own = { installation: '${installation}', instance: () => 'killed', isLive: async () => true };
    const sandbox = openSandbox({ execution: settings, ...own }, { clock, log, metrics, env: {} });
    const program = await sandbox.program(${JSON.stringify(spec)});
    console.log(program.ok ? 'runs' : program.message);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = deferred<string>();
  createInterface({ input: child.stdout }).once('line', (line) => said.resolve(line));
  child.once('close', (status) => said.resolve(`ended with ${status}`));
  expect(await said.promise).toBe('runs');
  return child;
}

test('what a relay says and no relay would say ends it', async () => {
  const frame = (type: number, id: number, payload = Buffer.alloc(0)) => {
    const header = Buffer.alloc(9);
    header[0] = type;
    header.writeUInt32BE(id, 1);
    header.writeUInt32BE(payload.length, 5);
    return Buffer.concat([header, payload]);
  };
  const tooMuch = Array.from({ length: 5 }, () => frame(0, 0, Buffer.alloc(65_536)));
  const tooMany = Array.from({ length: 300 }, (_, index) => frame(1, index + 1));
  const bad = [[frame(9, 0)], [frame(1, 0)], [Buffer.from([0, 0, 0, 0, 0, 255, 255, 255, 255])], tooMuch, tooMany];
  for (const frames of bad) {
    const [input, output, over] = [new PassThrough().resume(), new PassThrough(), deferred()];
    let connections = 0;
    const relay = new Relay({ input, output, onConnect: () => connections++, onOver: over.resolve });
    for (const each of frames) output.write(each);
    await over.promise;
    expect(relay.pipe.destroyed).toBe(true);
    expect(connections).toBeLessThan(260);
  }
});
