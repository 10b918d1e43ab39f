/** A room says what it is: no list of another one names its skill, its tables or its tools. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const src = join(packageRoot(), 'src');

/** A file, the names of others in it, and why they are there. */
const EXCEPTIONS: readonly (readonly [file: string, names: RegExp, reason: string])[] = [
  [
    'agent/tools/tool.ts',
    /^(?:tasks|files|memory|skills|specialists|web|code)$/,
    'groups of tools, as the agent calls them',
  ],
  [
    'agent/tools/offer.ts',
    /^(?:tasks|files|memory|skills|specialists|web|code)$/,
    'the same groups, which models ask for',
  ],
  [
    'agent/tools/tool.ts',
    /^(?:file_read|file_write|web_search)$/,
    'capabilities, for which other assistants have names',
  ],
  ['agent/tools/forbidden.ts', /^web_search$/, 'the same capabilities'],
  ['agent-skills/use/resource.ts', /^file_read$/, 'the capability that it is'],
  [
    'agent-skills/use/deps.ts',
    /^(?:code_execute|file_read|file_write)$/,
    'tools that secrets of a skill may not meet: a rule of safety is said in one place',
  ],
  ['cli/program.ts', /^[a-z]+$/, 'the order of commands in the help; one that is gone is left out'],
  ['adapters/http/web/files.ts', /^(?:today|notes|skills)$/, 'paths of pages'],
  ['skills/self-coding/forbidden.ts', /^[a-z]+$/, 'a room does not open itself to changes of its own code'],
  ['skills/specialists/config.ts', /^web_(?:search|fetch)$/, 'examples of a setting, in the docs'],
  ['skills/skill-market/store.ts', /^skill_requests$/, 'agent skills stay where a skill goes'],
];

/** `skills/notes`, `agent`. */
const roomOf = (file: string): string => /^(?:skills|adapters)\/[^/]+|^[^/]+/.exec(file)?.[0] ?? '';
const isSkill = (room: string): boolean => room.startsWith('skills/') || room === 'agent-skills';
/** Rooms whose tables are theirs alone. */
const hasOwnTables = (room: string): boolean => isSkill(room) || room === 'proposals';

type Owners = Map<string, Set<string>>;

interface House {
  files: ReadonlyMap<string, string>;
  skills: Owners;
  tables: Owners;
  tools: Owners;
}

function add(owners: Owners, name: string, room: string): void {
  owners.set(name, (owners.get(name) ?? new Set()).add(room));
}

/** The web is a client of the public API, whose paths and kinds it names; a comment names what it likes. */
async function readHouse(): Promise<House> {
  const all = (await readdir(src, { recursive: true })).filter((file) => /(?<!\.d)\.ts$/.test(file));
  const texts = all
    .filter((file) => roomOf(file) !== 'web')
    .map(async (file) => [file, (await readFile(join(src, file), 'utf8')).replace(COMMENT, '')] as const);
  const house: House = {
    files: new Map(await Promise.all(texts)),
    skills: new Map(),
    tables: new Map(),
    tools: new Map(),
  };
  for (const [file, text] of house.files) addNames(house, file, text);
  return house;
}

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

