import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/base/world.ts';
import { type Database, migrate, openDatabase } from '../../src/storage/index.ts';
import { borrowEngine } from './engines.ts';
import { freshPostgres, POSTGRES_URL, type TestPostgres } from './postgres.ts';
import { guard, stateOfDatabase } from './template.ts';
import { testWorld } from './world.ts';

/** A fresh database on the server, migrated. */
export async function migratedPostgres(): Promise<TestPostgres> {
  return freshPostgres({
    name: `coda_template_${await stateOfDatabase()}`,
    fill: async (url) => {
      const database = await openDatabase({ url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld());
      await migrate(database);
      await guard(database);
      await database.close();
    },
  });
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

/** Both engines, for `describe.each(testDatabases)`: without a server, PostgreSQL's part is shown as skipped. */
export const testDatabases: readonly TestEngine[] = [
  { name: 'PGlite', available: true, open: openTestDatabase },
  { name: 'PostgreSQL', available: POSTGRES_URL !== undefined, open: openTestPostgres },
];

async function openTestPostgres(world: World = testWorld()): Promise<Database> {
  const server = await migratedPostgres();
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
