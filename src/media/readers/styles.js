/** Style sheets of pages, as far as they say what is seen: which element a rule is for, and which rule wins. */
import { compile } from 'css-select';
import { asideOfColors, cssColor, WHITE } from './colors.js';

/** Characters of all style sheets of a page that are looked at. */
const LONGEST = 2_000_000;
const MOST_RULES = 20_000;
const LONGEST_SELECTOR = 500;
/** Rules that are tried at elements: more of them would take seconds. */
const MOST_TRIES = 3_000_000;
/** Selectors that depend on what comes behind an element, which is not read yet, or on what a person does. */
const UNKNOWN =
  /:(?:last|only|nth-last|empty|has|contains|icontains|hover|focus|active|target|visited|:|before|after)/i;
const READ = new Set(
  'display visibility color background background-color background-image background-clip -webkit-background-clip font-size opacity position left top right bottom width height max-width max-height overflow text-indent margin-left margin-top clip clip-path transform mso-hide font'.split(
    ' ',
  ),
);
/** Pixels of a screen by which a condition of width is decided. */
const SCREEN = 1_280;

/** Elements before one of the same parent that a selector is tried with. */
const MOST_SIBLINGS = 20;

/** An element as it is met: what stands above and before it is known. */
export class PageElement {
  children = 0;
  counts = new Map();
  recent = [];

  constructor(name, at, parent) {
    this.name = name;
    this.at = at;
    this.parent = parent;
    if (!parent) return;
    this.index = ++parent.children;
    this.ofType = (parent.counts.get(name) ?? 0) + 1;
    parent.counts.set(name, this.ofType);
    parent.recent.push(this);
    if (parent.recent.length > MOST_SIBLINGS) parent.recent.shift();
  }
}

const siblingsOf = (node) => node.parent?.recent ?? [node];

const ADAPTER = {
  isTag: (node) => node.name !== undefined,
  getName: ({ name }) => name,
  getAttributeValue: ({ at }, name) => at[name],
  hasAttrib: ({ at }, name) => Object.hasOwn(at, name),
  getParent: ({ parent }) => parent ?? null,
  getSiblings: siblingsOf,
  prevElementSibling: (node) => siblingsOf(node)[siblingsOf(node).indexOf(node) - 1] ?? null,
  getChildren: () => [],
  getText: () => '',
  existsOne: () => false,
  removeSubsets: (nodes) => nodes,
  findAll: () => [],
  findOne: () => null,
};

/** `2n+1`, `odd`, `3`. */
function isNth(index, formula) {
  const clean = formula.replace(/\s+/g, '').toLowerCase();
  if (/^[+-]?\d{1,9}$/.test(clean)) return index === Number(clean);
  const [, step = '', offset = '0'] =
    /^([+-]?\d{0,9})n([+-]\d{1,9})?$/.exec({ odd: '2n+1', even: '2n' }[clean] ?? clean) ?? [];
  const [a, b] = [/\d/.test(step) ? Number(step) : Number(`${step}1`), Number(offset)];
  return a === 0 ? index === b : (index - b) % a === 0 && (index - b) / a >= 0;
}

const OPTIONS = {
  adapter: ADAPTER,
  pseudos: {
    'first-child': ({ index }) => index === 1,
    'nth-child': ({ index = 1 }, formula) => isNth(index, formula ?? ''),
    'first-of-type': ({ ofType }) => ofType === 1,
    'nth-of-type': ({ ofType = 1 }, formula) => isNth(ofType, formula ?? ''),
  },
};

/** Declarations that are read, by their property: `{ value, isImportant }`. */
function declarationsIn(style) {
  const found = new Map();
  for (const declaration of style.split(';').slice(0, 300)) {
    const colon = declaration.indexOf(':');
    const property = declaration.slice(0, colon).trim().toLowerCase();
    if (colon < 0 || !READ.has(property)) continue;
    const whole = declaration
      .slice(colon + 1)
      .trim()
      .slice(0, 300);
    const value = whole.replace(/\s?!\s?important$/i, '').toLowerCase();
    const own = { value, isImportant: value.length < whole.length };
    if (found.get(property)?.isImportant && !own.isImportant) continue;
    found.set(property, own);
  }
  return found;
}

export class Styles {
  length = 0;
  order = 0;
  tries = 0;
  /** Rules by what their last part names: an id, a class, an element, or anything. */
  rules = new Map();

  /** True once there were more rules or elements than are looked at. */
  get isShort() {
    return this.tries > MOST_TRIES || this.order > MOST_RULES || this.length >= LONGEST;
  }

  add(sheet) {
    const text = withoutComments(sheet.slice(0, LONGEST - this.length));
    this.length += text.length;
    this.addRules(text, 0);
  }

  addRules(text, depth) {
    for (let at = 0; at < text.length; ) {
      const open = text.indexOf('{', at);
      if (open < 0) return;
      const head = text.slice(at, open);
      const selectors = head.slice(head.lastIndexOf(';') + 1).trim();
      const close = endOfBlock(text, open);
      const body = text.slice(open + 1, close);
      if (!selectors.startsWith('@')) this.addRule(selectors, body);
      else if (depth < 5 && isMet(selectors)) this.addRules(body, depth + 1);
      at = close + 1;
    }
  }

