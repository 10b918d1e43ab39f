/** `npm run bench -- <name>`: makes a program of `bench/<name>.ts` as `dist/` is made, and runs it on plain Node. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, install, listFiles, requireNode, root } from './setup.mjs';

requireNode();
install();

const [name, ...args] = process.argv.slice(2);
const source = join(root, 'bench', `${name}.ts`);
if (name === undefined || !existsSync(source)) {
  const names = listFiles(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
  process.stderr.write(`Which? ${names.map((file) => basename(file, '.ts')).join(', ') || 'There is none yet.'}\n`);
  process.exit(64);
}

// A bench may start the daemon as a person would, from dist/.
if (!(await build())) process.exit(70);
const { bundle } = await import('./bundle.mjs');
const to = join(root, 'build', 'bench', name);
await bundle({ programs: [join('bench', `${name}.ts`)], sources: join(root, 'src'), to });
const script = join(to, `${name}.js`);
const { status } = spawnSync(process.execPath, ['--expose-gc', script, ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
