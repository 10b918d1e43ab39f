/** `coda notes`: notes as a folder of Markdown files, out of coda and into it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Json } from '../base/json.ts';
import { type FiledNote, fileName, fromMarkdown, toMarkdown } from '../skills/notes/index.ts';
import type { MemoryFlags } from './flags.ts';
import { type Ask, withVerbs } from './memory.ts';
import { usage } from './texts.ts';

/** A request to the daemon holds 64 kB. */
const REQUEST_BYTES = 60_000;
/** Larger files are nobody's notes. */
const FILE_BYTES = 2_000_000;
const MOST_FILES = 100_000;
/** Characters of a note at most: what is longer becomes several. */
const LONGEST = 15_000;

/** `coda notes export DIR`: a file for each note; files of an earlier export are replaced, others left alone. */
export async function notesExport(flags: MemoryFlags & { args: string[] }, io: NodeJS.Process): Promise<number> {
  const [folder] = flags.args;
  if (folder === undefined) throw usage('The folder is missing.', 'Try: coda notes export ~/notes');
  await mkdir(folder, { recursive: true });
  let count = 0;
  await withVerbs(flags, io, async (ask) => {
    let after: string | undefined = '';
    while (after !== undefined) {
      const notes = (await ask('notes-export', { person: flags.person ?? null, after })) as (FiledNote & {
        id: string;
      })[];
      for (const note of notes) await put(join(folder, fileName(note)), toMarkdown(note));
      count += notes.length;
      after = notes.at(-1)?.id;
    }
  });
  io.stdout.write(`${count} written to ${folder}\n`);
  return 0;
}

/** Whole or not at all, whatever is in the way. */
async function put(path: string, content: string): Promise<void> {
  await writeFile(`${path}.tmp`, content, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** `coda notes import DIR`: adds what is in the folder and not in coda yet. A file that cannot be read is told of. */
export async function notesImport(flags: MemoryFlags & { args: string[] }, io: NodeJS.Process): Promise<number> {
  const [folder] = flags.args;
  if (folder === undefined || !existsSync(folder)) {
    throw usage(
      folder === undefined ? 'The folder is missing.' : `There is no folder ${folder}.`,
      'Try: coda notes import ~/notes',
    );
  }
  let added = 0;
  let problems = 0;
  await withVerbs(flags, io, async (ask) => {
    let waiting: FiledNote[] = [];
    const flush = async () => {
      if (waiting.length > 0) added += await send(ask, flags.person, waiting);
      waiting = [];
    };
    for await (const { path, note, problem } of filesIn(folder)) {
      if (problem !== undefined || !note) {
        problems++;
        io.stderr.write(`${path}: ${problem}\n`);
        continue;
      }
      for (const part of parts(note)) {
        if (sizeOf([...waiting, part]) > REQUEST_BYTES) await flush();
        waiting.push(part);
      }
    }
    await flush();
  });
  io.stdout.write(`${added} added${problems > 0 ? `, ${problems} could not be read` : ''}\n`);
  return problems > 0 ? 1 : 0;
}

const sizeOf = (notes: readonly FiledNote[]): number => Buffer.byteLength(JSON.stringify(notes));

async function send(ask: Ask, person: string | undefined, notes: readonly FiledNote[]): Promise<number> {
  return (await ask('notes-import', { person: person ?? null, notes: notes as unknown as Json })) as number;
}

interface Read {
  path: string;
  note?: FiledNote;
  problem?: string;
}

/** Text files below `folder`, in order of their paths; not what an application keeps for itself (`.obsidian`). */
async function* filesIn(folder: string): AsyncGenerator<Read> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile() && /\.(?:md|markdown|txt)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(?:^|\/)\./.test(path))
    .sort();
  if (paths.length > MOST_FILES)
    throw usage(`These are more than ${MOST_FILES} files.`, 'Import one folder after another.');
  for (const path of paths) yield { path, ...(await read(join(folder, path), path)) };
}

async function read(file: string, path: string): Promise<Omit<Read, 'path'>> {
  const { size, mtime } = await stat(file);
  if (size > FILE_BYTES) return { problem: `it has more than ${FILE_BYTES / 1_000_000} MB` };
  const bytes = await readFile(file);
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'it is not text in UTF-8' };
  }
  if (content.includes('\0')) return { problem: 'it is not text' };
  const note = fromMarkdown(content, { path, changed: mtime.toISOString() });
  if ('problem' in note) return note;
  return note.text.trim() === '' ? { problem: 'it has no text' } : { note };
}

/** One that is too long becomes several, cut between paragraphs where that can be. */
function parts(note: FiledNote): FiledNote[] {
  if (note.text.length <= LONGEST || note.id !== undefined) return [note];
  const pieces: string[] = [];
  for (let rest = note.text; rest !== ''; ) {
    const cut = rest.length <= LONGEST ? rest.length : borderIn(rest);
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  const title = (at: number) => `${(note.title ?? 'Note').slice(0, 180)} (${at + 1} of ${pieces.length})`;
  return pieces.map((text, at) => ({ ...note, title: title(at), text }));
}

function borderIn(text: string): number {
  for (const border of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(border, LONGEST);
    if (at > LONGEST / 2) return at;
  }
  return LONGEST;
}
