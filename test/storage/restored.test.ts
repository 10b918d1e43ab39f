import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LOG_FILE } from '../../src/base/log.ts';
import { packageRoot } from '../../src/base/root.ts';
import {
  type Database,
  migrate,
  openDatabase,
  readMigrations,
  restoreBackup,
  restoreEmbedded,
  writeBackup,
} from '../../src/storage/index.ts';
import { closing, openEmptyDatabase, openTestDatabase } from '../support/database.ts';
import { inLong } from '../support/long.ts';
import { play } from '../support/play.ts';
import { freshPostgres, POSTGRES_URL } from '../support/postgres.ts';
import { testWorld } from '../support/world.ts';

const NOW = new Date('2026-11-20T08:00:00Z');
const OLD = join(import.meta.dirname, 'backups', 'arm64.tar.gz');
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function fileOfBackup(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'coda-restored-'));
  folders.push(made);
  return join(made, 'backup.tar.gz');
}

test('after a restore the last thing is what was made last', async () => {
  const file = await fileOfBackup();
  await using coda = await play({ ownFolder: true });
  const ana = coda.person('ana');
  for (const drink of ['tea', 'milk', 'juice']) await ana.says(`/note buy ${drink}`);
  for (const hour of [9, 10, 11]) await ana.says(`remind me tomorrow at ${hour} to call mum at ${hour}`);
  const now = coda.world.clock.now();
  await writeBackup({ database: coda.database(), file, program: 'coda test', now });
  await coda.app.stop();
  await restoreEmbedded({ file, into: coda.dataDir, force: true, now }, coda.world);
  await coda.start();
  await ana.says('/note something new');
  expect(await ana.says('delete the last note')).toContain('something new');
  await ana.says('remind me tomorrow at 15:00 to water the plants');
  expect(await ana.says('cancel the last reminder')).toContain('water the plants');
});

test('a backup of an older version is not put behind the migrations that its rows have not had', async () => {
  const database = await openTestDatabase();
  try {
    for (const force of [false, true]) {
      await expect(restoreBackup({ file: OLD, database, force, now: NOW })).rejects.toMatchObject({
        code: 'RESTORE_INTO_NEWER',
      });
    }
    expect((await database.read('select from persons')).rows).toEqual([]);
  } finally {
    await database.close();
  }
});

/** What a backup carries of the data folder. */
const CARRIED = ['artifacts', 'skills', 'imported'];
/** What it leaves, since it is carried otherwise, belongs to one machine, or is a way to what is sealed. */
const LEFT = [
  'db',
  'restoring',
  'coda-data.json',
  'coda.lock',
  'backups',
  'files',
  'run',
  'history',
  'coda.log',
  '.env',
  // Carried as the configuration.
  'config.yaml',
];

test('what lies in the data folder comes back with a backup, or is known to stay behind', async () => {
  const src = join(packageRoot(), 'src');
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const named = sources.flatMap((path) =>
    [...readFileSync(join(src, path), 'utf8').matchAll(/join\([\w.]*dataDir(?:\([^()]*\))?, '([^']+)'/g)].map(
      ([, name]) => name,
    ),
  );
  expect(new Set([...named, LOG_FILE])).toEqual(new Set([...CARRIED, ...LEFT]));
  const file = await fileOfBackup();
  const [dataDir, into] = [join(file, '..', 'from'), join(file, '..', 'into')];
  for (const name of CARRIED) {
    await mkdir(join(dataDir, name), { recursive: true });
    await writeFile(join(dataDir, name, 'one.md'), name);
  }
  const database = await openTestDatabase();
  await writeBackup({ database, dataDir, file, program: 'coda test', now: NOW });
  await database.close();
  await restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld());
  for (const name of CARRIED) expect(readFileSync(join(into, name, 'one.md'), 'utf8')).toBe(name);
});

const empty = [
  { name: 'PGlite', open: () => openEmptyDatabase() },
  ...(POSTGRES_URL === undefined ? [] : [{ name: 'PostgreSQL', open: openEmptyPostgres }]),
];

async function openEmptyPostgres(): Promise<Database> {
  const server = await freshPostgres();
  const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld());
  return closing(database, () => server.drop());
}

