/** Tables of values (csv, tsv): rows with the names of their columns, and what stands above them. */
import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';
import { oneLine, rowText } from './passages.js';

/** Characters and rows by which the separator is found. */
const SAMPLE = 20_000;
const SAMPLE_ROWS = 60;

/** Rows with the names of their columns, where the first row of the table has names. `budget` counts quotes that are not closed. */
export function* readCsv(bytes, about, { declared, budget }) {
  const text = decodeText(bytes, about, { declared });
  if (text === undefined) throw new Unreadable('broken');
  const separator = separatorOf(text);
  const width = widthOf(sampleOf(text, separator));
  let names;
  let isTable = false;
  let number = 0;
  for (const row of rowsOf(text, separator, budget)) {
    number++;
    const isFirst = !isTable && row.length === width;
    isTable ||= isFirst;
    if (isFirst && isHeader(row)) {
      names = row.map((name) => name.trim());
      yield { text: rowText(names), place: { unit: 'rows', from: number } };
      continue;
    }
    // Above the table a bank writes the account and its balance, in rows of their own.
    yield { text: isTable ? namedRow(row, names) : rowText(row.map(oneLine)), place: { unit: 'rows', from: number } };
  }
  about.parts = { unit: 'row', count: number };
}

function namedRow(row, names) {
  if (!names) return rowText(row.map(oneLine));
  const cells = row.map((cell, at) => {
    const shown = oneLine(cell);
    return names[at] && shown !== '' ? `${names[at]}: ${shown}` : shown;
  });
  return cells.filter((cell) => cell !== '').join(' | ');
}

const isHeader = (row) =>
  row.length > 1 &&
  row.every((cell) => cell.trim() !== '' && cell.length <= 60 && !/^[-+]?[\d.,\s€$£%]+$/.test(cell.trim())) &&
  new Set(row).size === row.length;

function sampleOf(text, separator) {
  const rows = [];
  for (const row of rowsOf(text.slice(0, SAMPLE), separator)) if (rows.push(row) === SAMPLE_ROWS) break;
  // The last one may be cut.
  return rows.length > 1 && text.length > SAMPLE ? rows.slice(0, -1) : rows;
}

/** The number of cells that most rows of the table have; of two that are as many the larger one. */
function widthOf(rows) {
  const counts = new Map();
  for (const { length } of rows) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width = 1] = [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0] ?? [];
  return width;
}

/**
 * The separator by which most rows have one number of cells. A tab is one wherever it makes columns, and a semicolon before a comma,
 * which stands in numbers.
 */
function separatorOf(text) {
  const [, declared] = /^sep=(.)\r?\n/.exec(text) ?? [];
  if (declared) return declared;
  const tried = ['\t', ';', ',', '|'].map((separator) => ({ separator, ...shapeOf(sampleOf(text, separator)) }));
  const clear = tried.filter(({ width, share, torn }) => width > 1 && share >= 0.6 && torn === 0);
  const strong = clear.find(({ separator }) => separator === '\t' || separator === ';');
  const pool = clear.length > 0 ? clear : tried.filter(({ width }) => width > 1);
  const [best] = pool.sort((a, b) => a.torn - b.torn || b.fits * (b.width - 1) - a.fits * (a.width - 1));
  return (strong ?? best)?.separator ?? ',';
}

/** `share`: rows of that width among those behind the first one of it. `torn`: rows in which text goes on behind a quoted cell. */
function shapeOf(rows) {
  const width = widthOf(rows);
  const first = rows.findIndex(({ length }) => length === width);
  const table = rows.slice(Math.max(0, first)).filter((row) => row.length > 1 || row[0] !== '');
  const fits = table.filter(({ length }) => length === width).length;
  return { width, fits, share: fits / Math.max(1, table.length), torn: rows.filter(({ isTorn }) => isTorn).length };
}

const isEnd = (sign) => sign === undefined || sign === '\n' || sign === '\r';

/** Cells by RFC 4180: in quotes a cell may hold separators, line breaks, and a quote that is written twice. */
function* rowsOf(text, separator, budget) {
  let row = [];
  let at = text.startsWith('sep=') ? text.indexOf('\n') + 1 : 0;
  while (at < text.length) {
    const quoted = quotedAt(text, at, separator);
    if (quoted?.isOpen) budget?.miss('quote');
    const from = quoted && !quoted.isOpen ? quoted.end : at;
    let end = from;
    while (!isEnd(text[end]) && text[end] !== separator) end++;
    const cell = `${from === at ? '' : quoted.text}${text.slice(from, end)}`;
    if (from > at && end > from && text.slice(from, end).trim() !== '') row.isTorn = true;
    row.push(cell);
    at = end + 1;
    if (isEnd(text[end])) {
      yield row;
      row = [];
      if (text[end] === '\r' && text[end + 1] === '\n') at++;
    } else if (at === text.length) row.push('');
  }
  if (row.length > 0) yield row;
}

/**
 * The quoted cell at `at`; undefined where there is none. `isOpen`: its quote is closed by none, or by one that opens another cell in a
 * later line, and stands for itself.
 */
function quotedAt(text, at, separator) {
  let start = at;
  while (text[start] === ' ') start++;
  if (text[start] !== '"') return undefined;
  let cell = '';
  for (let from = start + 1; ; ) {
    const close = text.indexOf('"', from);
    if (close < 0) return { isOpen: true };
    cell += text.slice(from, close);
    if (text[close + 1] !== '"') {
      const next = text[close + 1];
      const isTorn = !isEnd(next) && next !== separator && next !== ' ' && /[\r\n]/.test(cell);
      return isTorn ? { isOpen: true } : { text: cell, end: close + 1 };
    }
    cell += '"';
    from = close + 2;
  }
}
