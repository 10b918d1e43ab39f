/** `coda notes`: notes as a folder of Markdown files, out of coda and into it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Ask, withVerbs } from './ask.ts';
import type { MemoryFlags } from './flags.ts';
import { usage } from './texts.ts';

type NotesFlags = MemoryFlags & { args: string[] };

/** A request to the daemon holds 64 kB; a larger file is told of. */
const REQUEST_BYTES = 60_000;
const MOST_FILES = 100_000;

/** `coda notes export DIR`: a file for each note; files of an earlier export are replaced, others left alone. */
export async function notesExport(flags: NotesFlags, io: NodeJS.Process): Promise<number> {
  const [folder] = flags.args;
  if (folder === undefined) throw usage('The folder is missing.', 'Try: coda notes export ~/notes');
  await mkdir(folder, { recursive: true });
  let count = 0;
  await withVerbs(flags, io, async (ask) => {
    let after: string | undefined = '';
    while (after !== undefined) {
      const asked = { person: flags.person ?? null, after };
      const files = (await ask('notes-export', asked)) as { id: string; name: string; content: string }[];
      for (const { name, content } of files) await put(join(folder, name), content);
      count += files.length;
      after = files.at(-1)?.id;
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
export async function notesImport(flags: NotesFlags, io: NodeJS.Process): Promise<number> {
  const [folder] = flags.args;
  if (folder === undefined || !existsSync(folder)) {
    const message = folder === undefined ? 'The folder is missing.' : `There is no folder ${folder}.`;
    throw usage(message, 'Try: coda notes import ~/notes');
  }
  const told = { added: 0, problems: 0 };
  await withVerbs(flags, io, async (ask) => {
    const tell = ({ path, problem }: Problem) => {
      told.problems++;
      io.stderr.write(`${path}: ${problem}\n`);
    };
    for await (const files of batches(folder, tell)) {
      const { added, problems } = await send(ask, flags.person, files);
      told.added += added;
      for (const problem of problems) tell(problem);
    }
  });
  const { added, problems } = told;
  io.stdout.write(`${added} added${problems > 0 ? `, ${problems} could not be read` : ''}\n`);
  return problems > 0 ? 1 : 0;
}

interface Problem {
  path: string;
  problem: string;
}

interface TextFile {
  path: string;
  /** ISO 8601. */
  changed: string;
  content: string;
}

async function send(ask: Ask, person: string | undefined, files: readonly TextFile[]) {
  const answer = await ask('notes-import', { person: person ?? null, files: files.map((file) => ({ ...file })) });
  return answer as { added: number; problems: Problem[] };
}

/** The text files below `folder`, as many at once as a request takes. */
async function* batches(folder: string, tell: (problem: Problem) => void): AsyncGenerator<TextFile[]> {
  let waiting: TextFile[] = [];
  for (const path of await pathsIn(folder)) {
    const file = await read(join(folder, path), path);
    const isLarge = 'content' in file && sizeOf([file]) > REQUEST_BYTES;
    if (isLarge || 'problem' in file) {
      tell('problem' in file ? file : { path, problem: `it has more than ${REQUEST_BYTES / 1_000} kB` });
      continue;
    }
    if (sizeOf([...waiting, file]) > REQUEST_BYTES) {
      yield waiting;
      waiting = [];
    }
    waiting.push(file);
  }
  if (waiting.length > 0) yield waiting;
}

const sizeOf = (files: readonly TextFile[]): number => Buffer.byteLength(JSON.stringify(files));

/** In order; not what an application keeps for itself (`.obsidian`). */
async function pathsIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile() && /\.(?:md|markdown|txt)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(?:^|\/)\./.test(path))
    .sort();
  if (paths.length <= MOST_FILES) return paths;
  throw usage(`These are more than ${MOST_FILES} files.`, 'Import one folder after another.');
}

async function read(file: string, path: string): Promise<TextFile | Problem> {
  const { size, mtime } = await stat(file);
  if (size > REQUEST_BYTES) return { path, problem: `it has more than ${REQUEST_BYTES / 1_000} kB` };
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    if (!content.includes('\0')) return { path, changed: mtime.toISOString(), content };
  } catch {
    return { path, problem: 'it is not text in UTF-8' };
  }
  return { path, problem: 'it is not text' };
}
