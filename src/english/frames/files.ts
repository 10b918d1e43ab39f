import type { Frame, Slots } from '../matcher.ts';

const KINDS = 'file|document|pdf|attachment|sheet|spreadsheet|presentation|book|mail|email|archive|calendar';
const THE_FILE = new RegExp(`^(?:it|them|(?:this|that|the|my) (?:(?:last|latest|new|attached) )?(?:${KINDS}))$`, 'i');
/** A name with an ending, as files have. */
const NAME = /^\S(?:.*\S)?\.\w{2,5}$/;

/** The file that words mean: the newest, or one by its name; undefined for words that mean no file. */
function fileOf(words = ''): { file?: string } | undefined {
  if (THE_FILE.test(words)) return {};
  return NAME.test(words) ? { file: words } : undefined;
}

/** A search that names one file stays in it: without a name of its own that is the newest. */
function find({ query = '', name = '' }: Slots) {
  const file = fileOf(name);
  if (!file || query === '') return undefined;
  return /^them$/i.test(name) ? { query } : { query, file: file.file ?? '' };
}

function keep({ name, tags = '' }: Slots) {
  const file = fileOf(name);
  const words = tags.split(/\s+/).filter(Boolean);
  return file && words.every((tag) => /^#[\p{L}\p{N}_/-]+$/u.test(tag)) ? { ...file, tags: words } : undefined;
}

export const files: readonly Frame[] = [
  {
    tool: 'attachment_show',
    does: 'Show what is in a file',
    says: [
      `what (is|does) [there] in (this|that|the|my) [last|latest|new|attached] (${KINDS})`,
      `what does (this|that|the|my) [last|latest|new|attached] (${KINDS}) say`,
      `(read|open|summarize|summarise) [me] (this|that|the|my) [last|latest|new|attached] (${KINDS})`,
    ],
    example: 'what is in this file?',
    isShown: true,
    input: () => ({}),
  },
  {
    tool: 'attachment_show',
    does: 'Show what is in a file, by its name',
    says: ['what is in {name}', '(read|open|show) [me] {name}'],
    example: 'what is in manual.pdf?',
    input: ({ name }) => (NAME.test(name ?? '') ? { file: name } : undefined),
  },
  {
    tool: 'attachment_find',
    does: 'Find words in a file',
    says: ['(find|search|look for|look up|search for) {query} in {name}', 'search {name} for {query}'],
    example: "find 'warranty' in it",
    isShown: true,
    input: find,
  },
  {
    tool: 'attachment_keep',
    does: 'Keep a file as a note',
    says: ['(keep|save|store) {name} as [a] note [with|with the tag|tagged] [{tags}]'],
    example: 'keep it as a note #car',
    input: keep,
  },
];
