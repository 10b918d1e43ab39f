import type { Json } from '../../base/json.ts';
import type { Database } from '../../storage/index.ts';

/** Rows of a table that go into an export; more than anybody has. */
const MOST_ROWS = 100_000;
/** Columns left out of an export: of no use to anybody, or secrets of coda's own. */
const LEFT_OUT = ['code', 'hash', 'embedding', 'salt', 'digest', 'owner'];

/** Everything that is stored of a person, table by table: every table with a `person_id`, also of skills. */
export async function exportOf(database: Database, personId: string): Promise<Record<string, Json[]>> {
  const { rows: tables } = await database.read<{ name: string }>(
    `select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = current_schema() and c.column_name = 'person_id' and t.table_type = 'BASE TABLE' order by 1`,
  );
  const all: Record<string, Json[]> = {};
  for (const { name, key } of [
    { name: 'persons', key: 'id' },
    ...tables.map((table) => ({ ...table, key: 'person_id' })),
  ]) {
    const { rows } = await database.read<{ row: Json }>(
      `select to_jsonb(t) - $2::text[] as row from "${name.replaceAll('"', '""')}" t where t.${key} = $1 limit ${MOST_ROWS}`,
      [personId, LEFT_OUT],
    );
    if (rows.length > 0) all[name] = rows.map(({ row }) => row);
  }
  return all;
}
