import { openDatabase } from '../../src/storage/index.ts';
import { closing, openEmptyDatabase } from '../support/database.ts';
import { databaseContract } from '../support/database-contract.ts';
import { freshPostgres, POSTGRES_URL, requireService } from '../support/postgres.ts';

requireService('CODA_TEST_POSTGRES');

databaseContract('PGlite', {
  available: true,
  open: openEmptyDatabase,
});

databaseContract('PostgreSQL', {
  available: POSTGRES_URL !== undefined,
  open: async (world) => {
    const server = await freshPostgres();
    const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, world);
    return closing(database, () => server.drop());
  },
});
