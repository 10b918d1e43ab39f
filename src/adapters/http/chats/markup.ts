/**
 * Markdown as a value that a page builds elements of: `[tag, attributes, …children]`, or a text. Text is only ever text, so that
 * nothing that a model or a person has written becomes markup.
 */
import { plural, shorten } from '../../../base/text.ts';
import {
  type Align,
  addressOfLink,
  type Block,
  blocksOf,
  type CallFact,
  factsOf,
  type Inline,
  inlineOf,
  isAllFacts,
  isLong,
} from '../../../delivery/index.ts';
import { FORMULA_MARK, takeFormulas } from './formulas.ts';

export type Markup = string | Element;
export type Element = readonly [tag: string, attributes: Attributes, ...children: Markup[]];
export type Attributes = Readonly<Record<string, string>>;

type Links = ReadonlyMap<string, string>;
type Parts = readonly { type: string }[];

/**
 * HTML in it stays text, a picture becomes a link, and a link leads to the web, to mail, or nowhere. With `folds` a long piece of
 * code is folded under a line that tells its size, and formulas stay as they are written: whoever decides sees every sign.
 */
export function toMarkup(markdown: string, { folds = false } = {}): Markup[] {
  if (folds) return markupOf(markdown, folds);
  const { text, formulas } = takeFormulas(markdown);
  return putFormulas(markupOf(text, folds), formulas);
}

/** Puts each formula in the place of its mark: as code of a class of its own, which shows what was written until it is drawn. */
function putFormulas(blocks: readonly Markup[], formulas: readonly string[]): Markup[] {
  if (formulas.length === 0) return [...blocks];
  const sourceOf = (index: string): string => formulas[Number(index)] ?? '';
  const withSources = (words: string): string => words.replace(FORMULA_MARK, (_, index: string) => sourceOf(index));
  const put = (markup: Markup, isCode: boolean): Markup[] => {
    if (typeof markup === 'string') {
      if (isCode) return [withSources(markup)];
      return markup
        .split(FORMULA_MARK)
        .flatMap((piece, index): Markup[] =>
          index % 2 === 1 ? [formulaOf(sourceOf(piece))] : piece === '' ? [] : [piece],
        );
    }
    const [tag, attributes, ...children] = markup;
    const values = Object.entries(attributes).map(([name, value]) => [name, withSources(value)]);
    const isCodeIn = isCode || tag === 'code' || tag === 'pre';
    return [[tag, Object.fromEntries(values), ...children.flatMap((child) => put(child, isCodeIn))]];
  };
  return blocks.flatMap((block) => put(block, false));
}