function addNames({ skills, tables, tools }: House, file: string, text: string): void {
  const room = roomOf(file);
  if (hasOwnTables(room)) {
    for (const [, name = ''] of text.matchAll(/\binsert into ([a-z_]+)/g)) add(tables, name, room);
  }
  if (!isSkill(room)) return;
  for (const [, name = ''] of text.matchAll(/\b(?:name:|const [A-Z_]+ =) '([a-z]+(?:_[a-z]+)+)'/g))
    add(tools, name, room);
  // The value that `app/` is given, not the entries of a list within it.
  if (/^skills\/[^/]+\/index\.ts$|^agent-skills\/agent-skills\.ts$/.test(file)) {
    const name = /\n {2,4}name: '([a-z-]+)',\n|\{ name: '([a-z-]+)'/.exec(text);
    if (name) add(skills, name[1] ?? name[2] ?? '', room);
  }
}

/** Names in this file that belong to other rooms. A skill may call another one's tool: `tool: 'note_save'`. */
function namesOfOthers({ skills, tables, tools }: House, file: string, text: string): string[] {
  const room = roomOf(file);
  const isOthers = (owners: Owners, name: string) => owners.has(name) && !owners.get(name)?.has(room);
  const mayCall = isSkill(room) || room === 'english';
  const found: string[] = [];
  for (const [, before, name = ''] of text.matchAll(/(tool: )?'=?([a-z]+(?:_[a-z]+)+)'/g))
    if (isOthers(tools, name) && !(before && mayCall)) found.push(name);
  for (const [, name = ''] of text.matchAll(/\bskill: '([a-z-]+)'/g)) if (isOthers(skills, name)) found.push(name);
  for (const [, name = ''] of text.matchAll(/\b(?:from|join|into|update|table:) '?([a-z_]+)\b/g))
    if (isOthers(tables, name)) found.push(name);
  // Alone a name such as "files" is a word like any other; two of them are a list of skills.
  for (const [list] of text.matchAll(/\[[^[\]]*'[^[\]]*\]|(?:'[a-z-]+'\s*\|\s*)+'[a-z-]+'/g)) {
    const names = [...list.matchAll(/'([a-z-]+)'/g)]
      .map(([, name = '']) => name)
      .filter((name) => isOthers(skills, name));
    if (new Set(names).size > 1) found.push(...names);
  }
  return [...new Set(found)];
}

let house: House;
beforeAll(async () => {
  house = await readHouse();
});

test('no room names what belongs to another one', () => {
  const found = [...house.files].flatMap(([file, text]) =>
    namesOfOthers(house, file, text)
      .filter((name) => !EXCEPTIONS.some(([where, names]) => where === file && names.test(name)))
      .map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

/** Writes to tables of other rooms, and why they are there. */
const WRITES: readonly (readonly [file: string, table: string, reason: string])[] = [
  ['skills/titles/store.ts', 'conversations', 'the title is what the skill makes'],
  ['skills/webhooks/store.ts', 'jobs', 'its own jobs go with their person, or along with them'],
];

test('a skill writes tables of its own; of another room it asks for that', () => {
  const roomsOf = new Map<string, Set<string>>();
  for (const [file, text] of house.files)
    for (const [, table = ''] of text.matchAll(/\binsert into ([a-z_]+)/g)) add(roomsOf, table, roomOf(file));
  const writes = [...house.files].flatMap(([file, text]) => {
    const room = roomOf(file);
    const written = [...text.matchAll(/\b(?:update|delete from) ([a-z_]+)|\btable: '([a-z_]+)', ended/g)];
    const tables = new Set(written.map(([, statement, rule]) => statement ?? rule ?? ''));
    return isSkill(room)
      ? [...tables].flatMap((table) =>
          roomsOf.has(table) && !roomsOf.get(table)?.has(room) ? [`${file} ${table}`] : [],
        )
      : [];
  });
  expect(writes.sort()).toEqual(WRITES.map(([file, table]) => `${file} ${table}`));
});

test('what puts coda together is made of no skill', () => {
  const from = [...(house.files.get('app/build.ts') ?? '').matchAll(/(?:from|import\() ?'([^']+)'/g)].map(
    ([, path]) => path,
  );
  expect(from.length).toBeGreaterThan(30);
  expect(from.filter((path) => path?.includes('/skills/'))).toEqual([]);
});

test('each exception is one', () => {
  const idle = EXCEPTIONS.filter(
    ([where, names]) => !namesOfOthers(house, where, house.files.get(where) ?? '').some((name) => names.test(name)),
  );
  expect(idle.map(([where, names]) => `${where}: ${names}`)).toEqual([]);
});

test('names are found', () => {
  expect(house.skills.size).toBeGreaterThan(25);
  expect(house.tools.size).toBeGreaterThan(100);
  expect(house.tables.size).toBeGreaterThan(30);
  const list = `const BESIDE = ['note_save']; const RULE = { skill: 'notes' }; const KINDS = ['notes', 'memory'];`;
  expect(namesOfOthers(house, 'app/list.ts', list)).toEqual(['note_save', 'notes', 'memory']);
  expect(namesOfOthers(house, 'skills/tasks/store.ts', '`select * from notes`')).toEqual(['notes']);
  expect(namesOfOthers(house, 'skills/tasks/tools.ts', `ctx.tools.call({ tool: 'note_save' })`)).toEqual([]);
});
