/** Bytes as text: the one place that decides which encoding a text of others has. */
import { TextDecoder } from 'node:util';

const WESTERN = 'windows-1252';
/** Bytes in which a file is looked at for what it says of itself. */
const HEAD = 4_096;

/** From byte a0 and 80. Two encodings that ICU has not, the second one of names in archives (DOS). */
const TABLES = {
  'iso-8859-16':
    '\u00a0ĄąŁ€„Š§š©Ș«Ź\u00adźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊËÌÍÎÏĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚßàáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ',
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
};

/** Code pages whose numbers are no label of the Encoding Standard. */
const CODE_PAGES = {
  437: 'cp437',
  866: 'ibm866',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20866: 'koi8-r',
  21866: 'koi8-u',
  54936: 'gb18030',
  65001: 'utf-8',
};

/**
 * The text of `bytes`, by the first that says it: a byte order mark, `declared` (a header, a field), the file itself, valid
 * UTF-8. Else it is a guess. `isPage`: a web page, which says it in a `meta`. `isCut`: the last character may be incomplete.
 *
 * @param {Uint8Array} bytes
 * @param {{ declared?: string | undefined, isPage?: boolean, isCut?: boolean }} [about]
 * @returns {{ text: string, isGuess: boolean }}
 */
export function decodeBytes(bytes, { declared, isPage = false, isCut = false } = {}) {
  const marked = markOf(bytes) ?? wideOf(bytes);
  if (marked) return { text: decodeAs(bytes, marked, isCut), isGuess: false };
  const utf8 = utf8Of(bytes, isCut);
  for (const label of [declared, labelIn(bytes, isPage)]) {
    const encoding = label && encodingOf(label);
    // Bytes that are called UTF-8 and are none are read as what they most likely are.
    if (!encoding || (encoding === 'utf-8' && utf8 === undefined)) continue;
    return {
      text: utf8 !== undefined && encoding === 'utf-8' ? utf8 : decodeAs(bytes, encoding, isCut),
      isGuess: false,
    };
  }
  if (utf8 === undefined) return { text: decodeAs(bytes, guessOf(bytes), isCut), isGuess: true };
  // Seven bits: valid UTF-8 as well, with escapes that no other text has.
  const isJapanese = utf8.includes('\u001b$B') || utf8.includes('\u001b$@');
  return isJapanese ? { text: decodeAs(bytes, 'iso-2022-jp', isCut), isGuess: true } : { text: utf8, isGuess: false };
}

/**
 * Encodings of texts that are hardly Latin, in the order in which they are tried: the share of their signs that is common in a real
 * text, and the least that it is. A wrong encoding makes other signs, or none.
 */
const SCRIPTS = [
  ['windows-1251', /[оеаинтсрвлкмдпуяіїє]/g, 0.65],
  ['koi8-r', /[оеаинтсрвлкмдпуяіїє]/g, 0.65],
  ['ibm866', /[оеаинтсрвлкмдпуяіїє]/g, 0.65],
  ['windows-1253', /[αοιετσνηυρπκλμςάέήίόύώ]/g, 0.8],
  ['windows-1255', /[א-ת]/g, 0.9],
  ['shift_jis', /[ぁ-んァ-ヶー、。]/g, 0.3],
  ['euc-jp', /[ぁ-んァ-ヶー、。]/g, 0.3],
  ['euc-kr', /[가-힣]/g, 0.9],
  [
    'gb18030',
    /[的一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里]/g,
    0.1,
  ],
  [
    'big5',
    /[的一是不了在有人我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡]/g,
    0.1,
  ],
];
/** Bytes of a text that are looked at for a guess, and the fewest beyond ASCII from which one is made. */
const GUESSED_FROM = 16_384;
const FEWEST = 8;

/** Western texts have fewer signs beyond ASCII than letters of it. */
function guessOf(bytes) {
  const sample = Buffer.from(bytes.subarray(0, GUESSED_FROM));
  const plain = sample.toString('latin1');
  const high = plain.match(/[\u0080-\u00ff]/g)?.length ?? 0;
  const letters = plain.match(/[a-z]/gi)?.length ?? 0;
  if (high < FEWEST || high <= letters) return WESTERN;
  const [encoding = WESTERN] = SCRIPTS.find(([name, common, least]) => shareOf(sample, name, common) >= least) ?? [];
  return encoding;
}

/** The share of common signs among those beyond ASCII; 0 where the bytes are not valid. */
function shareOf(sample, encoding, common) {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
    const signs = text.match(/\P{ASCII}/gu)?.length ?? 0;
    return (text.match(common)?.length ?? 0) / Math.max(1, signs);
  } catch {
    return 0;
  }
}

/**
 * The text of bytes whose encoding is settled, whatever they begin with; of Windows where nobody knows `label`.
 *
 * @param {Uint8Array} bytes
 * @param {string} label
 */
export const decodeIn = (bytes, label) => decodeAs(bytes, encodingOf(label) ?? WESTERN, false);

