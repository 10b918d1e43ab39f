import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCKER, docker } from '../../../support/docker.ts';
import { FORGE_TOKEN, gitIn } from '../../../support/forge.ts';
import { play } from '../../../support/play.ts';
import { requireService } from '../../../support/postgres.ts';
import { echo } from '../../../support/scripted-model.ts';
import { CURE, Lab } from './lab.ts';

requireService('CODA_TEST_DOCKER');

describe.skipIf(!DOCKER)('the executor', () => {
  test('mends a planted bug at night, opens one pull request, and tells of it in the morning', async () => {
    await using lab = await Lab.open();
    const { coda, forge } = lab;
    const id = await lab.approved();
    const main = forge.git('rev-parse', 'main');
    await coda.moveTo(new Date('2026-11-23T05:00:00Z'));
    const ana = coda.person('ana');
    expect(ana.heard('pull request')).toEqual([]);
    await lab.monday();

    expect(await lab.ended()).toEqual({ state: 'passed', reason: '' });
    const [branch = ''] = forge.branches();
    expect(forge.branches()).toEqual([expect.stringMatching(new RegExp(`^coda/improvement-${id}-`))]);
    expect(forge.git('diff', '--name-only', 'main', branch)).toBe('src/total.py');
    expect(forge.git('show', `${branch}:src/total.py`)).toContain('return sum(prices)');
    expect(forge.git('rev-parse', 'main')).toBe(main);
    expect(forge.pulls).toEqual([expect.objectContaining({ head: branch, base: 'main' })]);
    expect(forge.pulls[0]?.body).toContain('src/bill.py');
    expect(ana.heard('https://forge.example/ana/coda/pull/1')).toHaveLength(1);
    expect(ana.heard('adds all prices again')).toHaveLength(1);
    expect(forge.unauthorized).toEqual([]);
    // Nothing is left, and the key is nowhere but at the forge.
    const run = branch.split('-').at(-1) ?? '';
    expect(readdirSync(tmpdir()).filter((name) => name.endsWith(`-${run}`))).toEqual([]);
    const images = await docker<{ RepoTags: string[] | null }[]>('GET', '/images/json');
    expect(images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.includes(run))).toEqual([]);
    expect(forge.asked.join('\n')).not.toContain(FORGE_TOKEN);
    const { rows } = await coda.database().read('select to_jsonb(r) as row from improvement_runs r');
    expect(JSON.stringify([rows, lab.models.requests.map(({ text }) => text)])).not.toContain(FORGE_TOKEN);

    // A week later there is nothing more to do.
    await coda.passes({ days: 7 });
    expect([await coda.count('improvement_runs'), forge.pulls.length]).toEqual([1, 1]);
  });

  test('a change that does not pass its tests is told of, and no pull request is opened', async () => {
    const wrong = { ...CURE, edits: [{ ...CURE.edits[0], replace: 'sum(prices[2:])' }] };
    await using lab = await Lab.open({ script: { change: wrong } });
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toEqual({ state: 'failed', reason: 'The change does not pass.' });
    expect(lab.forge.pulls).toEqual([]);
    expect(lab.coda.person('ana').heard('The change does not pass')).toHaveLength(1);
  });

  test('a test runner that doubts stops it', async () => {
    await using lab = await Lab.open({ script: { verdict: { pass: false, verdict: 'No test ran.' } } });
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'failed' });
    expect(lab.forge.pulls).toEqual([]);
  });

  test('a build that hangs, and a shadow that does not come up, are given up on', async () => {
    const Dockerfile = `FROM ${DOCKER?.image}\nRUN sleep 600\n`;
    const settings = { executor_build_timeout: '2s' };
    await using slow = await Lab.open({ files: { Dockerfile }, settings });
    await slow.approved();
    await slow.monday();
    expect(await slow.ended()).toMatchObject({ state: 'failed' });
    await using down = await Lab.open({ settings: { executor_shadow_command: ['false'] } });
    await down.approved();
    await down.monday();
    expect(await down.ended()).toMatchObject({ state: 'failed' });
    expect([...slow.forge.pulls, ...down.forge.pulls]).toEqual([]);
  });

  test('a proposal that is withdrawn meanwhile ends it, before anything is proposed', async () => {
    await using lab = await Lab.open();
    const id = await lab.approved();
    lab.forge.cuts = (moment) => {
      if (moment === 'after:push') void lab.decide(id, 'rejected');
      return false;
    };
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'withdrawn' });
    expect(lab.forge.pulls).toEqual([]);
    expect(lab.coda.person('ana').heard('was withdrawn')).toHaveLength(1);
  });

  test("the owner's own changes stay as they are", async () => {
    await using lab = await Lab.open();
    const work = join(lab.forge.folder, 'work');
    writeFileSync(join(work, 'src/total.py'), 'mine\n');
    writeFileSync(join(work, 'new.py'), 'mine too\n');
    const before = [gitIn(work, 'status', '--porcelain'), gitIn(work, 'for-each-ref'), gitIn(work, 'config', '--list')];
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'passed' });
    expect([
      gitIn(work, 'status', '--porcelain'),
      gitIn(work, 'for-each-ref'),
      gitIn(work, 'config', '--list'),
    ]).toEqual(before);
    expect(lab.forge.git('show', `${lab.forge.branches()[0]}:src/total.py`)).not.toContain('mine');
  });

  test('without a network it tries again, and then says so', async () => {
    await using lab = await Lab.open();
    await lab.approved();
    let tries = 0;
    lab.forge.cuts = () => {
      tries++;
      return tries < 3;
    };
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'passed' });
    await using down = await Lab.open();
    await down.approved();
    down.forge.cuts = () => true;
    await down.monday();
    expect(await down.ended()).toMatchObject({ state: 'failed' });
    expect(down.coda.person('ana').heard('I worked on')).toHaveLength(1);
  });
});

test('without the executor there are no tools, no tasks and no rows', async () => {
  const self_improvement = { executor_enabled: true };
  await using coda = await play({ model: echo(), config: { self_improvement } });
  await coda.person('ana').says('hello');
  await coda.passes({ days: 8 });
  expect(await coda.count('improvement_runs')).toBe(0);
  const { rows } = await coda
    .database()
    .read<{ name: string }>(`select name from schedules where name like '%executor%'`);
  expect(rows).toEqual([]);
});
