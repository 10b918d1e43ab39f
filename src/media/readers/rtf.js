/** Rich text (RTF 1.9): words of its groups, without what they do not show. */
import { decodeIn } from './encoding.js';

const SKIPPED = new Set(
  'fonttbl colortbl stylesheet info pict object themedata colorschememapping latentstyles datastore listtable listoverridetable rsidtbl generator xmlnstbl fldinst mmathPr filetbl revtbl pgptbl header footer headerl headerr headerf footerl footerr footerf bkmkstart bkmkend'.split(
    ' ',
  ),
);
const WITHIN = { footnote: 'footnote', annotation: 'comment' };
const BREAKS = { par: '\n', sect: '\n', page: '\n', line: '\n', row: '\n', tab: '\t', cell: ' | ' };
const SIGNS = {
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
  emspace: ' ',
  enspace: ' ',
};
const DEEPEST = 500;
/** Encodings by the numbers of `fcharset`; a font of another number is in the document's own. */
const CHARSETS = {
  77: 'macintosh',
  128: 'shift_jis',
  129: 'euc-kr',
  134: 'gbk',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
  255: 'cp437',
};

const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}]+)/gi;

export function* readRtf(bytes) {
  const source = bytes.toString('latin1');
  const reader = new Reader(colorsIn(source));
  for (const match of source.matchAll(TOKEN)) {
    reader.hear(match);
    if (reader.blocks.length > 0) yield* reader.take();
  }
  reader.endParagraph();
  yield* reader.take();
}

/** Numbers of the colours that are white. */
function colorsIn(source) {
  const from = source.indexOf('{\\colortbl');
  const table = from < 0 ? '' : source.slice(from + 10, source.indexOf('}', from));
  const colors = table.split(';').map((color) => /\\red255\\green255\\blue255/.test(color.replace(/\s/g, '')));
  return new Set(colors.flatMap((isWhite, index) => (isWhite ? [index] : [])));
}

/** A row ends with the border of its last cell. */
function withoutBars(text) {
  let rest = text.trim();
  while (rest.endsWith('|')) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

class Reader {
  blocks = [];
  count = 0;
  texts = new Map();
  stack = [];
  state = { skips: false, aside: undefined, skipBytes: 1, within: undefined, font: 0 };
  toSkip = 0;
  isMarked = false;
  pending = [];
  encoding = 'windows-1252';
  /** Encodings of fonts by their numbers. */
  fonts = new Map();

  constructor(white) {
    this.white = white;
  }

  take() {
    const { blocks } = this;
    this.blocks = [];
    return blocks;
  }

  hear([, word, number, hex, sign, brace, text]) {
    if (hex === undefined) this.endBytes();
    if (brace === '{') {
      if (this.stack.length > DEEPEST) return;
      this.stack.push({ ...this.state });
    } else if (brace === '}') this.endGroup();
    else if (hex !== undefined) this.addByte(Number.parseInt(hex, 16));
    else if (sign !== undefined) this.addSign(sign);
    else if (text !== undefined) this.say(text.replace(/[\r\n]/g, ''));
    else if (word !== undefined) this.control(word, number === undefined ? undefined : Number(number));
    this.isMarked = sign === '*';
  }

  endGroup() {
    const { within } = this.state;
    this.state = this.stack.pop() ?? this.state;
    if (within && within !== this.state.within) {
      const text = this.texts.get(within) ?? '';
      this.texts.delete(within);
      this.blocks.push({ text, place: within, ...(within === 'comment' && { aside: 'comment' }) });
    }
  }

  addSign(sign) {
    if (sign === '~') this.say('\u00a0');
    else if (sign === '_') this.say('-');
    else if ('\\{}'.includes(sign)) this.say(sign);
    else if (sign === '\n' || sign === '\r') this.endParagraph();
  }

  addByte(byte) {
    if (this.toSkip > 0) this.toSkip--;
    else this.pending.push(byte);
  }

  endBytes() {
    if (this.pending.length === 0) return;
    const text = decodeIn(Uint8Array.from(this.pending), this.fonts.get(this.state.font) ?? this.encoding);
    this.pending = [];
    this.put(text);
  }

  say(text) {
    const skipped = Math.min(this.toSkip, text.length);
    this.toSkip -= skipped;
    this.put(text.slice(skipped));
  }

  put(text) {
    const { skips, aside, within } = this.state;
    if (skips || text === '') return;
    const key = within ?? aside ?? '';
    this.texts.set(key, (this.texts.get(key) ?? '') + text);
  }

  control(word, number) {
    const { state } = this;
    if (SKIPPED.has(word) || (this.isMarked && !(word in WITHIN))) state.skips = true;
    else if (word in WITHIN) state.within = WITHIN[word];
    else if (word === 'u' && number !== undefined) {
      this.put(String.fromCharCode(number < 0 ? number + 65_536 : number));
      this.toSkip = state.skipBytes;
    } else if (word === 'uc') state.skipBytes = Math.min(number ?? 1, 10);
    else if (word === 'ansicpg') this.encoding = `windows-${number}`;
    else if (word === 'f') state.font = number ?? 0;
    else if (word === 'fcharset') this.fonts.set(state.font, CHARSETS[number]);
    else if (word === 'deleted') state.aside = number === 0 ? undefined : 'deleted';
    else if (word === 'v') state.aside = number === 0 ? undefined : 'hidden text';
    else if (word === 'cf') state.aside = this.white.has(number ?? 0) ? 'white text' : undefined;
    else if (word === 'plain') state.aside = undefined;
    else if (word in SIGNS) this.put(SIGNS[word]);
    else if (word in BREAKS) this.breakAt(BREAKS[word]);
    else if (word === 'bin') this.toSkip = Math.max(0, number ?? 0);
  }

  breakAt(sign) {
    if (this.state.skips) return;
    if (sign === '\n' && this.state.within === undefined) this.endParagraph();
    else this.put(sign);
  }

  endParagraph() {
    this.endBytes();
    for (const [key, text] of this.texts) {
      if (Object.values(WITHIN).includes(key)) continue;
      const shown = withoutBars(text);
      if (shown === '') continue;
      if (key === '') this.count++;
      const place = { unit: 'paragraphs', from: Math.max(this.count, 1) };
      this.blocks.push({ text: shown, place, ...(key !== '' && { aside: key }) });
    }
    for (const key of [...this.texts.keys()]) if (!Object.values(WITHIN).includes(key)) this.texts.delete(key);
  }
}
