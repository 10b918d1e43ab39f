/** The projects of vitest: each suite belongs to one, by what it needs. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { listFiles, root } from './setup.mjs';

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
 * `test/`, and those of the same room. What a change reaches through other rooms is left to the whole run: through the rooms'
 * contracts nearly every suite reaches nearly every file.
 *
 * @param {string[]} changed paths relative to the package's root
 * @param {string[]} files all files of `test/`
 * @returns {string[]}
 */
export function relatedSuites(changed, files) {
  const names = new Set(changed);
  const rooms = changed.map(roomOfSuites).filter((room) => room !== undefined);
  return files.filter((suite) => {
    if (!suite.endsWith('.test.ts') || suite.endsWith('.long.test.ts')) return false;
    if (rooms.some((room) => suite.startsWith(`${room}/`))) return true;
    return [...filesUsedBy(suite)].some((file) => names.has(file) || importsOf(file).some((path) => names.has(path)));
  });
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
