/** The commands about what coda keeps: backups and where the database is, what it remembers, notes. */
import type { Command } from 'commander';
import type { BackupFlags, MoveFlags, RestoreFlags } from './backup.ts';
import type { Call } from './call.ts';
import type { MemoryFlags } from './flags.ts';

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

export function addMemory(memory: Command, call: Call): void {
  const person = (command: Command) =>
    command.option('--person <name>', 'whose; needed where there are several people');
  person(memory.command('list', { isDefault: true }))
    .description('show what is remembered of a person')
    .option('--json', 'as JSON lines')
    .action(call<MemoryFlags>(async () => (await import('./memory.ts')).memoryList));
  person(memory.command('export'))
    .description('write it to stdout as JSON lines')
    .action(call<MemoryFlags>(async () => (await import('./memory.ts')).memoryExport));
  person(memory.command('import'))
    .description('add the JSON lines on stdin that are not remembered yet')
    .action(call<MemoryFlags>(async () => (await import('./memory.ts')).memoryImport));
  memory
    .command('eval')
    .description('rank facts for questions, as memories are found')
    .option('--jsonl', 'JSON lines on stdin and stdout: docs/memory.md')
    .action(call<MemoryFlags>(async () => (await import('./memory.ts')).memoryEval));
}

export function addNotes(notes: Command, call: Call): void {
  const person = (command: Command) =>
    command
      .argument('<folder>', 'where the files are')
      .option('--person <name>', 'whose; needed where there are several people');
  person(notes.command('export'))
    .description('write a Markdown file for each note')
    .action(call<MemoryFlags & { args: string[] }>(async () => (await import('./notes.ts')).notesExport));
  person(notes.command('import'))
    .description('add the notes of a folder: an export, an Obsidian vault, Markdown and text')
    .action(call<MemoryFlags & { args: string[] }>(async () => (await import('./notes.ts')).notesImport));
}
