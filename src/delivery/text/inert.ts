/**
 * Text in which nothing can be followed or fetched: what a turn says that untrusted text went into. Pure.
 *
 * The Markdown is parsed and written anew: pictures and links become their words, and each address becomes code. Platforms
 * do not agree on where code begins and ends, so what is written leans on none of them: outside of code there is neither a
 * backtick nor anything that some platform makes a link of, and nothing outside pairs with a mark in code.
 */
import { type Block, blocksOf, type Inline, inlineOf, isIntricate } from './tree.ts';

/** The Markdown without anything that a platform follows, fetches or previews. Text that has no address stays as it is. */
export function inert(markdown: string): string {
  if (!SUSPECT.test(markdown)) return markdown;
  if (isIntricate(markdown)) return literal(markdown);
  const blocks = blocksOf(markdown.replaceAll(/\r\n?/g, '\n'));
  const output = write(blocks, pairingIn(codeIn(blocks)));
  if (isInert(output)) return output;
  // A mark in an address pairs with one in the words: none of these stands bare.
  const guarded = write(blocks, ALL_MARKS);
  return isInert(guarded) ? guarded : literal(markdown);
}

/** The same of a piece of it, whose code may have been cut in two. The piece grows by no character. */
export function inertPiece(piece: string): string {
  return !SUSPECT.test(piece) || isInert(piece) ? piece : literal(piece);
}

type Token = { kind: 'text' | 'code' | 'mark'; text: string };

interface Whole {
  addresses: ReadonlyMap<string, string>;
  /** Marks that must not stand bare in its words. */
  pairing: ReadonlySet<string>;
  isQuoted?: true;
}

const LANGUAGE = /^[\w+#.-]{1,20}$/;
const BLOCK_START = /^(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[-=*_]{2,}\s*$|=+\s*$|~~~)/;
const NUMBERED = /^(\d{1,9})(?=[.)](?:\s|$))/;
const DELIMITER = /^(?:[|:]|[^\S\r\n\u2028\u2029])*-(?:[|:-]|[^\S\r\n\u2028\u2029])*$/m;

function write(blocks: readonly Block[], pairing: ReadonlySet<string>): string {
  const definitions = blocks.flatMap((block) => (block.type === 'definition' ? block : []));
  const addresses = new Map(definitions.map(({ identifier, url }) => [identifier, url]));
  return joinBlocks(blocks, '\n\n', { addresses, pairing });
}

function joinBlocks(blocks: readonly Block[], between: string, whole: Whole): string {
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
      return whole.isQuoted ? codeLines(block.value) : fenceCode(block.value, block.lang ?? '');
    case 'blockquote':
      return prefixLines(joinBlocks(block.children as Block[], '\n\n', { ...whole, isQuoted: true }), '> ', '> ', '> ');
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
    const inner = joinBlocks(item.children as Block[], item.spread ? '\n\n' : '\n', whole);
    // Behind a list's mark a rule would be a rule of its own.
    return prefixLines(inner.startsWith('---') ? `\\${inner}` : inner, bullet, ' '.repeat(bullet.length), '');
  });
  return items.join(list.spread ? '\n\n' : '\n');
}

/** A block of code that ends where it says on every platform; one without a word in it is none to some of them. */
function fenceCode(code: string, language: string): string {
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
      else put(escapeWords(part.text, pairing), false);
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

function partsOf(text: string): Token[] {
  const parts: Token[] = [];
  let from = 0;
  for (const { 0: candidate, index } of text.matchAll(ADDRESS)) {
    if (index < from) continue;
    const address = withoutEnd(candidate);
    if (address === '') continue;
    parts.push({ kind: 'text', text: text.slice(from, index) }, addressOf(address));
    from = index + address.length;
  }
  return [...parts, { kind: 'text', text: text.slice(from) }];
}

const addressOf = (address: string): Token => ({ kind: 'code', text: encodeAddress(address) });

function tokensOf(nodes: readonly Inline[], whole: Whole): Token[] {
  const tokens: Token[] = [];
  for (const node of nodes) addTokens(node, whole, tokens);
  return tokens;
}

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

function addAddress(url: string | undefined, words: string, at: number, to: Token[]): void {
  if (url === undefined || url === '') return;
  const address = addressOf(url);
  if (words.trim() === '' || words === url || `mailto:${words}` === url) to.splice(at, to.length, address);
  else to.push({ kind: 'text', text: ' (' }, address, { kind: 'text', text: ')' });
}

const codeText = (code: string): string => inOneLine(code.replaceAll('`', "'")).trim();

const inOneLine = (text: string): string => text.replaceAll(/(?<![ \t])[ \t]*\n/g, ' ');

function prefixLines(text: string, first: string, others: string, blank: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first + line : line === '' ? blank : others + line))
    .join('\n');
}

