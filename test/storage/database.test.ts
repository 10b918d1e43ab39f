import { IN_MEMORY, openDatabase } from '../../src/storage/index.ts';
import { databaseContract } from '../support/database-contract.ts';
import { freshPostgres, POSTGRES_URL, requireService } from '../support/postgres.ts';

requireService('CODA_TEST_POSTGRES');

databaseContract('PGlite', {
  available: true,
  open: (world) => openDatabase({ dataDir: IN_MEMORY, connectTimeoutMs: 0 }, world),
});

databaseContract('PostgreSQL', {
  available: POSTGRES_URL !== undefined,
  open: async (world) => {
    const server = await freshPostgres();
    const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, world);
    const close = database.close.bind(database);
    database.close = async () => {
      await close();
      await server.drop();
    };
    return database;
  },
});
