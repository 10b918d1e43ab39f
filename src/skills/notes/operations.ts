/** Notes as a folder of Markdown files, out of coda and into it. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { plural, visible } from '../../base/text.ts';
import { readYaml, type YamlNode } from '../../base/yaml.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { operation, usage } from '../../chat/operation.ts';
import { conversations } from '../../delivery/index.ts';
import { lockPerson, resolvePerson } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Settings } from './config.ts';
import { languageOf } from './search.ts';
import type { Services } from './services.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';

type TransferDeps = Pick<SkillDeps<Settings>, 'database' | 'world' | 'config'> & Pick<Services, 'meaning'>;

const filed = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9]{4,20}$/)
    .optional(),
  title: z.string().max(200).optional(),
  text: z.string().min(1).max(200_000),
  tags: z.array(z.string().max(50)).max(20).default([]),
  scope: z.enum(['own', 'here']).default('own'),
  pinned: z.boolean().default(false),
  tainted: z.boolean().default(false),
  created: z.iso.datetime(),
});

const filesSent = z
  .array(z.object({ path: z.string().max(4_000), changed: z.iso.datetime(), content: z.string().max(2_000_000) }))
  .max(1_000);

const invalid = (message: string, remedy: string) => new CodaError('INPUT_INVALID', { message, remedy });

async function importFiles(deps: TransferDeps, who: string | undefined, files: z.output<typeof filesSent>) {
  const problems: { path: string; problem: string }[] = [];
  const notes: FiledNote[] = [];
  for (const { content, ...facts } of files) {
    const note = fromMarkdown(content, facts);
    if ('problem' in note) problems.push({ path: facts.path, problem: note.problem });
    else if (note.text.trim() === '') problems.push({ path: facts.path, problem: 'it has no text' });
    else notes.push(note);
  }
  return { added: notes.length === 0 ? 0 : await importNotes(deps, who, notes), problems };
}

/** A page of at most 200 of the person's own notes, in the order of their ids behind `after`; not those in the trash. */
async function exportNotes(
  { database }: Pick<TransferDeps, 'database'>,
  who: string | undefined,
  after: string,
): Promise<{ id: string; name: string; content: string }[]> {
  const { id: personId } = await resolvePerson(database, who);
  const notes = await store.readPage(database, personId, after, 200);
  return notes.map(({ id, title, text, tags, scope, pinned, tainted, createdAt }) => {
    const note = {
      id,
      text,
      tags,
      scope,
      pinned,
      tainted,
      created: createdAt.toISOString(),
      ...(title !== undefined && { title }),
    };
    return { id, name: fileName(note), content: toMarkdown(note) };
  });
}

/**
 * Adds notes that the person has not got: one of the same title and text is there already, whatever its id. An id that
 * is taken is given anew. What was shared in a channel comes back as the person's own.
 *
 * @returns how many were added. Throws `INPUT_INVALID` for what is no note, where there are too many, and where the
 *   person has no direct conversation that they could stand in.
 */
async function importNotes(deps: TransferDeps, who: string | undefined, notes: readonly FiledNote[]) {
  const { database } = deps;
  const { id: personId, locale } = await resolvePerson(database, who);
  const read = notes.flatMap((note) => parts(note, deps.config.longest)).map(checkNote);
  return database.tx('notes.import', async (tx) => {
    if (!(await lockPerson(tx, personId)))
      throw invalid('This person has been forgotten meanwhile.', 'Say with --person whose notes they are.');
    const conversationId = await conversations.direct(tx, personId);
    if (conversationId === undefined)
      throw invalid(
        'This person has not spoken with coda alone yet.',
        'Have them send one direct message, then import again.',
      );
    const noteTexts = read.map(({ text }) => text);
    const identities = new Set((await store.findWithTexts(tx, personId, noteTexts)).map(identityOf));
    const fresh = read.filter((note) => !identities.has(identityOf(note)) && identities.add(identityOf(note)));
    for (const note of fresh) await add(tx, deps, { ...note, personId, conversationId, language: languageOf(locale) });
    await deps.meaning.embedSoon(tx, personId);
    appendAct(tx, deps.world, 'notes import', { person: personId, added: fresh.length });
    return fresh.length;
  });
}

