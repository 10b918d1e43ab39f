/** The kind of a file by its bytes. Names and declared types lie; they settle only what bytes leave open. */
import { decodeBytes, markOf, wideOf } from './encoding.js';
import { bareName, elementsOf, mainPartOf, xmlEvents } from './markup.js';
import { SOUNDS } from './sound-signatures.js';

const ascii = (bytes, from, to) => bytes.toString('latin1', from, to);

/** Signatures at the beginning, hex. */
const SIGNATURES = [
  ['ffd8ff', 'picture', 'a JPEG picture'],
  ['89504e470d0a1a0a', 'picture', 'a PNG picture'],
  ['47494638', 'picture', 'a GIF picture'],
  ['49492a00', 'picture', 'a TIFF picture'],
  ['4d4d002a', 'picture', 'a TIFF picture'],
  ['424d', 'picture', 'a BMP picture'],
  ['1a45dfa3', 'video', 'a Matroska or WebM video'],
  ['7f454c46', 'program', 'a program'],
  ['4d5a', 'program', 'a program'],
  ['cafebabe', 'program', 'a program'],
  ['cffaedfe', 'program', 'a program'],
  ['1f8b', 'archive', 'a gzip archive'],
  ['425a68', 'archive', 'a bzip2 archive'],
  ['fd377a585a00', 'archive', 'an xz archive'],
  ['377abcaf271c', 'archive', 'a 7-Zip archive'],
  ['526172211a07', 'archive', 'a RAR archive'],
  ['28b52ffd', 'archive', 'a Zstandard archive'],
  ['53514c69746520666f726d6174203300', 'data', 'an SQLite database'],
];

/** A zip, and one without entries. */
const ZIPS = ['504b0304', '504b0506'];

const BOXES = [
  [/^(?:heic|heix|hevc|heim|heis|mif1|msf1)/, 'heic', 'a HEIC photograph'],
  [/^avif/, 'picture', 'an AVIF picture'],
  [/^M4[AB]/, 'sound', 'an MPEG-4 recording'],
];

const CODE =
  /\.(?:js|mjs|cjs|ts|tsx|jsx|py|rb|go|rs|java|kt|c|h|cc|cpp|hpp|cs|swift|php|pl|lua|sh|bash|zsh|ps1|sql|r|scala|css|scss|json|jsonl|ya?ml|toml|ini|conf|cfg|env|xml|log|tex|diff|patch|dockerfile|makefile)$/i;

/** `{ kind, says }`: `kind` names a reader, or says why there is none. Zips are looked into by `ofZip`. */
export function kindOf(bytes, name, type) {
  const head = ascii(bytes, 0, 2_048);
  const hex = bytes.toString('hex', 0, 16);
  if (isPdf(bytes, head)) return { kind: 'pdf', says: 'a PDF' };
  if (ZIPS.includes(hex.slice(0, 8))) return { kind: 'zip', says: 'a zip archive' };
  if (hex.startsWith('d0cf11e0')) return ofCompound(bytes);
  if (head.startsWith('{\\rtf')) return { kind: 'rtf', says: 'a rich text document' };
  if (head.slice(4, 8) === 'ftyp') return ofBoxes(head.slice(8, 12));
  const sound = SOUNDS.find(([starts, at]) => head.startsWith(starts, at) && !isWord(starts, bytes));
  if (sound) return ofSound(sound, bytes);
  if (head.startsWith('RIFF')) return ofRiff(head.slice(8, 12));
  // A short signature may be the beginning of a text.
  const isShort = (signature) => signature.length <= 4 && isPlain(bytes);
  const signed = SIGNATURES.find(([signature]) => hex.startsWith(signature) && !isShort(signature));
  if (signed) return { kind: signed[1], says: signed[2] };
  return ofText(bytes, name, type);
}

/** Bytes in which the first object of a PDF begins, or the last one ends. */
const OBJECT_WITHIN = 65_536;

/** A note may begin with the same sign, and has no object. */
function isPdf(bytes, head) {
  const at = head.slice(0, 1_024).indexOf('%PDF-');
  if (at < 0) return false;
  if (!isPlain(bytes)) return true;
  return /\d\s+\d+\s+obj\b|startxref|%%EOF/.test(ascii(bytes, at, at + OBJECT_WITHIN));
}

function ofBoxes(brand) {
  const [, kind, says] = BOXES.find(([pattern]) => pattern.test(brand)) ?? ['', 'video', 'an MPEG-4 video'];
  return { kind, says };
}

function ofRiff(form) {
  if (form === 'WEBP') return { kind: 'picture', says: 'a WebP picture' };
  return { kind: 'video', says: 'an AVI video' };
}

/** Letters, and what is short, may stand at the beginning of a text. */
const isWord = (starts, bytes) => (starts.length <= 2 || /^[ -~]+$/.test(starts)) && isPlain(bytes);

