import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed, privately, type ToolResult } from '../../agent/index.ts';
import { type Queryable, readerOf } from '../../storage/index.ts';
import { findPassages } from './find.ts';
import type { FileLibrary, FileText } from './library.ts';
import type { NearPassage } from './meaning.ts';
import { offerTool } from './offers.ts';
import { fileMeant, type OpenedFile, openFile, readerIn, type ToolDeps } from './open-file.ts';
import type { NumberedPassage, SeenFile } from './store.ts';
import * as store from './store.ts';
import {
  asidesNote,
  fileLine,
  foundLine,
  notesBeside,
  noticesFor,
  notReadIn,
  placeOf,
  readOn,
  texts,
  unread,
} from './texts.ts';

/** Characters of one page of a result, which has to stay below what a model is shown of one. */
const PAGE = 6_500;
/** A person is shown less at a time. */
const SCREEN = 1_500;
const MOST_FOUND = 5;
/** Files that are read for one search, and those that are searched by meaning; by words all are that have been read. */
const MOST_OPENED = 12;
const MOST_PASSAGES = 100;
const LONGEST_NOTE = 3_000;

const fileInput = z.string().max(300).optional().describe('Its name; left out: the newest file.');

const toFrom = z
  .union([z.int().min(0), z.string().max(200)])
  .default(0)
  .describe('The number of a passage, or a place as it is named: "page 12", "Costs!B3", "slide 4", a heading.');

export function fileTools(deps: ToolDeps): AnyTool[] {
  return [readTool(deps), findTool(deps), showTool(deps), keepTool(deps), offerTool(deps)];
}

function readTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: 'attachment_read',
    group: 'files',
    description:
      'Reads on in a file that the person has sent, from a passage or a place. Name the place in the answer: "page 12".',
    effect: 'read',
    flow: { ofPlace: true },
    input: z.object({ file: fileInput, from: toFrom }),
    prepare: ({ file }, ctx) => openFile(deps, ctx, file),
    async run({ from }, { tx, prepared }) {
      const opened = prepared as OpenedFile | Failed;
      if ('ok' in opened) return opened;
      const { file, text } = opened;
      const page = await pageOf(tx, opened, from, PAGE, (next) => `[Read on with ${readOn(file.name, next)}.]`);
      return page.ok ? { ...page, notices: noticesFor(file, text.facts, text.passages) } : page;
    },
  });
}

/** Asked for in words where no model answers, or by a button. */
function showTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: 'attachment_show',
    description: 'Shows what is in a file that the person has sent.',
    effect: 'read',
    flow: { ofPlace: true },
    callers: 'buttons',
    input: z.object({ file: fileInput, from: toFrom }),
    prepare: ({ file }, ctx) => openFile(deps, ctx, file),
    async run({ from }, { tx, prepared }) {
      const opened = prepared as OpenedFile | Failed;
      if ('ok' in opened) return opened;
      return pageOf(tx, opened, from, SCREEN, () => '');
    },
  });
}

async function pageOf(
  tx: Queryable,
  { file, text }: OpenedFile,
  from: number | string,
  room: number,
  note: (next: number) => string,
): Promise<ToolResult> {
  const { facts, passages } = text;
  if (passages === 0)
    return done([unreadOr(file, text), ...notesBeside(facts)].filter(Boolean).join('\n'), { tainted: true });
  const number = await numberOf(tx, file.hash, from);
  if (number === undefined) return failed('NOT_FOUND', texts.noPlace(String(from), file));
  const nextPassages = await store.readPassages(tx, file.hash, { from: number, limit: MOST_PASSAGES });
  const fittingPassages = takeFitting(nextPassages, room);
  const next = (fittingPassages.at(-1)?.number ?? number) + 1;
  const head =
    number === 0
      ? [fileLine(file, facts), asidesNote(await store.countAsides(tx, file.hash))]
      : [fileLine(file, facts)];
  const isEnd = next >= passages;
  const lines = [
    ...head,
    ...withPlaces(fittingPassages),
    ...(isEnd ? [facts.fault ? unread(file, facts, passages) : ''] : [note(next)]),
    ...(isEnd || number === 0 ? notesBeside(facts) : []),
    ...(fittingPassages.length === 0 ? [texts.atEnd(file)] : []),
  ];
  const more = { label: texts.more, tool: 'attachment_show', input: { file: file.hash, from: next } };
  return done(lines.filter((line) => line !== '').join('\n'), {
    tainted: true,
    ...(note(next) === '' && !isEnd && { choices: [more] }),
  });
}

const unreadOr = (file: SeenFile, { facts }: FileText): string =>
  facts.fault ? unread(file, facts, 0) : fileLine(file, facts);

async function numberOf(tx: Queryable, hash: string, from: number | string): Promise<number | undefined> {
  if (typeof from === 'number') return from;
  if (/^\d+$/.test(from.trim())) return Number(from);
  return store.findPlace(tx, hash, from.trim());
}

