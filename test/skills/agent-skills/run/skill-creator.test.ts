import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleContent } from '../../../../src/skills/agent-skills/files/bundle.ts';
import { inspectSkill, installSkill } from '../../../../src/skills/agent-skills/files/install.ts';
import { DOCKER } from '../../../support/docker.ts';
import { requireService } from '../../../support/postgres.ts';
import { ScriptedModel } from '../../../support/scripted-model.ts';
import { lastResult, playCode } from '../../code/play.ts';
import { temporaryFolder } from '../support.ts';

requireService('CODA_TEST_DOCKER');

const skill = (name: string) =>
  `---\nname: ${name}\ndescription: Brews tea. Use when the person wants tea.\n---\n1. Ask which tea.\n2. See references/times.md.\n`;
const files = (name: string) => ({ 'SKILL.md': skill(name), 'references/times.md': 'Green: 2 minutes.\n' });

describe.skipIf(!DOCKER)('the shipped skill skill-creator', () => {
  test('writes a folder, mends what the check finds, and hands over a bundle that coda installs', async () => {
    const check = (name: string, ...more: string[]) => ({
      call: 'skill_run',
      input: {
        name: 'skill-creator',
        script: 'check_skill.py',
        args: ['/workspace/tea', '--write', ...more],
        input: { files: files(name) },
      },
    });
    const model = new ScriptedModel(
      [{ call: 'skill_activate', input: { name: 'skill-creator' } }],
      [check('Tea')],
      [check('tea', '--pack', '/workspace/output')],
      ['Here is tea.skill. Install it with: coda skills install tea.skill'],
    );
    await using coda = await playCode(model);
    const ana = coda.person('ana');
    await ana.says('make a skill for tea');
    // Each run is asked for, and nothing of the first is needed by the second.
    await ana.presses('Approve');
    const [found] = model.requests.slice(2);
    expect(lastResult(found)).toMatchObject({ exit_code: 1, stdout: expect.stringContaining('SKILL.md:2: The name') });
    await ana.presses('Approve');
    expect(lastResult(model.requests.at(-1))).toMatchObject({
      exit_code: 0,
      stdout: 'ok\n/workspace/output/tea.skill\n',
    });
    const answer = ana.seen().at(-1);
    expect(answer?.text).toContain('coda skills install tea.skill');
    expect(answer?.files.map(({ name }) => name)).toEqual(['tea.skill']);
    const parts: Buffer[] = [];
    for await (const part of await coda.artifacts().open(answer?.files[0]?.hash ?? '')) parts.push(part as Buffer);
    const content = bundleContent(Buffer.concat(parts), 'tea.skill');
    const installed = await installSkill(join(temporaryFolder(), 'skills'), content, inspectSkill);
    expect(installed).toMatchObject({ name: 'tea', files: 2 });
  });
});
