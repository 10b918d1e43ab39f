/** Rows in the hands of processes, in lanes and beside them. */
import type { Database, Transaction } from '../../../storage/index.ts';
import { STILL_STOPPED } from './turns.ts';

/**
 * Frees what dead processes ran, in lanes and beside them. What ran in one that `crashed` is suspect from then on: suspects
 * run one at a time in a process, and only what ran alone, or as the only suspect, is charged with an attempt.
 */
export async function release(tx: Transaction, owners: readonly string[], crashed: boolean): Promise<void> {
  await tx.query(
    `with freed as (
       select conversation_id, owner, current, cancel from lanes where owner = any($1::uuid[]) for update
     ), held as (
       select owner, current as id, cancel from freed
       union all
       select owner, id, false from inbox where owner = any($1::uuid[]) and state = 'received' and not laned
     ), ran as (
       select held.*, i.payload ? 'suspect' as suspect, count(*) over (partition by held.owner) as together,
              count(*) filter (where i.payload ? 'suspect') over (partition by held.owner) as suspects
         from held join inbox i using (id)
     ), tried as (
       update inbox i
          set owner = null,
              attempts = i.attempts
                + case when $2 and (ran.together = 1 or ran.suspect and ran.suspects = 1) then 1 else 0 end,
              payload = i.payload || case when ran.cancel then '{"stopped": true}'::jsonb else '{}' end
                                  || case when $2 then '{"suspect": true}'::jsonb else '{}' end
         from ran where i.id = ran.id and i.state = 'received' and (i.laned or i.owner = ran.owner)
     )
     update lanes l set owner = null, current = null, cancel = false
       from freed where l.conversation_id = freed.conversation_id`,
    [owners, crashed],
  );
}

/** Owners of running rows, dead ones too. */
export const OWNERS = `select owner from lanes where owner is not null
  union select owner from inbox where state = 'received' and not laned and owner is not null`;

/** Rows that this owner runs, as the database has it. */
export async function heldBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select current as id from lanes where owner = $1 and current is not null
      union all select id from inbox where state = 'received' and not laned and owner = $1`,
    [owner],
  );
  return rows.map(({ id }) => id);
}

/** Gives rows back that their owner does not know of. */
export async function free(tx: Transaction, owner: string, ids: readonly string[]): Promise<void> {
  await tx.query(
    `with laneless as (
       update inbox set owner = null where owner = $1 and id = any($2::uuid[]) and state = 'received' and not laned
     ), freed as (
       select conversation_id, current, cancel from lanes where owner = $1 and current = any($2::uuid[]) for update
     ), kept as (
       update inbox i set payload = ${STILL_STOPPED} from freed where i.id = freed.current
     )
     update lanes l set owner = null, current = null, cancel = false
       from freed where l.conversation_id = freed.conversation_id`,
    [owner, ids],
  );
}
