/** Sequences: what rows that come later are numbered by. No row holds them. */
import type { Transaction } from '../port.ts';
import { quote } from './tables.ts';

/** Last value of each sequence of the database. */
export async function sequencesOf(tx: Pick<Transaction, 'query'>): Promise<Record<string, number>> {
  const { rows } = await tx.query<{ name: string; last: number | null }>(
    `select sequencename::text as name, last_value as last from pg_sequences where schemaname = current_schema()`,
  );
  return Object.fromEntries(rows.flatMap(({ name, last }) => (last === null ? [] : [[name, last]])));
}

/**
 * Has each sequence go on behind what it had counted to, `last`, and behind every row that has a number of it. Without the
 * former, numbers of rows that are gone would come again, and what tells how far it has read would pass over new rows.
 */
export async function advanceSequences(tx: Transaction, last: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, columns] of await numbered(tx)) {
    const tops = columns.map(({ table, column }) => `(select max(${quote(column)}) from ${quote(table)})`);
    await tx.query(
      `select setval($1::regclass, coalesce(top, 1), top is not null)
         from (select greatest($2::bigint${tops.map((top) => `, ${top}`).join('')}) as top) counted`,
      [quote(name), last[name] ?? null],
    );
  }
}

interface Column {
  table: string;
  column: string;
}

/** Every sequence with the columns that are numbered by it: identities, and those whose default asks for its next value. */
async function numbered(tx: Pick<Transaction, 'query'>): Promise<Map<string, Column[]>> {
  const { rows } = await tx.query<{ name: string; columns: Column[] }>(
    `with used as (
       select objid as sequence, refobjid as "table", refobjsubid as number from pg_depend
        where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')
       union
       select d.refobjid, f.adrelid, f.adnum from pg_depend d join pg_attrdef f on f.oid = d.objid
        where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
     )
     select s.relname::text as name,
            coalesce(json_agg(json_build_object('table', t.relname, 'column', a.attname)) filter (where a.attname is not null),
                     '[]') as columns
       from pg_class s
       left join used on used.sequence = s.oid
       left join pg_class t on t.oid = used."table"
       left join pg_attribute a on a.attrelid = used."table" and a.attnum = used.number
      where s.relkind = 'S' and s.relnamespace = current_schema()::regnamespace
      group by s.relname`,
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}
