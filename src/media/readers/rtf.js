/** Rich text (RTF 1.9): words of its groups, without what they do not show. */
import { asideOfColors, WHITE } from './colors.js';
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

/** Colours by their numbers; undefined for the one that a reader's own program has. */
function colorsIn(source) {
  const from = source.indexOf('{\\colortbl');
  const table = from < 0 ? '' : source.slice(from + 10, source.indexOf('}', from));
  return table.split(';').map((color) => {
    const part = (name) => new RegExp(`\\\\${name}(\\d{1,3})`).exec(color)?.[1];
    const parts = [part('red'), part('green'), part('blue')];
    return parts.every((each) => each === undefined) ? undefined : parts.map((each) => Number(each ?? 0));
  });
}

/** Words that give the ground of letters, of a paragraph, of the next cell of a row. */
const GROUNDS = { highlight: 'letters', cb: 'letters', chcbpat: 'letters', cbpat: 'paragraph' };

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
  state = {
    skips: false,
    aside: undefined,
    skipBytes: 1,
    within: undefined,
    font: 0,
    color: 0,
    letters: 0,
    paragraph: 0,
  };
  /** Colours of the cells of the row that is open, and the number of the cell. */
  cells = [];
  cell = 0;
  cellGround = 0;
  toSkip = 0;
  isMarked = false;
  pending = [];
  encoding = 'windows-1252';
  /** Encodings of fonts by their numbers. */
  fonts = new Map();

  constructor(colors) {
    this.colors = colors;
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
    const key = within ?? aside ?? this.unseen() ?? '';
    this.texts.set(key, (this.texts.get(key) ?? '') + text);
  }

  /** Number 0 is no colour: what is below is seen. */
  unseen() {
    const { color, letters, paragraph, isCell } = this.state;
    const cell = isCell ? this.cells[this.cell] : undefined;
    const ground = [letters, paragraph, cell].find((number) => number > 0);
    return asideOfColors(this.colors[color], ground === undefined ? WHITE : this.colors[ground]);
  }

  controlCell(word, number) {
    if (word === 'trowd') [this.cells, this.cell, this.cellGround] = [[], 0, 0];
    else if (word === 'clcbpat') this.cellGround = number ?? 0;
    else if (word === 'cellx') [this.cellGround] = [0, this.cells.push(this.cellGround)];
    else if (word === 'cell') this.cell++;
    else if (word === 'row') this.cell = 0;
  }

  control(word, number) {
    this.controlCell(word, number);
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
    else if (word === 'cf') state.color = number ?? 0;
    else if (Object.hasOwn(GROUNDS, word)) state[GROUNDS[word]] = number ?? 0;
    else if (word === 'pard') [state.paragraph, state.isCell] = [0, false];
    else if (word === 'intbl') state.isCell = true;
    else if (word === 'plain') [state.aside, state.color, state.letters] = [undefined, 0, 0];
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