/**
 * Names of one archive that do not say how they are written: UTF-8 where all are valid, else the letters of DOS, in Japan, Russia or
 * China those of its machines.
 *
 * @param {readonly Uint8Array[]} names
 * @returns {string[]}
 */
export function decodeNames(names) {
  const texts = names.map((name) => utf8Of(name, false));
  if (texts.every((text) => text !== undefined)) return texts;
  const stems = names.filter((_, at) => texts[at] === undefined).map((name) => stemOf(Buffer.from(name)));
  const encoding = NAMES.find((each) => isWrittenIn(each, stems)) ?? 'cp437';
  return names.map((name, at) => texts[at] ?? decodeAs(name, encoding, false));
}

/** Encodings of names, with the signs that a name in it is made of. A western name has more letters of ASCII than others. */
const NAMES = ['ibm866', 'shift_jis', 'gb18030'];
const OWN_SIGNS = {
  ibm866: /[а-яё]/gi,
  shift_jis: /[ぁ-んァ-ヶー々〆一-龠（）]/g,
  gb18030: /[一-龥（）]/g,
};

const stemOf = (name) => name.subarray(0, name.includes(0x2e) ? name.lastIndexOf(0x2e) : name.length);

function isWrittenIn(encoding, stems) {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    const text = stems.map((stem) => decoder.decode(stem)).join('');
    const own = text.match(OWN_SIGNS[encoding])?.length ?? 0;
    const foreign = text.match(/[^\p{ASCII}]/gu)?.length ?? 0;
    return own >= foreign * 0.9 && own * 2 > (text.match(/[a-z]/gi)?.length ?? 0);
  } catch {
    return false;
  }
}

/**
 * The encoding that a label names; undefined for one that nobody knows.
 *
 * @param {string} label
 * @returns {string | undefined}
 */
function encodingOf(label) {
  const name = label.trim().toLowerCase();
  if (Object.hasOwn(TABLES, name) || name === 'x-user-defined') return name;
  const [, number = ''] = /^(?:cp|windows-|ms)(\d{3,5})$/.exec(name) ?? [];
  if (Object.hasOwn(CODE_PAGES, number)) return CODE_PAGES[number];
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}

/**
 * `decode` of Node 20 without `stream` takes another way for windows-1252 and reads it as Latin-1, without €, quotation marks and
 * dashes; with it each encoding is read by its own table.
 */
function decodeAs(bytes, encoding, isCut) {
  if (encoding in TABLES || encoding === 'x-user-defined') return decodeByTable(bytes, TABLES[encoding]);
  const decoder = new TextDecoder(encoding);
  const text = decoder.decode(bytes, { stream: true });
  return isCut ? text : text + decoder.decode();
}

/**
 * Signs of windows-1252 in a text that a library has decoded on Node 20, where they came out as control characters.
 *
 * @param {string} text
 */
export const repairWestern = (text) =>
  text.replace(/[\u0080-\u009f]+/g, (signs) => decodeAs(Buffer.from(signs, 'latin1'), WESTERN, true));

/** Without a table: bytes that are no ASCII stand in the private area (Encoding Standard, 14.5). */
function decodeByTable(bytes, table) {
  const first = table === undefined ? 128 : 256 - table.length;
  const plain = Buffer.from(bytes).toString('latin1');
  return plain.replace(/[\u0080-\u00ff]/g, (sign) => {
    const code = sign.charCodeAt(0);
    if (table === undefined) return String.fromCharCode(0xf700 + code);
    return code < first ? sign : table[code - first];
  });
}

/**
 * The encoding of a byte order mark.
 *
 * @param {Uint8Array} bytes
 */
export function markOf([a, b, c]) {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

/**
 * UTF-16 without a mark: Latin text has a zero in every other byte.
 *
 * @param {Uint8Array} bytes
 */
export function wideOf(bytes) {
  const zeros = [0, 0];
  const seen = Math.min(bytes.length, 1_024);
  for (let at = 0; at < seen; at++) if (bytes[at] === 0) zeros[at % 2]++;
  const most = seen / 2;
  if (zeros[1] > most * 0.7 && zeros[0] < most * 0.1) return 'utf-16le';
  return zeros[0] > most * 0.7 && zeros[1] < most * 0.1 ? 'utf-16be' : undefined;
}

function utf8Of(bytes, isCut) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

/** The label that a page or XML gives itself. UTF-16 it cannot be: the words could not be read then. */
function labelIn(bytes, isPage) {
  const head = Buffer.from(bytes.subarray(0, HEAD)).toString('latin1');
  const label =
    (isPage ? /<meta[^<>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(head)?.[1] : undefined) ??
    /^\s*<\?xml[^>]+?encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label;
}

/**
 * The `charset` of a content type.
 *
 * @param {string} type
 */
export const charsetIn = (type) => /charset\s*=\s*["']?([\w:.-]+)/i.exec(type)?.[1];