/** At least one passage, and no more than fit. */
export function takeFitting<P extends { text: string }>(passages: readonly P[], room: number): P[] {
  let remaining = room;
  const fittingPassages: P[] = [];
  for (const passage of passages) {
    remaining -= passage.text.length + 20;
    if (remaining < 0 && fittingPassages.length > 0) break;
    fittingPassages.push(passage);
  }
  return fittingPassages;
}

/** Each place once, above what stands there. */
export function withPlaces(passages: readonly Pick<NumberedPassage, 'place' | 'aside' | 'text'>[]): string[] {
  let last = '';
  return passages.flatMap((passage) => {
    const place = placeOf(passage);
    const isNew = place !== last;
    last = place;
    return isNew ? [place, passage.text] : [passage.text];
  });
}

interface SearchedFiles {
  files: SeenFile[];
  near: NearPassage[];
  notes: string[];
}

function findTool({ database, library, meaning }: ToolDeps): AnyTool {
  return dataTool({
    name: 'attachment_find',
    group: 'files',
    description:
      'Finds passages in files that the person has sent, by words of what is asked. Name the place of what you answer from.',
    effect: 'read',
    flow: { ofPlace: true },
    record: { redact: privately('query') },
    input: z.object({
      query: z.string().min(1).max(500),
      file: z.string().max(300).optional().describe('Its name; left out: all of them.'),
    }),
    async prepare({ file, query }, ctx): Promise<SearchedFiles | Failed> {
      const db = readerOf(database);
      const all = await store.filesOf(db, readerIn(ctx));
      if (all.length === 0) return failed('NOT_FOUND', texts.none);
      const selection = file === undefined ? all : await fileMeant(db, readerIn(ctx), file);
      if ('ok' in selection) return selection;
      const { files, unreadCount } = await filesToSearch(db, library, [selection].flat());
      const notes: string[] = unreadCount > 0 ? [texts.notSearched(unreadCount)] : [];
      const newest = files.slice(0, MOST_OPENED);
      for (const each of newest) {
        const { facts, passages } = await library.open(each, ctx.person.id);
        // A picture among many files is no news.
        if (facts.fault && (files.length === 1 || facts.fault !== 'kind')) notes.push(unread(each, facts, passages));
        notes.push(...notReadIn(each, facts));
      }
      const near = await meaning.findNear(
        newest.map(({ hash }) => hash),
        withoutQuotes(query),
      );
      return { files, near, notes };
    },
    async run({ query }, { tx, prepared }) {
      const searched = prepared as SearchedFiles | Failed;
      if ('ok' in searched) return searched;
      const { files, near, notes } = searched;
      const hashes = files.map(({ hash }) => hash);
      const passages = await findPassages(tx, hashes, withoutQuotes(query), MOST_FOUND, near);
      const lines = passages.map((passage, at) => {
        const file = files.find(({ hash }) => hash === passage.hash) ?? { name: 'a file' };
        return foundLine(file, at + 1, passage, withoutQuotes(query));
      });
      const text = passages.length === 0 ? texts.notFound(query, files) : lines.join('\n\n');
      return done([text, ...notes].join('\n'), { tainted: true, ...(notes.length > 0 && { notices: notes }) });
    },
  });
}

/** The newest ones, which are read for it, and all others that have been read; the rest is counted. */
async function filesToSearch(db: Queryable, library: FileLibrary, all: readonly SeenFile[]) {
  const [newest, older] = [all.slice(0, MOST_OPENED), all.slice(MOST_OPENED)];
  const readHashes = await library.readAmong(
    db,
    older.map(({ hash }) => hash),
  );
  const searched = older.filter(({ hash }) => readHashes.has(hash));
  return { files: [...newest, ...searched], unreadCount: older.length - searched.length };
}

const withoutQuotes = (query: string): string => query.trim().replace(/^["'“”‘’«»„]|["'“”‘’«»„]$/gu, '');

function keepTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: 'attachment_keep',
    description: "Keeps a file's text as a note.",
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('file') },
    input: z.object({ file: fileInput, tags: z.array(z.string().max(50)).max(10).default([]) }),
    prepare: ({ file }, ctx) => openFile(deps, ctx, file),
    async run({ tags }, ctx) {
      const opened = ctx.prepared as OpenedFile | Failed;
      if ('ok' in opened) return opened;
      const { file, text } = opened;
      const passages = await store.readPassages(ctx.tx, file.hash, { from: 0, limit: MOST_PASSAGES, asides: false });
      if (passages.length === 0) return failed('NO_TEXT', texts.nothingToKeep(file));
      const words = takeFitting(passages, LONGEST_NOTE).map((passage) => passage.text);
      const input = { text: [fileLine(file, text.facts), ...words].join('\n').slice(0, LONGEST_NOTE), tags };
      return ctx.tools.call({ tool: 'note_save', input }, { ...ctx, tainted: true });
    },
  });
}
