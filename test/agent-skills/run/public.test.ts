import { describe, expect, test } from 'vitest';
import type { ToolDeps } from '../../../src/agent-skills/use/deps.ts';
import { runTool } from '../../../src/agent-skills/use/run.ts';
import { type Workspace, Workspaces } from '../../../src/sandbox/index.ts';
import { readerOf } from '../../../src/storage/index.ts';
import { DOCKER, testSandbox } from '../../support/docker.ts';
import type { Play } from '../../support/play.ts';
import { requireService } from '../../support/postgres.ts';
import { type Line, ScriptedModel } from '../../support/scripted-model.ts';
import { playWith, type SkillFiles } from '../conversation.ts';
import { NODE } from './public/node.ts';
import { PYTHON } from './public/python.ts';
import { PYTHON_ON_FILES } from './public/python-files.ts';
import type { PublicScript } from './public/script.ts';
import { SHELL } from './public/shell.ts';

requireService('CODA_TEST_DOCKER');

const ALL: readonly PublicScript[] = [...PYTHON, ...PYTHON_ON_FILES, ...SHELL, ...NODE];
const makers = new Set(ALL.filter(({ makes }) => makes).map(({ skill }) => skill));
/** Those whose skills make files come last: what is in the output is looked through after each run. */
const SCRIPTS = [...ALL.filter(({ skill }) => !makers.has(skill)), ...ALL.filter(({ skill }) => makers.has(skill))];

/** All skills, each with all of its scripts. */
function skillsOf(scripts: readonly PublicScript[]): Record<string, SkillFiles> {
  const skills: Record<string, SkillFiles & { files: Record<string, string> }> = {};
  for (const { skill, path, code, files } of scripts) {
    skills[skill] ??= { files: {} };
    Object.assign(skills[skill].files, files, { [`scripts/${path}`]: code });
  }
  return skills;
}

/** At most so many skills are in use in one conversation. */
const IN_USE = 20;

describe.skipIf(!DOCKER)('scripts as public skills bring them', () => {
  test('run unchanged, fifty of them, in one sandbox', async () => {
    expect(SCRIPTS).toHaveLength(50);
    const names = [...new Set(SCRIPTS.map(({ skill }) => skill))];
    const groups = Array.from({ length: Math.ceil(names.length / IN_USE) }, (_, at) =>
      names.slice(at * IN_USE, (at + 1) * IN_USE),
    );
    const answers = groups.flatMap((group) => [
      group.map((name): Line => ({ call: 'skill_activate', input: { name } })),
      ['Ready.'],
    ]);
    const { coda } = await playWith(skillsOf(SCRIPTS), { model: new ScriptedModel(...answers) });
    const rooms = groups.map((_, at) => `room-${at}`);
    for (const channel of rooms) expect(await coda.person('ana', { channel }).says('begin')).toBe('Ready.');

    // Past the conversation from here on: each call would ask, and each question would end the sandbox.
    const sandbox = testSandbox();
    const keep = (content: AsyncIterable<Uint8Array>) => coda.artifacts().put(content);
    const workspace = new Workspaces({ sandbox, keep, lastingMs: 0 }).alone();
    const tool = runTool(depsOf(coda, workspace));
    const wrong: object[] = [];
    for (const script of SCRIPTS) {
      const channel = rooms[groups.findIndex((group) => group.includes(script.skill))] ?? '';
      const { skill: name, path, args = [], input } = script;
      const asked = { name, script: path, args, timeout: 30, ...(input && { input }) };
      const result = await tool.run(asked as never, (await contextIn(coda, channel)) as never);
      const told = result.ok ? JSON.parse(result.text) : result;
      if (!isAsExpected(script, told)) wrong.push({ script: `${name}/${path}`, told });
    }
    expect(wrong).toEqual([]);
    await sandbox.close();
  });
});

function depsOf(coda: Play, workspace: Workspace): ToolDeps {
  const host = coda.app.agentSkills;
  const code = {
    isOn: true,
    workspaceOf: () => workspace,
    alone: () => workspace,
    imageOf: async () => ({ image: undefined, wrong: undefined }),
    attachedFiles: async () => [],
  };
  const database = coda.database();
  const [gate, jobs] = [{ roles: () => [] }, { takeUp: async () => false }];
  const rest = { gate, jobs, search: undefined as never, exposed: {}, alone: { timeoutMs: 0, budget: undefined } };
  return {
    host,
    views: host.views,
    artifacts: undefined as never,
    denied: () => new Set(),
    database,
    reader: readerOf(database),
    code,
    ...rest,
  };
}

async function contextIn(coda: Play, channel: string) {
  const { rows } = await coda
    .database()
    .read<{ id: string }>('select id from conversations where channel = $1', [channel]);
  const who = { person: { id: 'ana' }, place: { space: 'test' }, turn: {}, approval: {} };
  return { conversationId: rows[0]?.id, signal: new AbortController().signal, ...who };
}

interface ToldRun {
  exit_code: number;
  stdout: string;
  stderr: string;
  files: { name: string }[];
}

function isAsExpected({ says, exit = 0, makes = [] }: PublicScript, { exit_code, stdout, stderr, files }: ToldRun) {
  const made = files?.map(({ name }) => name.split('/').at(-1)).sort();
  return exit_code === exit && `${stdout}${stderr}`.includes(says) && made.join() === [...makes].sort().join();
}
