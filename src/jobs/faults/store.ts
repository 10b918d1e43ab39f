import type { CountedFault } from '../../base/faults.ts';
import type { Database } from '../../storage/index.ts';

export interface FaultRow {
  source: string;
  kind: string;
  code: string;
  hour: Date;
  count: number;
  lastAt: Date;
}

/** Adds to the counts of `hour`, and removes what is older than `keptSince`. */
export async function add(
  database: Database,
  faults: readonly CountedFault[],
  hour: Date,
  keptSince: Date,
): Promise<void> {
  await database.run(
    'faults.add',
    `with old as (delete from faults where hour < $7)
     insert into faults as f (source, kind, code, hour, count, last_at)
     select source, kind, code, $1, count, last_at
       from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[]) as n (source, kind, code, count, last_at)
      order by source, kind, code
     on conflict (hour, source, kind, code)
     do update set count = f.count + excluded.count, last_at = greatest(f.last_at, excluded.last_at)`,
    [
      hour,
      faults.map(({ source }) => source),
      faults.map(({ kind }) => kind),
      faults.map(({ code }) => code),
      faults.map(({ count }) => count),
      faults.map(({ lastAt }) => lastAt),
      keptSince,
    ],
  );
}

export async function faultsSince(database: Database, instant: Date): Promise<FaultRow[]> {
  const { rows } = await database.read<FaultRow>(
    `select source, kind, code, hour, count, last_at as "lastAt" from faults
      where hour >= $1 order by hour desc, count desc limit 5000`,
    [instant],
  );
  return rows;
}
