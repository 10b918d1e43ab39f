import { describe, expect, test } from 'vitest';
import { codeConfig, lastResult, saysAndApproves } from '../../skills/code/play.ts';
import { DOCKER } from '../../support/docker.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { playWith, results, type SkillFiles } from '../conversation.ts';
import { write } from '../support.ts';

requireService('CODA_TEST_DOCKER');

const activate = (name: string) => ({ call: 'skill_activate', input: { name } });
const run = (script: string, more: Record<string, unknown> = {}) => ({
  call: 'skill_run',
  input: { name: 'tools', script, ...more },
});

const playCode = (skill: SkillFiles, model: ScriptedModel, config = {}) =>
  playWith({ tools: skill }, { model, config: codeConfig(config) });

describe.skipIf(!DOCKER)('scripts of a skill', () => {
  test('run with arguments and input in the folder of the skill, and their files are handed over', async () => {
    const files = {
      'data/words.txt': 'kept beside it',
      'scripts/report.py': `import json, os, sys
print(json.dumps([sys.argv[1:], json.load(sys.stdin), open('data/words.txt').read()]))
open(os.environ['OUTPUT_DIR'] + '/report.csv', 'w').write('a,b')`,
    };
    const args = ['it\'s "quoted"', 'two\nlines', '$HOME `id` ; rm -rf /'];
    const model = new ScriptedModel(
      [activate('tools')],
      [run('report.py', { args, input: { deep: ['ü'] } })],
      ['Done.'],
    );
    const { coda } = await playCode({ files }, model);
    await saysAndApproves(coda, 'report');
    const told = lastResult(model.requests.at(-1));
    expect(told).toMatchObject({ exit_code: 0, returncode: 0, stderr: '', timed_out: false, truncated: false });
    expect(JSON.parse(told.stdout)).toEqual([args, { deep: ['ü'] }, 'kept beside it']);
    const answer = coda.person('ana').seen().at(-1);
    expect([answer?.text, answer?.files.map(({ name }) => name)]).toEqual(['Done.', ['report.csv']]);
    expect(results(model.requests[1])[0]).toContain('Those below scripts/ are run with skill_run.');
  });

  test('that are odd run, or are told what is wrong with them', async () => {
    const files = {
      'scripts/crlf.sh': '#!/bin/bash\r\nset -e\r\nfor i in 1 2; do\r\n  echo "line $i"\r\ndone\r\n',
      'scripts/plain': 'echo hello\n',
      'scripts/no-ending': '#!/usr/bin/env python\r\nprint("by its first line")\r\n',
      'scripts/latin.sh': Buffer.from('#!/bin/sh\necho caf\xe9\n', 'latin1'),
      'scripts/slow.py': 'import time\ntime.sleep(60)\n',
      'scripts/gone.rb': 'puts 1\n',
      'secret.txt': 'not a script',
    };
    const seen: Record<string, unknown>[] = [];
    const scripts = ['crlf.sh', 'no-ending', 'latin.sh', 'gone.rb', 'plain', 'missing.py', '../secret.txt'];
    const steps = scripts.map((script) => [run(script)]);
    const model = new ScriptedModel([activate('tools')], ...steps, [run('slow.py', { timeout: 1 })], ['Done.']);
    const { coda } = await playCode({ files }, model);
    await saysAndApproves(coda, 'try', 20);
    const told = model.requests.slice(2).map((request) => results(request).at(-1) ?? '');
    for (const text of told) seen.push(text.startsWith('{') ? JSON.parse(text) : { text });
    expect(seen[0]).toMatchObject({ stdout: 'line 1\nline 2\n', exit_code: 0 });
    expect(seen[1]).toMatchObject({ stdout: 'by its first line\n' });
    expect(seen[2]).toMatchObject({ exit_code: 0 });
    expect(seen[3]).toMatchObject({ exit_code: 127 });
    expect(told[4]).toContain('needs a known ending');
    expect(told[5]).toContain('There is no scripts/missing.py. Its scripts: scripts/crlf.sh');
    expect(told[6]).toMatch(/path|There is no/);
    expect(seen[7]).toMatchObject({ timed_out: true });
  });

  test('do not run before the skill is in use, and not when its files have changed since', async () => {
    const files = { 'scripts/a.py': 'print(1)\n' };
    const model = new ScriptedModel([run('a.py')], [activate('tools')], [run('a.py')], ['Done.']);
    const { coda, folder } = await playCode({ files }, model);
    const ana = coda.person('ana');
    await ana.says('run it');
    expect(model.requests, 'asked about the last call alone').toHaveLength(3);
    write(folder, 'tools/scripts/a.py', 'print("other")\n');
    await ana.presses('Approve');
    const told = model.requests.map((request) => results(request).at(-1) ?? '');
    expect(told[1]).toContain('skill_activate');
    expect(told.at(-1)).not.toContain('other');
  });

  test('are asked about once they can run: the skill is in use, and has such a script', async () => {
    const files = { 'scripts/a.py': 'print(40 + 2)\n' };
    const both = [activate('tools'), run('a.py')];
    const model = new ScriptedModel([run('a.py')], both, [run('b.py')], ['Done.']);
    const { coda } = await playCode({ files }, model);
    const ana = coda.person('ana');
    await ana.says('run it');
    const asked = () => ana.seen().filter(({ buttons }) => buttons.some(({ label }) => label === 'Approve')).length;
    expect(asked(), 'before the skill is in use').toBe(1);
    expect(results(model.requests[1]).at(-1)).toContain('skill_activate');
    await ana.presses('Approve');
    expect(JSON.parse(results(model.requests[2]).at(-1) ?? '').stdout).toBe('42\n');
    expect(results(model.requests[3]).at(-1)).toContain('There is no scripts/b.py');
    expect(asked()).toBe(1);
  });

  test('a yes is for the files that were there when it was asked for, though an owner approves others', async () => {
    const files = { 'scripts/a.py': 'print(1)\n' };
    const model = new ScriptedModel([activate('tools')], [run('a.py')], ['Done.']);
    const { coda, folder } = await playCode({ files }, model);
    const ana = coda.person('ana');
    await ana.says('run it');
    write(folder, 'tools/scripts/a.py', 'print("other")\n');
    await coda.person('olga').says('/rescan-skills');
    await coda.person('olga').says('/skills approve tools');
    await coda.person('olga').presses('Approve');
    await ana.presses('Approve');
    expect(model.requests.map((request) => results(request).at(-1) ?? '').join()).not.toContain('other');
  });

  test('a call that was stored for a skill of its own is still one', async () => {
    const model = new ScriptedModel([{ call: 'skill_run', input: { name: 'tools', task: 'go' } }], ['Done.']);
    const { coda } = await playCode({}, model);
    await coda.person('ana').says('go');
    expect(results(model.requests.at(-1))[0]).toContain('skill_activate');
  });

  test('commands in the text of an approved skill are run when it is activated, those of another are shown', async () => {
    const body = 'Today: !`echo $((40 + 2)) && cat data.txt` and !`exit 3`';
    const model = new ScriptedModel([activate('tools')], ['One.'], [activate('tools')], ['Two.']);
    const { coda } = await playCode({ body, files: { 'data.txt': 'beside' } }, model);
    const ana = coda.person('ana');
    await ana.says('go');
    expect(results(model.requests[1])[0]).toContain('Shown and not run: `echo');
    const skill = await coda.app.agentSkills.inquire('tools');
    if (typeof skill === 'string') throw new Error(skill);
    expect(await coda.app.agentSkills.approve('tools', skill.pin.hash)).toBe(true);
    await ana.says('again');
    expect(results(model.requests[3])[0]).toContain('Today: 42\nbeside and [exit code 3]');
  });
  test('commands of one’s own skill are run, have their time, and as much room as a command may fill', async () => {
    const content = 'Files: !`ls /skills | wc -l`. Slow: !`sleep 60`. Long: !`head -c 20000 /dev/zero | tr "\\0" x`';
    const inline = [{ name: 'own', description: 'Mine.', instructions: content }];
    const model = new ScriptedModel([activate('own')], ['Done.']);
    // A call has no longer than its session.
    const { coda } = await playCode({}, model, { 'skills.inline': inline, 'execution.sandbox_timeout': '3s' });
    await coda.sends('ana', Buffer.from('words of somebody'));
    const [told = ''] = results(model.requests[1]);
    expect(told).toContain('Files: 0.');
    expect(told).toContain('[cut: it wrote 20000 bytes]');
    expect(told.length).toBeLessThan(10_000);
    expect(told).toContain('Slow: [ended: it took longer than a command of a skill may].');
  });

  test('a workspace that outlasts its turn stays tainted by what was in it, whoever reads it', async () => {
    const body = 'Was sent: !`cat a.bin`';
    const inline = [{ name: 'own', description: 'Mine.', instructions: body }];
    const model = new ScriptedModel([activate('own')], ['One.'], [activate('own')], ['Two.']);
    const { coda } = await playCode({}, model, { 'skills.inline': inline, 'execution.lasting': ['own'] });
    await coda.sends('ana', Buffer.from('words of somebody'));
    await coda.person('ana').says('/new');
    await coda.person('ana').says('what was it?');
    const told = model.requests.map((request) => results(request).at(-1) ?? '');
    expect(told[3]).toContain('Was sent: words of somebody');
    const { rows } = await coda
      .database()
      .read("select s.tainted from steps s join turns t on t.id = s.turn_id where s.kind = 'result' order by s.at");
    expect(rows).toEqual([{ tainted: true }, { tainted: true }]);
  });
});
