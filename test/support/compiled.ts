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
  const root = packageRoot();
  const sources = new Map<string, string>();
  for (const room of ['base', ...rooms].sort()) {
    for (const name of (await readdir(join(root, 'src', room), { recursive: true })).sort()) {
      if (!/\.(ts|js)$/.test(name)) continue;
      sources.set(join(room, name), await readFile(join(root, 'src', room, name), 'utf8'));
    }
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(root, '.cache', `compiled-${rooms.join('-')}-${hash}`);
  if (await exists(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  for (const [name, source] of sources) await write(join(draft, name), source);
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