const formulaOf = (source: string): Markup => [
  'code',
  { class: /^(?:\$\$|\\\[)/.test(source) ? 'math display' : 'math' },
  source,
];

function markupOf(markdown: string, folds: boolean): Markup[] {
  const blocks = blocksOf(markdown);
  const links: Links = new Map(
    blocks.flatMap((block) => (block.type === 'definition' ? [[block.identifier, block.url] as const] : [])),
  );
  return blocks.flatMap((block) => {
    const blocks = blockOf(block, links);
    if (!folds || block.type !== 'code') return blocks;
    const facts = factsOf(block.value);
    // Whoever decides sees every argument: a block that the facts do not tell whole stays as it is.
    if (!isLong(block.value)) return isAllFacts(block.value) && facts.length > 0 ? [factList(facts)] : blocks;
    const size = plural(block.value.split('\n').length, 'line');
    const folded: Markup = ['details', {}, ['summary', {}, `Details: ${size}`], ...blocks];
    return facts.length > 0 ? [factList(facts), folded] : [folded];
  });
}

/** Facts that stand open, and characters of each: all of it stands under Details. */
const [MOST_FACTS, LONGEST_FACT] = [8, 300];

/** The arguments that matter, which one reads before one decides. */
function factList(facts: readonly CallFact[]): Markup {
  const items = facts
    .slice(0, MOST_FACTS)
    .map(({ name, value }): Markup => ['li', {}, ['strong', {}, name], `: ${shorten(value, LONGEST_FACT)}`]);
  return ['ul', { class: 'call' }, ...items];
}

function blockOf(block: Block, links: Links): Markup[] {
  const inline = (parts: Parts) => (parts as readonly Inline[]).flatMap((part) => inlinePart(part, links));
  const inner = (parts: Parts) => (parts as readonly Block[]).flatMap((part) => blockOf(part, links));
  switch (block.type) {
    case 'paragraph':
      return [['p', {}, ...inline(block.children)]];
    case 'heading':
      // Under the page's own headings.
      return [[`h${Math.min(6, block.depth + 2)}`, {}, ...inline(block.children)]];
    case 'blockquote':
      return [['blockquote', {}, ...inner(block.children)]];
    case 'list': {
      const items = block.children.map(({ children }) => itemOf(inner(children)));
      const start = block.ordered && block.start !== null && block.start !== undefined && block.start !== 1;
      return [[block.ordered ? 'ol' : 'ul', start ? { start: String(block.start) } : {}, ...items]];
    }
    case 'code':
      // A scrolled region must be reachable without a mouse.
      return [['pre', { tabindex: '0', ...(block.lang && { 'data-lang': block.lang }) }, ['code', {}, block.value]]];
    case 'thematicBreak':
      return [['hr', {}]];
    case 'grid':
      return [tableOf(block, links)];
    case 'html':
      return [['p', {}, block.value]];
    default:
      return [];
  }
}

const TASK = /^\[([ xX])\] /;

/** An item, with a box where it is one of a task list (`[ ]`, `[x]`). */
function itemOf(children: readonly Markup[]): Markup {
  const [first, ...rest] = children;
  const words = typeof first === 'object' && first[0] === 'p' ? first[2] : undefined;
  const mark = typeof words === 'string' ? TASK.exec(words)?.[1] : undefined;
  if (mark === undefined || typeof first !== 'object' || typeof words !== 'string') return ['li', {}, ...children];
  const [tag, attributes, , ...others] = first;
  const box = mark === ' ' ? 'open' : 'done';
  return ['li', { class: 'task', 'data-task': box }, [tag, attributes, words.slice(4), ...others], ...rest];
}

function tableOf({ rows: [head = [], ...body], aligns }: Extract<Block, { type: 'grid' }>, links: Links): Markup {
  const cells = (tag: string, row: readonly string[]): Markup => [
    'tr',
    {},
    ...row.map(
      (cell, column): Markup => [
        tag,
        alignOf(aligns[column]),
        ...inlineOf(cell).flatMap((part) => inlinePart(part, links)),
      ],
    ),
  ];
  const rows = body.map((row) => cells('td', row));
  return [
    'div',
    { class: 'scroll', tabindex: '0' },
    ['table', {}, ['thead', {}, cells('th', head)], ['tbody', {}, ...rows]],
  ];
}

const alignOf = (align: Align): Attributes => (align === undefined ? {} : { 'data-align': align });

function inlinePart(part: Inline, links: Links): Markup[] {
  const inner = (parts: readonly Inline[]) => parts.flatMap((child) => inlinePart(child, links));
  switch (part.type) {
    case 'text':
      return strikethrough(part.value);
    case 'html':
      return [part.value];
    case 'strong':
      return [['strong', {}, ...inner(part.children)]];
    case 'emphasis':
      return [['em', {}, ...inner(part.children)]];
    case 'inlineCode':
      return [['code', {}, part.value]];
    case 'break':
      return [['br', {}]];
    case 'link':
      return link(part.url, inner(part.children));
    case 'linkReference':
      return link(links.get(part.identifier), inner(part.children));
    case 'image':
      return link(part.url, [part.alt || part.url]);
    case 'imageReference':
      return link(links.get(part.identifier), [part.alt ?? '']);
    default:
      return 'children' in part ? inner(part.children as Inline[]) : [];
  }
}

const STRUCK = /~~([^~]{1,1000})~~/;

/** `~~words~~` within one text. */
function strikethrough(text: string): Markup[] {
  if (!text.includes('~~')) return [text];
  return text
    .split(STRUCK)
    .flatMap((piece, index): Markup[] => (piece === '' ? [] : [index % 2 === 0 ? piece : ['del', {}, piece]]));
}

function link(address: string | undefined, children: Markup[]): Markup[] {
  const url = address && addressOfLink(address);
  if (url === undefined || !/^(?:https?:\/\/|mailto:)/i.test(url)) return children;
  return [['a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, ...children]];
}
