/** Encodings that a program may apply to a value before it writes it. All texts are bytes written in latin1. */

/** Separators that may stand between the pieces of a value. */
export type Spread = 'characters' | 'hex' | 'digits';

/** Encoded forms of a shorter value would be found in texts that have nothing to do with it. */
const SHORTEST_ENCODED = 4;
/** A longer value is looked for in its plain forms only, with separators in between: each further form costs memory. */
const LONGEST_SPREAD = 4096;

/** The value and its encodings, each in one piece. */
export function wholeForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = bytes.toString('latin1');
  if (bytes.length < SHORTEST_ENCODED) return [plain];
  const texts = [
    ...variantsOf(bytes),
    ...textFormsOf(secret),
    // Values that were encoded twice.
    ...base64(Buffer.from(bytes.toString('base64'))),
    ...base64(Buffer.from(bytes.toString('hex'))),
    ...base64(Buffer.from(reversed(bytes))),
    Buffer.from(bytes.toString('base64')).toString('hex'),
  ];
  return [plain, ...texts.map((text) => Buffer.from(text).toString('latin1'))];
}

/** The forms whose characters are looked for with something in between as well. */
export function spreadForms(secret: string): { text: string; spread: Spread }[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST_ENCODED || bytes.length > LONGEST_SPREAD) return [];
  const numbers = (radix: number, width: number) => [...bytes].map((byte) => byte.toString(radix).padStart(width, '0'));
  const as = (spread: Spread, texts: readonly string[]) => texts.map((text) => ({ text, spread }));
  const backwards = [...secret].reverse().join('');
  return [
    ...as('characters', [bytes.toString('latin1'), Buffer.from(backwards).toString('latin1'), ...base64(bytes)]),
    ...as('hex', [numbers(16, 2).join(''), numbers(16, 2).reverse().join('')]),
    ...as(
      'digits',
      [numbers(10, 1), numbers(10, 3), numbers(8, 1), numbers(8, 3), numbers(2, 8)].map((all) => all.join('')),
    ),
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

/**
 * The base64 of the bytes behind 0, 1 and 2 others, without the characters that those beside it have a share in; in
 * both alphabets.
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

/** Encodes whole groups of four bytes from the value's beginning. */
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
