import { isZone } from '../zones.ts';
import { canonicalWords, isClipped, SHORTS } from './en-words.ts';

export interface Token {
  /** Canonical: lower case, aliases and typing errors resolved (`tmrw` → `tomorrow`); `''` for what is opaque. */
  text: string;
  start: number;
  end: number;
  raw: string;
  /** Written without a space before it. */
  glued: boolean;
}

/** A part of a text, by token: `to` is the first one behind it. */
export type Stretch = readonly [from: number, to: number];

export const wordAt = (tokens: readonly Token[], at: number): string => tokens[at]?.text ?? '';

/** Names, quotations, addresses and amounts of money hold numbers and words that never say when. */
const OPAQUE = '';

/**
 * In this order: date and time of ISO 8601, `2moro`, ordinals, numbers with signs between them, words, single signs.
 * Each alternative consumes what it looks at, so that the time grows with the text only.
 */
const TOKEN =
  /\d{4}-\d\d?-\d\d?(?=t\d)|2(?:moro\p{L}*|morrow|mrr?o?w?|nite|nyt|night|day)(?!\p{L})|(?:b4|l8r)(?![\p{L}\d])|\d+(?:st|nd|rd|th)(?!\p{L})|\d(?:[:./-]?\d)*|\p{L}(?:'?[\p{L}\p{M}])*|[^\s\p{L}\d]|\p{M}/giu;

const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  '“': '”',
  '„': '“',
  '«': '»',
  '`': '`',
  "'": "'",
  '‘': '’',
};

/** The same text with typographic signs as their plain forms; nothing moves, so that places stay valid. */
const plain = (text: string): string =>
  text
    .replace(/[‘’ʼ´]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/：/g, ':')
    .replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ');

export function tokenise(text: string): Token[] {
  const flat = plain(text);
  const quoted = quotations(text);
  const tokens: Token[] = [];
  let last = 0;
  let passed = 0;
  for (const [start, end] of chunks(flat)) {
    while (passed < quoted.length && (quoted[passed]?.[1] ?? 0) <= start) passed++;
    const [from, to] = quoted[passed] ?? [end, end];
    const isCommand = start === 0 && /^\$\p{L}/u.test(flat);
    if ((start < to && end > from) || (!isCommand && isOpaque(flat.slice(start, end)))) {
      // A quotation may begin in mid-chunk, as in (“…”); its words are hidden, the rest is read.
      const tail = end > to && start < to && /^[?!.,;:]+$/.test(flat.slice(to, end)) ? to : end;
      pushOpaque(tokens, text, start, tail, last);
      // The sign behind a quotation is that of the sentence: 'watch "24"?'.
      if (tail < end) pushTokens(tokens, flat, tail, end);
    } else {
      pushTokens(tokens, flat, start, end);
    }
    last = end;
  }
  return tokens;
}

/**
 * The tokens with words of one wrong letter put right, where every word must be about time anyway; undefined when there
 * are none. A word of another language (`isOther`) is no typing error.
 */
export function correctTokens(tokens: readonly Token[], isOther: (word: string) => boolean): Token[] | undefined {
  let isCorrected = false;
  const right = tokens.flatMap((token) => {
    if (isOther(token.text)) return [token];
    const short = SHORTS.get(token.raw);
    if (short !== undefined) {
      isCorrected = true;
      return [{ ...token, text: short }];
    }
    if (token.text !== token.raw.toLowerCase()) return [token];
    const words = canonicalWords(token.text, true);
    if (words.length === 1 && words[0] === token.text) return [token];
    isCorrected = true;
    return words.map((text) => ({ ...token, text }));
  });
  return isCorrected ? right : undefined;
}

function* chunks(text: string): Generator<[number, number]> {
  for (const match of text.matchAll(/\S+/g)) yield [match.index, match.index + match[0].length];
}

function isOpaque(chunk: string): boolean {
  if (/:\/\/|^www\.|^[$€£¥#]|\d[%€£¥$]|^v\d/i.test(chunk)) return true;
  const at = chunk.indexOf('@');
  return at > 0 && /^[a-z]/i.test(chunk.slice(at + 1)) && chunk.indexOf('.', at) > 0;
}

function pushOpaque(tokens: Token[], text: string, start: number, end: number, last: number): void {
  tokens.push({ text: OPAQUE, start, end, raw: text.slice(start, end), glued: start === last && start > 0 });
}

function pushTokens(tokens: Token[], text: string, start: number, end: number): void {
  const chunk = text.slice(start, end);
  const zone = /^\(?([a-z_]+(?:\/[a-z_+-]+\d*){1,2})[).,;:!]*$/i.exec(chunk)?.[1];
  if (zone !== undefined && isZone(zone)) {
    const from = start + chunk.indexOf(zone);
    tokens.push({ text: `zone:${zone}`, start: from, end: from + zone.length, raw: zone, glued: false });
    return;
  }
  for (const match of chunk.matchAll(TOKEN)) {
    const raw = match[0];
    const from = start + match.index;
    const glued = match.index > 0;
    const last = tokens.at(-1);
    // "Feb. 16th", "Tues.": the dot belongs to the word.
    if (raw === '.' && last !== undefined && last.end === from && isClipped(last.text, last.raw)) {
      last.end++;
      continue;
    }
    for (const word of canonicalWords(raw.toLowerCase(), false))
      tokens.push({ text: word, start: from, end: from + raw.length, raw, glued });
  }
}

/** Ranges of quotations. An apostrophe opens one only before a word and closes it only after one. */
function quotations(text: string): [number, number][] {
  const ranges: [number, number][] = [];
  for (let index = 0; index < text.length; index++) {
    const close = QUOTES[text[index] ?? ''];
    if (close === undefined || /[\p{L}\d]/u.test(text[index - 1] ?? '')) continue;
    const end = findClosing(text, index + 1, close);
    if (end === undefined) continue;
    if (index > 0 || end < text.length - 1) ranges.push([index, end + 1]);
    index = end;
  }
  return ranges;
}

const LONGEST_QUOTATION = 200;

function findClosing(text: string, from: number, close: string): number | undefined {
  for (let end = from; end < Math.min(text.length, from + LONGEST_QUOTATION); end++)
    if (text[end] === close && !/[\p{L}\d]/u.test(text[end + 1] ?? '') && !/\s/.test(text[end - 1] ?? ' ')) return end;
  return undefined;
}
