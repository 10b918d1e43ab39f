/**
 * Text of a file as the rules see it: hidden characters, look-alike letters and encoded commands; excerpts; passages; and
 * dangerous text that is only mentioned.
 */
import { shorten } from '../../base/text.ts';
import type { Hit } from './commands.ts';
import type { Passage, PassageKind } from './finding.ts';

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

export function findEncoded(line: string): Hit[] {
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

const ALIKE = 'авсԁеһіјкмпорԛгѕтѵԝхуАВСЕНІЈКМОРЅТХУοΟν';
const LATIN = 'abcdehijkmnopqrstvwxyABCEHIJKMOPSTXYoOv';
const LOOK_ALIKES = new Map(Array.from(ALIKE, (letter, index) => [letter, LATIN.charAt(index)]));

const WORD = /[a-zа-яѐ-џԁ-ԝνο]{2,60}/giu;

function fold(line: string): string {
  const plainLine = line.replace(UNSEEN, '').normalize('NFKC');
  return OTHER_SCRIPT.test(plainLine)
    ? plainLine.replace(WORD, (word) => (isMixed(word) ? latin(word) : word))
    : plainLine;
}

const OTHER_SCRIPT = /[\u0370-\u052f]/;

function isMixed(word: string): boolean {
  return /[a-z]/i.test(word) && OTHER_SCRIPT.test(word) && /^[a-z]+$/i.test(latin(word));
}

function latin(word: string): string {
  return Array.from(word, (sign) => LOOK_ALIKES.get(sign) ?? sign).join('');
}

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

export function excerptOf(text: string, index: number): string {
  const from = Math.max(0, index - BEFORE);
  const part = text.slice(from, from + MAX_EXCERPT * 3).replace(/\s+/g, ' ');
  return shorten(`${from > 0 ? '…' : ''}${maskSecrets(showUnseen(part))}`.trim(), MAX_EXCERPT);
}

function maskSecrets(text: string): string {
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

// Splits a file into passages: paragraphs, commands, comments, frontmatter lines.

/** Length of a passage: bounds the work of each pattern. */
const MAX_PASSAGE = 1_500;
const OVERLAP = 200;
const BLOCK_LINES = 12;

const FENCE = /^\s{0,12}(?:>\s?)?(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}#{1,6}\s/;
const ITEM = /^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s/;
const HIDDEN_REFERENCE = /^\s{0,3}\[(?:\/\/|comment)\]:\s/i;

/** The passages of a file. `isMarkdown`: prose with code in fences; else all of it is code that is run. */
export function* passagesOf(text: string, isMarkdown: boolean): Generator<Passage> {
  const lines = text.split(/\r\n|\n|\r|\u2028|\u2029/).map(fold);
  if (isMarkdown) yield* markdown(lines);
  else yield* commands(lines, 1, { isScript: true });
  // Multi-step patterns are looked for in prose, in fences and across both.
  for (let at = 0; at < lines.length; at += BLOCK_LINES / 2) {
    yield* joinPassages(lines.slice(at, at + BLOCK_LINES), at + 1, 'code', { block: true, isScript: true });
  }
}

function* markdown(lines: readonly string[]): Generator<Passage> {
  let intro = '';
  let at = 0;
  if (lines[0]?.trim() === '---') {
    const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
    for (let line = 1; line < end; line++) yield* joinPassages(lines.slice(line, line + 1), line + 1, 'head');
    at = end > 0 ? end + 1 : 0;
  }
  while (at < lines.length) {
    const line = lines[at] as string;
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      const end = fenceEnd(lines, at + 1, fence);
      yield* commands(lines.slice(at + 1, end), at + 2, { intro });
      at = end + 1;
    } else if (opensComment(line)) {
      const end = endOf(lines, at, (text) => text.includes('-->'));
      yield* joinPassages(lines.slice(at, end), at + 1, 'comment');
      at = end;
    } else if (line.trim() === '') {
      at += 1;
    } else {
      const end = HEADING.test(line) ? at + 1 : paragraphEnd(lines, at);
      const own = lines.slice(at, end);
      const isItem = ITEM.test(line) || line.trimStart().startsWith('|');
      yield* joinPassages(own, at + 1, HIDDEN_REFERENCE.test(line) ? 'comment' : 'prose', isItem ? { intro } : {});
      // A list goes on with what introduced it; any other paragraph introduces what follows.
      if (!isItem) intro = HEADING.test(line) ? '' : own.join(' ').trim();
      at = end;
    }
  }
}

const opensComment = (line: string): boolean => line.replace(/`[^`]{1,200}`/g, '').includes('<!--');

function paragraphEnd(lines: readonly string[], start: number): number {
  const starts = (line: string) => ITEM.test(line) || HEADING.test(line) || FENCE.test(line) || opensComment(line);
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.trim() === '' || starts(line) || line.trimStart().startsWith('|')) return at;
  }
  return lines.length;
}

function fenceEnd(lines: readonly string[], start: number, fence: string): number {
  for (let at = start; at < lines.length; at++) {
    const mark = FENCE.exec(lines[at] as string)?.[1];
    if (mark?.startsWith(fence) && (lines[at] as string).trim().replace(/^>\s?/, '') === mark) return at;
  }
  return lines.length;
}

function endOf(lines: readonly string[], start: number, ends: (line: string) => boolean): number {
  for (let at = start; at < lines.length; at++) if (ends(lines[at] as string)) return at + 1;
  return lines.length;
}

function* commands(lines: readonly string[], first: number, around: PassageContext): Generator<Passage> {
  let start = 0;
  for (let at = 0; at < lines.length; at++) {
    if (/\\\s*$/.test(lines[at] as string) && at + 1 < lines.length && at - start < BLOCK_LINES) continue;
    const own = lines.slice(start, at + 1).map((line) => line.replace(/\\\s*$/, ''));
    const label = lines[start - 1] ?? '';
    if (own.some((line) => line.trim() !== '')) yield* joinPassages(own, first + start, 'code', { ...around, label });
    start = at + 1;
  }
}

type PassageContext = Partial<Pick<Passage, 'intro' | 'label' | 'isScript' | 'block'>>;

function* joinPassages(
  lines: readonly string[],
  first: number,
  kind: PassageKind,
  around: PassageContext = {},
): Generator<Passage> {
  const { intro = '', label = '', isScript = false, block = false } = around;
  const text = lines.map((line) => line.trim()).join(block ? '\n' : ' ');
  const starts: number[] = [];
  let length = 0;
  for (const line of lines) {
    starts.push(length);
    length += line.trim().length + 1;
  }
  // Parts overlap, so that nothing is hidden by where the cut falls.
  for (let from = 0; from === 0 || from < text.length; from += MAX_PASSAGE - OVERLAP) {
    const lineAt = (index: number) =>
      first +
      Math.max(
        0,
        starts.findLastIndex((start) => start <= from + index),
      );
    yield { kind, text: text.slice(from, from + MAX_PASSAGE), line: lineAt(0), lineAt, intro, label, isScript, block };
    if (from + MAX_PASSAGE >= text.length) return;
  }
}

// Dangerous text that is only mentioned: prohibitions and searches.

const ACT =
  '(?:run|ran|runs|use|uses|pipe|pipes|execute|executes|paste|type|allow|install|follow|obey|accept|trust|write|commit|copy|send)';
const NEGATED = String.raw`(?:never|do not|don['’]t|must not|should not|(?:nobody|no one)(?:\s(?:may|must|should))?)\s(?:ever\s)?${ACT}`;
const SUBJECT = String.raw`(?:^|\b(?:it|hook|rule|filter|guard|policy|scanner|linter|agent|must|should|will)\s)`;
const REFUSED = `${SUBJECT}(?:refuses?|rejects?|blocks?|denies|deny|forbids?|prohibits?|disallows?)`;
const SOUGHT = String.raw`(?:${SUBJECT}(?:detects?|flags?|reports?)|\b(?:look|search|scan|watch|hunt)(?:s|es|ing)?\sfor)`;
const KIND = '(?:such as|like|including|phrases?|patterns?|strings?|attempts?|payloads?)';
/** An order, or a condition under which the prohibition does not hold. */
const TAKES_BACK =
  /\b(?:run|execute|paste|install|type|use|apply|obey|follow|perform|start|do|try|enter|open|always|must|first|then|now|until|unless|except|without|before|after|but|instead|only|other|else|otherwise|anyway|again|with|using|via|by|as|when|if|because|skip|forget|fail|miss|stop|ignore)\b/i;
const WORDS = String.raw`(?:\s[\w'’-]{1,30}){0,8}`;
const LISTED = String.raw`(?:\s?[,¤]|\s(?:and|or)(?=\s|$))*\s?`;
const OBJECT = new RegExp(
  `^(.*?)(?:\\b${NEGATED}|${REFUSED})(${WORDS})${LISTED}$|^(.*?)${SOUGHT}(${WORDS}\\s${KIND})${LISTED}$`,
  'i',
);
/** An order that refers to what stands elsewhere: it makes a prohibition void wherever that stands. */
const REFERS =
  /\b(?:run|execute|paste|use|apply|perform|type|enter|start|do|follow|obey|carry out|try|act on|comply with)\b\s(?:it|this|that|them|these|those|anyway)\b|\b(?:run|execute|paste|use|apply|perform|type|enter|start|do|follow|obey|carry out|try|act on|comply with)\b[^.\n]{0,60}\b(?:above|below|marked|labell?ed|quoted|anti-?patterns?|(?:bad|wrong|unsafe|forbidden|first|second|last|previous|next)\s(?:\w{1,12}\s)?(?:examples?|commands?|blocks?|lines?|snippets?|phrases?|steps?))\b/i;
const NEGATED_ORDER = /\b(?:never|do not|don['’]t|must not|should not|nobody|no one)\s(?:ever\s)?\w{1,12}/gi;
const BAD_LABEL =
  /^\s{0,40}(?:#|\/\/|--)\s?(?:❌\s?)?(?:BAD|WRONG|INSECURE|UNSAFE|NEVER|DO NOT RUN|DON['’]T)\b[^a-z0-9]*$/i;
const QUOTED = /`[^`\n]{1,600}`|"[^"\n]{1,600}"|“[^“”\n]{1,600}”/g;

export function ordersByReference(text: string): boolean {
  return REFERS.test(text.replace(QUOTED, ' ').replace(NEGATED_ORDER, ' '));
}

/**
 * True if a dangerous text is only mentioned. Whoever wrote it wrote the words around it too, so that a label
 * ("example", "security", a heading, a quotation) counts for nothing. One thing counts: a prohibition or a search whose
 * grammatical object is exactly what was found, in the same sentence or in the sentence that introduces the list, table
 * or fence, and nothing that takes it back. A model that obeys such a text does not do what it shows.
 */
export function isMentioned({ text, kind, intro, label, isScript }: Passage, index: number): boolean {
  if (isScript || kind === 'comment') return false;
  if (kind === 'code') return forbids(intro) && BAD_LABEL.test(label);
  return forbids(intro) ? isWholeItem(text, index) : isQuoted(text, index) && forbids(text);
}

function forbids(text: string): boolean {
  const bare = text.replace(QUOTED, '¤').replace(/[:.]\s*$/, '');
  return bare !== '' && bare.split(/[.!?]\s/).every(isGoverned);
}

function isGoverned(sentence: string): boolean {
  const [, before = '', words = '', beforeSought, sought] = OBJECT.exec(sentence.trim()) ?? ['', 'do'];
  return !TAKES_BACK.test(beforeSought ?? before) && !TAKES_BACK.test((sought ?? words).replace(/\b(?:such )?as$/, ''));
}

function isQuoted(text: string, index: number): boolean {
  return Array.from(text.matchAll(QUOTED)).some((one) => one.index <= index && index < one.index + one[0].length);
}

function isWholeItem(text: string, index: number): boolean {
  const start = text.startsWith('|') ? text.lastIndexOf('|', index) + 1 : 0;
  const end = text.startsWith('|') ? text.indexOf('|', index) : text.length;
  const item = text.slice(start, end < 0 ? text.length : end).replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s/, '');
  const bare = item.replace(QUOTED, '¤').trim();
  if (bare.includes('¤')) return bare === '¤';
  return /^[\s*+-]*$/.test(text.slice(start, index)) && !/\b(?:unless|except|until|but|then)\b/i.test(bare);
}
