import type { Instant } from '../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

export interface Pin {
  tool: string;
  hash: string;
}

/** Stands for the server itself: it is known even if it has no tools. */
const SERVER = '';

/** Hashes by the tool's own name; undefined for a server that was never used. */
export async function pinsOf(db: Queryable, server: string): Promise<ReadonlyMap<string, string> | undefined> {
  const { rows } = await db.query<{ tool: string; hash: string }>('select tool, hash from mcp_pins where server = $1', [
    server,
  ]);
  return rows.length === 0 ? undefined : new Map(rows.map(({ tool, hash }) => [tool, hash]));
}

/** Pins what a server says at its first use; of two processes that meet it at once the first one's stands. */
export async function pinFirst(tx: Transaction, server: string, pins: readonly Pin[], now: Instant): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`mcp:${server}`]);
  if (await pinsOf(tx, server)) return;
  await tx.query(
    `insert into mcp_pins (server, tool, hash, decided_at)
     select $1, t, h, $4 from unnest($2::text[], $3::text[]) as said (t, h)`,
    [server, [SERVER, ...pins.map(({ tool }) => tool)], ['', ...pins.map(({ hash }) => hash)], now],
  );
}

export async function approve(
  tx: Transaction,
  server: string,
  pins: readonly Pin[],
  by: { personId: string; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into mcp_pins (server, tool, hash, person_id, decided_at)
     select $1, t, h, $4, $5 from unnest($2::text[], $3::text[]) as said (t, h)
     on conflict (server, tool) do update
       set hash = excluded.hash, person_id = excluded.person_id, decided_at = excluded.decided_at`,
    [server, pins.map(({ tool }) => tool), pins.map(({ hash }) => hash), by.personId, by.now],
  );
}

/** Decisions stay, without the person who made them. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'update mcp_pins set person_id = null where person_id = $1' },
];

/** Decisions are those of whoever the owner turns out to be. */
export const mergeRules: readonly MergeRule[] = [{ sql: 'update mcp_pins set person_id = $2 where person_id = $1' }];
