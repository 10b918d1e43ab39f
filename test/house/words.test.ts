import { expect, test } from 'vitest';
import { countDoors } from '../../scripts/doors.mjs';
import {
  checkArrows,
  checkShape,
  countBareNames,
  countHeadless,
  countLeftovers,
  inspect,
  roomOf,
  sharedNumbers,
  strayFiles,
} from '../../scripts/house.mjs';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `  step(${index});`).join('\n');

test('process.env is found outside of config and app', () => {
  const text = 'export const port = process.env.PORT;\n';
  expect(inspect('src/agent/index.ts', text).errors).toEqual([
    'src/agent/index.ts:1 reads process.env; take the value from World or Config',
  ]);
  expect(inspect('src/config/load.ts', text).errors).toEqual([]);
  expect(inspect('src/main.ts', text).errors).toEqual([]);
});

test.each([
  ['a select', 'const q = `select id, body from notes where owner = $1`;'],
  ['an insert in a template', 'const q = `insert into notes (id) values (${ids})`;'],
  ['an update', "const q = 'update notes set body = $1';"],
  ['a delete', 'const q = "delete from notes where id = $1";'],
])('%s is found outside of a store', (_, text) => {
  expect(inspect('src/skills/notes/tools.ts', text).errors).toHaveLength(1);
  expect(inspect('src/skills/notes/store.ts', text).errors).toEqual([]);
  expect(inspect('src/storage/migrate.ts', text).errors).toEqual([]);
});

test('JavaScript of a thread or a process of its own imports no TypeScript', () => {
  const text =
    "import { parse } from './parse.js';\nimport { json } from '../base/json.ts';\nawait import('./late.ts');\n";
  expect(inspect('src/media/reader.js', text).errors).toEqual([
    'src/media/reader.js:2 imports TypeScript, which a thread does not load',
    'src/media/reader.js:3 imports TypeScript, which a thread does not load',
  ]);
  expect(inspect('src/media/reader.ts', text).errors).toEqual([]);
});

test('a statement that asks the database for the time is found', () => {
  const text = 'const q = `update notes set seen_at = now() where id = ${id}`;\n';
  expect(inspect('src/skills/notes/store.ts', text).errors).toEqual([
    expect.stringContaining('store.ts:1 asks the database for the time'),
  ]);
  expect(inspect('src/storage/open.ts', text).errors).toEqual([]);
  const migration = '-- never now()\ncreate table notes (\n  at timestamptz default now()\n);\n';
  expect(inspect('migrations/0009_notes.sql', migration).errors).toEqual([
    expect.stringContaining('0009_notes.sql:3 asks the database for the time'),
  ]);
});

test('a sentence that begins like SQL is not taken for it', () => {
  const text = "const said = ['Select a reminder', 'Update me at noon', 'delete the last note', 'with milk'];";
  expect(inspect('src/chat/texts.ts', text).errors).toEqual([]);
});

test('a part of coda that is made of a later one is found, a function that calls itself is not', () => {
  const found = (lines: string) => inspect('src/app/build.ts', `function build() {\n${lines}\n}\n`).errors;
  const later = 'src/app/build.ts:2 names skills, which is made further down';
  expect(found('const box = open(() => skills);\nconst skills = equip(box);')).toEqual([later]);
  expect(found('const { skills } = equip({ all: () => ({ skills }) });')).toEqual([later]);
  expect(found('const box = open({ skills: () => box.skills, all: (skills) => skills });\nconst skills = 1;')).toEqual([
    expect.stringContaining('names box'),
  ]);
  expect(found('const skills = equip();\nconst all = () => (skills.length > 0 ? all() : []);')).toEqual([]);
});

test('comments that begin without a noun or verb are counted, in both forms', () => {
  const headless = '/** Whether it is so. */\n/**\n * What it is.\n */\n// Of each one.\n'.repeat(51);
  expect(countHeadless([['src/agent/turn.ts', headless]])).toEqual([
    expect.stringMatching(/^153 comments begin with what, .* most in src\/agent\/turn\.ts \(153\)$/),
  ]);
  expect(countHeadless([['src/agent/turn.ts', '/** True if it is so; what else. */\n'.repeat(200)]])).toEqual([]);
  expect(countHeadless([['test/agent/turn.ts', headless]])).toEqual([]);
});

