import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetryLater } from '../../proposals/index.ts';
import type { Deps } from './config.ts';
import { GitError } from './git.ts';
import { RefusedRun } from './outcome.ts';
import { openRepository, type Repository } from './repository.ts';
import type { Forge } from './settings.ts';
import type { Run } from './store.ts';

export interface Workplace {
  repository: Repository;
  tree: string;
}

const folderOf = (id: string): string => join(tmpdir(), `coda-executor-${process.getuid?.() ?? 0}-${id}`);

/** Opens an empty repository for `work`, and removes it afterwards. What git says becomes `RetryLater` or `RefusedRun`. */
export async function withRepository<T>(
  { world }: Pick<Deps, 'world'>,
  { id }: Pick<Run, 'id'>,
  forge: Forge,
  signal: AbortSignal,
  work: (at: Workplace) => Promise<T>,
): Promise<T> {
  const folder = folderOf(id);
  await removeFolder(id);
  // Not recursive: a folder that somebody else has put there is an error.
  await mkdir(folder, { mode: 0o700 });
  try {
    const repository = await openRepository({ forge, env: world.env, folder: join(folder, 'repository.git') }, signal);
    return await work({ repository, tree: join(folder, 'tree') });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw error.isTransient ? new RetryLater(error.message) : new RefusedRun(error.message);
  } finally {
    await removeFolder(id);
  }
}

export async function removeFolder(id: string): Promise<void> {
  await rm(folderOf(id), { recursive: true, force: true });
}
