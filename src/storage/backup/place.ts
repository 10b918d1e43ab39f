/** Restoring into a data folder with the embedded database, which is replaced as a whole or not at all. */
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../base/world.ts';
import { inFolder, makeFolder, syncFolder } from '../files.ts';
import { openDatabase } from '../open.ts';
import { lockFolder } from '../pglite/lock.ts';
import { readBackup } from './read.ts';
import { notEmpty, type Restored, type RestoreOptions, restoreBackup } from './restore.ts';

export type PlaceOptions = Omit<RestoreOptions, 'database'> & {
  /** Target database; `dataDir`, the target of the files, may be left out. */
  into: string;
};

/**
 * Makes a database beside the one that is there, and puts it in its place when all of it has been loaded and compared; the
 * old one stays beside it as `db.before-…`. Throws what `restoreBackup` does, and `STORAGE_IN_USE`.
 */
export async function restoreEmbedded({ into, ...options }: PlaceOptions, world: World): Promise<Restored> {
  await readBackup(options.file);
  return inFolder(into, async () => {
    await makeFolder(into);
    const unlock = await lockFolder(into, options.now);
    const draft = join(into, 'restoring');
    const place = join(into, 'db');
    try {
      const isThere = await stat(place).then(
        () => true,
        () => false,
      );
      if (isThere && !options.force) throw notEmpty();
      await rm(draft, { recursive: true, force: true });
      const database = await openDatabase({ dataDir: draft, connectTimeoutMs: 0 }, world);
      const restored = await restoreBackup({ ...options, database }).finally(() => database.close());
      const stamp = options.now.toISOString().replace(/\D/g, '').slice(0, 14);
      if (isThere) await rename(place, join(into, `db.before-${stamp}`));
      await rename(join(draft, 'db'), place);
      await copyFile(join(draft, 'coda-data.json'), join(into, 'coda-data.json'));
      await syncFolder(into);
      return restored;
    } finally {
      await rm(draft, { recursive: true, force: true });
      await unlock();
    }
  });
}