const identityOf = ({ title, text }: { title?: string | undefined; text: string }): string =>
  JSON.stringify([title ?? '', text]);

type Read = z.output<typeof filed> & { personId: string; conversationId: string; language: string };

function checkNote(note: unknown) {
  const { data, error } = filed.safeParse(note, { error: inputWords });
  const text = visible(data?.text ?? '').trim();
  const title =
    visible(data?.title ?? '')
      .replace(/\s+/g, ' ')
      .trim() || undefined;
  if (data && text !== '') return { ...data, text, title };
  throw invalid(
    `It is no note: ${error ? faultsOf(error, 'the note', 1) : 'it has no text'}.`,
    'Give files as "coda notes export" writes them, or Markdown and plain text.',
  );
}

async function add(tx: Transaction, { world, config }: TransferDeps, note: Read): Promise<void> {
  const now = world.clock.now();
  const id = note.id === undefined || (await store.isTaken(tx, note.id)) ? shortId(6) : note.id;
  const tags = [...new Set(note.tags.map(tagName))].filter((tag) => tag !== '');
  const fresh = { ...note, id, title: note.title, tags, scope: 'own' as const, createdAt: new Date(note.created) };
  if (!(await store.insertNote(tx, fresh, config.most, now)))
    throw invalid(
      `With these there would be more than ${plural(config.most, 'note')}.`,
      'Delete some, or raise notes.most.',
    );
}

