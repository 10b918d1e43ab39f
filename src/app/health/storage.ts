import { bytesOf, listOf, plural } from '../../base/text.ts';
import { combineVerdicts, type HealthCheck, type Verdict } from '../../chat/index.ts';
import { type Database, grantLine, type StorageFacts, type StorageStats, storageFacts } from '../../storage/index.ts';

const OLDEST_SERVER = 150_000;
/** Cleaning up waits behind a transaction that is open for longer. */
const LONG_TRANSACTION_S = 300;

/** The embedded engine runs within coda: there is no server to start. */
const EMBEDDED_REMEDY =
  'Start coda again: the embedded database is a part of it, and recovers all that was confirmed. If it does not, restore a backup.';

export function storageCheck({ engine }: Pick<Database, 'engine'>, healthy: () => Promise<boolean>): HealthCheck {
  return {
    name: 'storage',
    async check() {
      if (await healthy()) return { ok: true, says: 'answers' };
      const remedy = engine === 'pglite' ? EMBEDDED_REMEDY : 'Start the database, or mend storage.url.';
      return { ok: false, code: 'STORAGE_UNREACHABLE', says: 'does not answer', remedy };
    },
  };
}

interface StorageLook {
  engine: Database['engine'];
  facts: StorageFacts;
  stats: Pick<StorageStats, 'commits' | 'fsyncs' | 'hears'>;
  replicas: boolean;
}

interface Rule {
  code: string;
  severity?: 'notice' | 'warning';
  holds(looked: StorageLook): boolean;
  says(looked: StorageLook): string;
  remedy: string | ((looked: StorageLook) => string);
}

const RULES: readonly Rule[] = [
  {
    code: 'STORAGE_READ_ONLY',
    holds: ({ facts }) => facts.readOnly,
    says: () => 'the database takes no writes',
    remedy: 'Point storage.url at the primary, not at a standby; or take default_transaction_read_only away.',
  },
  {
    code: 'STORAGE_NO_CREATE',
    severity: 'warning',
    holds: ({ facts }) => !facts.mayCreate && !facts.readOnly,
    says: ({ facts }) =>
      `the user ${facts.user} may not create tables in the schema ${facts.schema}: the next update fails`,
    remedy: ({ facts }) => `As the database’s owner: ${grantLine(facts)}`,
  },
  {
    code: 'STORAGE_NO_FSYNC',
    holds: ({ facts, engine, stats }) =>
      facts.fsync !== 'on' || (engine === 'pglite' && stats.commits > 0 && (stats.fsyncs ?? 0) === 0),
    says: () => 'commits do not reach the disk: a power cut loses what was confirmed',
    remedy: 'Set fsync = on in postgresql.conf and restart PostgreSQL.',
  },
  {
    code: 'STORAGE_ASYNC_COMMIT',
    severity: 'warning',
    holds: ({ facts }) => facts.synchronousCommit === 'off',
    says: () => 'synchronous_commit is off: a crash of the server loses the last commits',
    remedy: 'Set synchronous_commit = on for coda’s database: alter database … set synchronous_commit = on.',
  },
  {
    code: 'STORAGE_TORN_PAGES',
    severity: 'warning',
    holds: ({ facts, engine }) => engine === 'postgres' && facts.fullPageWrites !== 'on',
    says: () => 'full_page_writes is off: a power cut may damage the database',
    remedy: 'Set full_page_writes = on, unless the file system writes whole pages.',
  },
  {
    code: 'STORAGE_OLD_SERVER',
    holds: ({ facts, engine }) => engine === 'postgres' && facts.version < OLDEST_SERVER,
    says: ({ facts }) => `PostgreSQL ${Math.floor(facts.version / 10_000)} is too old`,
    remedy: 'Use PostgreSQL 15 or newer.',
  },
  {
    code: 'STORAGE_POOLER',
    severity: 'warning',
    holds: ({ stats, replicas }) => !stats.hears && replicas,
    says: () => 'storage.url leads to a transaction pooler, where replicas do not hear each other',
    remedy: 'Set storage.direct_url to an address that bypasses the pooler, or redis.url.',
  },
  {
    code: 'STORAGE_LONG_TRANSACTION',
    severity: 'warning',
    holds: ({ facts }) => facts.longestTransaction > LONG_TRANSACTION_S,
    says: ({ facts }) => `a transaction has been open for ${Math.round(facts.longestTransaction / 60)} min`,
    remedy:
      'Find it in pg_stat_activity (order by xact_start) and end it; it keeps deleted rows from being cleaned up.',
  },
  {
    code: 'STORAGE_CONNECTIONS',
    severity: 'warning',
    holds: ({ facts, engine }) => engine === 'postgres' && facts.connections > 0.9 * facts.mostConnections,
    says: ({ facts }) => `${facts.connections} of ${plural(facts.mostConnections, 'connection')} in use`,
    remedy: 'Lower storage.pool, raise max_connections, or put a pooler in front.',
  },
];

/** Verdicts on an observed database; one that all is well where nothing is wrong. Pure. */
export function judgeStorage(looked: StorageLook): Verdict[] {
  const wrong = RULES.filter(({ holds: when }) => when(looked)).map(
    ({ code, severity = 'error' as const, says, remedy }): Verdict => ({
      ok: false,
      code,
      severity,
      says: says(looked),
      remedy: typeof remedy === 'string' ? remedy : remedy(looked),
    }),
  );
  if (wrong.length > 0) return wrong;
  const { bytes, tables, version } = looked.facts;
  const large = listOf(tables.map(({ name, bytes }) => `${name} ${bytesOf(bytes)}`));
  const engine = looked.engine === 'pglite' ? 'embedded' : `PostgreSQL ${Math.floor(version / 10_000)}`;
  return [{ ok: true, says: `${engine}, ${bytesOf(bytes)} (${large}), commits reach the disk` }];
}

export function databaseCheck(database: Database, replicas: () => Promise<boolean>): HealthCheck {
  return {
    name: 'database',
    async check() {
      const facts = await storageFacts(database);
      const verdicts = judgeStorage({
        engine: database.engine,
        facts,
        stats: database.stats(),
        replicas: await replicas(),
      });
      return combineVerdicts(verdicts, 'in order');
    },
  };
}
