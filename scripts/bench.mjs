/**
 * `npm run bench -- NAME`: makes a program of `bench/NAME.ts` as `dist/` is made, and runs it on plain Node.
 * `npm run bench -- all` runs every one; with `--write` the figures go into docs/figures.md and the README's table.
 */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { figuresPage, rowsIn, withFigures } from './figures.mjs';
import { listFiles, root } from './files.mjs';
import { build, install, requireNode } from './setup.mjs';

requireNode();
install();

const README = join(root, 'README.md');
const FIGURES = join(root, 'docs', 'figures.md');

const names = listFiles(join(root, 'bench'))
  .filter((file) => /^bench\/[^/]+\.ts$/.test(file))
  .map((file) => basename(file, '.ts'));

const [name = '', ...args] = process.argv.slice(2);
if (name !== 'all' && !names.includes(name)) {
  process.stderr.write(`Which? all, ${names.join(', ')}\n`);
  process.exit(64);
}
const isWritten = args.includes('--write');
if (isWritten && args.length > 1) {
  process.stderr.write('--write takes the whole of a benchmark.\n');
  process.exit(64);
}
// A bench may start the daemon as a person would, from dist/.
if (!(await build())) process.exit(70);
const { bundle } = await import('./bundle.mjs');

const wanted = name === 'all' ? names : [name];
const tables = [];
let failed = 0;
for (const bench of wanted) {
  const { status, said } = await run(bench, name === 'all' || isWritten ? [] : args);
  if (status === 0) tables.push({ bench, rows: rowsIn(said) });
  else process.stderr.write(`${bench} ended with status ${status}.\n`);
  failed ||= status;
}
if (isWritten) {
  writeFileSync(README, withFigures(readFileSync(README, 'utf8'), tables));
  writeFileSync(FIGURES, figuresPage(readFileSync(FIGURES, 'utf8'), tables));
}
process.exit(failed);

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
