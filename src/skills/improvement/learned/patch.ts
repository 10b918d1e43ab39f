/** Drafts as text: a changed `SKILL.md`, or a new one, and the difference. Pure. */
import * as Yaml from 'yaml';

/** Changes of a skill's instructions. */
export interface Edits {
  description: string | undefined;
  /** `old` stands in the instructions exactly once. */
  edits: readonly { old: string; new: string }[];
  append: string | undefined;
}

/** Origin of a draft, for the skill's metadata. */
export interface Origin {
  model: string;
  turns: readonly string[];
  /** YYYY-MM-DD */
  date: string;
}

const FRONTMATTER = /^(\ufeff?---[ \t]*\r?\n)([\s\S]*?)(\r?\n---[ \t]*(?:\r?\n|$))/;

/** The instructions, without the frontmatter. */
const bodyOf = (text: string): string => text.replace(FRONTMATTER, '');

/** The whole file with the changes; undefined where they do not apply: a patch is taken whole or not at all. */
export function patched(text: string, { description, edits, append }: Edits, origin: Origin): string | undefined {
  const head = FRONTMATTER.exec(text);
  if (!head) return undefined;
  let body = bodyOf(text);
  for (const { old, new: replacement } of edits) {
    if (old.trim() === '' || body.split(old).length !== 2) return undefined;
    // As a function: a replacement text would read signs such as $& in it.
    body = body.replace(old, () => replacement);
  }
  if (append !== undefined) body = `${body.trimEnd()}\n\n${append.trim()}\n`;
  if (body === bodyOf(text) && description === undefined) return undefined;
  const frontmatter = marked(head[2] ?? '', origin, description);
  return frontmatter === undefined ? undefined : `---\n${frontmatter}---\n${body}`;
}

/** The frontmatter of a draft; undefined where nobody can read it. */
function marked(frontmatter: string, origin: Origin, description: string | undefined): string | undefined {
  const document = Yaml.parseDocument(frontmatter, { logLevel: 'silent' });
  if (document.errors.length > 0 || !Yaml.isMap(document.contents)) return undefined;
  const metadata = document.get('metadata');
  if (metadata !== undefined && metadata !== null && !Yaml.isMap(metadata)) return undefined;
  if (description !== undefined) document.set('description', description);
  const kept = Yaml.isMap(metadata) ? (metadata.toJSON() as Record<string, unknown>) : {};
  document.set('metadata', { ...kept, ...metadataOf(origin) });
  return document.toString({ lineWidth: 0 });
}

const metadataOf = ({ model, turns, date }: Origin) => ({
  state: 'draft',
  'learned-by': model,
  'learned-from': turns.join(' '),
  'learned-on': date,
});

/** A new skill's file. */
export function written(
  { name, description, body }: { name: string; description: string; body: string },
  origin: Origin,
): string {
  const frontmatter = Yaml.stringify({ name, description, metadata: metadataOf(origin) }, { lineWidth: 0 });
  return `---\n${frontmatter}---\n${body.trim()}\n`;
}

const LINES_AROUND = 1;
const MOST_LINES = 40;

/**
 * The lines of two files that differ, `-` before the old and `+` before the new ones, with one of what stands around them. Of
 * the frontmatter only the description: a draft changes nothing else that anybody follows.
 */
export function difference(before: string, after: string): string {
  const [old, now] = [readableLines(before), readableLines(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const lines = [
    ...old.slice(Math.max(0, start - LINES_AROUND), start).map((line) => `  ${line}`),
    ...old.slice(start, old.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
    ...old.slice(old.length - end, old.length - end + LINES_AROUND).map((line) => `  ${line}`),
  ];
  return lines.length <= MOST_LINES ? lines.join('\n') : [...lines.slice(0, MOST_LINES), '  …'].join('\n');
}

function readableLines(text: string): string[] {
  if (text === '') return [];
  const description: unknown = Yaml.parseDocument(FRONTMATTER.exec(text)?.[2] ?? '', { logLevel: 'silent' }).get(
    'description',
  );
  return [
    ...(typeof description === 'string' ? [`description: ${description}`] : []),
    ...bodyOf(text).trim().split('\n'),
  ];
}
