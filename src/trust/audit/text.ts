/** Text that cannot be seen or read: hidden characters, look-alike letters, encoded commands; and excerpts that show it. */

import { shorten } from '../../base/text.ts';
import type { Hit } from './commands.ts';

/** The flags of England, Scotland and Wales are written with tags; any other word in tags is hidden text. */
const FLAG =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu;
const TAGS = /[\u{e0020}-\u{e007f}]/u;
const SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4}/u;
const ZERO_WIDTH_RUN = /[\u200b-\u200d\u2060-\u2064\ufeff]{8}/;
const SPLIT_WORD = /[a-z][\u200b\u2060-\u2064\ufeff\u00ad][a-z]/i;
/** Overrides turn letters of any script; the others are needed where a script runs from right to left. */
const OVERRIDE = /[\u202d\u202e]/;
const BIDI = /[\u202a\u202b\u202d\u202e\u2066-\u2068]/;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}]/u;

/** Hidden characters of a raw line. `isCode`: of a program, where bidirectional controls are never needed. */
export function unseen(line: string, isCode: boolean): Hit[] {
  // Nearly every line ends here.
  if (!/[^\t\u0020-\u007e]/.test(line)) return [];
  const hits: Hit[] = [];
  const add = (rule: string, level: Hit['level'], why: string, index: number) => hits.push({ rule, level, why, index });
  const tags = line.replace(FLAG, '').search(TAGS);
  if (tags >= 0) add('hidden-text', 'block', 'It holds text that nobody sees and a model reads.', tags);
  const run = line.search(ZERO_WIDTH_RUN);
  const selectors = line.search(SELECTORS);
  if (run >= 0 || selectors >= 0) {
    add('hidden-text', 'block', 'It holds data in characters that nobody sees.', Math.max(run, selectors));
  }
  const split = line.search(SPLIT_WORD);
  if (split >= 0) add('split-word', 'warn', 'Characters without width stand inside of words.', split);
  const bidi = line.search(BIDI);
  if (bidi >= 0 && (isCode || OVERRIDE.test(line) || !RIGHT_TO_LEFT.test(line))) {
    add('turned-text', isCode ? 'block' : 'warn', 'It reads in another order than it is run.', bidi);
  }
  const mixed = mixedWord(line);
  if (mixed !== undefined) {
    add(
      'look-alike-letters',
      'warn',
      'A word is spelt with letters of another script that look alike.',
      line.indexOf(mixed),
    );
  }
  return hits;
}

const BASE64 = /[A-Za-z0-9+/]{24,4000}={0,2}/g;
const HEX = /(?:[0-9a-f]{2}){16,2000}/gi;
const ESCAPES = /(?:\\x[0-9a-f]{2}){5,500}/gi;
const UNPRINTABLE = /[^\t\n\r\u0020-\u007e]/g;
const COMMAND =
  /\b(?:curl|wget|bash|powershell|iex|invoke-\w+|eval|exec|subprocess|child_process|os\.system|rm -rf|chmod \+x|\/bin\/(?:ba)?sh|nc -e|fetch\(|import os|document\.cookie)\b|\/bin\/sh/i;

/** Commands that are written as base64, hex or escapes. */
export function encoded(line: string): Hit[] {
  const hits: Hit[] = [];
  const why = 'It holds a command that is written so that nobody can read it.';
  const look = (text: string, index: number) => {
    // A few odd bytes do not make a command unreadable to a shell.
    if (text.length >= 12 && text.replace(UNPRINTABLE, '').length >= text.length * 0.9 && COMMAND.test(text))
      hits.push({ rule: 'encoded-command', level: 'block', why, index });
  };
  for (const { 0: blob, index } of line.matchAll(BASE64)) {
    const bytes = Buffer.from(blob, 'base64');
    look(bytes.toString('latin1'), index);
    if (bytes.length > 8 && bytes[1] === 0) look(bytes.toString('utf16le'), index);
  }
  for (const { 0: blob, index } of line.matchAll(HEX)) {
    look(Buffer.from(blob, 'hex').toString('latin1'), index);
  }
  for (const { 0: blob, index } of line.matchAll(ESCAPES)) {
    const text = Buffer.from(blob.replace(/\\x/gi, ''), 'hex').toString('latin1');
    if (/^[\w ./-]{5,}$/.test(text))
      hits.push({ rule: 'escaped-text', level: 'warn', why: 'Plain words are written as escapes.', index });
    look(text, index);
  }
  return hits;
}

/** Characters without width or that turn the direction of writing, and the tags that spell ASCII without being seen. */
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Cyrillic and Greek letters, and below each the Latin one that it looks like. */
const ALIKE = 'авсԁеһіјкмпорԛгѕтѵԝхуАВСЕНІЈКМОРЅТХУοΟν';
const LATIN = 'abcdehijkmnopqrstvwxyABCEHIJKMOPSTXYoOv';
const LOOK_ALIKES = new Map(Array.from(ALIKE, (letter, index) => [letter, LATIN.charAt(index)]));

const WORD = /[a-zа-яѐ-џԁ-ԝνο]{2,60}/giu;

export function fold(line: string): string {
  const seen = line.replace(UNSEEN, '').normalize('NFKC');
  return OTHER_SCRIPT.test(seen) ? seen.replace(WORD, (word) => (isMixed(word) ? latin(word) : word)) : seen;
}

const OTHER_SCRIPT = /[\u0370-\u052f]/;

function isMixed(word: string): boolean {
  return /[a-z]/i.test(word) && OTHER_SCRIPT.test(word) && /^[a-z]+$/i.test(latin(word));
}

function latin(word: string): string {
  return Array.from(word, (sign) => LOOK_ALIKES.get(sign) ?? sign).join('');
}

/** A word in which look-alikes stand among Latin letters; undefined when there is none. */
function mixedWord(line: string): string | undefined {
  for (const [word] of line.matchAll(WORD)) if (isMixed(word)) return word;
  return undefined;
}

const MAX_EXCERPT = 160;
const BEFORE = 40;

const SECRET =
  /\b(?:sk-[\w-]{8,}|gh[pousr]_\w{8,}|github_pat_\w{8,}|xox[abprs]-[\w-]{8,}|AKIA[A-Z0-9]{8,}|AIza[\w-]{10,}|eyJ[\w-]{10,}(?:\.[\w-]+){0,2}|bot\d{5,}:[\w-]{4,})/g;
const ASSIGNED =
  /\b((?:api[_-]?key|token|secret|passw(?:or)?d|authorization)["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer\s)?)([^\s"'<>${}]{6,})/gi;
const BLOB = /[A-Za-z0-9+/_-]{40,}/g;

/** The text around `index` on one line: secrets masked, and unseen characters shown by their numbers. */
export function excerptOf(text: string, index: number): string {
  const from = Math.max(0, index - BEFORE);
  const part = text.slice(from, from + MAX_EXCERPT * 3).replace(/\s+/g, ' ');
  return shorten(`${from > 0 ? '…' : ''}${masked(showUnseen(part))}`.trim(), MAX_EXCERPT);
}

function masked(text: string): string {
  return text
    .replace(SECRET, (secret) => `${secret.slice(0, 4)}…`)
    .replace(ASSIGNED, (_, name: string, value: string) => `${name}${value.slice(0, 2)}…`)
    .replace(BLOB, (blob) => `${blob.slice(0, 12)}…`);
}

function showUnseen(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, (sign) => {
    return `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
