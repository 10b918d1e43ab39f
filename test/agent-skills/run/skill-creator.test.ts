import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleContent } from '../../../src/agent-skills/bundle/bundle.ts';
import { installSkill } from '../../../src/agent-skills/bundle/install.ts';
import { lastResult, playCode } from '../../skills/code/play.ts';
import { DOCKER } from '../../support/docker.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { temporaryFolder } from '../support.ts';

requireService('CODA_TEST_DOCKER');

const skill = (name: string) =>
  `---\nname: ${name}\ndescription: Brews tea. Use when the person wants tea.\n---\n1. Ask which tea.\n2. See references/times.md.\n`;
const files = (name: string) => ({ 'SKILL.md': skill(name), 'references/times.md': 'Green: 2 minutes.\n' });

describe.skipIf(!DOCKER)('the shipped skill skill-creator', () => {
  const check = (name: string, ...more: string[]) => ({
    call: 'skill_run',
    input: {
      name: 'skill-creator',
      script: 'check_skill.py',
      args: ['/workspace/tea', '--write', ...more],
      input: { files: files(name) },
    },
  });
  const activate = { call: 'skill_activate', input: { name: 'skill-creator' } };
  const packed = check('tea', '--pack', '/workspace/output');

  test('writes a folder, mends what the check finds, and an owner installs its bundle by a button', async () => {
    const model = new ScriptedModel(
      [activate],
      [check('Tea')],
      [packed],
      ['Here is tea.skill.'],
      [{ call: 'skill_activate', input: { name: 'tea' } }],
      ['Which tea?'],
    );
    await using coda = await playCode(model);
    const ana = coda.person('ana');
    await ana.says('make a skill for tea');
    // Each run is asked for, and nothing of the first is needed by the second.
    await ana.presses('Approve');
    const [found] = model.requests.slice(2);
    expect(lastResult(found)).toMatchObject({ exit_code: 1, stdout: expect.stringContaining('SKILL.md:2: The name') });
    await ana.presses('Approve');
    const told = lastResult(model.requests.at(-1));
    expect(told).toMatchObject({ exit_code: 0, stdout: 'ok\n/workspace/output/tea.skill\n' });
    expect(told.notes).toContainEqual(expect.stringContaining('a button that shows what is in tea.skill'));
    const answer = ana.seen().at(-1);
    expect(answer?.files.map(({ name }) => name)).toEqual(['tea.skill']);
    expect(answer?.buttons.map(({ label }) => label)).toEqual(['Wrong skill', 'Install tea.skill…']);

    // Nothing is there before she has seen what is in it.
    expect(await ana.presses('Install tea.skill…')).toContain('The skill **tea** (installed), as it is now:');
    const { agentSkills } = coda.app;
    expect([...agentSkills.catalog.current().skills.keys()]).not.toContain('tea');
    expect(await ana.presses('Install')).toContain('is installed and approved');
    const { rows } = await coda.database().read('select name, source, state from skill_pins');
    expect(rows).toEqual([{ name: 'tea', source: 'installed', state: 'approved' }]);
    expect(await ana.says('tea, please')).toBe('Which tea?');
    expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain('references/times.md');
  });

  test('hands its bundle to whoever may not install it, without the button', async () => {
    const model = new ScriptedModel([activate], [packed], ['Here it is.']);
    await using coda = await playCode(model);
    const ben = coda.person('ben', { role: 'member' });
    await ben.says('make a skill for tea');
    await ben.presses('Approve');
    expect(lastResult(model.requests.at(-1)).notes).toContainEqual(
      expect.stringContaining('An owner of this assistant can'),
    );
    const answer = ben.seen().at(-1);
    expect([answer?.files.map(({ name }) => name), answer?.buttons.map(({ label }) => label)]).toEqual([
      ['tea.skill'],
      ['Wrong skill'],
    ]);
    const parts: Buffer[] = [];
    for await (const part of await coda.artifacts().open(answer?.files[0]?.hash ?? '')) parts.push(part as Buffer);
    const content = bundleContent(Buffer.concat(parts), 'tea.skill');
    const installed = await installSkill(join(temporaryFolder(), 'skills'), content);
    expect(installed).toMatchObject({ name: 'tea', files: 2 });
  });
});
