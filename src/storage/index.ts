/** Durable state: the database, its migrations, and files by their content. */
export {
  type Artifact,
  type Artifacts,
  collectFiles,
  type FileReferences,
  GRACE_MS,
  missingFiles,
  openArtifacts,
  type PutOptions,
} from './artifacts.ts';
export {
  type BackupSummary,
  checkBackup,
  type RestoreSummary,
  restoreBackup,
  restoreEmbedded,
  writeBackup,
} from './backup/index.ts';
export {
  bigint,
  bool,
  type ColumnSpec,
  Columns,
  type ItemOf,
  instant,
  int,
  isSet,
  jsonOf,
  optional,
  ownJson,
  type StoredJson,
  type StoredRow,
  text,
  textArray,
  uuid,
  withName as named,
} from './columns.ts';
export { hadNoEffect } from './database.ts';
export { inFolder, makeFolder } from './files.ts';
export { grantLine, type StorageFacts, storageFacts } from './health.ts';
export { type MigrateOptions, migrate, readMigrations } from './migrate.ts';
export { type CommitHints, openDatabase, type StorageOptions } from './open.ts';
export type { Engine } from './port.ts';
export {
  type Database,
  type JsonParam,
  json,
  LostRace,
  type Param,
  type Queryable,
  type Result,
  readerOf,
  type StorageStats,
  type Transaction,
  type WritesBesides,
} from './port.ts';
export { type Fragment, NO_SQL, onlyUsed, raw, render, rowSource, sql } from './values.ts';