test('names of one word that is no noun and no act are counted, those of functions, methods and types', () => {
  const files: [string, string][] = [
    [
      'src/notes/tools.ts',
      'export function shown() {}\nconst over = () => 1;\nconst held = 2;\nfunction show(taken: string) { const told = () => taken; }',
    ],
    ['src/notes/host.ts', 'export interface Asked { moved(): void; said: string }\nclass Lane { look() {} }'],
    [
      'src/notes/fine.ts',
      'export const done = 1;\nexport function now() {}\ntype String1 = 1;\ntype Setting = 1;\nfunction embed() {}',
    ],
    ['test/notes/tools.ts', 'function shown() {}'],
  ];
  expect(countBareNames(files, { all: 4, exported: 2 })).toEqual([
    '5 functions, methods and types are named by a participle, preposition or vague verb alone (4), most in ' +
      'src/notes/host.ts (Asked, moved, look), src/notes/tools.ts (shown, over)',
    '3 exported functions, methods and types are named by a participle, preposition or vague verb alone (2), most in ' +
      'src/notes/host.ts (Asked, moved), src/notes/tools.ts (shown)',
  ]);
  expect(countBareNames(files, { all: 5, exported: 3 })).toEqual([]);
});

test('the shape of src is bounded: lines a file, files of a folder, and small ones that one file imports', () => {
  const source = (file: string, text = '') => [`src/${file}`, text] as const;
  const files = [
    source('notes/index.ts', "import { a } from './a.ts';\nimport { b } from './b.ts';\nimport { c } from './c.ts';\n"),
    source('notes/a.ts', 'export const a = 1;\n'),
    source('notes/b.ts', 'export const b = 1;\n'),
    source('notes/c.ts', `${lines(60)}\n`),
    ['test/notes/b.test.ts', "import { b } from '../../src/notes/b.ts';\n"] as const,
  ];
  const bounds = { linesPerFile: 16, filesInFolder: 4, smallWithOneImporter: 1 };
  expect(checkShape(files, bounds)).toEqual([]);
  expect(checkShape(files, { linesPerFile: 17, filesInFolder: 3, smallWithOneImporter: 0 })).toEqual([
    'the files of src have 16.3 lines on average (17)',
    'src/notes has 4 files of its own (3)',
    '1 files under 60 lines have one importer and no test (0), such as src/notes/a.ts',
  ]);
});

test('an import that leads up to a file which stands on folders is found', () => {
  const files: [string, string][] = [
    ['src/notes/index.ts', "import './find/words.ts';\nimport { host } from './host.ts';"],
    ['src/notes/host.ts', "import type { Words } from './find/words.ts';\nimport './kinds.ts';"],
    ['src/notes/kinds.ts', ''],
    ['src/notes/find/words.ts', "import '../kinds.ts';\nimport '../../base/text.ts';"],
    ['src/notes/use/tools.ts', "import type { Host } from '../host.ts';\nimport '../find/words.ts';"],
    ['src/base/text.ts', ''],
  ];
  expect(checkArrows(files, {})).toEqual([
    'notes: 1 imports lead up (0), such as src/notes/use/tools.ts → src/notes/host.ts',
  ]);
  expect(checkArrows(files, { notes: 1 })).toEqual([]);
});

test('a long file and a long function are warned of by their room', () => {
  const long = inspect('src/agent/turn.ts', `function run() {\n${lines(61)}\n}\n`);
  expect(long.warnings).toEqual(['agent: run() in src/agent/turn.ts:1 has 63 lines (60)']);
  // Pages, and what puts coda together, have none.
  for (const file of ['src/web/notes/page.tsx', 'src/app/build.ts'])
    expect(inspect(file, `function run() {\n${lines(61)}\n}\n`).errors).toMatchObject([
      expect.stringContaining(`run() in ${file}:1 has 63 lines`),
    ]);
  expect(inspect('src/agent/turn.ts', `${lines(601)}\n`).warnings).toEqual([
    'agent: src/agent/turn.ts has 601 lines (600)',
  ]);
});

