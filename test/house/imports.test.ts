import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

interface Cruised {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] };
}

const root = packageRoot();
let cruised: Cruised;
let folder: string;

/** A house in which each file breaks one rule, and a few break none. */
const PLANTED: Record<string, string> = {
  'src/main.ts': "import '../src/agent/index.ts';",
  'src/base/text.ts': "import '../time/index.ts';",
  'src/base/ring-a.ts': "import './ring-b.ts';",
  'src/base/ring-b.ts': "import './ring-a.ts';",
  'src/time/index.ts': "import '../config/index.ts';",
  'src/config/index.ts': "import '../base/text.ts';",
  'src/storage/index.ts': "import 'pg';\nimport '../config/index.ts';",
  'src/storage/port.ts': '',
  'src/jobs/index.ts': "import '../storage/port.ts';",
  'src/people/index.ts': "import type { Turn } from '../agent/index.ts';\nexport type { Turn };",
  'src/delivery/index.ts': "import 'pg';",
  'src/agent/index.ts': "import 'ioredis';\nexport interface Turn { id: string }",
  'src/agent/card.ts': "import 'discord.js';",
  'src/chat/index.ts': "import '@slack/bolt';",
  'src/chat/run.ts': "import 'dockerode';",
  'src/chat/get.ts': "import 'undici';",
  'src/chat/dev.ts': "import 'fast-check';",
  'src/chat/proof.ts': "import '../../test/support/play.ts';",
  'test/support/play.ts': '',
  'src/skills/notes/index.ts': "import '../reminders/index.ts';",
  'src/skills/reminders/index.ts': "import '../../adapters/discord/index.ts';",
  'src/adapters/discord/index.ts': "import 'discord.js';\nimport '../../skills/weather/index.ts';",
  'src/adapters/slack/index.ts': "import '@slack/bolt';\nimport '../discord/index.ts';",
  'src/skills/weather/index.ts': "import '../../app/index.ts';",
  'src/app/index.ts':
    "import '../skills/weather/index.ts';\nimport '../adapters/slack/index.ts';\nimport './nowhere.ts';",
  'src/cli/index.ts': "import '../app/index.ts';",
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-house-'));
  for (const [file, text] of Object.entries(PLANTED)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  for (const file of ['package.json', '.dependency-cruiser.cjs']) await cp(join(root, file), join(folder, file));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  cruised = await cruise(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function cruise(cwd: string): Promise<Cruised> {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  // It ends with the number of violations; what it found is on stdout either way.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 64_000_000 }).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout) as Cruised;
}

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;

function found(rule: string): string[] {
  const matching = cruised.summary.violations.filter((violation) => violation.rule.name === rule);
  return matching.map(({ from, to }) => `${from} → ${PACKAGE.exec(to)?.[1] ?? to}`).sort();
}

test('an import against the direction is found, a type import too', () => {
  expect(found('one-way-base')).toEqual(['src/base/text.ts → src/time/index.ts']);
  expect(found('one-way-time')).toEqual(['src/time/index.ts → src/config/index.ts']);
  expect(found('one-way-people')).toEqual(['src/people/index.ts → src/agent/index.ts']);
  expect(found('one-way-skills')).toContain('src/skills/weather/index.ts → src/app/index.ts');
});

test('a cycle is found', () => {
  expect(found('no-cycles')).toContain('src/base/ring-a.ts → src/base/ring-b.ts');
});

test('a room entered beside its door is found', () => {
  expect(found('through-the-door')).toEqual(['src/jobs/index.ts → src/storage/port.ts']);
});

test('a skill or an adapter that imports another one is found', () => {
  expect(found('skills-and-adapters-stand-alone')).toEqual([
    'src/adapters/discord/index.ts → src/skills/weather/index.ts',
    'src/adapters/slack/index.ts → src/adapters/discord/index.ts',
    'src/skills/notes/index.ts → src/skills/reminders/index.ts',
    'src/skills/reminders/index.ts → src/adapters/discord/index.ts',
  ]);
});

test.each([
  ['discord.js', 'kept-discord', 'src/agent/card.ts'],
  ['@slack/bolt', 'kept-slack', 'src/chat/index.ts'],
  ['dockerode', 'kept-dockerode', 'src/chat/run.ts'],
  ['undici', 'kept-undici', 'src/chat/get.ts'],
  ['pg', 'kept-postgres', 'src/delivery/index.ts'],
  ['ioredis', 'kept-redis', 'src/agent/index.ts'],
])('%s outside of its one room is found, and inside it is not', (library, rule, where) => {
  expect(found(rule)).toEqual([`${where} → ${library}`]);
});

test('what is shipped leans on nothing that is not', () => {
  expect(found('not-from-outside')).toEqual(['src/chat/proof.ts → test/support/play.ts']);
  expect(found('shipped-packages-only')).toContain('src/chat/dev.ts → fast-check');
  expect(found('resolvable')).toContain('src/app/index.ts → ./nowhere.ts');
  expect(found('main-is-thin')).toEqual(['src/main.ts → src/agent/index.ts']);
});

test('the check sees the real house', async () => {
  const real = await cruise(root);
  expect(real.summary.totalCruised).toBeGreaterThan(50);
});
