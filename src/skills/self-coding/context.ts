import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { PutFile } from '../../sandbox/index.ts';

const MOST_FILES = 20_000;
const MOST_BYTES = 100 * 1024 * 1024;
const LEFT_OUT = new Set(['.git', 'node_modules']);

/**
 * All files below `folder`, which lies within `worktree`, or why they cannot be taken. A link that leads out is refused;
 * one that stays inside becomes the file that it names.
 */
export async function contextOf(worktree: string, folder: string): Promise<{ files: PutFile[] } | { problem: string }> {
  const root = await realpath(worktree);
  const start = await realpath(join(root, folder)).catch(() => undefined);
  if (start === undefined) return { problem: `There is no ${JSON.stringify(folder.slice(0, 100))} in the worktree.` };
  if (!isWithin(root, start)) return { problem: 'The context lies outside of the worktree.' };
  const files: PutFile[] = [];
  let bytes = 0;
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const name of await readdir(at)) {
      if (LEFT_OUT.has(name)) continue;
      const path = join(at, name);
      const real = await realpath(path).catch(() => undefined);
      const treePath = relative(start, path).split(sep).join('/');
      if (real === undefined || !isWithin(root, real))
        return { problem: `${JSON.stringify(treePath)} leads out of the worktree.` };
      const isLink = (await lstat(path)).isSymbolicLink();
      const facts = await lstat(real);
      if (facts.isDirectory() && isLink) return { problem: `${JSON.stringify(treePath)} is a link to a folder.` };
      if (facts.isDirectory()) waiting.push(path);
      if (!facts.isFile()) continue;
      bytes += facts.size;
      if (files.length >= MOST_FILES || bytes > MOST_BYTES)
        return { problem: `The context has more than ${MOST_FILES} files or ${MOST_BYTES} bytes.` };
      files.push({ path: treePath, content: await readFile(real), executable: (facts.mode & 0o111) !== 0 });
    }
  }
  return { files };
}

const isWithin = (root: string, path: string): boolean => path === root || path.startsWith(`${root}${sep}`);
