/** The projects of vitest: each suite belongs to one, by what it needs. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { listFiles, root } from './setup.mjs';

/**
 * `unit` needs no database and no second process; `db` the embedded database; `process` starts programs; `postgres` is
 * about what differs between the engines and runs on both; `containers` needs Docker or a Chromium. `long` (with the
 * suites that have more to play there) and `engine` (the suites of `db` on PostgreSQL) only run with `npm run test:long`.
 */
export const PROJECTS = /** @type {const} */ (['unit', 'db', 'process', 'postgres', 'containers', 'long', 'engine']);

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
  const projects = { unit: [], db: [], process: [], postgres: [], containers: [], long: [], engine: [] };
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
 * @param {string} suite
 * @returns {Project}
 */
function projectOf(suite) {
  if (suite.endsWith('.long.test.ts')) return 'long';
  const used = filesUsedBy(suite);
  const uses = (/** @type {string} */ name) => used.has(`test/support/${name}.ts`);
  const text = read(suite);
  if (uses('browser') || /\b(DOCKER|BROWSER_IMAGE|CODA_TEST_DOCKER)\b/.test(text)) return 'containers';
  const namesEngine = text.includes("'PostgreSQL'") || text.includes('support/postgres.ts');
  if (namesEngine || (DIFFERS.test(suite) && text.includes('testDatabases'))) return 'postgres';
  if ([...used].some((file) => read(file).includes("'node:child_process'"))) return 'process';
  return uses('database') || uses('engines') || uses('template') ? 'db' : 'unit';
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
  const imported = [...read(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );
  for (const path of imported) if (path.startsWith('test')) filesUsedBy(path, found);
  return found;
}

/** @type {Map<string, string>} */
const texts = new Map();

/** @param {string} file */
function read(file) {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}