function parts(note: FiledNote, longest: number): FiledNote[] {
  if (note.text.length <= longest || note.id !== undefined) return [note];
  const pieces: string[] = [];
  for (let rest = note.text; rest !== ''; ) {
    const cut = rest.length <= longest ? rest.length : borderIn(rest, longest);
    pieces.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  const title = (at: number) => `${(note.title ?? 'Note').slice(0, 180)} (${at + 1} of ${pieces.length})`;
  return pieces.map((text, at) => ({ ...note, title: title(at), text }));
}

function borderIn(text: string, longest: number): number {
  for (const border of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(border, longest);
    if (at > longest / 2) return at;
  }
  return longest;
}

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

async function put(path: string, content: string): Promise<void> {
  await writeFile(`${path}.tmp`, content, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

const bring = operation({
  name: 'notes import',
  input: z.object({ person, files: filesSent }),
  run: (deps: TransferDeps, { person: who, files }) => importFiles(deps, who ?? undefined, files),
});

const importing = operation({
  name: 'notes import',
  summary: 'add the notes of a folder: an export, an Obsidian vault, Markdown and text',
  example: 'coda notes import ~/Obsidian/Vault',
  input: asked,
  args: ['folder'],
  prepare(input) {
    if (existsSync(input.folder)) return input;
    throw usage(`There is no folder ${input.folder}.`, 'Try: coda notes import ~/notes');
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
  changed: string;
  content: string;
}

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
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
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

// Notes as Markdown files with frontmatter: pure functions, whose round trip loses nothing.

export interface FiledNote {
  /** Undefined: it comes from elsewhere, and gets one. */
  id?: string;
  title?: string;
  text: string;
  tags: string[];
  scope: 'own' | 'here';
  pinned: boolean;
  tainted: boolean;
  created: string;
}

interface FileFacts {
  /** `Recipes/Pancakes.md`, from the folder that is read. */
  path: string;
  /** ISO 8601: when the file was changed last. */
  changed: string;
}

const LIMITS = { depth: 8, nodes: 1_000, lexemes: 4_000 };
const LONGEST_SLUG = 60;

/** `pancakes--x1y2z3.md`: words that a person finds it by, and the id that keeps it apart. */
export function fileName({ title, text, id = '' }: FiledNote): string {
  const slug = (title ?? text.split('\n', 1)[0] ?? '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-|-$/g, '');
  return `${slug === '' ? 'note' : slug}--${id}.md`;
}

/** The file of a note: what `fromMarkdown` reads as the same note. */
export function toMarkdown({ id, title, text, tags, scope, pinned, tainted, created }: FiledNote): string {
  const facts: [string, unknown][] = [
    ['coda', id],
    ['title', title],
    ['tags', tags.length > 0 ? tags : undefined],
    ['created', created],
    ['scope', scope === 'own' ? undefined : scope],
    ['pinned', pinned || undefined],
    ['tainted', tainted || undefined],
  ];
  // JSON is YAML; a flow list and quoted text need no further rules.
  const lines = facts.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${JSON.stringify(value)}`]));
  return `---\n${lines.join('\n')}\n---\n${text}\n`;
}

/**
 * The note in a file: coda's own, one of Obsidian (title from the file's name, tags from properties, text and folders),
 * or plain text and Markdown as Apple Notes exports them. `problem` where the frontmatter cannot be read.
 */
export function fromMarkdown(content: string, facts: FileFacts): FiledNote | { problem: string } {
  const source = content.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [, front, body = source] = /^---\n([\s\S]*?\n)?---[ \t]*(?:\n|$)([\s\S]*)$/.exec(source) ?? [];
  const { entries, problems } = readYaml(front ?? '', LIMITS);
  const [problem] = front === undefined ? [] : problems;
  if (problem) return { problem: `its frontmatter cannot be read (line ${problem.line + 1})` };
  const read = (key: string) => entries.find((entry) => entry.key?.toLowerCase() === key)?.value;
  const text = body.replace(/\n$/, '');
  const id = textOf(read('coda'));
  if (id !== undefined && /^[a-z0-9]{4,20}$/.test(id)) return ownNote(id, text, read, facts);
  return foreign(text, read, facts);
}

type FieldOf = (key: string) => YamlNode | undefined;

function ownNote(id: string, text: string, read: FieldOf, { changed }: FileFacts): FiledNote {
  const title = textOf(read('title'));
  return {
    id,
    ...(title !== undefined && { title }),
    text,
    tags: tagsOf(read('tags')),
    scope: textOf(read('scope')) === 'here' ? 'here' : 'own',
    pinned: read('pinned')?.scalar === true,
    tainted: read('tainted')?.scalar === true,
    created: instantOf(read('created')) ?? changed,
  };
}

function foreign(text: string, read: FieldOf, { path, changed }: FileFacts): FiledNote {
  const parts = path.split('/');
  const name = (parts.pop() ?? '').replace(/\.(?:md|markdown|txt)$/i, '');
  const title = (textOf(read('title')) ?? name).slice(0, 200).trim();
  const tags = [...tagsOf(read('tags')), ...tagsOf(read('tag')), ...parts.map(tagName)].filter((tag) => tag !== '');
  return {
    ...(title !== '' && { title }),
    text: withoutHeading(text, title).trim(),
    tags: [...new Set(tags)].slice(0, 10),
    scope: 'own',
    pinned: read('pinned')?.scalar === true,
    tainted: false,
    created: instantOf(read('created')) ?? instantOf(read('date')) ?? changed,
  };
}

function withoutHeading(text: string, title: string): string {
  const [first = '', ...rest] = text.trimStart().split('\n');
  return rest.length > 0 && first.replace(/^#+\s*/, '').trim() === title ? rest.join('\n') : text;
}

function textOf(node: YamlNode | undefined): string | undefined {
  return node && ['string', 'number'].includes(node.kind) ? String(node.source ?? node.scalar) : undefined;
}

/** A list, or words between commas and spaces, as Obsidian takes both. */
function tagsOf(node: YamlNode | undefined): string[] {
  const words = node?.kind === 'list' ? node.items.map(textOf) : (textOf(node) ?? '').split(/[,\s]+/);
  return words.map((word) => tagName(word ?? '')).filter((tag) => tag !== '');
}

function instantOf(node: YamlNode | undefined): string | undefined {
  const at = Date.parse(textOf(node) ?? '');
  return Number.isFinite(at) ? new Date(at).toISOString() : undefined;
}
