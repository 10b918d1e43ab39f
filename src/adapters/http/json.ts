/** JSON that strangers send: what a lenient reader takes one way and another the other way is refused. */
import { CodaError } from '../../base/errors.ts';

/** Deeper than anything that coda is sent. */
const DEEPEST = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN, CLOSE, LIST, END_LIST, COLON] = [0x7b, 0x7d, 0x5b, 0x5d, 0x3a];

/** The value of UTF-8 JSON. Throws `HTTP_MALFORMED` for anything else, for depth, and for a key that stands there twice. */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  checkShape(text);
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The body is not JSON.');
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

/** One pass over the text, before anything recursive sees it. Text that is not JSON at all is left to the parser. */
function checkShape(text: string): void {
  /** For each open object the keys so far; for a list undefined. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) addKey(keys, text.slice(at, end + 1));
      at = end;
    } else if (code === OPEN || code === LIST) {
      if (open.length === DEEPEST) throw malformed(`The body is nested more than ${DEEPEST} levels deep.`);
      open.push(code === OPEN ? new Set() : undefined);
    } else if (code === CLOSE || code === END_LIST) open.pop();
  }
}

/** The offset of the quote that ends the text which begins at `from`. */
function endOfText(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === COLON;
}

function addKey(keys: Set<string>, quoted: string): void {
  const key = keyOf(quoted);
  if (keys.has(key)) throw malformed(`The key ${JSON.stringify(key.slice(0, 60))} stands in one object twice.`);
  // Own properties of that name confuse what merges objects.
  if (key === '__proto__') throw malformed('No key may be called __proto__.');
  keys.add(key);
}

function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    throw malformed('The body is not JSON.');
  }
}

function malformed(message: string): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send one JSON value as RFC 8259 has it.' });
}
