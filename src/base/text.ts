/** `text` in at most `max` characters, cut at a grapheme and ended with an ellipsis when something was left out. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let prefix = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.slice(0, max + 64))) {
    if (prefix.length + segment.length > max - 1) break;
    prefix += segment;
  }
  return `${prefix.trimEnd()}…`;
}

/** A text file as its byte order mark says that it is written: UTF-16 with one, else UTF-8. The mark is no part of it. */
export function decodeText(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * `text` without the signs at its end that are among `signs`, of which a blank stands for white space of any kind. A regular
 * expression for an end looks for it from each place: the square of the length of a run.
 */
export function stripEnd(text: string, signs: string): string {
  const hasSpace = signs.includes(' ');
  let end = text.length;
  for (; end > 0; end--) {
    const sign = text[end - 1] as string;
    if (!signs.includes(sign) && !(hasSpace && sign.trim() === '')) break;
  }
  return text.slice(0, end);
}

/** `text` without what stands between `open` and the next `close`, and without both. Linear, also where nothing closes. */
export function withoutPairs(text: string, open: string, close: string): string {
  let remainder = '';
  let from = 0;
  for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, from)) {
    const end = text.indexOf(close, at + open.length);
    if (end < 0) break;
    remainder += text.slice(from, at);
    from = end + close.length;
  }
  return remainder + text.slice(from);
}

/** A count with its noun, or with its noun and verb: "1 message waits", "2 messages wait". */
export function plural(count: number, one: string, many?: string): string {
  return `${count} ${formOf(count, one, many)}`;
}

export interface SplitWords {
  words: string;
  flags: Map<string, string>;
  twice?: string;
}

/**
 * Words with what stands behind each `--flag`. A value reaches to the next flag; quotation marks around it are
 * left out. `twice`: a flag that stands there more than once.
 *
 * @param flagNames - the only names that are flags; left out: all are.
 */
