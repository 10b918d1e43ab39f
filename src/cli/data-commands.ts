/** Commands about backups and the place of the database. */
import type { Command } from 'commander';
import type { BackupFlags, MoveFlags, RestoreFlags } from './backup.ts';
import type { Call } from './call.ts';

export function addBackups(program: Command, call: Call): void {
  program
    .command('backup')
    .description('write everything into one file, also while coda runs, and read it back')
    .argument('[file]', 'default: in the folder backups of the data folder')
    .option('--without-config', 'leave config.yaml out, and the keys that stand in it')
    .option('--json', 'as JSON')
    .action(call<BackupFlags>(async () => (await import('./backup.ts')).backup));
  program
    .command('restore')
    .description('put a backup into an empty data folder or database')
    .argument('<file>')
    .option('--force', 'replace what is there')
    .action(call<RestoreFlags>(async () => (await import('./backup.ts')).restore));
  program
    .command('storage')
    .description('where the database is')
    .command('move')
    .description('move the database to a PostgreSQL, or back into the data folder')
    .requiredOption('--to <place>', 'postgres://user@host/name, or embedded')
    .option('--force', 'replace what is there')
    .action(call<MoveFlags>(async () => (await import('./backup.ts')).storageMove));
}
