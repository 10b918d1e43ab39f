import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { World } from '../../src/base/world.ts';
import { type Database, migrate, openDatabase } from '../../src/storage/index.ts';
import { Emptied, type Statements } from './emptied.ts';
import { borrowEngine, MOST_LOANS } from './engines.ts';
import { lentDatabase } from './lent.ts';
import { freshPostgres, POSTGRES_URL, type TestPostgres } from './postgres.ts';
import { guard, stateOfDatabase } from './template.ts';
import { testWorld } from './world.ts';

/** A fresh database on the server, migrated. */
export async function migratedPostgres(prefix?: string): Promise<TestPostgres> {
  const template = {
    name: `coda_template_${await stateOfDatabase()}`,
    fill: async (url: string) => {
      const database = await openDatabase({ url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld());
      await migrate(database);
      await guard(database);
      await database.close();
    },
  };
  return freshPostgres(template, prefix);
}

interface LentPostgres {
  server: TestPostgres;
  empty: Emptied;
  loans: number;
}

const free: LentPostgres[] = [];

/** A migrated database on the server that is this test's until it drops it. Only for what has stopped by then. */
export async function borrowPostgres(): Promise<TestPostgres> {
  const lent = free.pop() ?? (await lendable());
  const { server, empty } = lent;
  const takeBack = async () => {
    // A coda that the test has not stopped would connect again, and answer what the next test says.
    const renamed = await server.rename();
    const isEmpty = async () => ++lent.loans < MOST_LOANS && (await apart(renamed, (db) => empty.restore(db)));
    if (await isEmpty().catch(() => false)) free.push({ ...lent, server: renamed });
    else await renamed.drop();
  };
  let given: Promise<void> | undefined;
  return {
    ...server,
    drop: () => {
      // Once: the second time it may be another test's.
      given ??= takeBack();
      return given;
    },
  };
}

async function lendable(): Promise<LentPostgres> {
  const server = await migratedPostgres(lentDatabase());
  return { server, empty: await apart(server, Emptied.of), loans: 0 };
}

/** Works on the database over a connection of its own. */
async function apart<T>({ url }: TestPostgres, work: (database: Statements) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work({
      query: async (sql) => (await client.query(sql)).rows,
      script: async (sql) => void (await client.query(`begin; ${sql}; commit`)),
    });
  } finally {
    await client.end();
  }
}

/** A database on the embedded engine, not migrated. What it needs is removed when it is closed. */
export async function openEmptyDatabase(world: World = testWorld()): Promise<Database> {
  return openIn(await mkdtemp(join(tmpdir(), 'coda-test-')), world);
}

/** A migrated database of its own on the embedded engine. Close it after the test. */
export async function openTestDatabase(world: World = testWorld()): Promise<Database> {
  const loan = await borrowEngine();
  const database = await openDatabase({ engine: loan.open(), dataDir: '', connectTimeoutMs: 0 }, world);
  return closing(database, () => loan.giveBack());
}

async function openIn(dataDir: string, world: World): Promise<Database> {
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, world);
  return closing(database, () => rm(dataDir, { recursive: true, force: true }));
}

/** An engine that a suite runs on. */
export interface TestEngine {
  name: 'PGlite' | 'PostgreSQL';
  available: boolean;
  /** A migrated database of its own; what it needs is dropped when it is closed. */
  open(world?: World): Promise<Database>;
}

/**
 * The engines of this run's project, for `describe.each(testDatabases)`: both in the suites that differ between them. Without
 * a server, PostgreSQL's part is shown as skipped.
 */
export const testDatabases: readonly TestEngine[] = [
  { name: 'PGlite' as const, available: true, open: openTestDatabase },
  { name: 'PostgreSQL' as const, available: POSTGRES_URL !== undefined, open: openTestPostgres },
].filter(({ name }) => (process.env.CODA_TEST_ENGINES ?? 'PGlite,PostgreSQL').split(',').includes(name));

async function openTestPostgres(world: World = testWorld()): Promise<Database> {
  const server = await borrowPostgres();
  const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, world);
  return closing(database, () => server.drop());
}

/** The same database; what it needs goes when it is closed. */
export function closing(database: Database, clear: () => Promise<unknown>): Database {
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    await clear();
  };
  return database;
}
