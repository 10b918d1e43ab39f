/** A conversation as a file: what *Export* writes, read again. Words, speakers and instants alone, whatever else it says. */
import { z } from 'zod';
import type { Instant } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import { oneLine, plural, storable } from '../../../base/text.ts';

/** Entries of one file, characters of each, and of a whole file in Markdown. */
const MOST_ENTRIES = 5_000;
const LONGEST_TEXT = 100_000;
const LONGEST_MARKDOWN = 4_000_000;
/** Bytes of a request with a file. */
export const MOST_BYTES = 8_000_000;
const LONGEST_TITLE = 120;
const MOST_FILES = 50;
const LONGEST_NAME = 300;

const conversationFile = z
  .object({
    format: z.literal('coda-conversation'),
    version: z.literal(1),
    title: z.string().max(1_000).default(''),
    entries: z
      .array(
        z.object({
          by: z.enum(['you', 'assistant']),
          at: z.iso.datetime({ offset: true }),
          text: z.string().max(LONGEST_TEXT),
          files: z
            .array(z.object({ name: z.string().max(LONGEST_NAME) }))
            .max(MOST_FILES)
            .default([]),
        }),
      )
      .min(1)
      .max(MOST_ENTRIES),
  })
  .describe(
    'What Export as JSON writes. Nothing else in it is read: no ids, persons, cards, buttons or contents of files.',
  );

export const importIn = z
  .strictObject({
    conversation: conversationFile.optional(),
    markdown: z.string().max(LONGEST_MARKDOWN).optional().describe('What Export as Markdown writes.'),
  })
  .refine(({ conversation, markdown }) => (conversation === undefined) !== (markdown === undefined), {
    error: 'bring either conversation or markdown',
  });

export interface ImportedWords {
  role: 'user' | 'assistant';
  text: string;
  at: Instant;
}

export interface ImportedFile {
  title: string | undefined;
  /** The oldest first, each at a later instant than the one before, none after the import. */
  words: readonly ImportedWords[];
}

interface FileEntry {
  by: 'you' | 'assistant';
  at: string;
  text: string;
  files: readonly { name: string }[];
}

/** The words of a file. Throws `INPUT_INVALID` where it has none. */
export function readFile({ conversation, markdown = '' }: z.output<typeof importIn>, now: Instant): ImportedFile {
  const { title, entries } = conversation ?? readMarkdown(markdown);
  const turns = entries
    .map(({ by, at, text, files }) => ({
      by,
      at: new Date(at),
      text: [storable(text).trim(), storable(namesOf(files))].filter(Boolean),
    }))
    .filter(({ text }) => text.length > 0);
  if (turns.length === 0) throw unreadable('It has no words.');
  const instants = inOrder(
    turns.map(({ at }) => at.getTime()),
    now.getTime(),
  );
  return {
    title: oneLine(storable(title), LONGEST_TITLE) || undefined,
    words: turns.map(({ by, text }, index) => ({
      role: by === 'you' ? 'user' : 'assistant',
      text: text.join('\n\n'),
      at: new Date(instants[index] as number),
    })),
  };
}

const namesOf = (files: readonly { name: string }[]): string =>
  files.map(({ name }) => `[${name.replace(/[[\]\\]/g, '\\$&')}]`).join(' ');

/** The instants, each later than the one before and none after `now`: entries are shown and read page by page in their order. */
function inOrder(instants: readonly number[], now: number): number[] {
  let last = 0;
  const rising = instants.map((at) => {
    last = Math.max(at, last + 1);
    return last;
  });
  return rising.map((at, index) => Math.min(at, now - (rising.length - 1 - index)));
}

/** The line above each entry; one that stands in the words has a backslash before it. */
const HEAD = /^\*\*([^\n]{1,200})\*\* · (\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC$/;
const ESCAPED_HEAD = /^\\+\*\*[^\n]{1,200}\*\* · \d{4}-\d\d-\d\d \d\d:\d\d UTC$/;

function readMarkdown(markdown: string): { title: string; entries: readonly FileEntry[] } {
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n');
  const title = /^# (.{1,1000})$/.exec(lines[0] ?? '')?.[1] ?? '';
  const entries: { by: FileEntry['by']; at: string; lines: string[] }[] = [];
  for (const [index, line] of lines.entries()) {
    const [, who, day, time] = HEAD.exec(line) ?? [];
    if (who === undefined) entries.at(-1)?.lines.push(ESCAPED_HEAD.test(line) ? line.slice(1) : line);
    else {
      const at = `${day}T${time}:00Z`;
      if (Number.isNaN(Date.parse(at))) throw unreadable(`No such day or time: line ${index + 1}.`);
      if (entries.length === MOST_ENTRIES)
        throw unreadable(`It has more than ${plural(MOST_ENTRIES, 'entry', 'entries')}.`);
      entries.push({ by: who === 'You' ? 'you' : 'assistant', at, lines: [] });
    }
  }
  if (entries.length === 0)
    throw unreadable('No line in it says who speaks, as "**You** · 2026-11-28 14:02 UTC" does.');
  return { title, entries: entries.map(({ by, at, lines }) => ({ by, at, text: textOf(lines), files: [] })) };
}

function textOf(lines: readonly string[]): string {
  const text = lines.join('\n');
  if (text.length <= LONGEST_TEXT) return text;
  throw unreadable(`An entry has more than ${plural(LONGEST_TEXT, 'character')}.`);
}

function unreadable(message: string): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `This is no conversation that can be brought in. ${message}`,
    remedy: 'Choose a file that Export has written, as Markdown or as JSON.',
  });
}