  addRule(selectors, body) {
    const declarations = declarationsIn(body.includes('{') ? body.slice(0, body.indexOf('{')) : body);
    if (declarations.size === 0) return;
    for (const selector of selectorsIn(selectors).slice(0, 100)) {
      if (++this.order > MOST_RULES) return;
      if (selector.length > LONGEST_SELECTOR || UNKNOWN.test(selector)) continue;
      const key = keyOf(selector);
      const rule = { selector, declarations, order: this.order, weight: weightOf(selector) };
      if (this.rules.has(key)) this.rules.get(key).push(rule);
      else this.rules.set(key, [rule]);
    }
  }

  /** The declarations that win at an element, by their property. */
  valuesOf(node, inline) {
    const won = new Map();
    const put = (declarations, weight, order) => {
      for (const [property, { value, isImportant }] of declarations) {
        const rank = [isImportant ? 1 : 0, ...weight, order];
        const known = won.get(property);
        if (!known || isHigher(rank, known.rank)) won.set(property, { value, rank });
      }
    };
    for (const { declarations, weight, order } of this.rulesFor(node)) put(declarations, [0, ...weight], order);
    if (inline) put(declarationsIn(inline), [1, 0, 0, 0], 0);
    return (property) => won.get(property)?.value;
  }

  rulesFor(node) {
    if (this.rules.size === 0) return [];
    const classes = (node.at.class ?? '').split(/\s+/).filter(Boolean).slice(0, 20);
    const keys = [`#${node.at.id}`, ...classes.map((name) => `.${name}`), node.name, '*'];
    const matching = [];
    for (const key of new Set(keys)) {
      for (const rule of this.rules.get(key) ?? []) {
        if (++this.tries > MOST_TRIES) return matching;
        rule.test ??= testOf(rule.selector);
        if (rule.test(node)) matching.push(rule);
      }
    }
    return matching;
  }
}

function testOf(selector) {
  try {
    return compile(selector, OPTIONS);
  } catch {
    // Selectors of a newer language are passed over, as browsers do.
    return () => false;
  }
}

function isHigher(one, other) {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 || one[at] > other[at];
}

function withoutComments(text) {
  const parts = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('/*', at);
    parts.push(text.slice(at, open < 0 ? text.length : open));
    const close = open < 0 ? -1 : text.indexOf('*/', open + 2);
    if (close < 0) break;
    at = close + 2;
  }
  return parts.join(' ').replace(/<!--|-->/g, '');
}

/** The brace that closes the one at `open`; the end where there is none. */
function endOfBlock(text, open) {
  let depth = 0;
  const brace = /[{}]/g;
  brace.lastIndex = open;
  for (let found = brace.exec(text); found; found = brace.exec(text)) {
    depth += found[0] === '{' ? 1 : -1;
    if (depth === 0) return found.index;
  }
  return text.length;
}

/** Conditions that a screen of a desk meets; a printer and a narrow screen are others. */
function isMet(rule) {
  const [, name = '', condition = ''] = /^@([\w-]+)([\s\S]*)$/.exec(rule) ?? [];
  if (/^(?:supports|layer|scope)$/i.test(name)) return true;
  if (!/^media$/i.test(name)) return false;
  return condition.toLowerCase().split(',').some(isMetQuery);
}

function isMetQuery(query) {
  if (/\bprint\b|\bspeech\b|\bnot\b/.test(query)) return false;
  const features = query.match(/\([^()]{0,100}\)/g) ?? [];
  return features.every((feature) => {
    const [, side, number, unit] = /\(\s*(min|max)-width\s*:\s*([\d.]{1,9})(px|r?em)\s*\)/.exec(feature) ?? [];
    if (side === undefined) return false;
    const width = Number(number) * (unit === 'px' ? 1 : 16);
    return side === 'min' ? width <= SCREEN : width >= SCREEN;
  });
}

/** Selectors of a list, whose parentheses may have commas of their own. */
function selectorsIn(list) {
  const found = [''];
  let depth = 0;
  for (const [part] of list.slice(0, 20_000).matchAll(/[(),]|[^(),]+/g)) {
    if (part === '(') depth++;
    else if (part === ')') depth--;
    if (part === ',' && depth <= 0) found.push('');
    else found[found.length - 1] += part;
  }
  return found.map((selector) => selector.trim()).filter(Boolean);
}

