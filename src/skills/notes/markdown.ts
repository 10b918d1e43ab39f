/** Notes as Markdown files with frontmatter: pure functions, whose round trip loses nothing. */
import { readYaml, type YamlNode } from '../../base/yaml.ts';
import { tagName } from './note.ts';

/** A note as a file holds it. */
export interface FiledNote {
  /** Undefined: it comes from elsewhere, and gets one. */
  id?: string;
  title?: string;
  text: string;
  tags: string[];
  scope: 'own' | 'here';
  pinned: boolean;
  tainted: boolean;
  /** ISO 8601. */
  created: string;
}

/** Facts about a file apart from its content. */
export interface FileFacts {
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
    .replace(/^-+|-+$/g, '');
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
  if (id !== undefined && /^[a-z0-9]{4,20}$/.test(id)) return ours(id, text, read, facts);
  return foreign(text, read, facts);
}

type Read = (key: string) => YamlNode | undefined;

function ours(id: string, text: string, read: Read, { changed }: FileFacts): FiledNote {
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

function foreign(text: string, read: Read, { path, changed }: FileFacts): FiledNote {
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

/** A first line that only repeats the title is not part of the text. */
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
