import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentSkill } from '../../../src/agent-skills/index.ts';
import { playWith, results, type SkillFiles, type SkillPlay } from '../../agent-skills/conversation.ts';
import { skillText, write } from '../../agent-skills/support.ts';
import { DOCKER, docker, dockerBytes, packed } from '../../support/docker.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { codeConfig, lastResult, saysAndApproves } from './play.ts';

requireService('CODA_TEST_DOCKER');

const tagOf = (skill: string) => `coda-test-${skill}-${process.pid}`;
/** By skill, the id of an image that is the usual one with a package in it. */
const images = new Map<string, string>();
const PACKAGES = { words: 'coda_words', tables: 'coda_tables' };

/** Which skills have files there, which of the packages can be imported, and what of it can be changed. */
const LOOK = `import glob, importlib.util, os
print(sorted(glob.glob('/skills/*/data.txt')))
print([name for name in ('coda_words', 'coda_tables') if importlib.util.find_spec(name)])
for path in ('/skills/words/data.txt', '/skills/words/new.txt'):
    try: open(path, 'w'); print('written', path)
    except OSError as error: print(error.strerror)
`;
const look = { call: 'code_execute', input: { language: 'python', code: LOOK } };
const activate = (name: string) => ({ call: 'skill_activate', input: { name } });

const SKILL: SkillFiles = { more: 'dependencies: [a-package==1.0]\n', files: { 'data.txt': 'beside it' } };

/** A conversation with skills of which these have an image of their own. */
async function playBuilt(
  model: ScriptedModel,
  { skills = { words: SKILL }, built = ['words'], config = {} }: Partial<Built> = {},
): Promise<SkillPlay> {
  const played = await playWith(skills, { model, config: codeConfig(config) });
  for (const name of built) await record(played, name);
  return played;
}

interface Built {
  skills: Record<string, SkillFiles>;
  built: readonly string[];
  config: Record<string, unknown>;
}

async function record({ coda }: SkillPlay, name: string): Promise<AgentSkill> {
  const { catalog, images: ofSkills } = coda.app.agentSkills;
  const [plan] = await ofSkills.plans(name);
  await ofSkills.recordBuilt({ skill: name, image: images.get(name) ?? '', hash: plan?.hash ?? '' });
  return catalog.current().skills.get(name) as AgentSkill;
}

/** What the newest code printed, a line each. */
const printed = (model: ScriptedModel, at = -1): string[] =>
  lastResult(model.requests.at(at)).stdout.trimEnd().split('\n');

const card = ({ coda }: SkillPlay): string => coda.person('ana').seen().at(-1)?.text ?? '';