/** The stream of pictures in Windows Media. */
const PICTURES = Buffer.from('c0ef19bc4d5bcf11a8fd00805f5c442b', 'hex');

function ofSound([, , extension, , says], bytes) {
  const isClip = extension === 'wma' && bytes.includes(PICTURES);
  return isClip ? { kind: 'video', says: 'a Windows Media video' } : { kind: 'sound', says };
}

const wide = (text) => Buffer.from(text, 'utf16le');

/** Office before 2007, and newer documents with a password: both are the same kind of container. */
function ofCompound(bytes) {
  const has = (name) => bytes.includes(wide(name));
  if (has('EncryptedPackage')) return { kind: 'encrypted', says: 'an Office document with a password' };
  if (has('WordDocument')) return { kind: 'old', says: 'a Word document of the old format (.doc)', to: 'docx' };
  if (has('Workbook') || has('Book'))
    return { kind: 'old', says: 'an Excel sheet of the old format (.xls)', to: 'xlsx' };
  if (has('PowerPoint Document'))
    return { kind: 'old', says: 'a PowerPoint presentation of the old format (.ppt)', to: 'pptx' };
  return has('__nameid_version1.0')
    ? { kind: 'unknown', says: 'an Outlook message (.msg)' }
    : { kind: 'unknown', says: 'a file of an unknown kind' };
}