test('a suite is not a function', () => {
  const tests = `  test('one', () => {});\n${lines(80)}`;
  expect(inspect('test/agent/turn.test.ts', `describe('x', () => {\n${tests}\n});\n`).warnings).toEqual([]);
  expect(inspect('test/support/contract.ts', `export function contract() {\n${tests}\n}\n`).warnings).toEqual([]);
});

test.each([
  ['src/skills/notes/store.ts', 'skills/notes'],
  ['src/agent/models/prices.ts', 'agent'],
  ['test/config/load.test.ts', 'test/config'],
  ['src/main.ts', 'src'],
])('%s stands in %s', (file, room) => {
  expect(roomOf(file)).toBe(room);
});

test('two migrations with one number are found before they meet a database', () => {
  const files = ['migrations/0001_core.sql', 'migrations/0002_a.sql', 'migrations/0002_b.sql', 'src/main.ts'];
  expect(sharedNumbers(files)).toEqual([
    'migrations/0002_b.sql has the number of migrations/0002_a.sql; give it the next free one',
  ]);
});

test('a literal is not spread into a literal, and what is not one may be', () => {
  const errors = (text: string) => inspect('src/agent/index.ts', text).errors;
  expect(errors('export const one = { ...{ a: 1 }, b: 2 };')).toEqual([
    'src/agent/index.ts:1 spreads a literal into a literal; its members stand in the outer one',
  ]);
  expect(errors('export const some = [...[1, 2], 3];')).toHaveLength(1);
  expect(errors('export const some = (one: object, is: boolean) => ({ ...one, ...(is && { b: 2 }) });')).toEqual([]);
});

test('a file in the root that no list names is found', () => {
  expect(strayFiles(['README.md', 'package.json', 'NOTES-FOR-LATER.md'])).toEqual([
    expect.stringContaining('NOTES-FOR-LATER.md stands in the root'),
  ]);
});

test('long functions, conditional spreads and locals named by a participle are counted', () => {
  const text = `export function read(given: string) {
  const found = open(given);
  const isOpen = (kept: boolean) => kept;
  return { ...(found && { found }), ...(isOpen(true) ? { open: true } : {}), given };
}
export type Reader = (shown: string) => void;
`;
  const long = `export function write() {\n${lines(60)}\n}\n`;
  const bounds = { longFunctions: 0, conditionalSpreads: 1, participleLocals: 3 };
  const files: (readonly [string, string])[] = [
    ['src/notes/read.ts', text],
    ['src/notes/write.ts', long],
    ['test/notes/write.test.ts', text],
  ];
  expect(countLeftovers(files, bounds)).toEqual([
    '1 long functions (0), most in src/notes/write.ts (1), src/notes/read.ts (0)',
    '2 conditional spreads (1), most in src/notes/read.ts (2), src/notes/write.ts (0)',
  ]);
  expect(countLeftovers(files, { ...bounds, participleLocals: 2 })).toContainEqual(
    '3 participle locals (2), most in src/notes/read.ts (3), src/notes/write.ts (0)',
  );
});

test('names behind export * count at the door of a room', () => {
  const files: (readonly [string, string])[] = [
    ['src/notes/index.ts', "export * as facts from './facts.ts';\nexport { find } from './find.ts';\n"],
    [
      'src/notes/facts.ts',
      "export const one = 1;\nexport interface Two {}\nconst own = 2;\nexport * from './more.ts';\n",
    ],
    ['src/notes/more.ts', 'export function three() {}\n'],
    ['src/notes/inner/index.ts', "export * from '../facts.ts';\n"],
    ['src/skills/tally/index.ts', 'export const tally = {};\n'],
  ];
  expect(countDoors(files, { behindStars: {}, all: {} })).toEqual([
    'src/notes/index.ts has 3 names behind "export *" (0): export by name what others use',
  ]);
  expect(countDoors(files, { behindStars: { notes: 3 }, all: { notes: 4 } })).toEqual([]);
  expect(countDoors(files, { behindStars: { notes: 3 }, all: { notes: 3 } })).toEqual([
    'src/notes/index.ts has 4 names (3): take one away before another one comes',
  ]);
});
