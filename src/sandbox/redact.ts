/** Hides secrets in what a program writes, also where it encodes them. */

const HIDDEN = Buffer.from('[REDACTED]');

/** Encoded forms of a shorter value would be found in texts that have nothing to do with it. */
const SHORTEST_ENCODED = 4;

/** What is looked for, made once for many streams. */
export interface Hidden {
  /** Undefined: nothing is hidden. */
  pattern: RegExp | undefined;
  /** Bytes of what it finds at most. */
  longest: number;
}

/** Empty values hide nothing. */
export function hiddenIn(secrets: readonly string[]): Hidden {
  const forms = secrets.filter((secret) => secret !== '').flatMap(formsOf);
  // The longest first, so that the whole of a value is hidden and not a shorter one inside it.
  forms.sort((a, b) => b.longest - a.longest);
  const patterns = new Set(forms.map(({ pattern }) => pattern));
  return {
    pattern: forms.length > 0 ? new RegExp([...patterns].join('|'), 'gi') : undefined,
    longest: forms[0]?.longest ?? 0,
  };
}

/** A stream's redactor: hand every chunk to `push`, and what `end` gives behind the last. */
export class Redactor {
  private readonly hidden: Hidden;
  private pending = '';

  constructor(hidden: Hidden) {
    this.hidden = hidden;
  }

  /** What is certain by now: the rest may be the beginning of a secret. */
  push(chunk: Uint8Array): Buffer {
    this.pending += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    return this.take(Math.max(this.pending.length - this.hidden.longest + 1, 0));
  }

  end(): Buffer {
    return this.take(this.pending.length);
  }

  /** Takes what begins before `end`, and all of a secret that begins there. */
  private take(end: number): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    for (const { 0: found, index } of this.hidden.pattern ? this.pending.matchAll(this.hidden.pattern) : []) {
      if (index >= end) break;
      parts.push(Buffer.from(this.pending.slice(at, index), 'latin1'), HIDDEN);
      at = index + found.length;
    }
    const until = Math.max(at, end);
    parts.push(Buffer.from(this.pending.slice(at, until), 'latin1'));
    this.pending = this.pending.slice(until);
    return Buffer.concat(parts);
  }
}

/** A whole text at once: a file's name, an error. */
export function redact(text: string, hidden: Hidden): string {
  const redactor = new Redactor(hidden);
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString();
}

/** What a program may put between the pieces of a value, or before each: separators, and marks of numbers. */
const SEPARATORS = [...' \t\r\n\0,.:;|_-/+*=~\'"[](){}<>'];
const MARKS = ['0x', '0o', '0b', '\\x', '\\u00', '\\u{', '\\U000000', '\\', '%', '&#x', '&#', 'U+00', 'chr('];
const MOST_BETWEEN = 4;
/** Of a longer value only the plain forms are looked for with something in between: a pattern of it would be too large. */
const LONGEST_SPREAD = 256;

interface Form {
  pattern: string;
  /** Bytes of what it finds at most. */
  longest: number;
}

/** The value and its encodings, as bytes written in latin1. Letters of either case are the same. */
function formsOf(secret: string): Form[] {
  const bytes = Buffer.from(secret);
  const plain = bytes.toString('latin1');
  if (bytes.length < SHORTEST_ENCODED) return [literal(plain)];
  const texts = [
    ...variantsOf(bytes),
    ...textFormsOf(secret),
    // What was encoded twice.
    ...base64(Buffer.from(bytes.toString('base64'))),
    ...base64(Buffer.from(bytes.toString('hex'))),
    ...base64(Buffer.from(reversed(bytes))),
    Buffer.from(bytes.toString('base64')).toString('hex'),
  ];
  const whole = [plain, ...texts.map((text) => Buffer.from(text).toString('latin1'))].map(literal);
  if (bytes.length > LONGEST_SPREAD) return whole;
  const chars = [...secret].map((char) => Buffer.from(char).toString('latin1'));
  const numbers = ([radix, width]: readonly [number, number]) =>
    [...bytes].map((byte) => byte.toString(radix).padStart(width, '0'));
  return [
    ...whole,
    spread(chars),
    spread([...chars].reverse()),
    ...base64(bytes).map((text) => spread([...text])),
    ...(
      [
        [16, 2],
        [10, 1],
        [10, 3],
        [8, 1],
        [8, 3],
        [2, 8],
      ] as const
    ).map((kind) => spread(numbers(kind), MARKS)),
    spread(numbers([16, 2]).reverse(), MARKS),
  ];
}

