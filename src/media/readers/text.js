/** Plain texts, code and tables of values (csv). */

import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';
import { oneLine, rowText } from './passages.js';

export function* readText(bytes, about, declared) {
  const text = decodeText(bytes, about, { declared });
  if (text === undefined) throw new Unreadable('broken');
  let number = 0;
  let heading = '';
  let isCode = false;
  for (const line of linesOf(text)) {
    number++;
    if (/^(?:```|~~~)/.test(line)) isCode = !isCode;
    const title = isCode ? undefined : /^#{1,6} +(\S.{0,78})/.exec(line)?.[1];
    if (title !== undefined) heading = `“${title.split(' #')[0]}”, `;
    yield { text: line, place: { unit: 'lines', from: number, before: heading } };
  }
}

function* linesOf(text) {
  let from = 0;
  while (from <= text.length) {
    const end = text.indexOf('\n', from);
    if (end < 0) {
      yield text.slice(from);
      return;
    }
    yield text.slice(from, text[end - 1] === '\r' ? end - 1 : end);
    from = end + 1;
  }
}

/** Rows with the names of their columns, where the first row has names. */
export function* readCsv(bytes, about, declared) {
  const text = decodeText(bytes, about, { declared });
  if (text === undefined) throw new Unreadable('broken');
  const separator = separatorOf(text);
  let names;
  let number = 0;
  for (const row of rowsOf(text, separator)) {
    number++;
    if (number === 1 && isHeader(row)) {
      names = row.map((name) => name.trim());
      yield { text: rowText(names), place: { unit: 'rows', from: 1 } };
      continue;
    }
    const cells = row.map((cell, at) => {
      const shown = oneLine(cell);
      return names?.[at] && shown !== '' ? `${names[at]}: ${shown}` : shown;
    });
    const line = names ? cells.filter((cell) => cell !== '').join(' | ') : rowText(cells);
    yield { text: line, place: { unit: 'rows', from: number } };
  }
  about.parts = { unit: 'row', count: number };
}

const isHeader = (row) =>
  row.length > 1 &&
  row.every((cell) => cell.trim() !== '' && cell.length <= 60 && !/^[-+]?[\d.,\s€$£%]+$/.test(cell.trim())) &&
  new Set(row).size === row.length;

/** The separator that divides the first lines into the same number of cells, more than one. */
function separatorOf(text) {
  const [, declared] = /^sep=(.)\r?\n/.exec(text) ?? [];
  if (declared) return declared;
  const sample = text.slice(0, 20_000);
  let best = [',', 0];
  for (const separator of ['\t', ';', ',', '|']) {
    const rows = [];
    for (const row of rowsOf(sample, separator)) if (rows.push(row.length) === 20) break;
    const common = Math.min(...rows.slice(0, -1).concat(rows.length === 1 ? rows : []));
    if (common > 1 && common > best[1]) best = [separator, common];
  }
  return best[0];
}

/** Cells by RFC 4180: in quotes a cell may hold separators, line breaks, and a quote that is written twice. */
function* rowsOf(text, separator) {
  let row = [];
  let at = text.startsWith('sep=') ? text.indexOf('\n') + 1 : 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length; ) {
        const close = text.indexOf('"', at);
        cell += text.slice(at, close < 0 ? text.length : close);
        at = close < 0 ? text.length : close + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    const from = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n') at++;
    cell += text.slice(from, text[at] === '\n' && text[at - 1] === '\r' && at > from ? at - 1 : at);
    row.push(cell);
    if (at >= text.length || text[at] === '\n') {
      yield row;
      row = [];
    } else if (at === text.length - 1) row.push('');
    at++;
  }
  if (row.length > 0) yield row;
}
