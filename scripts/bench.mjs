/** `npm run bench -- <name>`: compiles `bench/<name>.ts` beside the sources and runs it on plain Node. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, compile, install, listFiles, requireNode, root } from './setup.mjs';

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
if (!(await build()) || !compile('tsconfig.bench.json')) process.exit(70);
const script = join(root, 'build', 'bench', `${name}.js`);
const { status } = spawnSync(process.execPath, ['--expose-gc', script, ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
