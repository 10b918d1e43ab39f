import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeBackup } from '../../src/storage/index.ts';
import { openTestDatabase, testDatabases } from '../support/database.ts';
import { backupUnderLoad } from './load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each(testDatabases)('on $name', ({ available, open }) => {
  test.skipIf(!available)('20 backups under load lose no row', async () => {
    const lost: number[] = [];
    const torn: number[] = [];
    for (let run = 0; run < 20; run++) {
      const own = join(folder, String(run));
      await mkdir(own);
      const { before, a, b } = await backupUnderLoad(await open(), own);
      if (a < before) lost.push(run);
      if (a !== b) torn.push(run);
      await rm(own, { recursive: true });
    }
    expect({ lost, torn }).toEqual({ lost: [], torn: [] });
  });
});

const MIB = 1024 * 1024;

/** Bytes that take no more memory than a few MiB at once. */
async function fill(file: string, mebibytes: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let index = 0; index < mebibytes; index++) {
    if (!stream.write(randomBytes(MIB))) await once(stream, 'drain');
  }
  await finished(stream.end());
}

/** How much is backed up; CODA_TEST_GIB=10 takes a quarter of an hour, and twice that on the disk. */
const GIB = Number(process.env.CODA_TEST_GIB ?? 1);

test(`a backup of ${GIB} GiB takes no more than 100 MB of memory more`, { timeout: 1_800_000 }, async () => {
  const dataDir = join(folder, 'data');
  await mkdir(join(dataDir, 'artifacts', 'ab'), { recursive: true });
  for (let index = 0; index < 4 * GIB; index++) await fill(join(dataDir, 'artifacts', 'ab', `file-${index}`), 256);
  const database = await openTestDatabase();
  await database.run(
    'test.fill',
    `insert into spaces (id, adapter, created_at) select 's' || n || repeat('x', 1000), 'console', '2026-11-20' from generate_series(1, 100000) n`,
  );
  const backUp = (name: string, data?: string) =>
    writeBackup({
      ...{ database, file: join(folder, name), program: 'coda 0.1.0', now: new Date('2026-11-20T08:00:00Z') },
      ...(data !== undefined && { dataDir: data }),
    });
  // What the rows alone take is taken before: the embedded database reads them.
  await backUp('rows');
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const began = performance.now();
  const { bytes } = await backUp('all', dataDir);
  clearInterval(watch);
  await database.close();
  expect(bytes).toBeGreaterThan(GIB * 1024 * MIB);
  const more = (most - before) / 1e6;
  // biome-ignore lint/suspicious/noConsole: the long forms print their figures
  console.log(`backup of ${GIB} GiB: ${Math.round(performance.now() - began)} ms, ${Math.round(more)} MB more`);
  expect(more).toBeLessThan(100);
});
