import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CodaError, type ErrorCode, messageOf, systemCode } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import { type BackupSummary, type Database, writeBackup } from '../storage/index.ts';

interface BackupDeps {
  config: Pick<Config, 'dataDir' | 'file'>;
  database: Database;
  world: World;
  program: string;
}

export type BackupState = { done: false } | { done: true; summary?: MadeBackup; error?: string };

export interface MadeBackup extends BackupSummary {
  /** The configuration's file is in it, and keys stand there. */
  holdsKeys: boolean;
}

export interface BackupAsked {
  /** Default: in the folder of backups, under the instant's name. */
  file?: string;
  withoutConfig?: boolean;
}

const NIGHTLY = /^coda-\d{14}\.tar\.gz$/;
const BEFORE_UPGRADE = /^before-\d{4}-\d{14}\.tar\.gz$/;
/** Holds the time of the newest backup, wherever that was written. */
const LAST_MADE = 'last-backup';
const KEPT_UPGRADES = 3;
/** Milliseconds for which the end of a backup is told: who has begun it asks several times a second. */
const TOLD_MS = 10_000;

export const backupFolder = (dataDir: string) => join(dataDir, 'backups');

export class Backups {
  private readonly deps: BackupDeps;
  private readonly begun = new Map<string, { state: BackupState; endedAt: number }>();

  constructor(deps: BackupDeps) {
    this.deps = deps;
  }

  async make({ file, withoutConfig }: BackupAsked = {}): Promise<MadeBackup> {
    const { config, database, world, program } = this.deps;
    const { dataDir } = config;
    const now = world.clock.now();
    const path = file ?? join(backupFolder(dataDir), `coda-${stampOf(now)}.tar.gz`);
    const configFile = withoutConfig ? undefined : config.file;
    const summary = await writeBackup({ database, dataDir, config: configFile, file: path, program, now });
    await this.noteMade(now);
    return { ...summary, holdsKeys: configFile !== undefined && (await this.hasKeys(configFile)) };
  }

  /** True while one of `begin` is being made. */
  isMaking = false;
  /** Why the last one of `begin` could not be made. */
  failed: string | undefined;

  /** Makes one whose progress others are told of. */
  async begin(asked: BackupAsked): Promise<MadeBackup> {
    this.isMaking = true;
    this.failed = undefined;
    try {
      return await this.make(asked);
    } catch (error) {
      this.failed = messageOf(error);
      throw error;
    } finally {
      this.isMaking = false;
    }
  }

  /** Begins one that nobody waits for, or tells how the one to that file, which was begun, fares. */
  ask({ file, withoutConfig }: BackupAsked & { file: string }): BackupState {
    const { clock } = this.deps.world;
    const entry = this.begun.get(file);
    if (entry?.state.done) this.begun.delete(file);
    // Whoever began the one before may have gone away without hearing of its end, which is no news of this one.
    if (entry && clock.monotonic() - entry.endedAt < TOLD_MS) return entry.state;
    if (!isAbsolute(file)) return { done: true, error: 'the path of a backup begins at the root' };
    this.begun.set(file, { state: { done: false }, endedAt: Number.POSITIVE_INFINITY });
    const ended = (state: BackupState) => void this.begun.set(file, { state, endedAt: clock.monotonic() });
    this.make({ file, ...(withoutConfig && { withoutConfig }) }).then(
      (summary) => ended({ done: true, summary }),
      (error) => ended({ done: true, error: messageOf(error) }),
    );
    return { done: false };
  }

  /** Makes one for the night, and removes the oldest so that `keep` are left. Another one's backups are not touched. */
  async nightly(keep: number): Promise<MadeBackup> {
    const summary = await this.make();
    await rotate(backupFolder(this.deps.config.dataDir), NIGHTLY, keep);
    return summary;
  }

  private async hasKeys(file: string): Promise<boolean> {
    const text = await readFile(file, 'utf8').catch(() => '');
    return this.deps.world.secrets.hide(text) !== text;
  }

  /** Time of the newest backup, in the folder of backups or written somewhere else. */
  async newestAt(): Promise<Date | undefined> {
    const { dataDir } = this.deps.config;
    const newest = (await names(backupFolder(dataDir), NIGHTLY)).at(-1);
    const [, year, ...rest] = /^coda-(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(newest ?? '') ?? [];
    const [month, day, hour, minute, second] = rest;
    const named = year === undefined ? Number.NaN : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    const noted = Date.parse(await readFile(join(dataDir, LAST_MADE), 'utf8').catch(() => ''));
    const times = [named, noted].filter((time) => !Number.isNaN(time));
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  /** The backup stands, whether or not this can be written. */
  private async noteMade(now: Date): Promise<void> {
    await writeFile(join(this.deps.config.dataDir, LAST_MADE), now.toISOString(), { mode: 0o600 }).catch((error) =>
      this.deps.world.log.warn({ reason: messageOf(error) }, 'the time of a backup was not noted'),
    );
  }
}

export async function backupBeforeUpgrade(deps: BackupDeps, first: string): Promise<void> {
  const { config, database, world, program } = deps;
  const now = world.clock.now();
  const folder = backupFolder(config.dataDir);
  const file = join(folder, `before-${first.slice(0, 4)}-${stampOf(now)}.tar.gz`);
  await writeBackup({ database, dataDir: config.dataDir, config: config.file, file, program, now });
  await rotate(folder, BEFORE_UPGRADE, KEPT_UPGRADES);
  world.log.info({ file }, 'backup made before the database is brought to this version');
}

/** Errors of a start after which the version before still works, on the data that it left. */
const HAS_WAY_BACK: readonly ErrorCode[] = ['DATA_NEWER', 'MIGRATION_FAILED', 'MIGRATION_CHANGED'];

/**
 * The error that ended a start; where the data folder holds a backup of before an upgrade, its remedy says how to go
 * back to that.
 */
export async function withWayBack(error: unknown, dataDir: string): Promise<unknown> {
  if (!(error instanceof CodaError) || !HAS_WAY_BACK.includes(error.code)) return error;
  const newest = (await names(backupFolder(dataDir), BEFORE_UPGRADE).catch(() => [])).at(-1);
  if (newest === undefined) return error;
  const { code, message, cause } = error;
  const back = `coda restore ${join(backupFolder(dataDir), newest)} --force --data ${dataDir}`;
  const remedy = `${error.remedy} To go back to how it was before the upgrade, with the version of then: ${back}`;
  return new CodaError(code, { message, remedy, cause });
}

/** Beginning of the names of folders in which an upgrade is rehearsed, each with a copy of all data. */
export const REHEARSAL = 'rehearsal-';

/** Removes copies that a rehearsal has left which was killed: nothing that is forgotten would be forgotten there. */
export async function removeRehearsals(dataDir: string): Promise<void> {
  const copies = (await names(dataDir, /^rehearsal-/)).map((name) => join(dataDir, name));
  await Promise.all(copies.map((path) => rm(path, { recursive: true, force: true })));
}

export const stampOf = (now: Date) => now.toISOString().replace(/\D/g, '').slice(0, 14);

async function rotate(folder: string, pattern: RegExp, keep: number): Promise<void> {
  const files = await names(folder, pattern);
  for (const name of files.slice(0, Math.max(0, files.length - keep))) await rm(join(folder, name), { force: true });
}

async function names(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder).catch((error) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((name) => pattern.test(name))
    .sort((a, b) => (a.replace(/^before-\d+/, '') < b.replace(/^before-\d+/, '') ? -1 : 1));
}
