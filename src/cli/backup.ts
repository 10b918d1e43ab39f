import { resolve } from 'node:path';
import { type BackupState, Backups, backupFolder, type MadeBackup } from '../app/index.ts';
import { sleep } from '../base/async.ts';
import { CodaError } from '../base/errors.ts';
import { bytesOf, plural } from '../base/text.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import {
  type Database,
  openDatabase,
  type Restored,
  restoreBackup,
  restoreEmbedded,
  writeBackup,
} from '../storage/index.ts';
import { callDaemon } from './daemon/daemon.ts';
import { prepare } from './daemon/serve.ts';
import type { Flags } from './flags.ts';
import { usage } from './texts.ts';
import { version } from './version.ts';

const LOOK_MS = 200;

export interface BackupFlags extends Flags {
  /** `--without-config`. */
  withoutConfig?: boolean;
}

export interface RestoreFlags extends Flags {
  force?: boolean;
}

export interface MoveFlags extends Flags {
  to: string;
  force?: boolean;
}

/** `coda backup [FILE]`: by the running daemon, which goes on working; else here. */
export async function backup(flags: BackupFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const stamp = world.clock.now().toISOString().replace(/\D/g, '').slice(0, 14);
  const file = resolve(flags.args[0] ?? `${backupFolder(config.dataDir)}/coda-${stamp}.tar.gz`);
  const asked = { file, withoutConfig: flags.withoutConfig === true };
  const summary = (await byDaemon(config.dataDir, asked)) ?? (await backupHere(config, world, asked));
  if (flags.json) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    const keys = summary.holdsKeys ? `${HOLDS_KEYS}\n` : '';
    io.stdout.write(`${summaryLine(summary)}\n${keys}Put it back with: coda restore ${summary.file}\n`);
  }
  return 0;
}

async function byDaemon(dataDir: string, asked: Asked): Promise<MadeBackup | undefined> {
  for (;;) {
    const state = (await callDaemon(dataDir, 'backup', asked)) as BackupState | undefined;
    if (state === undefined) return undefined;
    if (state.done && state.summary) return state.summary;
    if (state.done) {
      throw new CodaError('CONTROL_FAILED', {
        message: `The backup could not be made: ${state.error}.`,
        remedy: 'Mend what it names, and try again. Nothing was left behind.',
      });
    }
    await sleep(LOOK_MS);
  }
}

async function backupHere(config: Config, world: World, asked: Asked): Promise<MadeBackup> {
  const database = await open(config, world);
  try {
    return await new Backups({ config, database, world, program: `coda ${version()}` }).make(asked);
  } finally {
    await database.close();
  }
}

type Asked = { file: string; withoutConfig: boolean };

const HOLDS_KEYS =
  'The keys that stand in config.yaml are in it: keep it as safe as them, or leave that file out with --without-config.';

const summaryLine = ({ file, rows, files, bytes }: MadeBackup) =>
  `${file}: ${plural(rows, 'row')}, ${plural(files, 'file')}, ${bytesOf(bytes)}, read back and in order.`;

/** `coda restore FILE`: into an empty place, or with `--force` in the place of what is there. */
export async function restore(flags: RestoreFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  await refuseDaemon(config.dataDir);
  const file = resolve(flags.args[0] ?? '');
  const { dataDir } = config;
  const options = { file, dataDir, force: flags.force ?? false, now: world.clock.now() };
  const restored = config.storage.url
    ? await using(await open(config, world), (database) => restoreBackup({ ...options, database }))
    : await restoreEmbedded({ ...options, into: dataDir }, world);
  io.stdout.write(
    `${restoredLine(restored)}\nIt is a coda of its own now. Do not run it beside the original with the same tokens.\n`,
  );
  return 0;
}

const restoredLine = ({ rows, tables, files, madeAt }: Restored) =>
  `Restored ${plural(rows, 'row')} of ${plural(tables, 'table')} and ${plural(files, 'file')} as of ${madeAt}; counts and sums agree.`;

/** `coda storage move --to postgres://…|embedded`: the database to another place, everything else stays. */
export async function storageMove(flags: MoveFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  await refuseDaemon(config.dataDir);
  const toEmbedded = flags.to === 'embedded';
  if (toEmbedded === (config.storage.url === undefined) && toEmbedded) throw usage('The database is embedded already.');
  if (!toEmbedded && !/^postgres(ql)?:\/\//.test(flags.to)) {
    throw usage(`${flags.to} is no place for a database.`, 'Say --to postgres://user@host/name, or --to embedded.');
  }
  world.secrets.addUrl(flags.to);
  const now = world.clock.now();
  const file = `${backupFolder(config.dataDir)}/move-${now.toISOString().replace(/\D/g, '').slice(0, 14)}.tar.gz`;
  const written = await using(await open(config, world), (database) =>
    writeBackup({ database, file, program: `coda ${version()}`, now }),
  );
  const options = { file, force: flags.force ?? false, copy: false, now };
  const restored = toEmbedded
    ? await restoreEmbedded({ ...options, into: config.dataDir }, world)
    : await using(await open(config, world, flags.to), (database) => restoreBackup({ ...options, database }));
  io.stdout.write(`${restoredLine({ ...restored, files: written.files })}\n${nextStep(toEmbedded)}\n`);
  return 0;
}

const nextStep = (toEmbedded: boolean) =>
  toEmbedded
    ? 'Take storage.url out of the configuration (and DATABASE_URL out of the environment), then start coda.'
    : 'Set storage.url (or DATABASE_URL) to the new place, then start coda. The old one is as it was.';

async function refuseDaemon(dataDir: string): Promise<void> {
  if ((await callDaemon(dataDir, 'health')) === undefined) return;
  throw new CodaError('STORAGE_IN_USE', {
    message: `A coda is running on ${dataDir}.`,
    remedy: 'Stop it first: what it goes on writing would be lost.',
  });
}

function open(config: Config, world: World, to?: string): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const place = to === undefined ? { url, directUrl } : { url: to };
  return openDatabase({ ...place, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir }, world);
}

async function using<T>(database: Database, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