/** The bytes in other alphabets. */
function variantsOf(bytes: Buffer): string[] {
  const utf16 = Buffer.from(bytes.toString(), 'utf16le');
  return [
    reversed(bytes),
    ...base64(bytes),
    ...base64(utf16),
    [...bytes.toString('base64').replace(/=+$/, '')].reverse().join(''),
    ...[0, 1, 2, 3, 4].map((offset) => base32(bytes, offset)),
    base85(bytes, '!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu'),
    base85(bytes, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'),
    bytes.toString('hex'),
    utf16.toString('hex'),
    utf16.toString('latin1'),
    utf16.swap16().toString('latin1'),
    bytes.toString('latin1').replace(/[a-z]/gi, rot13),
  ];
}

/** As programs and formats write a text. */
function textFormsOf(secret: string): string[] {
  const units = Array.from({ length: secret.length }, (_, index) =>
    secret.charCodeAt(index).toString(16).padStart(4, '0'),
  );
  const json = JSON.stringify(secret).slice(1, -1);
  // As Python's json writes it.
  const ascii = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const text = Buffer.from(secret).toString();
  const url = encodeURIComponent(text);
  const html = secret.replace(/[&<>"']/g, (char) => HTML[char] ?? char);
  return [
    [...secret].reverse().join(''),
    url,
    url.replaceAll('%20', '+'),
    // As Python's quote and a browser's path write it.
    url.replaceAll('%2F', '/'),
    encodeURI(text),
    encodeURIComponent(url),
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    ascii,
    ascii.replaceAll('/', '\\/'),
    units.map((unit) => `\\u${unit}`).join(''),
    html,
    html.replaceAll('&#39;', '&#x27;'),
    [...secret].map((char) => `&#${char.codePointAt(0)};`).join(''),
  ];
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const reversed = (bytes: Buffer) => Buffer.from(bytes).reverse().toString('latin1');

const rot13 = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + (letter.toLowerCase() < 'n' ? 13 : -13));

const literal = (text: string): Form => ({ pattern: escaped(text), longest: text.length });

/**
 * The pieces with up to a few separators between them. None of these is a character of a piece: so there is one way to
 * read a text, and no text takes long.
 */
function spread(pieces: readonly string[], marks: readonly string[] = []): Form {
  const own = new Set(pieces.join(''));
  const single = SEPARATORS.filter((char) => !own.has(char)).map(escaped);
  const between = `(?:${[...marks.map(escaped), `[${single.join('')}]`].join('|')}){0,${MOST_BETWEEN}}`;
  const widest = Math.max(1, ...marks.map(({ length }) => length)) * MOST_BETWEEN;
  const longest = pieces.reduce((sum, { length }) => sum + length, 0) + (pieces.length - 1) * widest;
  return { pattern: pieces.map(escaped).join(between), longest };
}

/**
 * What base64 makes of the bytes behind 0, 1 and 2 others, without the characters that those beside it have a share in;
 * in both alphabets.
 */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = whole.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Buffer, offset: number): string {
  const bits = [...Buffer.concat([Buffer.alloc(offset), bytes])]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const groups = (bits.match(/.{5}/g) ?? []).map((group) => BASE32[Number.parseInt(group, 2)]);
  return groups.slice(Math.ceil((offset * 8) / 5)).join('');
}

/** Of whole groups of four bytes from the value's beginning on. */
function base85(bytes: Buffer, alphabet: string): string {
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let number = bytes.readUInt32BE(at);
    let group = '';
    for (let digit = 0; digit < 5; digit++) {
      group = alphabet[number % 85] + group;
      number = Math.floor(number / 85);
    }
    text += group;
  }
  return text;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
