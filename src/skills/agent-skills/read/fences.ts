/** Where the frontmatter ends and the body begins. */

/** What a `SKILL.md` consists of; all offsets are bytes of the file. */
export interface Parts {
  /** The YAML between the fences; undefined when there is none. */
  frontmatter: string | undefined;
  /** The line of the file (from 1) on which `frontmatter` begins. */
  line: number;
  bodyOffset: number;
  /** The line of the file on which the body begins. */
  bodyLine: number;
  /** Whether the head holds anything of the body but empty space. */
  hasBody: boolean;
  hasBom: boolean;
  /** Empty lines stand before the opening fence. */
  late: boolean;
  /** There is an opening fence and no closing one. */
  unclosed: boolean;
}

export const NOT_SPACE = /\S/;
const BOM = '\u00ef\u00bb\u00bf';
/** A fence is a line of its own: `---` inside a value is none. */
const OPENING = /^(?:[ \t]*\r?\n)*---[ \t]*\r?\n/;
const CLOSING = /^---[ \t]*(?:\r?\n|\r?$)/gm;

/** Takes the first bytes of a `SKILL.md` apart. `head` may end anywhere. */
export function splitFrontmatter(head: Buffer): Parts {
  // One character a byte, so that what is found in the text is an offset in the file, also where it is no UTF-8.
  const text = head.toString('latin1');
  const start = text.startsWith(BOM) ? BOM.length : 0;
  const opening = OPENING.exec(text.slice(start, start + 1_024))?.[0];
  const make = (from: number, to: number, body: number, unclosed: boolean): Parts => ({
    frontmatter: opening === undefined ? undefined : head.toString('utf8', from, to),
    line: countLines(text, 0, from) + 1,
    bodyOffset: body,
    bodyLine: countLines(text, 0, body) + 1,
    hasBody: NOT_SPACE.test(text.slice(body)),
    hasBom: start > 0,
    late: opening !== undefined && !opening.startsWith('---'),
    unclosed,
  });
  if (opening === undefined) return make(start, start, start, false);
  const from = start + opening.length;
  CLOSING.lastIndex = from;
  const closing = CLOSING.exec(text);
  if (closing) return make(from, closing.index, closing.index + closing[0].length, false);
  const end = from + yamlLength(text.slice(from));
  return make(from, end, end, true);
}

/** `name: x`, an item of a list, what is indented, a comment. */
const YAML_LINE = /^(?:[A-Za-z_][\w.-]*[ \t]*:(?:[ \t]|\r?$)|- |[ \t]+\S|#)/;

/** How much of a text whose closing fence is missing is frontmatter: up to the first line that cannot be, or an indented fence. */
function yamlLength(text: string): number {
  let length = 0;
  let afterEmpty = false;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    // After an empty line a # is more likely a heading than a comment.
    if (trimmed !== '' && (!YAML_LINE.test(line) || (afterEmpty && trimmed.startsWith('#')))) return length;
    afterEmpty = trimmed === '';
    length = Math.min(length + line.length + 1, text.length);
    if (trimmed === '---') return length;
  }
  return length;
}

/** The same file with all of it as its body, for what stands between rules and is no frontmatter. */
export function allBody(parts: Parts): Parts {
  const start = parts.hasBom ? BOM.length : 0;
  return {
    ...parts,
    frontmatter: undefined,
    bodyOffset: start,
    bodyLine: 1,
    hasBody: true,
    late: false,
    unclosed: false,
  };
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
