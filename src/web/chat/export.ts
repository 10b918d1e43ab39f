/** A conversation as a file: Markdown to read, JSON for programs. Made here of what the API tells; loaded when it is asked for. */
import { api, ask } from '../api/client.ts';
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

/** Speaker and instant stand above the words, which stay the Markdown that they are. */
export function asMarkdown({ title, entries, isCut }: ChatFile, assistant: string): string {
  const parts = entries.map(({ by, at, text, files = [] }) => {
    const who = by === 'you' ? 'You' : assistant;
    const names = files.map(({ name }) => `[${name.replace(/[[\]\\]/g, '\\$&')}]`);
    return [`**${who}** · ${at.slice(0, 16).replace('T', ' ')} UTC`, text, names.join(' ')]
      .filter(Boolean)
      .join('\n\n');
  });
  const note = isCut ? [`_Only the newest ${entries.length} entries are here._`] : [];
  return `${[`# ${title.replace(/\s+/g, ' ')}`, ...note, ...parts].join('\n\n')}\n`;
}

export function asJson({ title, entries, isCut }: ChatFile): string {
  const told = entries.map(({ id, at, by, kind, text, files }) => ({
    id,
    at,
    by,
    kind,
    text,
    files: files?.map(({ name, type, size }) => ({ name, type, size })),
  }));
  return `${JSON.stringify({ format: 'coda-conversation', version: 1, title, complete: !isCut, entries: told }, null, 2)}\n`;
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
  const address = URL.createObjectURL(
    new Blob([text], { type: format === 'md' ? 'text/markdown' : 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(title, format);
  link.click();
  URL.revokeObjectURL(address);
}
