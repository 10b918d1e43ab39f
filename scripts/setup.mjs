/** What a fresh clone and a changed one need before anything runs: the packages of the lockfile, and `dist/`. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fingerprint, listFiles, root, sha256 } from './files.mjs';

const NEEDS = { major: 20, minor: 19 };

/** Ends the process with a sentence when this Node is older than what `package.json` asks for. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDS.major || (major === NEEDS.major && minor >= NEEDS.minor)) return;
  process.stderr.write(
    `coda needs Node ${NEEDS.major}.${NEEDS.minor} or newer; this is ${process.versions.node}. ` +
      'Install Node 24 from https://nodejs.org and run this again.\n',
  );
  process.exit(69);
}

const read = (/** @type {string} */ path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Whether this is a released package: `dist/` without the sources it was built from. */
const isReleased = !existsSync(join(root, 'src'));

/**
 * Installs exactly what the lockfile says, when it says something else than what is there. A released package has no
 * lockfile; it gets its dependencies if they are missing.
 */
export function install() {
  if (isReleased) return installReleased();
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.coda-lock');
  const hash = sha256(lock);
  if (read(stamp) === hash) return;
  if (!isInstalled(lock)) {
    process.stderr.write('Installing packages …\n');
    if (!runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])) {
      process.stderr.write('The packages could not be installed; what npm said stands above.\n');
      process.exit(69);
    }
  }
  writeFileSync(stamp, hash);
}

function installReleased() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { resolve } = createRequire(join(root, 'package.json'));
  const isThere = (/** @type {string} */ name) =>
    (resolve.paths(name) ?? []).some((path) => existsSync(join(path, name)));
  if (Object.keys(dependencies).every(isThere)) return;
  process.stderr.write('Installing packages …\n');
  if (runNpm(['install', '--omit=dev', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'])) return;
  process.stderr.write('npm could not install the packages; its output stands above.\n');
  process.exit(69);
}

/**
 * Whether someone has installed all of it by hand: npm keeps its own account in node_modules.
 *
 * @param {string} lock
 */
function isInstalled(lock) {
  const account = read(join(root, 'node_modules', '.package-lock.json'));
  if (account === '') return false;
  const there = JSON.parse(account).packages ?? {};
  /** @type {[string, { version?: string, optional?: boolean }][]} */
  const wanted = Object.entries(JSON.parse(lock).packages);
  return wanted.every(([path, { version, optional }]) => path === '' || optional || there[path]?.version === version);
}

/**
 * Runs npm with this very Node, its output on stderr; true when it succeeded.
 *
 * @param {string[]} args
 */
export function runNpm(args) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const { status } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  return status === 0;
}

/**
 * Makes `dist/` of `src/` when a source is newer, other or gone. False when it cannot be made. Types are erased and not
 * checked, which `npm test` does: a first start need not wait for the compiler.
 */
export async function build() {
  if (isReleased) return true;
  const stamp = join(root, 'dist', '.coda-sources');
  const sources = [...listFiles(join(root, 'src')), ...listFiles(join(root, 'scripts'))];
  const state = fingerprint([...sources, 'tsconfig.json', 'package-lock.json']);
  const to = join(root, 'dist');
  if (read(stamp) === state) return true;
  process.stderr.write('Building …\n');
  // Imported now and not above: on a fresh clone it was not there yet.
  const { bundle } = await import('./bundle.mjs');
  const { buildWeb } = await import('./web.mjs');
  try {
    await bundle({ programs: [join('src', 'main.ts')], sources: join(root, 'src'), to });
    await buildWeb({ to: join(to, 'web') });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return false;
  }
  writeFileSync(stamp, state);
  return true;
}
