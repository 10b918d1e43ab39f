import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/base/root.ts';

/**
 * The sources of some rooms as JavaScript, for a process of its own: this test's loader does not reach there. Returns
 * the folder that holds them. Made once for each state of the sources.
 */
export async function compiled(...rooms: string[]): Promise<string> {
  const sources = new Map<string, string>();
  const src = join(packageRoot(), 'src');
  for (const room of ['base', ...rooms].sort()) await read(join(src, room), room, sources);
  return make(rooms.join('-').replaceAll('/', '-'), sources);
}

/** All sources and `test/support`, as they lie beside each other: for processes that build a whole coda. */
export async function compiledTree(): Promise<string> {
  const sources = new Map<string, string>();
  for (const part of ['src', join('test', 'support')]) await read(join(packageRoot(), part), part, sources);
  return make('tree', sources);
}

async function read(folder: string, as: string, sources: Map<string, string>): Promise<void> {
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (/\.(ts|js)$/.test(name)) sources.set(join(as, name), await readFile(join(folder, name), 'utf8'));
  }
}

async function make(name: string, sources: ReadonlyMap<string, string>): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(packageRoot(), '.cache', `compiled-${name}-${hash}`);
  if (await exists(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  for (const [path, source] of sources) await write(join(draft, path), source);
  await rename(draft, folder).catch(() => rm(draft, { recursive: true })); // another suite was quicker
  return folder;
}

async function write(path: string, source: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (path.endsWith('.js')) return writeFile(path, source);
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  await writeFile(path.replace(/\.ts$/, '.js'), outputText);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
