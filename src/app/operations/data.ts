import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { sleep } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import { version } from '../../base/root.ts';
import { bytesOf, plural } from '../../base/text.ts';
import { type LocalParts, operation, usage, type Wire } from '../../chat/operation.ts';
import {
  type Database,
  migrate as migrateDatabase,
  openDatabase,
  type RestoreSummary,
  restoreBackup,
  restoreEmbedded,
  writeBackup,
} from '../../storage/index.ts';
import { Backups, backupFolder, type MadeBackup, REHEARSAL, removeRehearsals, stampOf } from '../backups.ts';
import type { OperationParts } from './parts.ts';
import { wellness } from './running.ts';

const LOOK_MS = 200;

const begin = operation({
  name: 'backup',
  input: z.object({ file: z.string(), withoutConfig: z.boolean() }),
  run: ({ app }: OperationParts, asked) => app.backups.ask(asked),
});

/** By the running daemon, which goes on working; else here. */
const make = operation({
  name: 'backup',
  example: 'coda backup /mnt/disk/coda.tar.gz',
  input: z.object({
    file: z.string().optional().describe('default: in the folder backups of the data folder'),
    withoutConfig: z.boolean().optional().describe('leave config.yaml out, and the keys that stand in it'),
  }),
  args: ['file'],
  json: 'indented',
  needs: 'config',
  async run(parts: LocalParts, { file: named, withoutConfig = false }): Promise<Wire<MadeBackup>> {
    const { config, world } = parts;
    const stamp = stampOf(world.clock.now());
    const file = resolve(named ?? `${backupFolder(config.dataDir)}/coda-${stamp}.tar.gz`);
    const asked = { file, withoutConfig };
    return (await byDaemon(parts, asked)) ?? (await backupHere(parts, asked));
  },
  show(summary) {
    const keys = summary.holdsKeys ? `${HOLDS_KEYS}\n` : '';
    return `${summaryLine(summary)}\n${keys}Put it back with: coda restore ${summary.file}\n`;
  },
});

export const backup = [begin, make];

