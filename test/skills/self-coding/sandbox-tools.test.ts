import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallContext, OutsideTool, ToolResult } from '../../../src/agent/index.ts';
import { config, type Deps } from '../../../src/skills/self-coding/config.ts';
import { contextOf } from '../../../src/skills/self-coding/context.ts';
import { codingTools } from '../../../src/skills/self-coding/executor.ts';
import { openTestDatabase } from '../../support/database.ts';
import { DOCKER, docker, testSandbox } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { Forge } from '../../support/forge.ts';
import { testWorld } from '../../support/world.ts';
import { words } from '../play.ts';
import { PROGRAM } from './lab.ts';

const TAG = `agent-sandbox-look-${process.pid}`;

/** The tools of an owner after a run whose change is `main`, with these links in it. */
async function tools(links: Record<string, string>) {
  const forge = await Forge.start({ ...PROGRAM, 'docs/page.md': 'A page.' }, links);
  onTestFinished(() => forge[Symbol.asyncDispose]());
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const world = testWorld();
  const sandbox = testSandbox();
  onTestFinished(() => sandbox.close());
  const now = world.clock.now();
  await database.run(
    'test.plant',
    `with proposal as (
       insert into improvement_proposals
         (id, at, category, title, description, priority, payload, origin, hash, fingerprint, state)
       values ('abcdef', $1, 'code', 't', 'd', 1, null, 'test', 'h', 'f', 'approved') returning id)
     insert into improvement_runs (id, proposal_id, state, step, branch, commit_id, started_at, updated_at, ended_at)
     select 'run2', id, 'passed', 'record', 'main', $2, $1, $1, $1 from proposal`,
    [now, forge.git('rev-parse', 'main')],
  );
  const settings = config.schema.parse({ executor_enabled: true, executor_forge: forge.settings });
  const deps = { database, world, sandbox: { detached: sandbox.detached }, config: settings } as unknown as Deps;
  const own = codingTools(deps).filter(({ name }) => name.startsWith('docker_sandbox_'));
  const all = new Map(own.map((tool) => [tool.name, tool as OutsideTool<unknown>]));
  const call = async (name: string, input: object, role = 'owner'): Promise<ToolResult> => {
    const tool = all.get(`docker_sandbox_${name}`) as OutsideTool<unknown>;
    const ctx = { person: { role }, signal: new AbortController().signal } as unknown as CallContext;
    return tool.run(tool.input.parse(input), ctx);
  };
  return { all, call };
}

describe.skipIf(!DOCKER)('the containers of the executor', () => {
  test('are built, looked into and removed by the owner, and by nobody else', async () => {
    const { all, call } = await tools({ 'docs/out': '/etc/passwd' });
    expect([...all.keys()].map((name) => name.slice('docker_sandbox_'.length))).toEqual(
      'build run logs stop remove healthcheck'.split(' '),
    );
    expect([...all.values()].filter(({ callers }) => callers !== 'main-agent')).toEqual([]);
    const asking = [...all.values()].filter(
      (tool) => (tool.effectOf?.({ name: 'look' } as never) ?? tool.effect) !== 'read',
    );
    expect(
      asking.map(({ name }) => name),
      'what own containers wrote is read without asking',
    ).not.toContain('docker_sandbox_logs');
    expect(await call('build', { tag: TAG }, 'member')).toMatchObject({ ok: false, code: 'DENIED' });
    // The link in `docs` leads out, so that neither that folder nor the whole can be taken.
    for (const context of ['.', 'docs', '../..', '/etc'])
      expect([context, (await call('build', { tag: TAG, context })).ok]).toEqual([context, false]);
    await expect(call('build', { tag: 'python:3.12' })).rejects.toThrow();
    expect(await call('run', { name: 'look', image: TAG })).toMatchObject({ ok: false, code: 'SANDBOX_IMAGE_REFUSED' });
  });

  test('run by themselves and answer on their own localhost alone', async () => {
    const { call } = await tools({});
    expect(await call('build', { tag: TAG })).toMatchObject({ ok: true });
    const command = ['python3', '-c', `import os; os.environ["PORT"] = "3099"; exec(open("server.py").read())`];
    expect(await call('run', { name: 'look', image: TAG, command })).toMatchObject({ ok: true });
    const health = async () => words(await call('healthcheck', { name: 'look' }));
    expect(await eventually(async () => (await health()).includes('is healthy (200)'))).toBe(true);
    await expect(call('healthcheck', { name: 'look', path: '@example.com' })).rejects.toThrow();
    expect(await call('stop', { name: 'look' })).toMatchObject({ ok: true });
    expect(words(await call('logs', { name: 'look' }))).toContain('It ended with');
    expect(words(await call('remove', { name: 'look' }))).toBe('look is removed.');
    expect(words(await call('remove', { name: 'look' }))).toBe('There is no look.');
    await docker('DELETE', `/images/${TAG}`);
  });
});

test('the context of a build lies within its worktree, and so does all that its links name', async () => {
  const root = mkdtempSync(join(tmpdir(), 'coda-context-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const tree = join(root, 'tree');
  mkdirSync(join(tree, 'a/.git'), { recursive: true });
  writeFileSync(join(tree, 'a/one'), '1');
  writeFileSync(join(tree, 'a/.git/config'), 'never');
  writeFileSync(join(root, 'secret'), 'outside');
  symlinkSync('one', join(tree, 'a/two'));
  const read = await contextOf(tree, 'a');
  if ('problem' in read) throw new Error(read.problem);
  expect(read.files.map(({ path, content }) => [path, String(content)]).sort()).toEqual([
    ['one', '1'],
    ['two', '1'],
  ]);
  symlinkSync('../../secret', join(tree, 'a/three'));
  expect(await contextOf(tree, 'a')).toEqual({ problem: '"three" leads out of the worktree.' });
  symlinkSync('..', join(tree, 'up'));
  expect(await contextOf(tree, '..')).toEqual({ problem: 'The context lies outside of the worktree.' });
  expect(await contextOf(tree, 'up')).toEqual({ problem: 'The context lies outside of the worktree.' });
  expect(await contextOf(tree, 'b')).toMatchObject({ problem: expect.stringContaining('There is no') });
});
