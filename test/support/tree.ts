/** Copies of the tree that a test changes. They stand in the tree itself, so that packages are found. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/base/root.ts';
import { LONG } from './long.ts';

const root = packageRoot();

/** A folder for a copy, at the same place each time: what was transformed there before is found again. */
export async function emptyTree(name: string): Promise<string> {
  const tree = join(root, '.cache', LONG ? 'without-long' : 'without', name);
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  return tree;
}

/** Makes `tree` a copy of the sources and migrations; the rest is that of the tree itself. */
export async function fillTree(tree: string): Promise<void> {
  for (const part of await readdir(tree)) await rm(join(tree, part), { recursive: true, force: true });
  for (const part of ['src', 'migrations']) await cp(join(root, part), join(tree, part), { recursive: true });
  for (const part of ['package.json', 'config', 'agent-skills', 'agents', 'assets'])
    await symlink(join(root, part), join(tree, part));
}

/** What the type checker says of the copy; names that are left over are a linter's matter. */
export async function typeFaultsOf(tree: string): Promise<string[]> {
  const { compilerOptions } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const own = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    noEmit: true,
    incremental: true,
    // What it has found out: the next copy at this place, also of the next run, is checked where it differs.
    tsBuildInfoFile: join(root, '.cache', `${basename(tree)}.tsbuildinfo`),
  };
  await writeFile(
    join(tree, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...own }, include: ['src'], exclude: ['src/web'] }),
  );
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  // Beside other suites what counts is the processor: in several threads the same work takes half as much again.
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', tree, '--singleThreaded']).catch(
    (error: { stdout: string }) => error,
  );
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}