/** Kinds of packages by the type of their main part, then by the part itself. */
const PACKAGES = [
  [/sheet\.binary/, 'xl/workbook.bin', 'unknown', 'a binary Excel sheet (.xlsb)'],
  [/wordprocessingml|ms-word/, 'word/document.xml', 'docx', 'a Word document'],
  [/spreadsheetml|ms-excel/, 'xl/workbook.xml', 'xlsx', 'an Excel sheet'],
  [/presentationml|ms-powerpoint/, 'ppt/presentation.xml', 'pptx', 'a PowerPoint presentation'],
  [/visio/, 'visio/document.xml', 'unknown', 'a Visio drawing'],
];
/** Archives that are known by a file in them. */
const MARKS = [
  [/^META-INF\/container\.xml$/, 'epub', 'an e-book'],
  [/^Index\/Tables\//, 'unknown', 'an Apple Numbers sheet (.numbers)'],
  [/^Index\/Slide/, 'unknown', 'an Apple Keynote presentation (.key)'],
  [/^Index\/Document\.iwa$/, 'unknown', 'an Apple Pages document (.pages)'],
];
/** By the name, where the content is the same. */
const APPLE = { numbers: 'Numbers sheet', pages: 'Pages document', key: 'Keynote presentation' };

const MIMETYPES = [
  [/opendocument\.text/, 'odt', 'an OpenDocument text'],
  [/opendocument\.spreadsheet/, 'ods', 'an OpenDocument sheet'],
  [/opendocument\.presentation/, 'odp', 'an OpenDocument presentation'],
  [/opendocument\.graphics/, 'odp', 'an OpenDocument drawing'],
  [/epub\+zip/, 'epub', 'an e-book'],
];

/** The kind of document that an archive is: by its parts; `name` only tells Apple's apart. */
export async function ofZip(zip, name = '') {
  const mimetype = zip.has('mimetype') ? (await zip.bytesOf('mimetype')).toString('latin1', 0, 200) : '';
  const [, kind, says] = MIMETYPES.find(([pattern]) => pattern.test(mimetype)) ?? [];
  if (kind !== undefined) return { kind, says };
  return (await ofPackage(zip)) ?? ofMarks(zip, name) ?? { kind: 'zip', says: 'a zip archive' };
}

async function ofPackage(zip) {
  const main = await mainPartOf(zip, '');
  const types = main === '' ? [] : await elementsOf(zip, '[Content_Types].xml', 'Override');
  const type =
    types.find(({ PartName = '' }) => PartName.slice(1).toLowerCase() === main.toLowerCase())?.ContentType ?? '';
  const [, , kind, says] =
    PACKAGES.find(([pattern]) => pattern.test(type)) ??
    PACKAGES.find(([, part]) => zip.has(part)) ??
    (await ofRoot(zip, main)) ??
    [];
  return kind === undefined ? undefined : { kind, says };
}

const ROOTS = { document: 1, workbook: 2, presentation: 3 };

/** By the first element of the main part, where nobody has said its type. */
async function ofRoot(zip, main) {
  if (main === '') return undefined;
  for await (const { open } of xmlEvents(zip.chunks(main)))
    if (open !== undefined) return PACKAGES[ROOTS[bareName(open)]];
  return undefined;
}

function ofMarks(zip, name) {
  const names = zip.names();
  const [, kind, says] = MARKS.find(([pattern]) => names.some((each) => pattern.test(each))) ?? [];
  const [, extension] = /\.(numbers|pages|key)$/i.exec(name.toLowerCase()) ?? [];
  const isApple =
    kind === 'unknown' || names.some((each) => /^(?:Index\.zip|index\.(?:xml|apxl)(?:\.gz)?)$/.test(each));
  if (extension && isApple) return { kind: 'unknown', says: `an Apple ${APPLE[extension]} (.${extension})` };
  return kind && { kind, says };
}

/** Documents of Office 2003 as one file of XML. */
const OFFICE_XML = [
  [
    /<(?:\w+:)?Workbook\s[^>]{0,500}urn:schemas-microsoft-com:office:spreadsheet/,
    'xml-sheet',
    'an Excel sheet of 2003 (XML)',
  ],
  [/progid="Excel\.Sheet"/, 'xml-sheet', 'an Excel sheet of 2003 (XML)'],
  [/progid="Word\.Document"|<w:wordDocument\s/, 'unknown', 'a Word document of 2003 (XML)'],
  [/<pkg:package\s/, 'unknown', 'an Office document in one file of XML'],
];

/** OpenDocument as one file of XML: programs declare forty namespaces before they say what it is. */
const FLAT = /<office:document\s[^>]{0,4000}office:mimetype="application\/vnd\.oasis\.([\w.]{1,40})/;

function ofFlat(text) {
  const [, type = ''] = FLAT.exec(text) ?? [];
  const [, kind, says] = MIMETYPES.find(([pattern]) => pattern.test(type)) ?? [];
  return kind && { kind, says };
}

function ofText(bytes, name, type) {
  const text = decodeText(bytes.subarray(0, 4_096), {}, { isCut: true });
  if (text === undefined) return isZeros(bytes) ? ZEROS : { kind: 'unknown', says: 'a file of an unknown kind' };
  const head = text.trimStart().slice(0, 2_000);
  if (head === '' && bytes.length <= 4_096) return { kind: 'blank', says: 'a blank file' };
  const office = OFFICE_XML.find(([pattern]) => pattern.test(head));
  if (office) return { kind: office[1], says: office[2] };
  const flat = ofFlat(text);
  if (flat) return flat;
  if (/^BEGIN:VCALENDAR/i.test(head)) return { kind: 'ics', says: 'a calendar' };
  if (/^BEGIN:VCARD/i.test(head)) return { kind: 'vcf', says: 'a card of contacts' };
  if (/^<(?:!doctype html|html|head|body)[\s>]/i.test(withoutComments(head)) || isHtml(name, type))
    return { kind: 'html', says: 'a web page' };
  if (isMail(head, name, type)) return { kind: 'eml', says: 'a mail' };
  if (/\.(?:csv|tsv)$/i.test(name) || /\bcsv\b|tab-separated/.test(type)) return { kind: 'csv', says: 'a table' };
  return { kind: 'text', says: CODE.test(name) ? 'a file of code or data' : 'a text' };
}

const ZEROS = { kind: 'blank', says: 'a file of zeros alone' };
const isZeros = (bytes) => bytes.every((byte) => byte === 0);

function withoutComments(head) {
  let rest = head.replace(/^<\?xml[^>]*>/, '').trimStart();
  while (rest.startsWith('<!--') && rest.includes('-->')) rest = rest.slice(rest.indexOf('-->') + 3).trimStart();
  return rest;
}

const isHtml = (name, type) => /\.x?html?$/i.test(name) || /^(?:text\/html|application\/xhtml)/.test(type);

function isMail(head, name, type) {
  if (/\.eml$/i.test(name) || type === 'message/rfc822') return true;
  const fields =
    head.match(/^(?:Received|Return-Path|Message-ID|MIME-Version|From|To|Date|Subject|Delivered-To):/gim) ?? [];
  return /^[\w-]+:\s/.test(head) && new Set(fields.map((field) => field.toLowerCase())).size >= 4;
}

const isPlain = (bytes) => decodeText(bytes.subarray(0, 4_096), {}, { isCut: true }) !== undefined;

/**
 * The text; undefined for bytes that are none. `about`: notes there that the letters are a guess. `known`: what is known of
 * their encoding.
 */
export function decodeText(bytes, about = {}, known = {}) {
  const isWide = (markOf(bytes) ?? wideOf(bytes) ?? '').startsWith('utf-16');
  if (!isWide && bytes.includes(0)) return undefined;
  const { text, isGuess } = decodeBytes(bytes, known);
  if (isGuess && isOdd(bytes)) return undefined;
  if (isGuess) about.guessed = true;
  return text;
}

/** Control characters do not stand in texts. */
function isOdd(bytes) {
  let odd = 0;
  const seen = Math.min(bytes.length, 4_096);
  for (let at = 0; at < seen; at++) {
    const byte = bytes[at];
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) odd++;
  }
  return odd > seen * 0.01;
}
