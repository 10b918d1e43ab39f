import { plural } from '../base/text.ts';
import { migrate, openDatabase } from '../storage/index.ts';
import { callDaemon } from './daemon/daemon.ts';
import { prepare } from './daemon/serve.ts';
import type { Flags } from './flags.ts';

/** `coda migrate`: brings the database to this version's shape. */
export async function migrateData(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  if ((await callDaemon(config.dataDir, 'health')) !== undefined) {
    io.stdout.write('The running coda has already brought the database up to date.\n');
    return 0;
  }
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const database = await openDatabase(
    { url, directUrl, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir },
    world,
  );
  try {
    const applied = await migrate(database, { now: world.clock.now() });
    const what =
      applied.length === 0 ? 'The database is up to date.' : `Applied ${plural(applied.length, 'migration')}:`;
    io.stdout.write(`${[what, ...applied.map((name) => `  ${name}`)].join('\n')}\n`);
  } finally {
    await database.close();
  }
  return 0;
}
