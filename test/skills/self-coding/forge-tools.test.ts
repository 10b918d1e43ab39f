import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCKER } from '../../support/docker.ts';
import { type Forge, type ForgeMoment, gitIn } from '../../support/forge.ts';
import { byTools, Lab, type LabOptions } from './lab.ts';

/** The calls of tools that have come to the forge, in order. */
const callsTo = (forge: Forge) => forge.asked.filter((each) => each.startsWith('CALL ')).map((each) => each.slice(5));

/** Somebody adds a file to a branch of the forge. */
function writes(forge: Forge, branch: string, path: string): void {
  const work = join(forge.folder, 'work');
  gitIn(work, 'fetch', '--quiet', forge.bare, branch);
  gitIn(work, 'checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
  writeFileSync(join(work, path), 'by somebody\n');
  gitIn(work, 'add', '-A');
  gitIn(work, 'commit', '--quiet', '-m', 'theirs');
  gitIn(work, 'push', '--quiet', forge.bare, `HEAD:refs/heads/${branch}`);
}

/** Once, at a moment, `act` is done; true cuts the connection there. */
function once(forge: Forge, moment: ForgeMoment, act: () => boolean): void {
  let isOver = false;
  forge.cuts = (at) => {
    if (isOver || at !== moment) return false;
    isOver = true;
    return act();
  };
}

describe.skipIf(!DOCKER)('a forge behind an MCP server', () => {
  test('gets one branch and one pull request by its tools; git only reads, without a key', async () => {
    await using lab = await Lab.open({}, byTools);
    const { forge } = lab;
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toEqual({ state: 'passed', reason: '' });
    const [branch = ''] = forge.branches();
    expect(callsTo(forge)).toEqual(
      'create_branch push_files list_pull_requests create_pull_request list_pull_requests'.split(' '),
    );
    expect(forge.git('diff', '--name-only', 'main', branch)).toBe('src/total.py');
    expect(forge.git('show', `${branch}:src/total.py`)).toContain('return sum(prices)');
    expect(forge.git('log', '--format=%B', '-1', branch)).toContain('The first price was left out of the sum.');
    expect(forge.pulls).toEqual([expect.objectContaining({ head: branch, base: 'main' })]);
    expect(lab.coda.person('ana').heard('https://forge.example/ana/coda/pull/1')).toHaveLength(1);
    expect(forge.asked.filter((each) => each.includes('receive-pack'))).toEqual([]);
    expect(forge.unauthorized).toEqual([]);
  });

  // `npm run test:long` kills a coda at these and at the others.
  const lost: readonly ForgeMoment[] = ['after:create_pull_request'];
  test.each(lost)('an answer that is lost makes nothing twice: %s', async (moment) => {
    await using lab = await Lab.open({}, byTools);
    const { forge } = lab;
    let isCut = false;
    once(forge, moment, () => (isCut = true));
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toEqual({ state: 'passed', reason: '' });
    expect([isCut, forge.branches().length, forge.pulls.length]).toEqual([true, 1, 1]);
    expect(forge.git('rev-list', '--count', `main..${forge.branches()[0]}`)).toBe('1');
  });

  test('a base branch that went on meanwhile is what the change is made on', async () => {
    await using lab = await Lab.open({}, byTools);
    const { forge } = lab;
    once(forge, 'before:create_branch', () => {
      writes(forge, 'main', 'docs.md');
      return false;
    });
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toEqual({ state: 'passed', reason: '' });
    const [branch = ''] = forge.branches();
    expect(forge.git('diff', '--name-only', 'main', branch)).toBe('src/total.py');
    expect(forge.git('rev-parse', `${branch}^`)).toBe(forge.git('rev-parse', 'main'));
    expect(forge.pulls[0]?.body).toContain(forge.git('rev-parse', 'main').slice(0, 7));
  });

  test('a branch to which somebody else has written is left alone', async () => {
    await using lab = await Lab.open({}, byTools);
    const { forge } = lab;
    once(forge, 'after:create_branch', () => {
      writes(forge, forge.branches()[0] ?? '', 'theirs.py');
      return false;
    });
    await lab.approved();
    await lab.monday();
    expect((await lab.ended()).reason).toContain('Somebody else has written to the branch');
    expect(callsTo(forge)).not.toContain('push_files');
    expect(forge.pulls).toEqual([]);
  });
});

test('without the server, a tool that an owner has approved, or a plain file, it says which is lacking', async () => {
  const only = (forge: Forge): LabOptions => ({
    ...byTools(forge),
    config: { mcp: { servers: { hub: { ...forge.serverSettings, tools: ['create_pull_request'] } } } },
  });
  await using withheld = await Lab.open({}, only);
  await withheld.approved();
  await withheld.monday();
  expect((await withheld.ended()).reason).toContain('The MCP server hub has no tool create_branch');
  await using alone = await Lab.open({}, (forge) => ({ ...byTools(forge), config: {} }));
  await alone.approved();
  await alone.monday();
  expect((await alone.ended()).reason).toBe('There is no MCP server “hub” in mcp.servers.');
  await using program = await Lab.open({}, byTools);
  const { forge } = program;
  gitIn(join(forge.folder, 'work'), 'update-index', '--chmod=+x', 'src/total.py');
  gitIn(join(forge.folder, 'work'), 'commit', '--quiet', '-m', 'a program');
  gitIn(join(forge.folder, 'work'), 'push', '--quiet', forge.bare, 'main');
  await program.approved();
  await program.monday();
  expect((await program.ended()).reason).toContain('"src/total.py" is a program');
  expect([withheld, alone, program].flatMap((lab) => lab.forge.pulls)).toEqual([]);
});