describe.each(empty)('a sequence on $name', ({ open }) => {
  /** Columns that are numbered by a sequence which their default does not name. */
  const UNNAMED: Record<string, string[]> = { vector_stamps: ['note_vectors.stamp', 'message_vectors.stamp'] };

  const countedTo = async (database: Database) => {
    const { rows } = await database.read<{ name: string; last: number | null }>(
      'select sequencename::text as name, last_value as last from pg_sequences order by 1',
    );
    return new Map(rows.map(({ name, last }) => [name, last]));
  };

  /** Every sequence and every column that is numbered by it. */
  const numbered = async (database: Database) => {
    const { rows } = await database.read<{ name: string; column: string }>(
      `select s.relname::text as name, c.table_name || '.' || c.column_name as column
         from pg_class s join information_schema.columns c
           on c.table_schema = current_schema()
          and (pg_get_serial_sequence(c.table_name, c.column_name) = current_schema() || '.' || s.relname
               or c.column_default like '%''' || s.relname || '''%')
        where s.relkind = 'S'`,
    );
    const unnamed = Object.entries(UNNAMED).flatMap(([name, columns]) => columns.map((column) => ({ name, column })));
    return [...rows, ...unnamed];
  };

  /** That no sequence is behind what it has numbered. */
  const expectAhead = async (database: Database) => {
    const there = await countedTo(database);
    for (const { name, column } of await numbered(database)) {
      const [table, field] = column.split('.');
      const { rows } = await database.read<{ top: number | null }>(`select max(${field}) as top from ${table}`);
      expect(there.get(name) ?? 0, `${name}, which numbers ${column}`).toBeGreaterThanOrEqual(rows[0]?.top ?? 0);
    }
  };

  test('goes on after a restore where it was, whatever rows have gone', async () => {
    const file = await fileOfBackup();
    const [from, into] = [await openTestDatabase(), await open()];
    try {
      const names = [...(await countedTo(from)).keys()];
      for (const name of names) await from.run('test.count', `select setval('${name}', 4711)`);
      await writeBackup({ database: from, file, program: 'coda test', now: NOW });
      await restoreBackup({ file, database: into, now: NOW });
      expect([...(await countedTo(into))]).toEqual(names.map((name) => [name, 4711]));
    } finally {
      await from.close();
      await into.close();
    }
  });

  test('is behind no row after a restore of a backup that does not tell how far it was', async () => {
    const database = await open();
    try {
      await restoreBackup({ file: OLD, database, now: NOW });
      await expectAhead(database);
      const there = await countedTo(database);
      expect(there.get('notes_touched')).toBeGreaterThan(0);
      expect(there.get('reminders_touched')).toBeGreaterThan(0);
      // A new one that no column's default names stands in the list above.
      expect(new Set((await numbered(database)).map(({ name }) => name))).toEqual(new Set(there.keys()));
    } finally {
      await database.close();
    }
  });

  inLong('that an earlier restore left behind is moved on, and no stamp is two vectors’', async () => {
    const mend = (await readMigrations()).find(({ name }) => name.endsWith('_sequences_after_restore'));
    const database = await open();
    const one = '00000000-0000-4000-8000-000000000001';
    try {
      await migrate(database, { until: (mend?.version ?? 0) - 1 });
      await database.tx('test.restored', async (tx) => {
        await tx.query(`insert into spaces (id, adapter, created_at) values ('s', 'console', $1)`, [NOW]);
        await tx.query(`insert into persons (id, name, role, created_at) values ($1, 'Ana', 'owner', $2)`, [one, NOW]);
        await tx.query(
          `insert into conversations (id, adapter, channel, space_id, kind, created_at)
           values ($1, 'console', 'main', 's', 'dm', $2)`,
          [one, NOW],
        );
        await tx.query(
          `insert into notes (id, person_id, conversation_id, space_id, text, created_at, updated_at, touched)
           select 'note' || n, $1, $1, 's', 'tea', $2, $2, n from generate_series(1, 20) n`,
          [one, NOW],
        );
        await tx.query(
          `insert into note_vectors (note_id, space, owner, stamp, vector)
           select id, 'minilm', $1, case when touched > 15 then touched - 15 else touched end, '' from notes`,
          [one],
        );
      });
      await migrate(database);
      await expectAhead(database);
      const { rows } = await database.read<{ stamps: number; vectors: number; kept: number }>(
        `select count(distinct stamp)::int as stamps, count(*)::int as vectors,
                count(*) filter (where stamp between 6 and 15)::int as kept from note_vectors`,
      );
      expect(rows).toEqual([{ stamps: 20, vectors: 20, kept: 10 }]);
    } finally {
      await database.close();
    }
  });
});
