/** Blocks of text with their places, joined or cut to passages of about one size. */
import { LONGEST_TEXT, Unreadable } from './limits.js';

/** Characters: a paragraph or a few, so that what is found is what was asked for. */
const SIZE = 1_200;
const MOST = 20_000;

/**
 * Passages of blocks `{ text, place, aside }`: those of one place, and of one kind (`aside`), are joined. A place is words
 * (`page 3`), or `{ unit, from, to, before }` for what is counted (lines, rows, cells), of which a passage names the first and the last.
 */
export class Passages {
  ready = [];
  size = 0;
  count = 0;
  open;

  add({ text, place, aside }) {
    const clean = plainText(text);
    if (clean.trim() === '') return;
    for (const piece of piecesOf(clean)) this.put(piece, place, aside);
  }

  put(text, place, aside) {
    const { open } = this;
    const fits = open && open.text.length + text.length < SIZE && open.aside === aside && goesWith(open.place, place);
    if (fits) {
      open.text += `\n${text}`;
      if (typeof place === 'object') open.place = joinPlaces(open.place, place);
      return;
    }
    this.close();
    this.open = { text, place: typeof place === 'object' ? { ...place } : place, aside };
  }

  close() {
    const { open } = this;
    this.open = undefined;
    if (!open) return;
    this.size += open.text.length;
    this.count++;
    if (this.size > LONGEST_TEXT || this.count > MOST) throw new Unreadable('long');
    this.ready.push({ place: wordsOf(open.place), text: open.text, ...(open.aside && { aside: open.aside }) });
  }

  take() {
    const { ready } = this;
    this.ready = [];
    return ready;
  }
}

function goesWith(one, other) {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.unit === other.unit && one.before === other.before;
}

/** From the first to the last of both; rows of one range of cells may begin and end in different columns. */
function joinPlaces(one, other) {
  const { from: first, to: last = first } = one;
  const { from, to = from } = other;
  if (one.unit !== 'cells') return { ...one, to };
  const columns = [first, last, from, to].map((address) => /^[A-Z]+/.exec(address)?.[0] ?? '');
  const ordered = columns.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return { ...one, from: ordered[0] + first.replace(/^[A-Z]+/, ''), to: ordered.at(-1) + to.replace(/^[A-Z]+/, '') };
}

function wordsOf(place) {
  if (typeof place === 'string') return place;
  const { unit, from, to = from, before = '' } = place;
  if (unit === 'cells') return `${before}${from}${to === from ? '' : `:${to}`}`;
  return `${before}${to === from ? unit.replace(/s$/, '') : unit} ${from === to ? from : `${from}–${to}`}`;
}

/** Without what hides or turns words, and without runs of blanks. */
function plainText(text) {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, '')
    .replace(/(?<=\S)[^\S\n\t]{3,}/g, '  ')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd();
}

/** Each line without blanks around it. */
export const trimmedLines = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

const MOST_LINKS = 20;

const hiddenAddresses = (text, addresses) =>
  [...new Set(addresses)]
    .filter((address) => !text.includes(address.replace(/^mailto:|\/$/g, '')))
    .slice(0, MOST_LINKS);

/** The text with the addresses behind it that its links lead to, those that it does not show. */
export function withAddresses(text, addresses) {
  const hidden = hiddenAddresses(text, addresses);
  return text.trim() === '' || hidden.length === 0 ? text : `${text.trimEnd()} (${hidden.join(', ')})`;
}

/** The same by itself; nothing where all of them are shown. */
export function linkedText(text, addresses) {
  const hidden = hiddenAddresses(text, addresses);
  return hidden.length === 0 ? '' : `${oneLine(text)}: ${hidden.join(', ')}`;
}

/** All on one line. */
export const oneLine = (text) => text.trim().replace(/\s+/g, ' ');

function* piecesOf(text) {
  let rest = text;
  while (rest.length > SIZE) {
    const cut = borderIn(rest);
    yield rest.slice(0, cut).trimEnd();
    rest = rest.slice(cut).replace(/^\s+/, '');
  }
  if (rest !== '') yield rest;
}

/** The last border of a paragraph, a line, a sentence or a word in the second half of a passage. */
function borderIn(text) {
  const window = text.slice(0, SIZE);
  for (const border of ['\n\n', '\n', '. ', ' ']) {
    const at = window.lastIndexOf(border);
    if (at > SIZE / 2) return at + border.length;
  }
  // Half of a pair would be no character.
  return /[\ud800-\udbff]/.test(window.at(-1)) ? SIZE - 1 : SIZE;
}

// Places of blocks in a document without pages, and the cells of a table as one line.

const LONGEST_HEADING = 80;
const MOST_CELLS = 500;

/** The headings above a block; before the first one, paragraphs are counted. */
export class Outline {
  headings = [];
  count = 0;

  constructor(before = '') {
    this.before = before;
  }

  enter(heading, level) {
    this.headings = this.headings.filter((each) => each.level < level);
    this.headings.push({ heading: heading.replace(/\s+/g, ' ').slice(0, LONGEST_HEADING), level });
  }

  place() {
    const { heading } = this.headings.at(-1) ?? {};
    if (heading !== undefined) return `${this.before}“${heading}”`;
    return { unit: 'paragraphs', from: Math.max(this.count, 1), before: this.before };
  }

  /** The place of one more paragraph. */
  next() {
    this.count++;
    return this.place();
  }
}

export class Table {
  cells = [];

  beginCell() {
    this.cells.push('');
  }

  add(text) {
    if (this.cells.length === 0) this.beginCell();
    const at = this.cells.length - 1;
    const clean = oneLine(text);
    this.cells[at] = [this.cells[at], clean].filter(Boolean).join(' ');
  }

  endRow() {
    const row = rowText(this.cells);
    this.cells = [];
    return row;
  }
}

export function rowText(cells) {
  const shown = cells.slice(0, MOST_CELLS);
  while (shown.length > 0 && shown.at(-1) === '') shown.pop();
  return shown.every((cell) => cell === '') ? '' : shown.join(' | ');
}
