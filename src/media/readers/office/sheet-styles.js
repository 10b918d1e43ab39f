/** Styles of cells: their formats of numbers, and letters that cannot be told from the ground of their cell. */
import { asideOfColors, hexColor, WHITE } from '../colors.js';
import { bareAttributes, bareName, elementsOf, xmlEvents } from '../markup.js';
import { builtInFormat } from './number-format.js';

/** The format of each style of cells, and why its letters are not seen. */
export async function cellStylesIn(zip, entry) {
  const own = new Map(
    (await elementsOf(zip, entry, 'numFmt')).map(({ numFmtId, formatCode }) => [numFmtId, formatCode]),
  );
  const walk = { fonts: [], fills: [], styles: [], within: [], own };
  for await (const { open, at, close } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined) beginStyle(walk, bareName(open), bareAttributes(at));
    else if (close !== undefined) walk.within.pop();
  }
  return walk.styles;
}

function beginStyle({ fonts, fills, styles, within, own }, name, at) {
  const above = within.at(-1);
  const isOfCells = within.at(-2) !== 'dxf' && above !== 'dxf';
  if (name === 'font' && isOfCells) fonts.push(undefined);
  else if (name === 'color' && above === 'font' && isOfCells) fonts[fonts.length - 1] = colorOf(at);
  else if (name === 'fill' && isOfCells) fills.push(WHITE);
  else if (name === 'patternFill' && isOfCells) fills[fills.length - 1] = groundOf(at);
  else if (name === 'gradientFill' && isOfCells) fills[fills.length - 1] = undefined;
  else if (name === 'fgColor' && fills.at(-1) === 'solid') fills[fills.length - 1] = colorOf(at);
  else if (name === 'xf' && above === 'cellXfs')
    styles.push({
      format: own.get(at.numFmtId ?? '0') ?? builtInFormat(Number(at.numFmtId ?? 0)),
      unseen: asideOfColors(fonts[Number(at.fontId)], fills[Number(at.fillId ?? 0)]),
    });
  within.push(name);
}

/** The first colours of a design: its ground and its letters, as nearly every design has them. */
const THEME = { 0: WHITE, 1: [0, 0, 0] };
const INDEXED = { 0: [0, 0, 0], 1: WHITE, 8: [0, 0, 0], 9: WHITE, 65: WHITE };

/** Undefined for a colour of which only the design knows. */
function colorOf({ rgb, theme, indexed, tint }) {
  if (tint !== undefined && Math.abs(Number(tint)) > 0.02) return undefined;
  return hexColor(rgb) ?? THEME[theme] ?? INDEXED[indexed];
}

/** White where there is no pattern; the colour of a solid one follows; any other is read upon. */
function groundOf({ patternType }) {
  if (patternType === undefined || patternType === 'none') return WHITE;
  return patternType === 'solid' ? 'solid' : undefined;
}

/** Cells whose ground depends on more than their style: those of tables, and of formats with a condition. */
export async function coveredCells(zip, entry, relations, styles) {
  const ranges = [];
  if (entry !== '' && styles.some(({ unseen }) => unseen)) {
    for (const { type, target } of relations)
      if (type === 'table' && target) ranges.push(...(await elementsOf(zip, target, 'table')).map(({ ref }) => ref));
    ranges.push(...(await elementsOf(zip, entry, 'conditionalFormatting')).map(({ sqref }) => sqref));
  }
  const areas = ranges.flatMap((range = '') => range.split(' ').slice(0, MOST_RANGES)).map(areaOf);
  return {
    covers: (row, column) =>
      areas.some(({ top, bottom, left, right }) => row >= top && row <= bottom && column >= left && column <= right),
  };
}

const MOST_RANGES = 200;

function areaOf(range) {
  const [from, to = from] = range.replaceAll('$', '').split(':');
  const [first, last] = [addressOf(from), addressOf(to)];
  return { top: first.row || 1, left: first.column || 1, bottom: last.row || 2 ** 20, right: last.column || 2 ** 14 };
}

function addressOf(text) {
  const [, letters = '', digits = '0'] = /^([A-Z]*)(\d*)/.exec(text) ?? [];
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return { column, row: Number(digits) };
}
