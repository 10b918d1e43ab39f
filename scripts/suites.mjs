/** The projects of vitest: each suite belongs to one, by what it needs. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { listFiles, root } from './files.mjs';

/**
 * `push` is what a push plays on the embedded database; `postgres` is about what differs between the engines and runs on both.
 * `long` (with the suites that have more to play there) and `engine` (suites of `push` on PostgreSQL) only run with `npm run test:long`.
 * What a push plays is one project, though some of it starts programs or needs Docker or a Chromium: a worker of vitest ends with its
 * project, and what it has imported and the database it has opened with it.
 */
export const PROJECTS = /** @type {const} */ (['push', 'postgres', 'long', 'engine']);

/** @typedef {typeof PROJECTS[number]} Project */

/** Where SQL, locks or plans differ between the engines: storage, claims of work, and the searches that PostgreSQL answers in another way. */
const DIFFERS =
  /^test\/(storage|delivery\/(kill|replicas))\/|^test\/(delivery\/(hanging|messages|notify|outbox|unclear)|jobs\/(dead|events|jobs|keys)|skills\/(notes\/notes|memory\/recall))\./;

/**
 * The suites of each project, relative to the package's root.
 *
 * @returns {Record<Project, string[]>}
 */
export function suitesByProject() {
  /** @type {Record<Project, string[]>} */
  const projects = { push: [], postgres: [], long: [], engine: [] };
  for (const suite of listFiles(join(root, 'test')).filter((file) => file.endsWith('.test.ts'))) {
    const project = projectOf(suite);
    projects[project].push(suite);
    if (project !== 'long' && filesUsedBy(suite).has('test/support/long.ts')) projects.long.push(suite);
    if (project !== 'long' && project !== 'postgres' && read(suite).includes('testDatabases'))
      projects.engine.push(suite);
  }
  return projects;
}

/**
 * The suites of `push` that need no database, no second process, no Docker and no Chromium.
 *
 * @returns {string[]}
 */
export function fastSuites() {
  return suitesByProject().push.filter((suite) => {
    const used = filesUsedBy(suite);
    const database = ['database', 'engines', 'template'].some((name) => used.has(`test/support/${name}.ts`));
    return !database && !needsService(suite) && ![...used].some((file) => read(file).includes("'node:child_process'"));
  });
}

/**
 * The suites that a change of these files touches: changed ones, those that import a changed file directly or through others of
 * `test/`, and those of the same room; of a port also its contract, of a migration the rooms that keep its tables, of a file of data
 * its readers. What a change reaches through other rooms is left to the whole run: through the rooms' contracts nearly every suite
 * reaches nearly every file.
 *
 * @param {string[]} changed paths relative to the package's root
 * @param {string[]} files all files of `test/`
 * @param {string[]} [sources] all files of `src/`
 * @returns {string[]}
 */
export function relatedSuites(changed, files, sources = listFiles(join(root, 'src'))) {
  const readers = changed.flatMap((file) => [...readersOf(file, [...sources, ...files]), ...keepersOf(file, sources)]);
  const touched = [...changed, ...readers];
  const names = new Set([...touched, ...changed.flatMap((file) => contractsOf(file, files))]);
  const rooms = touched.flatMap((file) => roomOfSuites(file) ?? []);
  if (changed.some(isMigration)) rooms.push('test/storage');
  return files.filter((suite) => {
    if (!suite.endsWith('.test.ts') || suite.endsWith('.long.test.ts')) return false;
    if (rooms.some((room) => suite.startsWith(`${room}/`))) return true;
    return [...filesUsedBy(suite)].some((file) => names.has(file) || importsOf(file).some((path) => names.has(path)));
  });
}

const CONTRACT = /^test\/support\/.*-contract\.ts$/;

/**
 * The contract suites of the ports that a file declares: those that import one of its types from its room.
 *
 * @param {string} file
 * @param {string[]} files
 * @returns {string[]}
 */
function contractsOf(file, files) {
  if (!file.startsWith('src/') || !existsSync(join(root, file))) return [];
  const declared = [...read(file).matchAll(/^export (?:interface|type|class|abstract class) (\w+)/gm)].map(
    ([, name]) => name,
  );
  return files.filter((contract) => {
    if (!CONTRACT.test(contract)) return false;
    const imports = [...read(contract).matchAll(/^import (?:type )?\{([^}]*)\} from '([^']+)'/gm)];
    return imports.some(([, names = '', from = '']) => {
      const room = dirname(normalize(join(dirname(contract), from)));
      return file.startsWith(`${room}/`) && names.split(/,|\btype\b/).some((name) => declared.includes(name.trim()));
    });
  });
}

