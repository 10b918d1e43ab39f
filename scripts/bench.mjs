/**
 * `npm run bench -- NAME`: makes a program of `bench/NAME.ts` as `dist/` is made, and runs it on plain Node.
 * `npm run bench -- all` runs every one; with `--write` the figures that have a bound go into the README.
 */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, install, listFiles, requireNode, root } from './setup.mjs';

requireNode();
install();

const README = join(root, 'README.md');
const BEGIN = '<!-- figures: npm run bench -- all --write -->';
const END = '<!-- /figures -->';

const names = listFiles(join(root, 'bench'))
  .filter((file) => /^bench\/[^/]+\.ts$/.test(file))
  .map((file) => basename(file, '.ts'));

const [name = '', ...args] = process.argv.slice(2);
if (name !== 'all' && !names.includes(name)) {
  process.stderr.write(`Which? all, ${names.join(', ')}\n`);
  process.exit(64);
}
// A bench may start the daemon as a person would, from dist/.
if (!(await build())) process.exit(70);
const { bundle } = await import('./bundle.mjs');

if (name === 'all') {
  const tables = [];
  for (const each of names) tables.push(await run(each, []));
  if (args.includes('--write')) write(tables.flatMap(({ said }) => figuresIn(said)));
  process.exit(tables.find(({ status }) => status !== 0)?.status ?? 0);
}
process.exit((await run(name, args)).status);

/**
 * Runs one benchmark, its output shown; resolves with its exit status and what it wrote to stdout.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<{ status: number, said: string }>}
 */
async function run(name, args) {
  const to = join(root, 'build', 'bench', name);
  await bundle({ programs: [join('bench', `${name}.ts`)], sources: join(root, 'src'), to });
  const child = spawn(process.execPath, ['--expose-gc', join(to, `${name}.js`), ...args], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    said += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status: status ?? 1, said })));
}

/**
 * The rows of a benchmark's table that have a bound.
 *
 * @param {string} said
 */
function figuresIn(said) {
  return said
    .split('\n')
    .filter((line) => /^\| (?:[^|]+\|){2}[^|]*\| [^| ][^|]*\|$/.test(line) && !/^\| ---/.test(line));
}

/** @param {string[]} rows */
function write(rows) {
  const page = readFileSync(README, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  const table = ['| | measured | beside it | wanted |', '| --- | --- | --- | --- |', ...rows].join('\n');
  writeFileSync(README, `${page.slice(0, from)}${BEGIN}\n${table}\n${page.slice(to)}`);
}