function keyOf(selector) {
  if (/[()[\]]/.test(selector)) return '*';
  const last = selector.split(/[\s>+~]+/).at(-1) ?? '';
  const own = /[#.][\w-]+/.exec(last.replace(/:[\w-]+/g, ''))?.[0];
  const [name] = /^[a-z][\w-]*/i.exec(last) ?? [];
  return own ?? name?.toLowerCase() ?? '*';
}

/** Ids, then classes and attributes, then elements (Selectors 4, 17), near enough for lists in parentheses. */
function weightOf(selector) {
  const count = (pattern) => selector.match(pattern)?.length ?? 0;
  return [count(/#[\w-]/g), count(/\.[a-z_-]|\[|(?<!:):(?!not|is|where)[a-z]/gi), count(/(?:^|[\s>+~(])[a-z]/gi)];
}

const pixels = (value = '') => {
  const [, number, unit = 'px'] = /^(-?[\d.]{1,12})(px|em|rem|pt|%|vw|vh)?$/.exec(value.trim()) ?? [];
  return number === undefined
    ? undefined
    : Number(number) * ({ em: 16, rem: 16, pt: 1.33, vw: 12.8, vh: 8 }[unit] ?? 1);
};

/** Pixels from which on a place is no place of a page. */
const OFF = -300;

/** The style that an element is seen in: what it says itself, over what surrounds it. `at`: its attributes, which say less than its style. */
export function lookOf(value, at, outer) {
  const ground = groundOf(value, at);
  const size = sizeOf(value, outer.size);
  const color = colorOf(value, at) ?? outer.color;
  return {
    isHidden: outer.isHidden || isHidden(value, at),
    isInvisible: visibilityOf(value('visibility')) ?? outer.isInvisible,
    size,
    color,
    opacity:
      outer.opacity * (Number.parseFloat(value('opacity') ?? '1') || (value('opacity')?.startsWith('0') ? 0 : 1)),
    ground: ground === undefined || ground === 'transparent' ? outer.ground : ground,
  };
}

export const FIRST_LOOK = {
  isHidden: false,
  isInvisible: false,
  size: 16,
  color: undefined,
  opacity: 1,
  ground: WHITE,
};

/** Why words in such an element are kept apart; undefined where they are seen. */
export function asideOfLook({ isHidden: isGone, isInvisible, size, color, opacity, ground }) {
  if (isGone || isInvisible || size < 2 || opacity < 0.05 || color === 'transparent') return 'hidden text';
  return asideOfColors(color, ground);
}

const visibilityOf = (value) => (value === undefined || value === 'inherit' ? undefined : value !== 'visible');

function sizeOf(value, outer) {
  const own = value('font-size') ?? /(?:^|\s)([\d.]{1,9}(?:px|pt|em|rem|%))(?:\/|\s)/.exec(value('font') ?? '')?.[1];
  if (own === undefined) return outer;
  const size = pixels(own);
  if (size === undefined) return /^(?:inherit|smaller|larger)$/.test(own) ? outer : 16;
  if (/(?<!r)em$/.test(own)) return (size / 16) * outer;
  return own.endsWith('%') ? (size / 100) * outer : size;
}

function colorOf(value, at) {
  const own = value('color') ?? at.color ?? at.text;
  if (own === undefined || /^(?:inherit|currentcolor|unset)$/.test(own)) return undefined;
  const clip = value('background-clip') ?? value('-webkit-background-clip');
  if (clip === 'text') return 'unknown';
  return cssColor(own) ?? cssColor(`#${own}`) ?? 'unknown';
}

/** A picture as a ground is read upon, whatever its colours are. */
function groundOf(value, at) {
  const image = value('background-image');
  if ((image !== undefined && image !== 'none') || at.background) return 'unknown';
  const color = value('background-color');
  const short = value('background');
  if (short !== undefined && /url\(|gradient\(/.test(short)) return 'unknown';
  const own = color ?? short ?? at.bgcolor;
  if (own === undefined || /^(?:inherit|none|initial|unset)$/.test(own)) return undefined;
  const found = cssColor(own) ?? (own.match(/[^\s()]+(?:\([^()]*\))?/g) ?? []).map(cssColor).find(Boolean);
  return found ?? cssColor(`#${own}`) ?? 'unknown';
}

function isHidden(value, at) {
  if (value('display') === 'none' || value('mso-hide') === 'all') return true;
  if ('hidden' in at && value('display') === undefined) return true;
  return isOff(value) || isClipped(value) || isTiny(value);
}

function isOff(value) {
  const isPlaced = /absolute|fixed|relative/.test(value('position') ?? '');
  const places = [...(isPlaced ? ['left', 'top', 'right', 'bottom'] : []), 'text-indent', 'margin-left', 'margin-top'];
  if (places.some((property) => pixels(value(property)) <= OFF)) return true;
  const [, moved] = /translate(?:x|y|3d)?\(\s*(-[\d.]{1,12}(?:px|em|rem))/.exec(value('transform') ?? '') ?? [];
  return pixels(moved) <= OFF || /scale\(\s*0\s*[,)]/.test(value('transform') ?? '');
}

function isClipped(value) {
  const [, inner] = /^rect\(([^()]{1,80})\)$/.exec(value('clip') ?? '') ?? [];
  if (inner?.split(/[\s,]+/).every((part) => Math.abs(pixels(part) ?? 9) <= 1)) return true;
  return /inset\(\s*(?:50|100)%|circle\(\s*0/.test(value('clip-path') ?? '');
}

/** A box of a pixel, or none, that cuts off what does not fit. */
function isTiny(value) {
  if (!/hidden|clip/.test(value('overflow') ?? '')) return false;
  return ['width', 'height', 'max-width', 'max-height'].some((property) => pixels(value(property)) <= 1);
}
