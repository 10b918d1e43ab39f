import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar, writeTar } from '../../src/base/tar.ts';
import {
  checkBackup,
  type Database,
  json,
  openDatabase,
  restoreBackup,
  restoreEmbedded,
  writeBackup,
} from '../../src/storage/index.ts';
import { openTestDatabase, testDatabases } from '../support/database.ts';
import { inLong, LONG } from '../support/long.ts';
import { freshPostgres, POSTGRES_URL } from '../support/postgres.ts';
import { testWorld } from '../support/world.ts';
import { backupUnderLoad } from './load.ts';

const NOW = new Date('2026-11-20T08:00:00Z');
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'coda-backup-'));
  folders.push(made);
  return made;
}

/** Somebody who has said some things; what is easily lost on the way is among it. */
async function fill(database: Database, messages = 450): Promise<void> {
  await database.tx('test.fill', async (tx) => {
    await tx.query(`insert into spaces (id, adapter, created_at) values ('s', 'console', $1)`, [NOW]);
    await tx.query(
      `insert into conversations (id, adapter, channel, space_id, kind, created_at)
       values ('00000000-0000-4000-8000-000000000001', 'console', 'main', 's', 'dm', $1)`,
      [new Date('2026-11-20T08:00:00.123Z')],
    );
    await tx.query(
      `insert into messages (id, conversation_id, epoch, role, content, at)
       select gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 0, 'user',
              jsonb_build_object('text', 'line' || chr(10) || 'with "quotes", Zürich 🎉 ' || repeat('x', n)), $1
         from generate_series(1, $2::int) n`,
      [NOW, messages],
    );
    await tx.query(
      `insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at)
       values (gen_random_uuid(), 'k', $1, 'pending', $2, 8, $2)`,
      [json(null), NOW],
    );
    await tx.query(
      `insert into audit_log (id, at, action, detail, salt, digest) values (gen_random_uuid(), $1, 'x', '{}', gen_random_uuid(), $2)`,
      [NOW, new Uint8Array([0, 1, 255])],
    );
  });
}

const backUp = (database: Database, file: string, dataDir?: string) =>
  writeBackup({ database, file, program: 'coda 0.1.0', now: NOW, ...(dataDir !== undefined && { dataDir }) });

/** What a copy has of its own: which installation it is, its processes, when it was brought up to date. */
const ITS_OWN = ['installation', 'instances', 'migrations'];