function codeIn(nodes: readonly (Block | Inline)[]): string[] {
  return nodes.flatMap((node) => {
    if (node.type === 'code') return node.value;
    if (node.type === 'inlineCode') return codeText(node.value);
    if (node.type === 'grid') return node.rows.flat().flatMap((cell) => codeIn(inlineOf(cell)));
    return 'children' in node ? codeIn(node.children as (Block | Inline)[]) : [];
  });
}

// Rules of what no platform shows as a link. Each is linear in the length of its text.

/** An address of any other scheme, one that platforms make a link of without a scheme, or an address of mail. */
const ADDRESS =
  /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s<>`"]*|(?:(?:mailto|xmpp|tel|sms):|www\.|(?:discord(?:app)?\.(?:com\/invite|gg)|discord\.new|dis\.gd)\/)[^\s<>`"]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi;

/** A Markdown text without any of this has no link on any platform. */
const SUSPECT =
  /:\/|(?:mailto|xmpp|tel|sms):|www\.|discord|dis\.gd|\]\(|\]:|<[a-z!/?+]|[\w.+-]@[\w-]|&#?\w{1,32};|\\[!-/:-@[-`{-~]/i;

const LIVE =
  /[a-z0-9]:\/\/|(?:mailto|xmpp|tel|sms):\S|www\.\w|(?:discord(?:app)?\.(?:com\/invite|gg)|discord\.new|dis\.gd)\/|\]\(|\]:|[\w.+-]@[\w-]{1,63}\.\w/i;
/**
 * Characters to escape: of a tag, of an address between angles (but not of a time of Discord's), of a character
 * reference.
 */
const BARE = /<(?!t:-?\d)|&#?\w{1,32};/;

