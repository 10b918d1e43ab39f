/** Forward-only migrations, `NNNN_name.sql`, each in a transaction of its own. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { packageRoot } from '../base/root.ts';
import { grantLine } from './health.ts';
import type { Database, Queryable } from './port.ts';

export interface MigrateOptions {
  folder?: string;
  now?: Date;
  /** The last to be applied, by its number: the shape of an older version. */
  until?: number;
  /** Called before the first one is applied to a database that was in use; what it throws ends the migration. */
  onFirst?(first: string): Promise<void>;
}

export interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
}

/** Any number will do that nothing else in this database locks. */
const LOCK = 2_026_112_000;

/**
 * Applies what is missing, in order, and returns the names of what it applied. Several processes may call it at once.
 * Throws `MIGRATION_CHANGED`, `MIGRATION_FAILED`, and `DATA_NEWER` when the database knows more than this program.
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations(options.folder);
  const history = await readApplied(database);
  const pending = missingMigrations(migrations, history).filter(({ version }) => version <= (options.until ?? version));
  if (history.length > 0 && pending[0]) await options.onFirst?.(pending[0].name);
  const applied: string[] = [];
  for (const migration of pending) {
    if (await apply(database, migration, options.now ?? new Date())) applied.push(migration.name);
  }
  return applied;
}

export async function lastApplied(database: Database): Promise<{ version: number; name: string } | undefined> {
  return (await readApplied(database)).at(-1);
}

/** The migrations in `folder`, in order. Dozens of small files: with promises they take three times the processor time. */
export async function readMigrations(folder = join(packageRoot(), 'migrations')): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for (const file of readdirSync(folder).sort()) {
    const version = /^(\d{4})_\w+\.sql$/.exec(file)?.[1];
    if (version === undefined) continue;
    const sql = readFileSync(join(folder, file), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const name = file.slice(0, -'.sql'.length);
    if (migrations.at(-1)?.version === Number(version)) throw new Error(`two migrations have the number ${version}`);
    migrations.push({ version: Number(version), name, sql, checksum });
  }
  return migrations;
}

async function readApplied(database: Pick<Database, 'read'>): Promise<AppliedMigration[]> {
  try {
    const { rows } = await database.read<AppliedMigration>(
      'select version, name, checksum from migrations order by version',
    );
    return rows;
  } catch (error) {
    if (systemCode(error) === '42P01') return []; // no such table: nothing was ever applied
    throw error;
  }
}

function missingMigrations(migrations: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, checksum } of applied) {
    const mine = byVersion.get(version);
    if (!mine) {
      throw new CodaError('DATA_NEWER', {
        message: `The database has a migration that this coda does not know: ${name}. The last that it knows is ${migrations.at(-1)?.name}.`,
        remedy: 'Update coda to at least the version that last used this database.',
      });
    }
    if (mine.checksum !== checksum) {
      throw new CodaError('MIGRATION_CHANGED', {
        message: `The migration ${name} has changed since it was applied.`,
        remedy: 'Restore the file as it was released; changes go into a new migration.',
      });
    }
    byVersion.delete(version);
  }
  return [...byVersion.values()];
}

async function apply(database: Database, migration: Migration, now: Date): Promise<boolean> {
  try {
    return await database.tx('storage.migrate', async (tx) => {
      // A migration takes as long as it needs, and so does waiting for the process that is at it.
      await tx.script(
        `set local lock_timeout = 0; set local statement_timeout = 0; select pg_advisory_xact_lock(${LOCK})`,
      );
      await tx.script(`create table if not exists migrations (
        version int primary key, name text not null, checksum text not null, applied_at timestamptz not null)`);
      if (await isApplied(tx, migration)) return false;
      await tx.script(migration.sql);
      const { version, name, checksum } = migration;
      await tx.query('insert into migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)', [
        version,
        name,
        checksum,
        now,
      ]);
      return true;
    });
  } catch (error) {
    if (error instanceof CodaError) throw error;
    throw new CodaError('MIGRATION_FAILED', {
      message: `The migration ${migration.name} could not be applied: ${messageOf(error)}.`,
      remedy:
        systemCode(error) === INSUFFICIENT_PRIVILEGE
          ? `As the database’s owner: ${await missingGrant(database)}`
          : 'Nothing of it was kept. Mend what the message names, or go back to the version before it.',
      cause: error,
    });
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

async function missingGrant(database: Database): Promise<string> {
  const { rows } = await database.read<{ user: string; schema: string | null }>(
    'select current_user::text as user, current_schema()::text as schema',
  );
  return grantLine(rows[0] ?? { user: 'coda', schema: null });
}

async function isApplied(tx: Queryable, migration: Migration): Promise<boolean> {
  const { rows } = await tx.query<AppliedMigration>(
    'select version, name, checksum from migrations where version = $1',
    [migration.version],
  );
  return rows.length > 0 && missingMigrations([migration], rows).length === 0;
}