export function splitFlags(text: string, flagNames?: readonly string[]): SplitWords {
  if (flagNames?.length === 0) return { words: text.trim(), flags: new Map() };
  const name = flagNames ? `(?:${flagNames.join('|')})(?![\\w-])` : '[a-z]';
  const [words = '', ...rest] = text.split(pattern.plain`(?:^|\s)--(?=${name})`);
  const flags = new Map<string, string>();
  let twice: string | undefined;
  for (const each of rest) {
    const [, flag = '', value = ''] = /^([a-z-]+)[=\s]?([\s\S]*)$/.exec(each) ?? [];
    const flagValue = value.trim().replace(/^(["“'])([\s\S]*)(?:["”'])$/, '$2');
    if (flags.has(flag)) twice = flag;
    flags.set(flag, flagValue);
  }
  return { words: words.trim(), flags, ...(twice !== undefined && { twice }) };
}

/** `minutes` in the largest unit that divides them: "2 hours". */
export function lengthOf(minutes: number): string {
  if (minutes % 1_440 === 0) return plural(minutes / 1_440, 'day');
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

/** The form of a noun or verb for a count that is shown elsewhere, or in digits of its own. */
export function formOf(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/**
 * The first clause of a description that tells a model what it does, as others are told it: "Forgets what coda remembers" for
 * "Forgets what you remember: …".
 */
export function doesOf(description: string): string {
  const [clause = ''] = description.split(/[.:;(](?=\s|$)|\s\(/, 1);
  return clause
    .trim()
    .replace(
      /\b(that|what) you ([a-z]+)\b/g,
      (_, pronoun: string, verb: string) => `${pronoun} coda ${thirdPersonOf(verb)}`,
    )
    .replace(/\byours?\b/g, 'coda’s')
    .replace(/\byou\b/g, 'coda');
}

/** The same as an act: `forget what coda remembers`. */
export function actOf(description: string): string {
  return doesOf(description)
    .replace(/^[A-Z][a-z]+s\b(?:(?:, | or )[a-z]+s\b)*/, (verbs) => verbs.replace(/[A-Za-z]{2,}/g, infinitiveOf))
    .replace(LATER_VERB, (_, before: string, verb: string) => before + infinitiveOf(verb));
}

/** A verb of the same subject behind a comma: "…, or adds to it". What follows tells it from a noun in the plural. */
const LATER_VERB = /(, (?:and |or )?)([a-z]{2,}s)(?= (?:a|an|the|it|its|one|coda|to|on|how)\b)/g;

function infinitiveOf(verb: string): string {
  const low = verb.toLowerCase();
  if (low === 'has') return 'have';
  if (!low.endsWith('s') || low.endsWith('ss')) return verb;
  if (/(?:ss|sh|ch|x|zz|o)es$/.test(low)) return low.slice(0, -2);
  return /[^aeiou]ies$/.test(low) ? `${low.slice(0, -3)}y` : low.slice(0, -1);
}

function thirdPersonOf(verb: string): string {
  if (['can', 'may', 'must', 'will', 'did', 'would'].includes(verb)) return verb;
  return verb === 'have' ? 'has' : `${verb}${/(?:s|sh|ch|x|z|o)$/.test(verb) ? 'es' : 's'}`;
}

export function bytesOf(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function listOf(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** The text with `other` in the place of `part`, which stands in it exactly once; undefined: it does not. */
export function replaceOnce(text: string, part: string, other: string): string | undefined {
  const at = text.indexOf(part);
  if (part === '' || at < 0 || text.includes(part, at + 1)) return undefined;
  return text.slice(0, at) + other + text.slice(at + part.length);
}

export function firstSentence(text: string): string {
  return text.split(/(?<=[\w)"”])[.;](?:\s|$)/, 1)[0] ?? text;
}

export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, two swapped neighbours counting as one slip; given up as soon as it must reach `limit`. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  let beforeThat = previous;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (beforeThat[j - 2] as number) + 1 : limit;
      row.push(Math.min((previous[j] as number) + 1, (row[j - 1] as number) + 1, changed, swapped));
    }
    // A swap looks two rows back.
    if (Math.min(...row, ...previous) >= limit) return limit;
    beforeThat = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/**
 * Control characters, bidirectional overrides, and what has no width, which make a name or a log line read as something
 * else. Joiners stay: words of Persian and of India, and faces of several people, are written with them.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being removed
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

export function visible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** Control and format characters, selectors of variants and tags: what is written in them nobody sees but a model. */
const HIDDEN = /[\p{Cf}\p{Co}\p{Variation_Selector}\u{e0000}-\u{e007f}]|(?![\n\t])\p{Cc}/gu;

/** The words of a service as a model is shown them, with nothing in them that a person would not see. */
export function withoutHidden(text: string): string {
  return text.replace(HIDDEN, '');
}

/** A line of others as code: no platform makes a link of it, or calls anybody. */
export function inlineCode(text: string): string {
  return `\`${text.replaceAll('`', "'").trim()}\``;
}

/** Without what no database text can hold: NUL, and halves of surrogate pairs. */
export function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8');
}

export function oneLine(text: string, longest: number): string {
  return shorten(visible(text).replace(/\s+/g, ' ').trim(), longest);
}

export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** True if `word` is `right` typed with one letter wrong, missing, doubled or two swapped. */
export function isSlip(word: string, right: string): boolean {
  if (Math.abs(word.length - right.length) > 1) return false;
  const shorter = Math.min(word.length, right.length);
  let [head, tail] = [0, 0];
  while (head < shorter && word[head] === right[head]) head++;
  while (tail < shorter - head && word.at(-1 - tail) === right.at(-1 - tail)) tail++;
  const [typed, rightPart] = [word.slice(head, word.length - tail), right.slice(head, right.length - tail)];
  return (
    (typed.length < 2 && rightPart.length < 2) || (typed.length === 2 && typed === [...rightPart].reverse().join(''))
  );
}

/** True if `word` is `right` with two neighbours swapped, an inner letter left out, or a letter doubled. */
export function isMistype(word: string, right: string): boolean {
  const length = word.length - right.length;
  if (word[0] !== right[0] || Math.abs(length) > 1) return false;
  let same = 0;
  while (same < word.length && word[same] === right[same]) same++;
  if (length === 0)
    return (
      word[same] !== undefined &&
      word[same] === right[same + 1] &&
      word[same + 1] === right[same] &&
      word.slice(same + 2) === right.slice(same + 2)
    );
  if (length < 0) return word.at(-1) === right.at(-1) && word.slice(same) === right.slice(same + 1);
  return word.slice(same + 1) === right.slice(same) && word[same] === word[same - 1];
}

/**
 * True if `text` is an address, alone or seen from `base`. `URL.canParse` of Node 20 and 22 is not asked: after some
 * thousand calls it says no to letters such as ü (https://github.com/AikidoSec/firewall-node/pull/1086).
 */
export function isUrl(text: string, base?: string): boolean {
  try {
    return new URL(text, base) !== undefined;
  } catch {
    return false;
  }
}

const UNITS: readonly [unit: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** A length of time in its largest unit, rounded: "75 seconds", "5 minutes", "24 hours", "3 days". */
export function roughDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, least]) => ms >= 1.5 * least) ?? ['second', 1_000];
  return plural(Math.max(1, Math.round(ms / size)), unit);
}

type Tag = (strings: TemplateStringsArray, ...parts: readonly string[]) => RegExp;

const withFlags =
  (flags: string): Tag =>
  ({ raw }, ...parts) =>
    new RegExp(String.raw({ raw }, ...parts), flags);

/** Regular expressions of named parts, by their flags: pattern.i`^next ${WEEKDAY}$`. The parts are sources, not texts. */
export const pattern = {
  plain: withFlags(''),
  i: withFlags('i'),
  gi: withFlags('gi'),
  is: withFlags('is'),
  iu: withFlags('iu'),
};

/**
 * A text without the mention that calls coda at its beginning and at its end. `isCall` is asked of one mention, `<…>`.
 * Linear in the text, whatever stands in it: it was written by anybody.
 */
export function withoutMention(text: string, isCall: (mention: string) => boolean): string {
  return withoutLast(withoutFirst(text, isCall), isCall);
}

function withoutFirst(text: string, isCall: (mention: string) => boolean): string {
  const message = text.trimStart();
  const mention = message.slice(0, message.indexOf('>') + 1);
  if (!mention.startsWith('<') || !isCall(mention)) return text;
  const rest = message.slice(mention.length);
  return (/^[,:]/.test(rest) ? rest.slice(1) : rest).trimStart();
}

function withoutLast(text: string, isCall: (mention: string) => boolean): string {
  const ended = text.trimEnd();
  if (!ended.endsWith('>')) return text;
  const at = ended.lastIndexOf('<');
  return at >= 0 && isCall(ended.slice(at)) ? ended.slice(0, at).trimEnd() : text;
}

// Lists of Markdown that end where people and models end them.

/** A node of mdast, as far as it is needed here. */
interface MarkdownNode {
  type: string;
  position?: { start: Point; end: Point } | undefined;
  children?: readonly MarkdownNode[];
}

interface Point {
  column: number;
  offset?: number | undefined;
}

/**
 * The blocks of a text. Lines right behind a list that begin where its marks do are a paragraph of their own, which CommonMark
 * reads as more of the last item (lazy continuation): "- milk\n- eggs\nSaved on Friday."
 */
export function withListsEnded<Node extends MarkdownNode>(markdown: string, read: (text: string) => Node[]): Node[] {
  const blocks = read(markdown);
  const closings = blocks.flatMap((block) => closingOf(block, markdown) ?? []);
  if (closings.length === 0) return blocks;
  const borders = [0, ...closings.flatMap(({ from, to }) => [from, to]), markdown.length];
  return borders.slice(1).flatMap((to, at) => {
    const from = borders[at] ?? 0;
    const part = read(markdown.slice(from, to));
    for (const block of part) moveBy(from, block);
    return part;
  });
}

function closingOf(list: MarkdownNode, markdown: string): { from: number; to: number } | undefined {
  const indent = (list.position?.start.column ?? 1) - 1;
  let last: MarkdownNode | undefined = list;
  while (last?.type === 'list' || last?.type === 'listItem') last = last.children?.at(-1);
  if (list.type !== 'list' || last?.type !== 'paragraph') return undefined;
  const [from, to] = [last.position?.start.offset ?? 0, last.position?.end.offset ?? 0];
  let at = markdown.indexOf('\n', from) + 1;
  while (at > 0 && at < to) {
    const line = markdown.slice(at, to).split('\n', 1)[0] ?? '';
    if (line.search(/\S/) <= indent) return { from: at, to };
    at = markdown.indexOf('\n', at) + 1;
  }
  return undefined;
}

function moveBy(offset: number, { position, children = [] }: MarkdownNode): void {
  for (const point of position ? [position.start, position.end] : [])
    if (point.offset !== undefined) point.offset += offset;
  for (const child of children) moveBy(offset, child);
}
