import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DAY_MS } from '../../../src/base/clock.ts';
import { propose } from '../../../src/proposals/proposals.ts';
import { RUN_TASK } from '../../../src/skills/self-coding/config.ts';
import { playDiscord } from '../../support/discord/play.ts';
import { DOCKER, docker } from '../../support/docker.ts';
import { FORGE_TOKEN, Forge, gitIn } from '../../support/forge.ts';
import { inLong } from '../../support/long.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import type { SceneCall } from '../../support/model-server/scene.ts';
import { play } from '../../support/play.ts';
import { requireService } from '../../support/postgres.ts';
import { echo } from '../../support/scripted-model.ts';
import { answers, CURE, Lab, type LabOptions, labConfig, PROGRAM, STANDARD } from './lab.ts';

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
    const [branch = ''] = lab.forge.branches();
    expect(await lab.ended()).toEqual({
      state: 'failed',
      reason: `The change does not pass its tests. It ended with 1. The branch \`${branch}\` stays for a look; executor_build_timeout and executor_test_timeout say how long it may take. (EXECUTOR_CHANGE_FAILED)`,
    });
    expect(lab.forge.pulls).toEqual([]);
    expect(lab.coda.person('ana').heard('The change does not pass')).toHaveLength(1);
  });

  inLong('a test runner that doubts stops it', async () => {
    await using lab = await Lab.open({ script: { verdict: { pass: false, verdict: 'No test ran.' } } });
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'failed' });
    expect(lab.forge.pulls).toEqual([]);
  });

  inLong(
    'a build that hangs, tests that hang, and a shadow that does not come up are given up on, and leave nothing',
    async () => {
      const Dockerfile = `FROM ${DOCKER?.image}\nRUN sleep 600\n`;
      const hangs = ['python3', '-c', 'import time; time.sleep(600)'];
      const cases: [LabOptions, RegExp][] = [
        [
          { files: { Dockerfile }, settings: { executor_build_timeout: '2s' } },
          /^The change does not build\. .* was not built within 2 s\./,
        ],
        [
          { settings: { executor_test_timeout: '2s', executor_test_command: hangs } },
          /^The change does not pass its tests\. It did not end within 2 s\./,
        ],
        [
          { settings: { executor_shadow_command: ['false'] } },
          /^The change passes its tests, and does not come up\. It ended by itself, with 1\./,
        ],
      ];
      for (const [options, cause] of cases) {
        await using lab = await Lab.open(options);
        await lab.approved();
        await lab.monday();
        const { state, reason } = await lab.ended();
        expect([state, reason]).toEqual(['failed', expect.stringMatching(cause)]);
        expect(reason).toMatch(/ stays for a look; executor_build_timeout .* \(EXECUTOR_CHANGE_FAILED\)$/);
        expect(lab.coda.person('ana').heard(reason.slice(0, 30))).toHaveLength(1);
        expect(lab.forge.pulls).toEqual([]);
        const run = lab.forge.branches()[0]?.split('-').at(-1) ?? '?';
        const containers = await docker<{ Names: string[] }[]>('GET', '/containers/json?all=true');
        const images = await docker<{ RepoTags: string[] | null }[]>('GET', '/images/json');
        const names = [
          ...containers.flatMap(({ Names }) => Names),
          ...images.flatMap(({ RepoTags }) => RepoTags ?? []),
        ];
        expect(names.filter((name) => name.includes(run))).toEqual([]);
      }
    },
  );

  inLong('a proposal that is withdrawn meanwhile ends it, before anything is proposed', async () => {
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

  inLong('without a network it tries again, and then says so', async () => {
    await using lab = await Lab.open();
    await lab.approved();
    let tries = 0;
    lab.forge.cuts = () => {
      tries++;
      return tries < 3;
    };
    await lab.monday();
    expect(await lab.ended()).toMatchObject({ state: 'passed' });
    await using down = await Lab.open({ settings: { critique_enabled: false } });
    const id = await down.approved();
    down.forge.cuts = () => true;
    await down.monday();
    expect(await down.ended()).toEqual({
      state: 'failed',
      reason: expect.stringMatching(
        new RegExp(
          `^git fetch failed: .* Once it answers, have me work on the proposal \`${id}\` again\\. \\(EXECUTOR_UNREACHABLE\\)$`,
        ),
      ),
    });
    const ana = down.coda.person('ana');
    expect(ana.heard('I worked on')).toHaveLength(1);
    // As it says: once it answers, an owner has it begin anew.
    down.forge.cuts = undefined;
    const { improvise } = down.models;
    const calls: SceneCall[] = [{ name: 'self_improvement_run', input: { proposal: 'none' } }];
    down.models.improvise = (body) => (calls.length > 0 ? { calls: calls.splice(0) } : improvise?.(body));
    await ana.says('Work on the other proposal.');
    expect(ana.seen().at(-1)?.buttons, 'nobody is asked about one that there is not').toEqual([]);
    calls.push({ name: 'self_improvement_run', input: { proposal: id } });
    await ana.says('Work on that proposal again.');
    await ana.presses('Approve');
    await down.coda.passes({ hours: 1 });
    expect((await down.runs()).map(({ state }) => state)).toEqual(['failed', 'passed']);
    expect(down.forge.pulls).toHaveLength(1);
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

test('a run is told of in the approval channel, where coda has been spoken to in it', async () => {
  await using forge = await Forge.start(PROGRAM);
  await using models = await ModelServer.start();
  const survey = { files: ['src/base/clock.py'], affected: [], notes: '' };
  models.improvise = (body) => ({ text: JSON.stringify(answers({ ...STANDARD, survey }, JSON.stringify(body))) });
  const { self_improvement: settings, ...blocks } = labConfig(forge, models);
  const config: Record<string, unknown> = { ...blocks };
  const play = await playDiscord({ stillClock: true, asleep: true, config });
  config.self_improvement = { ...(settings as object), approval_channel: `discord:${play.general.id}` };
  await play.start();
  await using _ = play;
  play.asks('hello');
  await play.settled();
  const { clock } = play.world;
  const wanted = { category: 'code', title: 'The clock stands', description: 'NOW is 0.', priority: 1 };
  const kinds = new Map([['code', { category: 'code', payload: z.null() }]]);
  await play.database.tx('test.propose', (tx) => propose(tx, kinds, 'test', [wanted], clock.now()));
  await play.database.run('test', `update improvement_proposals set state = 'approved'`);
  await play.app.enqueue({ kind: RUN_TASK, payload: {} });
  await play.passes(DAY_MS);
  expect(play.said('may never be changed')).toHaveLength(1);
  expect(play.fake.said(play.general).filter(({ content }) => content.includes('may never be changed'))).toHaveLength(
    1,
  );
});