/** @param {string} file */
const isMigration = (file) => /^migrations\/.*\.sql$/.test(file);

/** Statements of a migration that name a table. */
const OF_TABLE = /\b(?:table(?: if (?:not )?exists)?|into|update|from|join|on) ([a-z_]+)/g;

/**
 * The stores whose statements name a table of a migration.
 *
 * @param {string} file
 * @param {string[]} sources
 * @returns {string[]}
 */
function keepersOf(file, sources) {
  if (!isMigration(file) || !existsSync(join(root, file))) return [];
  const sql = read(file).replace(/--.*|'[^']*'/g, '');
  const tables = [...new Set([...sql.matchAll(OF_TABLE)].map(([, name]) => name))];
  const names = new RegExp(`\\b(?:from|join|into|update|table|using)\\s+(?:${tables.join('|')})\\b`, 'i');
  return sources.filter((source) => /\/store(\.ts$|\/)/.test(source) && names.test(read(source)));
}

/** Folders of data that coda reads where it runs. */
const DATA = /^(?:assets|agents|agent-skills|config)\//;

/**
 * The files that read a file of data: they name it, or where none of `src` does, the nearest folder above it.
 *
 * @param {string} file
 * @param {string[]} all
 * @returns {string[]}
 */
function readersOf(file, all) {
  if (!DATA.test(file)) return [];
  const parts = file.split('/');
  /** @type {string[]} */
  const readers = [];
  for (let count = parts.length; count > 0; count--) {
    const named = parts.slice(0, count);
    const isWhole = count === parts.length;
    const joined = `'${named.join("', '")}'`;
    const names = isWhole
      ? [named.join('/'), joined]
      : [`${joined})`, `${joined}, \``, ...(count > 1 ? [`${named.join('/')}/`] : [])];
    readers.push(
      ...all.filter((each) => /\.(ts|tsx|js)$/.test(each) && names.some((name) => read(each).includes(name))),
    );
    if (readers.some((each) => each.startsWith('src/'))) break;
  }
  return readers;
}

/**
 * The deepest folder below `test/` that mirrors a file of `src`: `src/skills/notes/store.ts` → `test/skills/notes`. A folder that only holds other rooms mirrors nothing.
 *
 * @param {string} file
 */
function roomOfSuites(file) {
  if (!file.startsWith('src/')) return undefined;
  for (let folder = dirname(file); folder.includes('/'); folder = dirname(folder)) {
    const mirror = folder.replace(/^src/, 'test');
    if (/^test\/(skills|adapters)$/.test(mirror)) return undefined;
    if (existsSync(join(root, mirror))) return mirror;
  }
  return undefined;
}

/**
 * @param {string} suite
 * @returns {Project}
 */
function projectOf(suite) {
  if (suite.endsWith('.long.test.ts')) return 'long';
  if (needsService(suite)) return 'push';
  const text = read(suite);
  const namesEngine = text.includes("'PostgreSQL'") || text.includes('support/postgres.ts');
  return namesEngine || (DIFFERS.test(suite) && text.includes('testDatabases')) ? 'postgres' : 'push';
}

/**
 * Docker or a Chromium.
 *
 * @param {string} suite
 */
function needsService(suite) {
  return (
    filesUsedBy(suite).has('test/support/browser.ts') || /\b(DOCKER|BROWSER_IMAGE|CODA_TEST_DOCKER)\b/.test(read(suite))
  );
}

/**
 * The files below `test/` that a suite imports, itself or through others there, and the suite.
 *
 * @param {string} file
 * @param {Set<string>} found
 */
function filesUsedBy(file, found = new Set()) {
  if (found.has(file) || !existsSync(join(root, file))) return found;
  found.add(file);
  for (const path of importsOf(file)) if (path.startsWith('test')) filesUsedBy(path, found);
  return found;
}

/** @param {string} file */
function importsOf(file) {
  return [...read(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );
}

/** @type {Map<string, string>} */
const texts = new Map();

/** @param {string} file */
function read(file) {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}
