/** Stored files that the database refers to, and the removal of the others. */
import type { Clock } from '../base/clock.ts';
import type { Artifacts } from './artifacts.ts';
import type { Database } from './port.ts';

/** A `jsonb` column whose values may name stored files: each by a field `hash`, at any depth. */
export interface FileReferences {
  table: string;
  column: string;
  /** Rows that cannot name any need not be read: a condition. */
  where?: string;
}

export interface Collecting {
  database: Database;
  artifacts: Artifacts;
  clock: Pick<Clock, 'now'>;
  /** Those of every room. */
  references: readonly FileReferences[];
}

/**
 * Files put within this time stay: what refers to them may not be committed yet. A row that copies the reference of
 * another needs no time, since the other one counts until then.
 */
export const GRACE_MS = 24 * 60 * 60 * 1_000;
/** Files that one statement asks for. */
const BATCH = 5_000;

/**
 * Removes the files that no row refers to and that were put more than `GRACE_MS` ago; returns how many. It may stop at any
 * file, and run in several processes at once. Throws when `signal` aborts.
 */
export async function collectFiles(
  { database, artifacts, clock, references }: Collecting,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(clock.now().getTime() - GRACE_MS);
  let removed = 0;
  let batch: string[] = [];
  const removeUnused = async () => {
    const used = await usedAmong(database, references, batch);
    for (const hash of batch) {
      signal.throwIfAborted();
      if (!used.has(hash) && (await artifacts.remove(hash, before))) removed++;
    }
    batch = [];
  };
  for await (const hash of artifacts.putBefore(before)) {
    signal.throwIfAborted();
    batch.push(hash);
    if (batch.length === BATCH) await removeUnused();
  }
  if (batch.length > 0) await removeUnused();
  return removed;
}

/** Those of at most `most` files that rows refer to which are not there, and how many were looked for. */
export async function missingFiles(
  { database, artifacts, references }: Omit<Collecting, 'clock'>,
  most: number,
): Promise<{ missing: string[]; looked: number }> {
  const { rows } = await database.read<{ hash: string }>(
    `select hash from (${named(references)}) named where hash ~ '^[0-9a-f]{64}$' limit $1`,
    [most],
  );
  const hashes = [...new Set(rows.map(({ hash }) => hash))];
  const there = await Promise.all(hashes.map((hash) => artifacts.has(hash)));
  return { missing: hashes.filter((_, index) => !there[index]), looked: hashes.length };
}

/** A query for all files that rows refer to. */
function named(references: readonly FileReferences[]): string {
  return references
    .map(
      ({ table, column, where = 'true' }) =>
        `select jsonb_path_query(${column}, '$.**.hash') #>> '{}' as hash from ${table} where ${where}`,
    )
    .join(' union all ');
}

/** Those of `hashes` that a row refers to. One statement, so that a reference is not missed on its way between tables. */
async function usedAmong(
  database: Database,
  references: readonly FileReferences[],
  hashes: readonly string[],
): Promise<Set<string>> {
  const { rows } = await database.read<{ hash: string }>(
    `select distinct hash from (${named(references)}) named where hash = any($1::text[])`,
    [hashes],
  );
  return new Set(rows.map(({ hash }) => hash));
}
