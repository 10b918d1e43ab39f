/**
 * Text in which nothing can be followed or fetched: what a turn says that untrusted text went into. Pure.
 *
 * The Markdown is parsed and written anew: pictures and links become their words, and each address becomes code. Platforms
 * do not agree on where code begins and ends, so what is written leans on none of them: outside of code there is neither a
 * backtick nor anything that some platform makes a link of, and nothing outside pairs with a mark in code
 * (`inert-rules.ts`).
 */
import {
  ADDRESS,
  ALL_MARKS,
  encoded,
  escaped,
  isInert,
  literal,
  pairingIn,
  SUSPECT,
  withoutEnd,
} from './inert-rules.ts';
import { type Block, blocksOf, type Inline, inlineOf, isIntricate } from './text/tree.ts';

/** The Markdown without anything that a platform follows, fetches or previews. Text that has no address stays as it is. */
export function inert(markdown: string): string {
  if (!SUSPECT.test(markdown)) return markdown;
  if (isIntricate(markdown)) return literal(markdown);
  const blocks = blocksOf(markdown.replaceAll(/\r\n?/g, '\n'));
  const written = write(blocks, pairingIn(codeIn(blocks)));
  if (isInert(written)) return written;
  // A mark in an address pairs with one in the words: none of these stands bare.
  const guarded = write(blocks, ALL_MARKS);
  return isInert(guarded) ? guarded : literal(markdown);
}

/** The same of a piece of it, whose code may have been cut in two. The piece grows by no character. */
export function inertPiece(piece: string): string {
  return !SUSPECT.test(piece) || isInert(piece) ? piece : literal(piece);
}

/** Inline content in order; a mark opens or closes emphasis. */
type Token = { kind: 'text' | 'code' | 'mark'; text: string };

/** Facts about the whole text that each of its parts needs. */
interface Whole {
  /** By the identifiers of their definitions. */
  addresses: ReadonlyMap<string, string>;
  /** Marks that must not stand bare in its words. */
  pairing: ReadonlySet<string>;
  /** The text stands in a quote. */
  isQuoted?: true;
}

/** Letters of a code block's language. */
const LANGUAGE = /^[\w+#.-]{1,20}$/;
/** A line of a paragraph that would begin a heading, a list, a quote, a rule or a code block. */
const BLOCK_START = /^(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[-=*_]{2,}\s*$|=+\s*$|~~~)/;
const NUMBERED = /^(\d{1,9})(?=[.)](?:\s|$))/;
/** The second line of a table. */
const DELIMITER = /^[\s|:-]*-[\s|:-]*$/m;

function write(blocks: readonly Block[], pairing: ReadonlySet<string>): string {
  const definitions = blocks.flatMap((block) => (block.type === 'definition' ? block : []));
  const addresses = new Map(definitions.map(({ identifier, url }) => [identifier, url]));
  return joined(blocks, '\n\n', { addresses, pairing });
}

function joined(blocks: readonly Block[], between: string, whole: Whole): string {
  const texts = blocks.map((block) => blockOf(block, whole));
  return texts.filter((text) => text !== '').join(between);
}

function blockOf(block: Block, whole: Whole): string {
  switch (block.type) {
    case 'heading': {
      const words = inOneLine(inlineText(tokensOf(block.children, whole), whole));
      return words === '' ? '' : `${'#'.repeat(block.depth)} ${words}`;
    }
    case 'paragraph':
      return paragraphOf(tokensOf(block.children, whole), whole);
    case 'code':
      return whole.isQuoted ? codeLines(block.value) : fenced(block.value, block.lang ?? '');
    case 'blockquote':
      return prefixed(joined(block.children as Block[], '\n\n', { ...whole, isQuoted: true }), '> ', '> ', '> ');
    case 'list':
      return listOf(block, whole);
    case 'thematicBreak':
      return '---';
    case 'html':
      return paragraphOf([{ kind: 'text', text: block.value.replaceAll(/\n[ \t]+/g, '\n') }], whole);
    case 'definition':
      return paragraphOf([{ kind: 'text', text: `${block.label ?? block.identifier}: ` }, addressOf(block.url)], whole);
    case 'grid':
      return gridOf(block.rows, whole);
    default:
      return '';
  }
}

function listOf(list: Extract<Block, { type: 'list' }>, whole: Whole): string {
  const items = list.children.map((item, index) => {
    const bullet = list.ordered ? `${(list.start ?? 1) + index}. ` : '- ';
    const inner = joined(item.children as Block[], item.spread ? '\n\n' : '\n', whole);
    // Behind a list's mark a rule would be a rule of its own.
    return prefixed(inner.startsWith('---') ? `\\${inner}` : inner, bullet, ' '.repeat(bullet.length), '');
  });
  return items.join(list.spread ? '\n\n' : '\n');
}

/** A block of code that ends where it says on every platform; one without a word in it is none to some of them. */
function fenced(code: string, language: string): string {
  if (code.trim() === '') return '';
  return `\`\`\`${LANGUAGE.test(language) ? language : ''}\n${code.replaceAll('```', "'''")}\n\`\`\``;
}

/** Some of Discord's apps read each line of a quote by itself: no block of code goes over two of them. */
function codeLines(code: string): string {
  const lines = code.split('\n').map(codeText);
  return lines.flatMap((line) => (line === '' ? [] : `\`${line}\``)).join('\n');
}

