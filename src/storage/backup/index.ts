/** Backups: one file with the database, the stored files and the installed skills, written and read as a stream. */
export type { BackupSummary } from './format.ts';
export { restoreEmbedded } from './place.ts';
export { checkBackup } from './read.ts';
export { type Restored, restoreBackup } from './restore.ts';
export { writeBackup } from './write.ts';
