import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRepository } from '../../../src/skills/self-coding/repository.ts';
import { importersOf } from '../../../src/skills/self-coding/survey.ts';
import { FORGE_TOKEN, Forge } from '../../support/forge.ts';

/** Each imports `src/notes/store.ts`, in one of the ways in which that can be written. */
const IMPORTERS: Readonly<Record<string, string>> = {
  'src/notes/static.ts': `import { find } from './store.ts';\n`,
  'src/notes/lines.ts': `import {\n  find,\n}\n  from\n  '../notes/store';\n`,
  'src/notes/exported.ts': `export * from "./store.js";\n`,
  'src/tasks/dynamic.ts': `const it = await import(\n  '../notes/store.ts'\n);\n`,
  'src/tasks/computed.ts': 'const it = await import(`../notes/${name}.ts`);\n',
  'src/tasks/joined.ts': `const it = require('../notes/' + name);\n`,
  'src/tasks/required.cjs': `const it = require('../notes/store');\n`,
  'src/tasks/worker.ts': `new Worker(new URL('../notes/store.ts?worker', import.meta.url));\n`,
  'src/alias.ts': `import { find } from '@/notes/store';\n`,
  'src/rooted.ts': `import { find } from 'src/notes/store.ts';\n`,
  'src/bare.ts': `import { find } from 'store';\n`,
  'app/package.json': `{ "exports": "./../src/notes/store.ts" }\n`,
};

/** None of these does. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/notes/store.ts': 'export const find = 1;\n',
  'src/tasks/store.ts': 'export const find = 2;\n',
  'src/tasks/own.ts': `import { find } from './store.ts';\n`,
  'src/tasks/near.ts': `import { all } from '../notes/store-keys.ts';\n`,
  'src/tasks/words.ts': `import x from './own.ts'; // what is kept in the store\nconst kind = 'store';\n`,
};

/** The files of a commit with these that may import `path`. */
async function importers(files: Readonly<Record<string, string>>, path: string): Promise<string[]> {
  await using forge = await Forge.start(files);
  const folder = mkdtempSync(join(tmpdir(), 'coda-imports-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { repository, remote } = forge.settings;
  const settings = { ...{ api: forge.url, repository, remote, base: 'main' }, token: FORGE_TOKEN, server: undefined };
  const { signal } = new AbortController();
  const opened = await openRepository({ forge: settings, env: process.env, folder: join(folder, 'copy') }, signal);
  const commit = await opened.fetchBranch('main', signal);
  return [...(await importersOf(opened, commit, [path], signal))].filter((each) => each !== path).sort();
}

test('whatever imports a file is found, however it writes that, and what means another file is not', async () => {
  expect(await importers({ ...IMPORTERS, ...OTHERS }, 'src/notes/store.ts')).toEqual(Object.keys(IMPORTERS).sort());
});

test('an index is found by its folder, and other folders have theirs', async () => {
  const files = {
    'src/notes/index.ts': '',
    'src/tasks/index.ts': '',
    'src/a.ts': `import '../src/notes';\n`,
    'src/b.ts': `import './notes/index.ts';\n`,
    'src/notes/c.ts': `import '.';\n`,
    'src/tasks/d.ts': `import './index.ts';\n`,
    'src/e.ts': `import '#notes';\n`,
  };
  expect(await importers(files, 'src/notes/index.ts')).toEqual(['src/a.ts', 'src/b.ts', 'src/e.ts', 'src/notes/c.ts']);
});

test('in other languages a file counts that imports anything and has the name in it', async () => {
  const files = {
    'src/total.py': '',
    'a.py': 'from src import (\n  rate,\n  total,\n)\n',
    'b.py': 'import importlib\nit = importlib.import_module("src.total")\n',
    'c.py': 'import os\nsubtotal = 1\n',
    'd.txt': 'the total\n',
  };
  expect(await importers(files, 'src/total.py')).toEqual(['a.py', 'b.py']);
});
