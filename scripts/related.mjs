/**
 * `npm run test:related [-- REF]`: the types, the lint of changed files, and the suites that a change touches; of a port also
 * its contract, of a migration the rooms of its tables, of a file of data its readers. The change is what differs from REF, by default from where this branch left main; uncommitted and new files count.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, root } from './files.mjs';
import { build, install, requireNode } from './setup.mjs';
import { relatedSuites } from './suites.mjs';

requireNode();
install();

/**
 * The lines that git prints; none where it fails.
 *
 * @param {string[]} args
 */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

/**
 * Runs a program of node_modules here in the terminal; true when it succeeded.
 *
 * @param {string} path
 * @param {string[]} args
 */
function run(path, args) {
  return (
    spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], { cwd: root, stdio: 'inherit' }).status ===
    0
  );
}

const since = process.argv[2] ?? git('merge-base', 'HEAD', 'main')[0] ?? 'HEAD';
const changed = [...git('diff', '--name-only', since), ...git('ls-files', '--others', '--exclude-standard')];
const suites = relatedSuites(changed, listFiles(join(root, 'test')));
console.log(`${changed.length} changed files since ${since.slice(0, 12)}, ${suites.length} suites`);

const present = changed.filter((file) => /\.(ts|tsx|mjs|json)$/.test(file) && existsSync(join(root, file)));
const ok = [
  await build(),
  run('typescript7/bin/tsc', ['--noEmit', '--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo']),
  present.length === 0 ||
    run('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--no-errors-on-unmatched', ...present]),
  suites.length === 0 || run('vitest/vitest.mjs', ['run', '--project=push', '--project=postgres', ...suites]),
];
process.exitCode = ok.every(Boolean) ? 0 : 1;