const ESCAPE = /\\([!-/:-@[-`{-~])/g;

function withoutEnd(address: string): string {
  let open = 0;
  for (const letter of address) open += letter === '(' ? 1 : letter === ')' ? -1 : 0;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if (last === ')' && open < 0) open++;
    else if (!'.,:;!?\'"*_~]'.includes(last)) break;
  }
  return address.slice(0, end);
}

/** An address as code: marks that could pair with one outside are written by their numbers, and so mean the same. */
function encodeAddress(address: string): string {
  return address.replaceAll(/[\s`*|\\[\]<>"]|~(?=~)|(?<=~)~/g, (mark) =>
    encodeURIComponent(mark).replace('*', '%2A').replace('~', '%7E'),
  );
}

/**
 * The marks that stand in code, by the mark outside that Discord pairs with them: its emphasis, spoilers and named links
 * end at the next mark, in code or not (`_` only beside what is no letter).
 */
function pairingIn(codes: readonly string[]): ReadonlySet<string> {
  const marks = new Set<string>();
  for (const code of codes) for (const mark of marksIn(code)) marks.add(mark);
  return marks;
}

const ALL_MARKS: ReadonlySet<string> = new Set('*_~|[');

function marksIn(code: string): string[] {
  return [
    ...(code.includes('*') ? ['*'] : []),
    ...(/(?<![a-z0-9])_|_(?![a-z0-9])/i.test(code) ? ['_'] : []),
    ...(code.includes('~~') ? ['~'] : []),
    ...(code.includes('||') ? ['|'] : []),
    ...(code.includes('](') ? ['['] : []),
  ];
}

/** Words as Markdown that every platform shows as these words; `pairing`: marks that must not stand bare. */
function escapeWords(text: string, pairing: ReadonlySet<string>): string {
  return text
    .replaceAll('`', "'")
    .replaceAll(
      /\\(?![a-z0-9\s])|<|&(?=#?\w{1,32};)|(?<!\s)\*|\*(?!\s)|(?<![\p{L}\p{N}_\s])_|_(?![\p{L}\p{N}_\s])/giu,
      (mark) => `\\${mark}`,
    )
    .replaceAll(/\\[\s\S]|[*_~|[]/g, (mark) => (pairing.has(mark) ? `\\${mark}` : mark))
    .replaceAll(/\](?=[(:])/g, '] ');
}

interface Segment {
  isCode: boolean;
  text: string;
}

/**
 * True if every platform finds code in the same places of a text, and no link outside of it. Sufficient, not necessary:
 * made for what `inert` has written, and for pieces of it.
 */
export function isInert(markdown: string): boolean {
  const segments = segmentsOf(markdown);
  if (!segments) return false;
  const isDead = segments.every(
    ({ isCode, text }) =>
      isCode ||
      !(LIVE.test(text) || LIVE.test(text.replaceAll(ESCAPE, '$1')) || BARE.test(text.replaceAll(ESCAPE, ''))),
  );
  return isDead && !isPaired(segments);
}

/** A block of code may stand in a list, but in no quote. */
const FENCE_OPEN = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*```[\w+#.-]{0,20}$/;
const FENCE_CLOSE = /^\s*```$/;

function segmentsOf(markdown: string): Segment[] | undefined {
  const segments: Segment[] = [];
  let block: string[] | undefined;
  for (const line of markdown.split('\n')) {
    if (line.includes('```')) {
      if (!(block ? FENCE_CLOSE : FENCE_OPEN).test(line)) return undefined;
      if (block?.every((each) => each.trim() === '')) return undefined;
      if (block) segments.push({ isCode: true, text: block.join('\n') });
      block = block ? undefined : [];
    } else if (block) block.push(line);
    else {
      const parts = line.split('`');
      // Without a partner, empty, beside another, or kept by a backslash: no code, or another's end.
      const isOdd = parts.length % 2 === 0 || parts.slice(1, -1).some((part) => part.trim() === '' && part !== ' ');
      if (isOdd || parts.some((part, at) => at % 2 === 0 && at < parts.length - 1 && endsInEscape(part)))
        return undefined;
      segments.push(...parts.map((text, at) => ({ isCode: at % 2 === 1, text })));
    }
  }
  return block ? undefined : segments;
}

function endsInEscape(text: string): boolean {
  let end = text.length;
  while (text.charAt(end - 1) === '\\') end--;
  return (text.length - end) % 2 === 1;
}

function isPaired(segments: readonly Segment[]): boolean {
  const pairing = pairingIn(segments.flatMap(({ isCode, text }) => (isCode ? text : [])));
  if (pairing.size === 0) return false;
  const open = new Set<string>();
  for (const { isCode, text } of segments) {
    if (isCode) {
      const marks = marksIn(text);
      if ([...open].some((run) => marks.includes(run.charAt(0)))) return true;
      continue;
    }
    for (const [run] of text.replaceAll(ESCAPE, '').matchAll(/\*+|_+|~~|\|\||\[/g)) {
      if (run === '[' || !open.delete(run)) open.add(run);
    }
  }
  return false;
}

const LOOKALIKES: readonly [RegExp, string][] = [
  [/`/g, "'"],
  [/\\/g, '\u2216'],
  [/</g, '\u2039'],
  [/&(?=#?\w{1,32};)/g, '\uff06'],
  [/\](?=[(:[])/g, '\uff3d'],
  [/:\/\//g, ':\u2215\u2215'],
  [/(?<=mailto|xmpp|tel|sms):/gi, '\u2236'],
  [/(?<=www|discord|discordapp|dis)\./gi, '\u2024'],
  [/@(?=[\w-])/g, '\uff20'],
];

/** A text of the same length in which no address works and no code begins: for what nobody writes, and for torn pieces. */
function literal(text: string): string {
  return LOOKALIKES.reduce((literalText, [pattern, lookalike]) => literalText.replaceAll(pattern, lookalike), text);
}
