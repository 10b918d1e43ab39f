import { describe, expect, onTestFinished, test } from 'vitest';
import { DOCKER, docker, freshInstallation, leftovers, loadImage, testSandbox } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { inLong } from '../support/long.ts';
import { requireService } from '../support/postgres.ts';
import { good, sandboxContract } from '../support/sandbox-contract.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_DOCKER');

const contractInstallation = freshInstallation();

sandboxContract('Docker', {
  available: DOCKER !== undefined,
  image: DOCKER?.image ?? '',
  open: (world) =>
    testSandbox(
      { max_concurrent: 2, max_output_size: 65_536, disk: '160m' },
      { world, installation: contractInstallation },
    ),
  async stopAll() {
    for (const id of await leftovers(contractInstallation)) {
      await docker('POST', `/containers/${id}/kill`).catch(() => {});
    }
  },
});

/** A sandbox that is closed with its test. */
function play(...how: Parameters<typeof testSandbox>) {
  const sandbox = testSandbox(...how);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe.skipIf(!DOCKER)('Docker', () => {
  test('nothing is left of sessions, whether closed or not', async () => {
    const installation = freshInstallation();
    const sandbox = play({}, { installation });
    const one = good(await sandbox.open());
    good(await sandbox.open());
    good(await one.exec(['true']));
    expect((await leftovers(installation)).length).toBeGreaterThan(1);
    await one.close();
    await one.close();
    await sandbox.close();
    expect(await leftovers(installation)).toEqual([]);
  });

  test('what runs is counted by what became of it', async () => {
    const world = testWorld();
    const sandbox = play({}, { world });
    const session = good(await sandbox.open());
    good(await session.exec(['true']));
    good(await session.exec(['false']));
    good(await session.exec(['sleep', '60'], { timeoutMs: 200 }));
    await sandbox.open({ image: 'evil.example/x' });
    const text = await world.metrics.text();
    for (const outcome of ['ok', 'failed', 'timed_out']) {
      expect(text).toContain(`coda_sandbox_runs_total{outcome="${outcome}"} 1`);
    }
    expect(text).toMatch(/^coda_sandbox_run_seconds_count(?:\{\})? 3$/m);
    expect(text).toContain('coda_sandbox_sessions_total{outcome="sandbox_image_refused"} 1');
  });

  inLong('a hundred runs leave nothing', async () => {
    const installation = freshInstallation();
    const sandbox = play({ warm: 1, max_concurrent: 4 }, { installation });
    const runs = Array.from({ length: 100 }, async (_, index) => {
      const session = good(await sandbox.open());
      const { stdout } = good(await session.exec(['echo', String(index)]));
      await session.close();
      return stdout;
    });
    expect((await Promise.all(runs)).map(Number)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    await sandbox.close();
    expect(await leftovers(installation)).toEqual([]);
  });

  test('what a dead process left is removed; what lives, or is of others, stays', async () => {
    const installation = freshInstallation();
    const everybody = async () => true;
    const dead = play({}, { installation, instance: () => 'dead', isLive: everybody });
    const alive = play({}, { installation, instance: () => 'alive', isLive: everybody });
    const other = play();
    const isLive = async (instance: string) => instance === 'alive';
    const [, living, foreign] = (await Promise.all([dead.open(), alive.open(), other.open()])).map(good);
    const sandbox = play({}, { installation, instance: () => 'new', isLive });
    const own = good(await sandbox.open());
    await eventually(async () => (await sandbox.reap()) === 0);
    for (const session of [living, foreign, own]) {
      expect(await session?.exec(['echo', 'here'])).toMatchObject({ stdout: 'here\n' });
    }
    const left = await leftovers(installation);
    await Promise.all([alive.close(), sandbox.close(), other.close()]);
    // One container, its named volume and two without a name for each of the two.
    expect(left).toHaveLength(8);
    expect(await leftovers(installation)).toEqual([]);
  });

  inLong('containers that run by themselves go with the process that was killed, and with coda', async () => {
    const installation = freshInstallation();
    const dead = play({}, { installation, instance: () => 'dead', isLive: async () => true });
    const tag = `agent-sandbox-orphan-${process.pid}`;
    const content = `FROM ${DOCKER?.image}`;
    good(await dead.detached.build({ tag, files: [{ path: 'Dockerfile', content }] }, { timeoutMs: 120_000 }));
    good(await dead.detached.run({ name: 'orphan', image: tag, command: ['sleep', '600'] }));
    const other = play();
    expect(await other.detached.logs('orphan')).toMatchObject({ ok: false });
    const sandbox = play({}, { installation, instance: () => 'new', isLive: async () => false });
    expect(await eventually(async () => (await leftovers(installation)).length === 0)).toBe(true);
    good(await sandbox.detached.run({ name: 'own', image: tag, command: ['sleep', '600'] }));
    await sandbox.reap();
    expect(await leftovers(installation)).toHaveLength(1);
    await sandbox.detached.removeImage(tag);
    await sandbox.close();
    expect(await leftovers(installation)).toEqual([]);
    await docker('DELETE', `/images/${tag}`).catch(() => {});
  });

  test('the waiting container serves one session, and goes when nobody comes', async () => {
    const installation = freshInstallation();
    const world = testWorld();
    const sandbox = play({ warm: 1 }, { installation, world });
    const one = good(await sandbox.open());
    good(await one.exec(['touch', '/tmp/used', '/workspace/used']));
    await one.close();
    const two = good(await sandbox.open());
    expect(good(await two.exec(['ls', '/tmp', '/workspace'])).stdout).not.toContain('used');
    expect(two.id).not.toBe(one.id);
    await two.close();
    await eventually(async () => (await leftovers(installation)).length === 4);
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 10 * 60_000));
    expect(await eventually(async () => (await leftovers(installation)).length === 0)).toBe(true);
    // And it is made again for whoever comes then.
    good(await sandbox.open());
    await sandbox.close();
    expect(await leftovers(installation)).toEqual([]);
  });

  test('an image that is not allowed, not there or for another machine is told', async () => {
    const image = DOCKER?.image ?? '';
    const arm = `coda-test-arm:${process.pid}`;
    await loadImage(arm, 'arm64');
    const sandbox = play({ allowed_images: [image, 'coda-test-arm:*', 'coda-test-missing:*'] });
    expect(await sandbox.open({ image: 'evil.example/python:3' })).toMatchObject({ code: 'SANDBOX_IMAGE_REFUSED' });
    expect(await sandbox.open({ image: '../containers/json' })).toMatchObject({ code: 'SANDBOX_IMAGE_REFUSED' });
    expect(await sandbox.open({ image: 'coda-test-missing:1' })).toMatchObject({ code: 'SANDBOX_IMAGE' });
    expect(await sandbox.open({ image: arm })).toMatchObject({ code: 'SANDBOX_IMAGE' });
    await docker('DELETE', `/images/${arm}`);
  });

  test('an image that coda built is allowed by its id', async () => {
    const image = DOCKER?.image ?? '';
    const { Id } = await docker<{ Id: string }>('GET', `/images/${image}/json`);
    const none = play({ allowed_images: [] });
    expect(await none.open()).toMatchObject({ code: 'SANDBOX_IMAGE_REFUSED' });
    const sandbox = play({ allowed_images: [] }, { isOwnImage: async (id) => id === Id });
    expect(good(await sandbox.open({ image: Id })).image).toBe(Id);
    expect(await sandbox.open({ image: `sha256:${'0'.repeat(64)}` })).toMatchObject({ code: 'SANDBOX_IMAGE_REFUSED' });
    await Promise.all([none.close(), sandbox.close()]);
  });

  inLong('folders that an image declares as volumes are no place to write', async () => {
    const tag = `coda-test-volumes:${process.pid}`;
    const { Id } = await docker<{ Id: string }>('POST', '/containers/create', { Image: DOCKER?.image, Cmd: ['true'] });
    const changes = encodeURIComponent('VOLUME /data');
    await docker('POST', `/commit?container=${Id}&repo=coda-test-volumes&tag=${process.pid}&changes=${changes}`, {});
    const sandbox = play({ allowed_images: ['coda-test-volumes:*'], default_image: tag });
    const session = good(await sandbox.open());
    const { stdout } = good(await session.exec(['sh', '-c', 'ls -d /data && touch /data/x || echo refused']));
    expect(stdout).toBe('/data\nrefused\n');
    await sandbox.close();
    await docker('DELETE', `/containers/${Id}`);
    await docker('DELETE', `/images/${tag}`);
  });
});