function gridOf(rows: readonly (readonly string[])[], whole: Whole): string {
  const cellOf = (cell: string) =>
    inOneLine(inlineText(tokensOf(inlineOf(cell), whole), whole)).replaceAll(/\\?\|/g, '\\|');
  const [head = [], ...body] = rows.map((row) => row.map(cellOf));
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function paragraphOf(tokens: readonly Token[], whole: Whole): string {
  // A table that only some platforms see would cut code at its bars.
  const isTable = DELIMITER.test(tokens.map(({ text }) => text).join(''));
  const bar = (token: Token) =>
    token.kind === 'code' ? { ...token, text: token.text.replaceAll('|', '\u00a6') } : token;
  return inlineText(isTable ? tokens.map(bar) : tokens, whole)
    .trim()
    .split('\n')
    .map((line) => line.replace(BLOCK_START, '\\').replace(NUMBERED, '$1\\'))
    .join('\n');
}

/** Tokens as Markdown; neighbouring texts are read as one, so that no address hides between them. */
function inlineText(tokens: readonly Token[], { pairing }: Whole): string {
  const out: string[] = [];
  let text = '';
  let endsInCode = false;
  const put = (words: string, isCode: boolean) => {
    if (words === '') return;
    out.push(isCode && endsInCode ? ` ${words}` : words);
    endsInCode = isCode;
  };
  const flush = () => {
    for (const part of partsOf(text)) {
      if (part.kind === 'code') put(`\`${part.text}\``, true);
      else put(escaped(part.text, pairing), false);
    }
    text = '';
  };
  for (const token of tokens) {
    if (token.kind === 'text') text += token.text;
    else if (token.text !== '') {
      flush();
      put(token.kind === 'code' ? `\`${token.text}\`` : token.text, token.kind === 'code');
    }
  }
  flush();
  return out.join('');
}

/** A text as words and addresses; what ends the sentence stays with the words. */
function partsOf(text: string): Token[] {
  const parts: Token[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    if (index < from) continue;
    const address = withoutEnd(found);
    if (address === '') continue;
    parts.push({ kind: 'text', text: text.slice(from, index) }, addressOf(address));
    from = index + address.length;
  }
  return [...parts, { kind: 'text', text: text.slice(from) }];
}

const addressOf = (address: string): Token => ({ kind: 'code', text: encoded(address) });

function tokensOf(nodes: readonly Inline[], whole: Whole): Token[] {
  const tokens: Token[] = [];
  for (const node of nodes) addTokens(node, whole, tokens);
  return tokens;
}

/** Adds the tokens of a node; true where a `*` stands in code among them. */
function addTokens(node: Inline, whole: Whole, to: Token[]): boolean {
  const inner = (nodes: readonly Inline[]) =>
    nodes.map((child) => addTokens(child, whole, to)).some((isMarked) => isMarked);
  switch (node.type) {
    case 'text':
    case 'html':
      to.push({ kind: 'text', text: node.value });
      return false;
    case 'break':
      to.push({ kind: 'text', text: '  \n' });
      return false;
    case 'inlineCode': {
      const text = codeText(node.value);
      to.push({ kind: 'code', text });
      return text.includes('*');
    }
    case 'strong':
    case 'emphasis': {
      const mark: Token = { kind: 'mark', text: node.type === 'strong' ? '**' : '*' };
      const at = to.push(mark) - 1;
      const isMarked = inner(node.children);
      // Discord ends emphasis in the code that stands in it.
      if (isMarked) to[at] = { kind: 'text', text: '' };
      else to.push(mark);
      return isMarked;
    }
    case 'link':
    case 'linkReference': {
      const at = to.length;
      const isMarked = inner(node.children);
      const words = to.slice(at).map(({ text }) => text);
      addAddress(node.type === 'link' ? node.url : whole.addresses.get(node.identifier), words.join(''), at, to);
      return isMarked;
    }
    case 'image':
    case 'imageReference': {
      const alt = node.alt ?? '';
      const at = to.push({ kind: 'text', text: alt }) - 1;
      addAddress(node.type === 'image' ? node.url : whole.addresses.get(node.identifier), alt, at, to);
      return false;
    }
    default:
      return 'children' in node ? inner(node.children as Inline[]) : false;
  }
}

/** The address of a link beside its words, which begin at `at`; in their place where they say nothing else. */
function addAddress(url: string | undefined, words: string, at: number, to: Token[]): void {
  if (url === undefined || url === '') return;
  const address = addressOf(url);
  if (words.trim() === '' || words === url || `mailto:${words}` === url) to.splice(at, to.length, address);
  else to.push({ kind: 'text', text: ' (' }, address, { kind: 'text', text: ')' });
}

/** Code within a line. */
const codeText = (code: string): string => inOneLine(code.replaceAll('`', "'")).trim();

const inOneLine = (text: string): string => text.replaceAll(/[ \t]*\n/g, ' ');

function prefixed(text: string, first: string, others: string, blank: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first + line : line === '' ? blank : others + line))
    .join('\n');
}

/** All code in blocks, as it is written. */
function codeIn(nodes: readonly (Block | Inline)[]): string[] {
  return nodes.flatMap((node) => {
    if (node.type === 'code') return node.value;
    if (node.type === 'inlineCode') return codeText(node.value);
    if (node.type === 'grid') return node.rows.flat().flatMap((cell) => codeIn(inlineOf(cell)));
    return 'children' in node ? codeIn(node.children as (Block | Inline)[]) : [];
  });
}