async function byDaemon({ daemon }: LocalParts, asked: BackupRequest) {
  for (;;) {
    const state = await daemon(begin, asked);
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

function backupHere({ config, world }: LocalParts, asked: BackupRequest): Promise<MadeBackup> {
  return withDatabase({ config, world }, (database) =>
    new Backups({ config, database, world, program: program() }).make(asked),
  );
}

const program = () => `coda ${version()}`;

type BackupRequest = { file: string; withoutConfig: boolean };

const HOLDS_KEYS =
  'The keys that stand in config.yaml are in it: keep it as safe as them, or leave that file out with --without-config.';

const summaryLine = ({ file, rows, files, bytes }: Wire<MadeBackup>) =>
  `${file}: ${plural(rows, 'row')}, ${plural(files, 'file')}, ${bytesOf(bytes)}, read back and in order.`;

const putBack = operation({
  name: 'restore',
  example: 'coda restore /mnt/disk/coda.tar.gz --data /var/lib/coda-copy',
  input: z.object({
    file: z.string(),
    force: z.boolean().optional().describe('replace what is there'),
  }),
  args: ['file'],
  needs: 'config',
  async run(parts: LocalParts, { file: named, force = false }) {
    await refuseDaemon(parts);
    const { config, world } = parts;
    const options = { file: resolve(named), dataDir: config.dataDir, force, now: world.clock.now() };
    return config.storage.url
      ? withDatabase(parts, (database) => restoreBackup({ ...options, database }))
      : restoreEmbedded({ ...options, into: config.dataDir }, world);
  },
  show: (restored) =>
    `${restoredLine(restored)}\nIt is a coda of its own now. Do not run it beside the original with the same tokens.\n`,
});

export const restore = [putBack];

const restoredLine = ({ rows, tables, files, madeAt }: Wire<RestoreSummary>) =>
  `Restored ${plural(rows, 'row')} of ${plural(tables, 'table')} and ${plural(files, 'file')} as of ${madeAt}; counts and sums agree.`;

/** The database goes to another place, everything else stays. */
const move = operation({
  name: 'storage move',
  summary: 'move the database to a PostgreSQL, or back into the data folder',
  example: 'coda storage move --to postgres://coda@localhost/coda',
  input: z.object({
    to: z.string().meta({ description: 'postgres://user@host/name, or embedded', value: 'place' }),
    force: z.boolean().optional().describe('replace what is there'),
  }),
  needs: 'config',
  async run(parts: LocalParts, { to, force = false }) {
    await refuseDaemon(parts);
    const { config, world } = parts;
    const isToEmbedded = to === 'embedded';
    if (isToEmbedded && config.storage.url === undefined)
      throw usage('The database is embedded already.', 'See what there is with "coda --help".');
    if (!isToEmbedded && !/^postgres(ql)?:\/\//.test(to))
      throw usage(`${to} is no place for a database.`, 'Say --to postgres://user@host/name, or --to embedded.');
    world.secrets.addUrl(to);
    const now = world.clock.now();
    const file = `${backupFolder(config.dataDir)}/move-${stampOf(now)}.tar.gz`;
    const { files } = await withDatabase(parts, (database) => writeBackup({ database, file, program: program(), now }));
    const options = { file, force, copy: false, now };
    const restored = isToEmbedded
      ? await restoreEmbedded({ ...options, into: config.dataDir }, world)
      : await withDatabase(parts, (database) => restoreBackup({ ...options, database }), to);
    return { ...restored, files };
  },
  show: (restored, { to }) => `${restoredLine(restored)}\n${nextStep(to === 'embedded')}\n`,
});

export const storage = [move];

const nextStep = (toEmbedded: boolean) =>
  toEmbedded
    ? 'Take storage.url out of the configuration (and DATABASE_URL out of the environment), then start coda.'
    : 'Set storage.url (or DATABASE_URL) to the new place, then start coda. The old one is as it was.';

const update = operation({
  name: 'migrate',
  example: 'coda migrate --data /var/lib/coda',
  input: z.object({}),
  needs: 'config',
  async run(parts: LocalParts) {
    if (await isRunning(parts)) return { isRunning: true, applied: [] };
    const now = parts.world.clock.now();
    return { isRunning: false, applied: await withDatabase(parts, (database) => migrateDatabase(database, { now })) };
  },
  show({ isRunning: isDone, applied }) {
    if (isDone) return 'The running coda has already brought the database up to date.\n';
    const what =
      applied.length === 0 ? 'The database is up to date.' : `Applied ${plural(applied.length, 'migration')}:`;
    return `${[what, ...applied.map((name) => `  ${name}`)].join('\n')}\n`;
  },
});

export const migrate = [update];

/** Reads a fresh backup into a folder beside the data, upgrades that and throws it away. The backup stays, as the way back. */
const rehearse = operation({
  name: 'upgrade',
  example: 'coda upgrade --rehearse',
  input: z.object({
    rehearse: z.boolean().optional().describe('try it on a copy, and tell what would change'),
  }),
  json: 'indented',
  needs: 'config',
  async run(parts: LocalParts, { rehearse: isAsked = false }): Promise<Rehearsal> {
    if (!isAsked) throw usage('A new version upgrades the data when it starts.', 'Try it: coda upgrade --rehearse');
    const { config, world } = parts;
    const now = world.clock.now();
    const file = resolve(backupFolder(config.dataDir), `coda-${stampOf(now)}.tar.gz`);
    await ((await byDaemon(parts, { file, withoutConfig: false })) ??
      backupHere(parts, { file, withoutConfig: false }));
    await removeRehearsals(config.dataDir);
    const into = await mkdtemp(join(config.dataDir, REHEARSAL));
    try {
      const startedAt = performance.now();
      const { rows, tables, files, migrated } = await restoreEmbedded({ file, into, dataDir: into, now }, world);
      const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
      return { version: version(), rows, tables, files, migrated, seconds, backup: file };
    } finally {
      await rm(into, { recursive: true, force: true });
    }
  },
  show({ version: own, rows, tables, files, migrated, seconds, backup: file }) {
    const changes =
      migrated.length === 0
        ? `coda ${own} takes the data as they are.`
        : `coda ${own} would apply ${plural(migrated.length, 'migration')}:`;
    const copied = `${plural(rows, 'row')} of ${plural(tables, 'table')} and ${plural(files, 'file')}`;
    const lines = [
      changes,
      ...migrated.map((name) => `  ${name}`),
      `A copy of ${copied} was read and upgraded in ${plural(seconds, 'second')}, then removed. Your data are as they were.`,
      `The way back: coda restore ${file} --force, with the version that runs now.`,
    ];
    return `${lines.join('\n')}\n`;
  },
});

interface Rehearsal {
  version: string;
  rows: number;
  tables: number;
  files: number;
  migrated: readonly string[];
  /** For reading the copy and upgrading it. */
  seconds: number;
  backup: string;
}

export const upgrade = [rehearse];

const isRunning = async ({ daemon }: LocalParts) => (await daemon(wellness, {})) !== undefined;

async function refuseDaemon(parts: LocalParts): Promise<void> {
  if (!(await isRunning(parts))) return;
  throw new CodaError('STORAGE_IN_USE', {
    message: `A coda is running on ${parts.config.dataDir}.`,
    remedy: 'Stop it first: what it goes on writing would be lost.',
  });
}

async function withDatabase<T>(
  { config, world }: Pick<LocalParts, 'config' | 'world'>,
  work: (database: Database) => Promise<T>,
  to?: string,
): Promise<T> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const place = to === undefined ? { url, directUrl } : { url: to };
  const options = { ...place, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir };
  const database = await openDatabase(options, world);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