async function rowsOf(database: Database): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  const { rows } = await database.read<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name <> all ($1) order by 1`,
    [ITS_OWN],
  );
  for (const { name: table } of rows) {
    found[table] = (await database.read(`select to_jsonb(t)::text as row from ${table} t order by 1`)).rows;
  }
  return found;
}

describe('a backup', () => {
  let database: Database;
  let good: string;
  let dataDir: string;

  beforeAll(async () => {
    database = await openTestDatabase();
    await fill(database);
    dataDir = await folder();
    await mkdir(join(dataDir, 'artifacts', 'ab'), { recursive: true });
    await writeFile(join(dataDir, 'artifacts', 'ab', 'cd'), 'a stored file');
    await mkdir(join(dataDir, 'skills', 'x', 'n'.repeat(120)), { recursive: true });
    await writeFile(join(dataDir, 'skills', 'x', 'n'.repeat(120), 'SKILL.md'), '');
    // Installed skills are links to their versions, and "a..b" is a usual name.
    for (const version of ['one', 'two'])
      await mkdir(join(dataDir, 'skills', '.versions', version), { recursive: true });
    await writeFile(join(dataDir, 'skills', '.versions', 'one', 'a..b.md'), 'linked');
    await writeFile(join(dataDir, 'skills', '.versions', 'two', 'SKILL.md'), 'linked');
    await symlink(join('.versions', 'one'), join(dataDir, 'skills', 'pdf'));
    await mkdir(join(dataDir, 'skills', 'group'));
    await symlink(join('..', '.versions', 'two'), join(dataDir, 'skills', 'group', 'pdf'));
    await mkdir(join(dataDir, 'keys'));
    await writeFile(join(dataDir, 'keys', 'secrets.key'), 'THE-KEY-ITSELF');
    good = join(await folder(), 'good.tar.gz');
    await backUp(database, good, dataDir);
  });
  afterAll(() => database.close());

  test('is read back, private, and holds rows, files and skills, but no key', async () => {
    expect(await checkBackup(good)).toMatchObject({ program: 'coda 0.1.0', files: 4, rows: expect.any(Number) });
    expect(gunzipSync(readFileSync(good)).includes('THE-KEY-ITSELF')).toBe(false);
    expect(readdirSync(join(good, '..'))).toEqual(['good.tar.gz']);
  });

  test('comes back as it was, as a coda of its own whose processes have ended', async () => {
    const into = await folder();
    const restored = await restoreEmbedded({ file: good, into, dataDir: into, now: NOW }, testWorld());
    expect(restored.installation).toMatch(/^[0-9a-f-]{36}$/);
    expect(readFileSync(join(into, 'artifacts', 'ab', 'cd'), 'utf8')).toBe('a stored file');
    expect(existsSync(join(into, 'skills', 'x', 'n'.repeat(120), 'SKILL.md'))).toBe(true);
    expect(readFileSync(join(into, 'skills', 'pdf', 'a..b.md'), 'utf8')).toBe('linked');
    expect(readFileSync(join(into, 'skills', 'group', 'pdf', 'SKILL.md'), 'utf8')).toBe('linked');
    expect(existsSync(join(into, 'keys'))).toBe(false);
    const copy = await openDatabase({ dataDir: into, connectTimeoutMs: 0 }, testWorld());
    try {
      expect(await rowsOf(copy)).toEqual(await rowsOf(database));
      const { rows } = await copy.read<{ payload: string }>(`select payload::text as payload from jobs`);
      expect(rows).toEqual([{ payload: 'null' }]);
      // What is written next does not collide with what came back.
      await fillMore(copy);
    } finally {
      await copy.close();
    }
    await expect(restoreEmbedded({ file: good, into, dataDir: into, now: NOW }, testWorld())).rejects.toMatchObject({
      code: 'RESTORE_NOT_EMPTY',
    });
    await restoreEmbedded({ file: good, into, dataDir: into, now: NOW, force: true }, testWorld());
    expect(readdirSync(into).filter((name) => name.startsWith('db.before-'))).toHaveLength(1);
  });

  inLong('that was cut off between its last two steps is in its place at the next start', async () => {
    const into = await folder();
    await restoreEmbedded({ file: good, into, dataDir: into, now: NOW }, testWorld());
    // As it stands there when the old database is aside and the new one is not in its place yet.
    mkdirSync(join(into, 'restoring'));
    renameSync(join(into, 'db'), join(into, 'restoring', 'db'));
    mkdirSync(join(into, 'db.before-20261120080000'));
    const copy = await openDatabase({ dataDir: into, connectTimeoutMs: 0 }, testWorld());
    try {
      expect(await rowsOf(copy)).toEqual(await rowsOf(database));
    } finally {
      await copy.close();
    }
  });

  test('of a coda with a later migration is refused, and nothing is changed', async () => {
    const file = join(await folder(), 'newer.tar.gz');
    const name = '9999_of_a_later_version';
    await database.run('test.newer', `insert into migrations values (9999, $1, 'x', $2)`, [name, NOW]);
    await backUp(database, file);
    await database.run('test.newer', 'delete from migrations where version = 9999');
    const into = await folder();
    await expect(restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld())).rejects.toMatchObject({
      code: 'DATA_NEWER',
      remedy: expect.stringContaining('Update coda'),
    });
    expect(readdirSync(into)).toEqual([]);
  });

  /** An archive like the good one, whose entry of that name is another. */
  function changed(name: string, to: (text: string) => string): Buffer {
    const tar = gunzipSync(readFileSync(good));
    const at = tar.indexOf(name);
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const text = tar.toString('utf8', at + 512, at + 512 + size);
    Buffer.from(to(text)).copy(tar, at + 512);
    return gzipSync(tar);
  }

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['that is empty', () => Buffer.alloc(0), 'BACKUP_DAMAGED'],
    ['that is no archive', () => Buffer.from('hello'), 'BACKUP_DAMAGED'],
    ['that was cut short', (bytes) => bytes.subarray(0, bytes.length / 2), 'BACKUP_DAMAGED'],
    [
      'whose end was cut off and closed again',
      (bytes) => gzipSync(gunzipSync(bytes).subarray(0, 51_200)),
      'BACKUP_DAMAGED',
    ],
    [
      'with a row that was changed',
      () => changed('tables/messages/', (text) => text.replace('Zürich', 'Munich!')),
      'BACKUP_DAMAGED',
    ],
    [
      'of a newer version',
      () => changed('manifest.json', (text) => text.replace('"format":2', '"format":9')),
      'DATA_NEWER',
    ],
  ])('%s is refused, and nothing is changed', async (_, damage, code) => {
    const file = join(await folder(), 'bad.tar.gz');
    writeFileSync(file, damage(readFileSync(good)));
    const into = await folder();
    await expect(restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld())).rejects.toMatchObject({ code });
    expect(readdirSync(into)).toEqual([]);
  });

  /** A backup whose sum is right, of the entries of the good one as `change` has them; an added one is stored as such. */
  async function forged(change: (name: string, text: string) => string, added: [string, string][] = []) {
    const hash = createHash('sha256');
    const entries: [string, Buffer][] = [];
    for await (const { name, content } of readTar(createReadStream(good).pipe(createGunzip()))) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (name === 'end.json') entries.push(...added.map(([to, text]): [string, Buffer] => [to, Buffer.from(text)]));
      entries.push([name, name.startsWith('tables/') ? bytes : Buffer.from(change(name, bytes.toString()))]);
    }
    const end = entries.at(-1);
    for (const [name, bytes] of entries.slice(0, -1)) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
    if (end) end[1] = Buffer.from(JSON.stringify({ ...JSON.parse(end[1].toString()), sha256: hash.digest('hex') }));
    const file = join(await folder(), 'forged.tar.gz');
    const files = async function* () {
      for (const [name, bytes] of entries) yield { name, size: bytes.length, content: [bytes] };
    };
    await pipeline(writeTar(files()), createGzip(), createWriteStream(file));
    return file;
  }

  const asIs = (_: string, text: string) => text;

  test.each<[string, () => Promise<string>]>([
    ['a path that leads out', () => forged(asIs, [['files/skills/../../evil', 'x']])],
    ['a link that leads out', () => forged(asIs, [['links.json', '{"skills/a":"../../../etc"}']])],
    ['a link that is none', () => forged(asIs, [['links.json', '{"skills/a":{}}']])],
    ['a list of tables that is none', () => forged((name, text) => (name === 'manifest.json' ? '{"format":2}' : text))],
  ])('with %s is refused by a look at it', async (_, make) => {
    await expect(checkBackup(await make())).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });

  test('with a statement for a type is refused, and nothing is changed', async () => {
    expect(await checkBackup(await forged(asIs))).toMatchObject({ files: 4 });
    const type = '"type":"timestamp with time zone); drop table notes; --"';
    const file = await forged((name, text) =>
      name === 'manifest.json' ? text.replaceAll('"type":"timestamp with time zone"', type) : text,
    );
    const into = await folder();
    await expect(restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld())).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringContaining('other columns'),
    });
    expect(existsSync(join(into, 'db'))).toBe(false);
  });

  test('with a table that is none is refused before anything is emptied', async () => {
    const file = await forged((name, text) =>
      name === 'manifest.json' ? text.replace('"tables":[', '"tables":[{"name":"pg_class","columns":[]},') : text,
    );
    const into = await folder();
    await expect(restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld())).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringContaining('pg_class'),
    });
  });
});

/**
 * Made by coda 0.1.0 under an emulated processor, of the same rows: arm64 from the embedded database, s390x (big-endian,
 * another zlib) from PostgreSQL.
 */
test.each(LONG ? ['arm64', 's390x'] : ['arm64'])('a backup made on %s comes back here', async (machine) => {
  const file = join(import.meta.dirname, 'backups', `${machine}.tar.gz`);
  expect(await checkBackup(file)).toMatchObject({ program: 'coda 0.1.0', rows: 50 });
  const into = await folder();
  await restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld());
  const copy = await openDatabase({ dataDir: into, connectTimeoutMs: 0 }, testWorld());
  try {
    const { rows } = await copy.read<{ said: string }>(
      `select text as said from reminders union all select text from notes union all select text from memories`,
    );
    expect(rows.map(({ said }) => said)).toEqual(['stand up', 'buy bread #shopping', 'I am allergic to peanuts']);
  } finally {
    await copy.close();
  }
});

inLong(
  'a backup with names as the versions of before 0.2.0 wrote them comes back with each file where it was',
  async () => {
    const into = await folder();
    const file = join(import.meta.dirname, 'backups', 'long-names.tar.gz');
    await restoreEmbedded({ file, into, dataDir: into, now: NOW }, testWorld());
    const found = readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /^(?:skills|art).*\w\w$/.test(path),
    );
    expect(Object.fromEntries(found.map((path) => [path, sizeOf(join(into, path))]))).toMatchObject({
      [`skills/${'a'.repeat(60)}/${'b'.repeat(60)}/SKILL.md`]: 4,
      [`skills/${'ü'.repeat(60)}/${'日'.repeat(50)}/SKILL.md`]: 18,
      'skills/größe/SKILL.md': 9,
      'skills/plain/SKILL.md': 0,
      'artifacts/ab/cd': 512,
      'artifacts/ab/ce': 513,
    });
  },
);

const sizeOf = (path: string) => statSync(path).size;

const fillMore = (database: Database) =>
  database.run(
    'test.more',
    `insert into messages (id, conversation_id, epoch, role, content, at)
     values (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 0, 'user', '{}', $1)`,
    [NOW],
  );

test.skipIf(!POSTGRES_URL)('from the embedded database to PostgreSQL and back, everything is the same', async () => {
  const from = await openTestDatabase();
  const server = await freshPostgres();
  const into = await folder();
  const files = await folder();
  try {
    await fill(from, 30);
    await backUp(from, join(files, 'one'));
    const middle = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld());
    await restoreBackup({ file: join(files, 'one'), database: middle, copy: false, now: NOW });
    expect(await rowsOf(middle)).toEqual(await rowsOf(from));
    await expect(restoreBackup({ file: join(files, 'one'), database: middle, now: NOW })).rejects.toThrow(
      'data already',
    );
    await backUp(middle, join(files, 'two'));
    await middle.close();
    await restoreEmbedded({ file: join(files, 'two'), into, copy: false, now: NOW }, testWorld());
    const back = await openDatabase({ dataDir: into, connectTimeoutMs: 0 }, testWorld());
    expect(await rowsOf(back)).toEqual(await rowsOf(from));
    await back.close();
  } finally {
    await from.close();
    await server.drop();
  }
});

describe.each(testDatabases)('while others write on $name', ({ available, open }) => {
  test.skipIf(!available)('a backup holds one state, in which each change is whole', async () => {
    const { before, a, b } = await backupUnderLoad(await open(), await folder());
    expect(a).toBe(b);
    expect(a).toBeGreaterThanOrEqual(before);
  });
});
