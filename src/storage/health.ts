import type { Database } from './port.ts';

export interface StorageFacts {
  /** Version of the server: 150004. */
  version: number;
  fsync: string;
  synchronousCommit: string;
  fullPageWrites: string;
  readOnly: boolean;
  bytes: number;
  tables: { name: string; bytes: number }[];
  /** Seconds that the oldest transaction of this database has been open. */
  longestTransaction: number;
  connections: number;
  mostConnections: number;
  user: string;
  schema: string | null;
  mayCreate: boolean;
  migrations: number;
}

export async function storageFacts(database: Database): Promise<StorageFacts> {
  const { rows } = await database.read<Omit<StorageFacts, 'tables'>>(
    `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as "synchronousCommit",
            current_setting('full_page_writes') as "fullPageWrites",
            (pg_is_in_recovery() or current_setting('transaction_read_only') = 'on') as "readOnly",
            pg_database_size(current_database())::float8 as bytes,
            (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()) as "longestTransaction",
            (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
            current_setting('max_connections')::int as "mostConnections",
            current_user::text as user, current_schema()::text as schema,
            coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate",
            (select count(*)::int from migrations) as migrations`,
  );
  const { rows: tables } = await database.read<{ name: string; bytes: number }>(
    `select relname as name, pg_total_relation_size(oid)::float8 as bytes from pg_class
      where relkind = 'r' and relnamespace = current_schema()::regnamespace order by 2 desc limit 3`,
  );
  return { ...(rows[0] as Omit<StorageFacts, 'tables'>), tables };
}

export function grantLine({ user, schema }: { user: string; schema: string | null }): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return `grant usage, create on schema ${quoted(schema ?? 'public')} to ${quoted(user)};`;
}
