import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
  return make(rooms.join('-').replaceAll('/', '-'), sources, async (folder) => {
    for (const [path, source] of sources) await write(join(folder, path), source);
  });
}

/** Programs of `test/support` as a process runs them, each in few files. Returns the folder that holds them. */
export async function bundled(...programs: string[]): Promise<string> {
  const how = await readFile(join(packageRoot(), 'scripts', 'bundle.mjs'), 'utf8');
  const sources = new Map<string, string>([['programs', `${programs.join(' ')}\n${how}`]]);
  for (const part of ['src', join('test', 'support')]) await read(join(packageRoot(), part), part, sources);
  return make('programs', sources, async (folder) => {
    // By its place, so that a bundled benchmark does not take it along: it finds the package by where it stands.
    const at = pathToFileURL(join(packageRoot(), 'scripts', 'bundle.mjs')).href;
    const { bundle } = (await import(/* @vite-ignore */ at)) as typeof import('../../scripts/bundle.mjs');
    await bundle({ programs, sources: join(packageRoot(), 'src'), to: folder });
  });
}

async function read(folder: string, as: string, sources: Map<string, string>): Promise<void> {
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if (/\.(ts|js)$/.test(name)) sources.set(join(as, name), await readFile(join(folder, name), 'utf8'));
  }
}

async function make(
  name: string,
  sources: ReadonlyMap<string, string>,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(packageRoot(), '.cache', `compiled-${name}-${hash}`);
  if (await exists(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  await fill(draft);
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
