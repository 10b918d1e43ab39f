import type { Database, Transaction } from '../port.ts';

export interface TableShape {
  name: string;
  columns: { name: string; type: string }[];
}

/** Row count of a table, and a sum over its rows that does not depend on their order. */
export interface TableSum {
  rows: number;
  sum: string;
}

const ROWS_AT_ONCE = 200;

const MANNERS = `set local timezone = 'UTC'; set local statement_timeout = 0; set local lock_timeout = 0;
  set local idle_in_transaction_session_timeout = 0`;

export function snapshot<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.tx('backup.export', async (tx) => {
    await tx.script('set transaction isolation level repeatable read, read only');
    await tx.script(MANNERS);
    return work(tx);
  });
}

/** Every table but the account of migrations and those that triggers derive from others, with the columns that are not computed. */
export async function shapes(tx: Pick<Transaction, 'query'>): Promise<TableShape[]> {
  const { rows } = await tx.query<{ name: string; columns: string[]; types: string[] }>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns,
            array_agg(format_type(a.atttypid, a.atttypmod)::text order by a.attnum) as types
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> 'migrations'
        and obj_description(c.oid, 'pg_class') is distinct from 'derived' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      group by c.relname order by c.relname`,
  );
  return rows.map(({ name, columns, types }) => ({
    name,
    columns: columns.map((column, index) => ({ name: column, type: types[index] ?? 'text' })),
  }));
}

/** Type of each column, by table and column. */
export async function columnsOf(tx: Pick<Transaction, 'query'>): Promise<Map<string, Map<string, string>>> {
  const { rows } = await tx.query<{ table: string; columns: Record<string, string> }>(
    `select c.relname::text as "table", jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.attnum > 0 and not a.attisdropped
      group by c.relname`,
  );
  return new Map(rows.map(({ table, columns }) => [table, new Map(Object.entries(columns))]));
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const isJson = (type: string) => type === 'json' || type === 'jsonb';

/** A table's rows as objects; JSON stays text in them, so that its null is not taken for none. */
function rowsOf({ name, columns }: TableShape): string {
  const list = columns.map(({ name, type }) => (isJson(type) ? `${quote(name)}::text` : quote(name)));
  return `select to_jsonb(r)::text as line from (select ${list.join(', ')} from ${quote(name)}) r`;
}

export async function* exportRows(tx: Transaction, table: TableShape): AsyncGenerator<string[]> {
  await tx.script(`declare rows_out no scroll cursor for ${rowsOf(table)}`);
  for (;;) {
    const { rows } = await tx.query<{ line: string }>(`fetch ${ROWS_AT_ONCE} from rows_out`);
    if (rows.length === 0) break;
    yield rows.map(({ line }) => line);
  }
  await tx.script('close rows_out');
}

export async function sumOf(tx: Transaction, table: TableShape): Promise<TableSum> {
  const { rows } = await tx.query<TableSum>(
    `select count(*)::int as rows, coalesce(sum(('x' || substr(md5(line), 1, 15))::bit(60)::bigint), 0)::text as sum
       from (${rowsOf(table)}) lines`,
  );
  return rows[0] as TableSum;
}

/** Takes the place of everything in the database with what `load` inserts, all or nothing. */
export async function replaceAll<T>(
  database: Database,
  tables: readonly TableShape[],
  load: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.tx('backup.import', async (tx) => {
    await tx.script(MANNERS);
    const links = await tx.query<{ name: string; on: string; is: string }>(
      `select conname::text as name, conrelid::regclass::text as "on", pg_get_constraintdef(oid) as "is"
         from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace`,
    );
    // Tables refer to each other in circles: what they refer to is checked when all rows are there.
    for (const { name, on } of links.rows) await tx.script(`alter table ${on} drop constraint ${quote(name)}`);
    await tx.script(`truncate ${tables.map(({ name }) => quote(name)).join(', ')}`);
    const loaded = await load(tx);
    for (const { name, on, is } of links.rows) await tx.script(`alter table ${on} add constraint ${quote(name)} ${is}`);
    return loaded;
  });
}

export async function importRows(
  tx: Transaction,
  { name, columns }: TableShape,
  lines: readonly string[],
): Promise<void> {
  const into = columns.map((column) => quote(column.name)).join(', ');
  const typed = columns.map((column) => `${quote(column.name)} ${isJson(column.type) ? 'text' : column.type}`);
  const cast = columns.map((column) => `x.${quote(column.name)}${isJson(column.type) ? `::${column.type}` : ''}`);
  await tx.query(
    `insert into ${quote(name)} (${into}) overriding system value
     select ${cast.join(', ')} from jsonb_to_recordset($1::text::jsonb) as x (${typed.join(', ')})`,
    [`[${lines.join(',')}]`],
  );
}

/** Makes a restored database a coda of its own: another installation, whose former processes have ended. */
export async function adoptInstallation(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.query('update instances set ended_at = $1 where ended_at is null', [now]);
  await tx.query('delete from installation');
  await tx.query('insert into installation (id) values ($1)', [id]);
}

export async function isUnused(database: Database): Promise<boolean> {
  const { rows } = await database.read<{ used: boolean }>(
    'select exists (select from persons) or exists (select from inbox) or exists (select from messages) as used',
  );
  return rows[0]?.used === false;
}

// Sequences: what rows that come later are numbered by. No row holds them.

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
  for (const [name, columns] of await columnsOfSequences(tx)) {
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

async function columnsOfSequences(tx: Pick<Transaction, 'query'>): Promise<Map<string, Column[]>> {
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
