/** Styles of Word documents: levels of headings, and the colours of letters and of what they stand on. */
import { hexColor, WHITE } from '../colors.js';
import { bareAttributes, bareName, xmlEvents } from '../markup.js';

const TITLE_STYLES =
  /^(?:heading|überschrift|treść|titre|título|titolo|kop|otsikko|nagłówek|rubrik|overskrift|nadpis) ?(\d)$/i;
const DEEPEST = 20;

/** Styles by their id, each with what the ones that it is based on say. */
export async function stylesIn(zip, entry) {
  const styles = new Map();
  const walk = { styles, skipped: 0 };
  for await (const { open, at, close } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined) beginStyle(walk, bareName(open), bareAttributes(at));
    else if (close !== undefined) endStyle(walk, bareName(close));
  }
  for (const style of styles.values()) inherit(style, styles, 0);
  return styles;
}

function beginStyle(walk, name, at) {
  const { style } = walk;
  if (walk.skipped > 0 || isTracked(name)) walk.skipped++;
  else if (name === 'style') {
    walk.style = { id: at.styleId, regions: {} };
    walk.styles.set(at.styleId, walk.style);
  } else if (!style) return;
  else if (name === 'basedOn') style.basedOn = at.val;
  else if (name === 'numId') style.numId = at.val;
  else if (name === 'ilvl') style.listLevel = at.val;
  else if (name === 'name')
    style.level ??= /^title$/i.test(at.val ?? '') ? 1 : Number(TITLE_STYLES.exec(at.val ?? '')?.[1] ?? 0) || undefined;
  else if (name === 'outlineLvl' && Number(at.val) < 9) style.level ??= Number(at.val) + 1;
  else if (name === 'tblStylePr') walk.region = at.type;
  else if (name === 'shd' && walk.region !== undefined)
    style.regions[walk.region] = shadeOf(at) ?? style.regions[walk.region];
  else if (name === 'shd') style.ground = shadeOf(at) ?? style.ground;
  else if (name === 'color' && walk.region === undefined) style.color = hexColor(at.val);
  else if (name === 'vanish' && walk.region === undefined) style.isHidden = isOn(at);
}

function endStyle(walk, name) {
  if (walk.skipped > 0) walk.skipped--;
  else if (name === 'style') walk.style = undefined;
  else if (name === 'tblStylePr') walk.region = undefined;
}

function inherit(style, styles, depth) {
  const base = styles.get(style.basedOn);
  if (style.isWhole || !base || depth > DEEPEST) return;
  inherit(base, styles, depth + 1);
  style.isWhole = true;
  style.level ??= base.level;
  style.numId ??= base.numId;
  style.listLevel ??= base.listLevel;
  style.ground ??= base.ground;
  style.color ??= base.color;
  style.isHidden ??= base.isHidden;
  style.regions = Object.assign({}, base.regions, style.regions);
}

export const isOn = ({ val }) => val !== '0' && val !== 'false' && val !== 'off';

/** A tracked change of a format holds the format as it was before. */
export const isTracked = (name) => name.endsWith('PrChange') || name === 'tblGridChange' || name === 'numberingChange';

/** The colour of a shading; undefined for one that lets through what is below. */
export function shadeOf({ val, fill, color }) {
  if (val === 'nil') return undefined;
  if (val === 'solid') return hexColor(color) ?? [0, 0, 0];
  return hexColor(fill);
}

const HIGHLIGHTS = {
  black: '000000',
  blue: '0000ff',
  cyan: '00ffff',
  darkBlue: '00008b',
  darkCyan: '008b8b',
  darkGray: 'a9a9a9',
  darkGreen: '006400',
  darkMagenta: '8b008b',
  darkRed: '8b0000',
  darkYellow: '808000',
  green: '00ff00',
  lightGray: 'd3d3d3',
  magenta: 'ff00ff',
  red: 'ff0000',
  white: 'ffffff',
  yellow: 'ffff00',
};

export const highlightOf = ({ val }) => hexColor(HIGHLIGHTS[val]);

/** The ground that a style of tables gives to a cell of this row and column. */
export function groundOfCell({ regions = {}, ground } = {}, { isFirstRow, isFirstColumn, look }) {
  const isSet = (name) => look[name] !== false;
  const named = [
    isFirstRow && isSet('firstRow') ? regions.firstRow : undefined,
    isFirstColumn && isSet('firstColumn') ? regions.firstCol : undefined,
    regions.wholeTable,
    ground,
  ];
  return named.find(Boolean);
}

export const PAPER = WHITE;
