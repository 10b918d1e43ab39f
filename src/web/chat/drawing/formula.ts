/** A formula as a tree of MathML, which the page builds elements of: only the tags, attributes and sizes that are named here. */
import temml, { type Options } from 'temml';

/** An element with its attributes, or a text. */
export type Drawing =
  | string
  | readonly [tag: string, attributes: Readonly<Record<string, string>>, ...children: Drawing[]];

/** Characters of a formula that is drawn. */
const LONGEST = 2_000;
const MOST_ELEMENTS = 4_000;
const MOST_NESTED = 60;
/** Expansions of commands that are made of others. Commands that a formula defines are not drawn at all. */
const MOST_EXPANDED = 300;
const DEFINES = /\\(?:[gex]?def|(?:re|provide)?newcommand|(?:future)?let|global|DeclareMathOperator)(?![a-zA-Z])/;

const TAGS = new Set(
  'math mrow mi mn mo ms mspace mtext mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose'.split(
    ' ',
  ),
);
const WORDS = new Set(
  'display displaystyle scriptlevel mathvariant stretchy fence form separator symmetric accent accentunder largeop movablelimits columnalign rowalign notation'.split(
    ' ',
  ),
);
const SIZES = new Set(
  'width height depth lspace rspace voffset minsize maxsize linethickness rowspacing columnspacing'.split(' '),
);
const SPANS = new Set(['rowspan', 'columnspan']);
const SIZE = /^[+-]?(\d{0,4}(?:\.\d{0,8})?)(em|ex|pt|px|mu|%|)$/;
/** Beyond these a formula would cover what stands beside it. */
const MOST_EM = 20;
const LARGEST: Readonly<Record<string, number>> = { em: MOST_EM, ex: 40, pt: 200, px: 260, mu: 360, '%': 100, '': 10 };

/** Lines and distances of cells and boxes: without them some formulas would mean something else. */
const STYLES = /^(?:padding|border)(?:Top|Right|Bottom|Left)?$|^textAlign$/;
const STYLE = /^[\w. -]{1,40}$/;

interface TreeNode {
  type?: string;
  text?: string;
  attributes?: Record<string, unknown>;
  classes?: readonly string[];
  style?: Record<string, unknown>;
  children?: readonly TreeNode[];
  href?: unknown;
  src?: unknown;
}

/** Its types tell of functions that its module has not. */
const library = temml as unknown as {
  __renderToMathMLTree(tex: string, options: Options & { maxSize: [em: number, em: number] }): TreeNode;
};

/** The words between the signs of a formula. */
function wordsOf(source: string): { tex: string; isDisplayed: boolean } {
  const isDisplayed = /^(?:\$\$|\\\[)/.test(source);
  const width = /^\$(?!\$)/.test(source) ? 1 : 2;
  return { tex: source.slice(width, -width), isDisplayed };
}

/** Undefined: it cannot be drawn, and stays as it was written. */
export function drawFormula(source: string): Drawing | undefined {
  const { tex, isDisplayed } = wordsOf(source);
  if (tex.length > LONGEST || DEFINES.test(tex)) return undefined;
  const options = {
    displayMode: isDisplayed,
    throwOnError: true,
    trust: false,
    strict: false,
    maxExpand: MOST_EXPANDED,
  };
  try {
    const tree = library.__renderToMathMLTree(tex, { ...options, maxSize: [MOST_EM, MOST_EM] });
    const [root] = new Builder().build(tree, 0);
    return root;
  } catch {
    // Words that are no formula, and nesting that the stack does not hold.
    return undefined;
  }
}

class Builder {
  private elements = 0;

  build(node: TreeNode, depth: number): Drawing[] {
    if (typeof node.text === 'string') return [node.text];
    if (++this.elements > MOST_ELEMENTS || depth > MOST_NESTED) throw new RangeError('too large a formula');
    if (node.href !== undefined || node.src !== undefined) throw new TypeError('a formula leads nowhere');
    const children = (node.children ?? []).flatMap((child) => this.build(child, depth + 1));
    // Pieces of HTML, such as the number of an equation, add nothing here but their words.
    if (node.type === undefined) return children;
    if (!TAGS.has(node.type)) throw new TypeError(`no such element in a formula: ${node.type}`);
    return [[node.type, attributesOf(node), ...children]];
  }
}

function attributesOf({ attributes = {}, classes = [], style = {} }: TreeNode): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const words = String(value);
    if (SIZES.has(name)) result[name] = checkedSize(words);
    else if (WORDS.has(name) && /^[\w -]{1,40}$/.test(words)) result[name] = words;
    else if (SPANS.has(name) && /^\d{1,2}$/.test(words)) result[name] = words;
  }
  const names = classes.filter((each) => /^[a-z]{2,10}(?:-[a-z\d]{1,10}){0,2}$/.test(each));
  if (names.length > 0) result.class = names.join(' ');
  const rules = Object.entries(style).filter(([name, value]) => STYLES.test(name) && isStyle(String(value)));
  // Set by the page's script: its policy takes no style out of markup.
  if (rules.length > 0) result.style = rules.map(([name, value]) => `${cssName(name)}: ${value}`).join('; ');
  return result;
}

function checkedSize(words: string): string {
  const [, amount = '', unit = ''] = SIZE.exec(words) ?? [];
  if (!(Number(amount) <= (LARGEST[unit] ?? 0)) || amount === '') throw new RangeError(`too large: ${words}`);
  return words;
}

const isStyle = (words: string): boolean =>
  STYLE.test(words) && words.split(' ').every((part) => !/^[+-]?[\d.]/.test(part) || isSmall(part));

function isSmall(size: string): boolean {
  const [, amount = '', unit = ''] = SIZE.exec(size) ?? [];
  return amount !== '' && Number(amount) <= (LARGEST[unit] ?? 0);
}

const cssName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
