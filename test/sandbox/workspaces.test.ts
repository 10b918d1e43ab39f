import { describe, expect, onTestFinished, test } from 'vitest';
import { type Workspace, Workspaces } from '../../src/sandbox/index.ts';
import { DOCKER, freshInstallation, leftovers, testSandbox } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { requireService } from '../support/postgres.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_DOCKER');

const HOUR = 60 * 60_000;

/** Workspaces of a process, on a clock that the test moves. */
function workspaces(timeouts: Record<string, number> = {}) {
  const world = testWorld();
  const installation = freshInstallation();
  const sandbox = testSandbox({}, { world, installation });
  onTestFinished(() => sandbox.close());
  const keep = async () => ({ hash: '', size: 0 });
  return { all: new Workspaces({ sandbox, keep, lastingMs: HOUR, timeouts }), world, installation };
}

async function run(workspace: Workspace, script: string) {
  const ran = await workspace.run(['sh', '-c', script]);
  if (!ran.ok) throw new Error(ran.message);
  return { text: ran.stdout.text, isRenewed: ran.isRenewed };
}

const turn = (conversationId: string, lasts = false) => ({ turn: {}, conversationId, lasts });

describe.skipIf(!DOCKER)('workspaces', () => {
  test('one that lasts outlives its turns for an hour, and is a new one after it', async () => {
    const { all, world, installation } = workspaces();
    const first = turn('a', true);
    await run(all.of(first), 'echo kept > n.txt');
    await all.endTurn({ ...first, parked: false });
    const minutes = async (count: number) => world.clock.moveTo(new Date(world.clock.now().getTime() + count * 60_000));
    await minutes(55);
    expect(await run(all.of(turn('a', true)), 'cat n.txt')).toEqual({ text: 'kept\n', isRenewed: false });
    // A turn that would not last shares it all the same, and another conversation does not.
    expect((await run(all.of(turn('a')), 'cat n.txt')).text).toBe('kept\n');
    expect((await run(all.of(turn('b')), 'ls n.txt || echo none')).text).toBe('none\n');
    await minutes(10);
    expect(await run(all.of(turn('a', true)), 'ls n.txt || echo none')).toEqual({ text: 'none\n', isRenewed: true });
    await minutes(61);
    expect(await eventually(async () => (await leftovers(installation)).length === 0)).toBe(true);
  });

  test('a container lives as long as its conversation says, else as its specialist says', async () => {
    const { all, world } = workspaces({ 'discord:1': 20 * 60_000 });
    const of = (channel: string, timeoutMs: number | undefined) =>
      all.of({ turn: {}, conversationId: channel, channel, timeoutMs });
    const own = of('discord:1', 2 * 60_000);
    const specialists = of('discord:2', 10 * 60_000);
    const usual = of('discord:3', undefined);
    for (const each of [own, specialists, usual]) await run(each, 'true');
    const open = () => [own, specialists, usual].map((each) => each.isOpen);
    const pass = async (minutes: number) => {
      await world.clock.moveTo(new Date(world.clock.now().getTime() + minutes * 60_000));
      return open();
    };
    expect(await pass(4)).toEqual([true, true, true]);
    expect(await pass(2)).toEqual([true, true, false]);
    expect(await pass(5)).toEqual([true, false, false]);
    expect(await pass(10)).toEqual([false, false, false]);
  });

  test('one whose first files could not be read is opened anew, with them', async () => {
    const { all } = workspaces();
    const workspace = all.of(turn('a'));
    let isAway = true;
    const atStart = async () => {
      if (isAway) throw new Error('the folder is not mounted');
      return [{ path: 'sent.txt', content: 'sent' }];
    };
    const read = () => workspace.run(['cat', 'sent.txt'], { atStart });
    await expect(read()).rejects.toThrow('not mounted');
    isAway = false;
    expect(await read()).toMatchObject({ ok: true, stdout: { text: 'sent' } });
  });

  test('two turns at once in one conversation take their turns in its workspace', async () => {
    const { all } = workspaces();
    const [one, two] = [all.of(turn('a', true)), all.of(turn('a', true))];
    expect(one).toBe(two);
    const both = await Promise.all([
      run(one, 'echo one >> log; sleep 0.2; echo one >> log'),
      run(two, 'echo two >> log; cat log'),
    ]);
    expect(both[1].text).toBe('one\none\ntwo\n');
  });

  test('two turns at once that do not last have each their own', async () => {
    const { all, installation } = workspaces();
    const [first, second] = [turn('a'), turn('a')];
    await Promise.all([run(all.of(first), 'echo 1 > n'), run(all.of(second), 'echo 2 > n')]);
    await all.endTurn({ ...first, parked: false });
    expect(await run(all.of(second), 'cat n')).toEqual({ text: '2\n', isRenewed: false });
    await all.endTurn({ ...second, parked: true });
    expect(await leftovers(installation)).toEqual([]);
    // The person was asked something: who goes on is told that the files are gone.
    expect((await run(all.of(turn('a')), 'ls n || echo none')).isRenewed).toBe(true);
  });
});
