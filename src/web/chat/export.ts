/** A conversation as a file, written and read: Markdown to read, JSON for programs. Loaded when it is asked for. */
import { api, ask, Failure } from '../api/client.ts';
import { sizeOf } from '../app/format.ts';
import { saveFile } from '../parts/save-file.ts';
import type { Entry } from './entry.ts';

export type ExportFormat = 'md' | 'json';

/** Entries of one file: a conversation of years, and no tab that runs out of memory. */
const MOST_ENTRIES = 20_000;
const PAGE = 200;

interface ChatFile {
  title: string;
  /** The oldest first. */
  entries: readonly Entry[];
  /** True if older ones were left out. */
  isCut: boolean;
}

/** Reads all of a conversation, page by page. */
async function readAll(id: string, title: string): Promise<ChatFile> {
  const entries = new Map<string, Entry>();
  let before: string | undefined;
  for (;;) {
    const query = { limit: PAGE, seen: 'false' as const, ...(before !== undefined && { before }) };
    const page = await ask(api.GET('/v1/chats/{id}/entries', { params: { path: { id }, query } }));
    const fresh = page.entries.filter((entry) => !entries.has(entry.id));
    for (const entry of fresh) entries.set(entry.id, entry);
    before = page.entries[0]?.at;
    const isCut = entries.size >= MOST_ENTRIES && page.more;
    // Parts of one instant come again with each page: a page with nothing else is the last.
    if (!page.more || fresh.length === 0 || isCut) {
      const all = [...entries.values()].sort((a, b) => a.at.localeCompare(b.at));
      return { title, entries: all, isCut };
    }
  }
}

/** A line that says who speaks, or one of the words' own that looks like it: in words it has a backslash before it. */
const HEAD = /^\\*\*\*[^\n]{1,200}\*\* · \d{4}-\d\d-\d\d \d\d:\d\d UTC$/gm;

/** Speaker and instant stand above the words, which stay the Markdown that they are. */
export function asMarkdown({ title, entries, isCut }: ChatFile, assistant: string): string {
  const parts = entries.map(({ by, at, text, files = [] }) => {
    const who = by === 'you' ? 'You' : assistant;
    const names = files.map(({ name }) => `[${name.replace(/[[\]\\]/g, '\\$&')}]`);
    const words = text.replace(HEAD, '\\$&');
    return [`**${who}** · ${at.slice(0, 16).replace('T', ' ')} UTC`, words, names.join(' ')]
      .filter(Boolean)
      .join('\n\n');
  });
  const note = isCut ? [`_Only the newest ${entries.length} entries are here._`] : [];
  return `${[`# ${title.replace(/\s+/g, ' ')}`, ...note, ...parts].join('\n\n')}\n`;
}

export function asJson({ title, entries, isCut }: ChatFile): string {
  const messages = entries.map(({ id, at, by, kind, text, files }) => ({
    id,
    at,
    by,
    kind,
    text,
    files: files?.map(({ name, type, size }) => ({ name, type, size })),
  }));
  return `${JSON.stringify({ format: 'coda-conversation', version: 1, title, complete: !isCut, entries: messages }, null, 2)}\n`;
}

/** Characters that a file's name has on every system. */
const fileName = (title: string, format: ExportFormat): string =>
  `${
    title
      .replace(/[^\p{L}\p{N} _-]+/gu, '')
      .trim()
      .slice(0, 60) || 'conversation'
  }.${format}`;

export async function exportChat(id: string, title: string, format: ExportFormat, assistant: string): Promise<void> {
  const all = await readAll(id, title);
  const text = format === 'md' ? asMarkdown(all, assistant) : asJson(all);
  saveFile(fileName(title, format), text, format === 'md' ? 'text/markdown' : 'application/json');
}

/** Bytes of a file; in a request it is longer. */
const MOST_BYTES = 4_000_000;

/** Brings a file in as a new conversation, and gives its id. */
export async function importChat(file: File): Promise<string> {
  if (file.size > MOST_BYTES)
    throw new Failure(413, 'HTTP_TOO_LARGE', `The file is larger than ${sizeOf(MOST_BYTES)}.`, 'Choose a smaller one.');
  const text = await file.text();
  const body = /^\s*[{[]/.test(text) ? { conversation: parse(text) } : { markdown: text };
  return (await ask(api.POST('/v1/chats/import', { body }))).id;
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(
      400,
      'INPUT_INVALID',
      'The file begins as JSON and is none.',
      'Choose a file that Export has written.',
    );
  }
}