describe.skipIf(!DOCKER)('code of a model', () => {
  beforeAll(async () => {
    for (const [skill, name] of Object.entries(PACKAGES)) {
      const made = await docker<{ Id: string }>('POST', '/containers/create', { Image: DOCKER?.image, Cmd: ['true'] });
      const archive = await packed([[`${name}.py`, 'def count(text): return len(text.split())\n']]);
      await dockerBytes('PUT', `/containers/${made.Id}/archive?path=/usr/lib/python3/dist-packages`, archive);
      const { Id } = await docker<{ Id: string }>('POST', `/commit?container=${made.Id}&repo=${tagOf(skill)}`, {});
      images.set(skill, Id);
      await docker('DELETE', `/containers/${made.Id}`);
    }
  });

  afterAll(async () => {
    for (const skill of Object.keys(PACKAGES)) await docker('DELETE', `/images/${tagOf(skill)}?force=1`);
  });

  test('finds the files of a skill and the packages of its image once it is in use, and not before', async () => {
    const model = new ScriptedModel([look], ['Nothing.'], [activate('words')], [look], ['Both.'], [look], ['Nothing.']);
    const played = await playBuilt(model);
    await saysAndApproves(played.coda, 'look');
    expect(printed(model, 1)).toEqual(['[]', '[]', 'No such file or directory', 'No such file or directory']);

    await played.coda.person('ana').says('use words');
    // The card names what it would run with, and so do the lists of what waits.
    const says = `in the image of the skill words (${images.get('words')?.slice(0, 60)}), with the files of words in /skills.`;
    expect(card(played)).toContain(says);
    expect((await played.coda.app.approvals.list())[0]?.shown).toContain(says);
    await played.coda.person('ana').presses('Approve');
    const there = ["['/skills/words/data.txt']", "['coda_words']"];
    expect(printed(model, 4)).toEqual([...there, 'Permission denied', 'Permission denied']);

    // In another person's conversation it is not in use.
    const bob = played.coda.person('bob');
    await bob.says('look');
    await bob.presses('Approve');
    expect(printed(model).slice(0, 2)).toEqual(['[]', '[]']);
    // A third party's files count as their words.
    const { rows } = await played.coda.database().read(
      `select c.channel, s.tainted from steps s join turns t on t.id = s.turn_id join conversations c on c.id = t.conversation_id
          where s.kind = 'result' and s.payload ->> 'text' like '%exit_code%' order by c.channel, s.tainted`,
    );
    expect(rows).toEqual([
      { channel: 'dm-ana', tainted: false },
      { channel: 'dm-ana', tainted: true },
      { channel: 'dm-bob', tainted: false },
    ]);
  });

  test('runs in the image of the skill that was activated last, beside the files of both', async () => {
    const skills = { words: SKILL, tables: SKILL, plain: { files: { 'data.txt': 'x' } } };
    const file = { call: 'file_write', input: { path: 'a.txt', content: 'kept' } };
    const again = { call: 'code_execute', input: { language: 'python', code: `${LOOK}print(open('a.txt').read())` } };
    const model = new ScriptedModel(
      [activate('tables'), activate('words'), activate('plain')],
      [look],
      [activate('tables')],
      [file, again],
      ['Done.'],
    );
    const played = await playBuilt(model, {
      skills,
      built: ['words', 'tables'],
      config: { 'execution.lasting': ['fake:dm-ana'] },
    });
    await saysAndApproves(played.coda, 'look');
    const all = "['/skills/plain/data.txt', '/skills/tables/data.txt', '/skills/words/data.txt']";
    expect(printed(model, 2).slice(0, 2)).toEqual([all, "['coda_words']"]);
    // What was written before is in that container.
    const [, told = '{}'] = results(model.requests.at(-1));
    expect(JSON.parse(told).stdout.split('\n').slice(0, 2)).toEqual([all, "['coda_tables']"]);
    expect(JSON.parse(told).stdout).toContain('kept');
  });

  test('in a workspace that began before the activation gets a new container, and the model is told', async () => {
    const model = new ScriptedModel(
      [{ call: 'code_execute', input: { command: 'echo 1 > a.txt' } }],
      ['One.'],
      [activate('words')],
      [look],
      ['Two.'],
      [look],
      ['Three.'],
    );
    const played = await playBuilt(model, { config: { 'execution.lasting': ['fake:dm-ana'] } });
    const { coda } = played;
    await saysAndApproves(coda, 'write');
    await saysAndApproves(coda, 'look');
    expect(printed(model, 4).slice(0, 2)).toEqual(["['/skills/words/data.txt']", "['coda_words']"]);
    expect(JSON.stringify(lastResult(model.requests[4]).notes)).toContain('new sandbox');
    // Switched off, its files are in no container any more.
    await coda.person('ana').says('/skills off words');
    await saysAndApproves(coda, 'look');
    expect(printed(model).slice(0, 2)).toEqual(['[]', '[]']);
  });

  test('that was approved with the files of a skill runs with no others', async () => {
    const model = new ScriptedModel([activate('words')], [look], ['One.'], [look], ['Two.']);
    const played = await playBuilt(model);
    const ana = played.coda.person('ana');
    await ana.says('look');
    write(played.folder, 'words/data.txt', 'other words');
    await ana.presses('Approve');
    expect(results(model.requests[2]).join()).not.toContain('exit_code');
    // What has changed since it was pinned is not there until an owner has looked at it.
    await saysAndApproves(played.coda, 'look');
    expect(printed(model).slice(0, 2)).toEqual(['[]', '[]']);
    expect(JSON.stringify(lastResult(model.requests.at(-1)).notes)).toContain('words” has changed since');
  });

  test('beside the activation runs as it was shown, without the skill', async () => {
    const model = new ScriptedModel([activate('words'), look], ['One.']);
    const played = await playBuilt(model);
    await saysAndApproves(played.coda, 'look');
    const [, told = '{}'] = results(model.requests.at(-1));
    expect(JSON.parse(told).stdout).toContain('[]\n[]\n');
    expect(JSON.stringify(JSON.parse(told).notes)).toContain('make it again');
  });

  test('goes without a skill that a policy keeps from its person, whoever has activated it there', async () => {
    const model = new ScriptedModel([activate('words')], [look], ['One.'], [look], ['Two.']);
    const policy = { skill_id: 'agent-skills/words', required_permissions: ['admin:read'] };
    const played = await playBuilt(model, { config: { 'access.policies': [policy] } });
    const olga = played.coda.person('olga', { channel: 'room' });
    const bob = played.coda.person('bob', { channel: 'room', role: 'member' });
    await olga.says('look');
    await olga.presses('Approve');
    expect(printed(model, 2)[0]).toBe("['/skills/words/data.txt']");
    await bob.says('look');
    await bob.presses('Approve');
    expect(printed(model).slice(0, 2)).toEqual(['[]', '[]']);
  });

  test('goes without a skill that is a draft by now', async () => {
    const model = new ScriptedModel([activate('words')], ['One.'], [look], ['Two.']);
    const played = await playBuilt(model, { skills: { words: {} }, built: [] });
    await played.coda.person('ana').says('use it');
    write(played.folder, 'words/SKILL.md', skillText('words', { more: 'metadata: { state: draft }\n' }));
    await played.coda.person('olga').says('/rescan-skills');
    await saysAndApproves(played.coda, 'look');
    expect(printed(model).slice(0, 2)).toEqual(['[]', '[]']);
    expect(lastResult(model.requests.at(-1)).notes).toBeUndefined();
  });

  test('in the image that a skill names runs there where it is allowed, else in the usual one', async () => {
    const model = new ScriptedModel([activate('named')], [look], ['One.'], [activate('gone')], [look], ['Two.']);
    const skills = {
      named: { more: `docker_image: ${tagOf('words')}\n` },
      gone: { more: 'docker_image: evil.example/miner:1\n' },
    };
    const allowed = [DOCKER?.image, tagOf('words')];
    const played = await playBuilt(model, { skills, built: [], config: { 'execution.allowed_images': allowed } });
    await saysAndApproves(played.coda, 'look');
    expect(printed(model, 2)[1]).toBe("['coda_words']");
    await saysAndApproves(played.coda, 'look');
    expect(printed(model)[1]).toBe('[]');
    expect(JSON.stringify(lastResult(model.requests.at(-1)).notes)).toContain('evil.example/miner:1');
  });
});
