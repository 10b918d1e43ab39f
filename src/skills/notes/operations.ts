/** Notes as a folder of Markdown files, out of coda and into it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { operation, usage } from '../../chat/operation.ts';
import { exportNotes, filesSent, importFiles, type TransferDeps } from './transfer.ts';

/** A request to the daemon holds 64 kB; a larger file is told of. */
const REQUEST_BYTES = 60_000;
const MOST_FILES = 100_000;

const person = z
  .string()
  .nullish()
  .meta({ description: 'whose; needed where there are several people', value: 'name' });
const asked = z.object({ folder: z.string().describe('where the files are'), person });

const page = operation({
  name: 'notes export',
  input: z.object({ person, after: z.string() }),
  run: (deps: TransferDeps, { person: who, after }) => exportNotes(deps, who ?? undefined, after),
});

/** Files of an earlier export are replaced, others left alone. */
const exported = operation({
  name: 'notes export',
  summary: 'write a Markdown file for each note',
  example: 'coda notes export ~/notes',
  input: asked,
  args: ['folder'],
  async conduct(ask, { folder, person: who }) {
    await mkdir(folder, { recursive: true });
    let count = 0;
    let after: string | undefined = '';
    while (after !== undefined) {
      const files: { id: string; name: string; content: string }[] = await ask(page, { person: who, after });
      for (const { name, content } of files) await put(join(folder, name), content);
      count += files.length;
      after = files.at(-1)?.id;
    }
    return `${count} written to ${folder}\n`;
  },
});

/** Whole or not at all, whatever is in the way. */
async function put(path: string, content: string): Promise<void> {
  await writeFile(`${path}.tmp`, content, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

const bring = operation({
  name: 'notes import',
  input: z.object({ person, files: filesSent }),
  run: (deps: TransferDeps, { person: who, files }) => importFiles(deps, who ?? undefined, files),
});

/** Adds what is not in coda yet. A file that cannot be read is told of. */
const importing = operation({
  name: 'notes import',
  summary: 'add the notes of a folder: an export, an Obsidian vault, Markdown and text',
  example: 'coda notes import ~/Obsidian/Vault',
  input: asked,
  args: ['folder'],
  prepare(given) {
    if (existsSync(given.folder)) return given;
    throw usage(`There is no folder ${given.folder}.`, 'Try: coda notes import ~/notes');
  },
  async conduct(ask, { folder, person: who }, { io }) {
    const count = { added: 0, problems: 0 };
    const tell = ({ path, problem }: Problem) => {
      count.problems++;
      io.stderr.write(`${path}: ${problem}\n`);
    };
    for await (const files of batches(folder, tell)) {
      const { added, problems } = await ask(bring, { person: who, files });
      count.added += added;
      for (const problem of problems) tell(problem);
    }
    const { added, problems } = count;
    const out = `${added} added${problems > 0 ? `, ${problems} could not be read` : ''}\n`;
    return { out, status: problems > 0 ? 1 : 0 };
  },
});

export const noteOperations = [page, exported, bring, importing];

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
