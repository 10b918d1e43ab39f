import type { Instant } from '../../base/clock.ts';
import type { Database } from '../../storage/index.ts';
import type { DueSource } from '../due.ts';

/** The earliest due instant of each source, in their order, by one statement. */
export async function earliestDue(database: Database, sources: readonly DueSource[]): Promise<(Instant | undefined)[]> {
  if (sources.length === 0) return [];
  const columns = sources.map((source, index) => `(${source.earliest}) as s${index}`);
  const { rows } = await database.read<Record<string, Instant | null>>(`select ${columns.join(', ')}`);
  return sources.map((_, index) => rows[0]?.[`s${index}`] ?? undefined);
}
