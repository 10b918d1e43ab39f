/** Charts and diagrams in documents, sheets and slides, as their words; and documents that are set into one. */
import { hexColor } from '../colors.js';
import { kindOf } from '../kinds.js';
import { bareAttributes, bareName, xmlEvents } from '../markup.js';

const MOST_POINTS = 2_000;
/** Relations of what is drawn, and of what is set in. */
const READERS = { chart: readChart, chartEx: readChartEx, diagramData: readDiagram };
const SET_IN = { package: true, oleObject: true };

export const isDrawn = (type) => Object.hasOwn(READERS, type);
export const isSetIn = (type) => Object.hasOwn(SET_IN, type);

/** The words of a chart or diagram; one that has none is counted as not read. */
export async function* readDrawn(zip, { type, target }) {
  const text = await READERS[type](zip, target);
  if (text !== '') yield text;
  else zip.budget.miss(type === 'diagramData' ? 'diagram' : 'chart');
}

/** A document within one, by the reader of its kind. */
export async function* readSetIn(zip, { target }, nested) {
  if (!zip.has(target)) return;
  const name = target.slice(target.lastIndexOf('/') + 1);
  const bytes = await zip.bytesOf(target);
  // Objects of programs that nobody has: a drawing, a formula, a packed file.
  if (kindOf(bytes, name, '').kind === 'unknown') zip.budget.miss('object');
  else yield* nested(bytes, name, '', `the document ${name} in it`);
}

/** Title, titles of axes, then a line for each series: its name, and its values with what they are of. */
async function readChart(zip, entry) {
  const walk = { titles: [], series: [], path: [], text: '' };
  for await (const { open, at, text, close } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined) beginChart(walk, bareName(open), at);
    else if (close !== undefined) endChart(walk, bareName(close));
    else if (walk.isText) walk.text += text;
  }
  return [...walk.titles, ...walk.series.map(seriesLine)].filter((line) => line !== '').join('\n');
}

const PARTS = { cat: 'names', xVal: 'names', val: 'values', yVal: 'values', tx: 'title', bubbleSize: 'values' };

function beginChart(walk, name, at) {
  walk.path.push(name);
  if (name === 'ser') walk.open = { title: '', names: [], values: [] };
  else if (walk.open && name in PARTS && walk.path.at(-2) === 'ser') walk.part = PARTS[name];
  else if (name === 'pt') walk.at = Math.min(Number(bareAttributes(at).idx) || 0, MOST_POINTS);
  else if (name === 't' || name === 'v') walk.isText = true;
}

function endChart(walk, name) {
  walk.path.pop();
  if (name === 't') {
    walk.isText = false;
  } else if (name === 'v') {
    const { open, part } = walk;
    walk.isText = false;
    if (open && part === 'title') open.title ||= walk.text.trim();
    else if (open && part && walk.at < MOST_POINTS) open[part][walk.at] ??= walk.text.trim();
    else if (!open && walk.text.trim() !== '') walk.titles.push(walk.text.trim());
    walk.text = '';
  } else if (name === 'p') {
    // A paragraph outside of the values: the title of the chart or of an axis, or a label.
    if (walk.text.trim() !== '') walk.titles.push(walk.text.trim());
    walk.text = '';
  } else if (name === 'ser') {
    walk.series.push(walk.open);
    walk.open = walk.part = undefined;
  } else if (walk.path.at(-1) === 'ser') walk.part = undefined;
}

function seriesLine({ title, names, values }) {
  const points = Array.from(values, (value = '', at) => [names[at], value].filter(Boolean).join(' ')).filter(Boolean);
  const list = (points.length > 0 ? points : names.filter(Boolean)).join(', ');
  return [title, list].filter(Boolean).join(': ');
}

/** Charts of 2016 (waterfall, map, tree): titles, then the values of each dimension. */
async function readChartEx(zip, entry) {
  const lines = [];
  let line = [];
  let text = '';
  let isText = false;
  for await (const { open, text: said, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (open !== undefined) isText ||= name === 't' || name === 'pt' || name === 'v';
    else if (said !== undefined) text += isText ? said : '';
    else if (name === 'pt') {
      if (line.length < MOST_POINTS) line.push(text.trim());
      [text, isText] = ['', false];
    } else if (name === 't' || name === 'v') isText = false;
    else if (name === 'lvl' || name === 'p' || name === 'txData') {
      lines.push([...line, text.trim()].filter(Boolean).join(', '));
      [line, text] = [[], ''];
    }
  }
  return lines.filter(Boolean).join('\n');
}

/** Points of a diagram that only say how it is drawn. */
const UNSAID = new Set(['pres', 'parTrans', 'sibTrans']);

async function readDiagram(zip, entry) {
  const lines = [];
  let paragraph = '';
  let isText = false;
  let isSaid = true;
  for await (const { open, at, text, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (open !== undefined) {
      if (name === 'pt') isSaid = !UNSAID.has(bareAttributes(at).type);
      else if (name === 't') isText = true;
    } else if (text !== undefined) paragraph += isText && isSaid ? text : '';
    else if (name === 'p') {
      if (paragraph.trim() !== '') lines.push(paragraph.trim());
      [paragraph, isText] = ['', false];
    }
  }
  return lines.join('\n');
}

const SHAPES = new Set(['sp', 'wsp', 'cxnSp', 'shape', 'rect', 'roundrect', 'oval']);
const FILLS = new Set(['gradFill', 'blipFill', 'pattFill', 'grpFill', 'schemeClr', 'sysClr', 'prstClr']);

/** The fill of the shape that is open: its colour, `unknown`, or undefined where what is below it is seen. */
export class ShapeFill {
  ground;
  lines = 0;
  isOpen = false;
  isFill = false;
  isNone = false;

  /** True for what says something of it. */
  begin(name, at) {
    if (SHAPES.has(name)) this.beginShape(at);
    else if (name === 'spPr' || name === 'bgPr') this.isOpen = true;
    else if (name === 'fillRef') this.ground ??= at.idx !== '0' && !this.isNone ? 'unknown' : undefined;
    else if (!this.isOpen) return false;
    else if (name === 'ln') this.lines++;
    else if (this.lines > 0) return name === 'solidFill' || name === 'srgbClr';
    else if (name === 'solidFill') this.isFill = true;
    else if (name === 'srgbClr') this.ground = this.isFill ? hexColor(at.val) : this.ground;
    else if (FILLS.has(name)) this.ground = this.isFill || name.endsWith('Fill') ? 'unknown' : this.ground;
    else if (name === 'noFill') this.isNone = true;
    else return false;
    return true;
  }

  beginShape({ fillcolor, filled }) {
    this.isFill = this.isNone = false;
    this.ground = undefined;
    if (fillcolor !== undefined && filled !== 'f' && filled !== 'false')
      this.ground = hexColor(/^#[0-9a-f]{6}/i.exec(fillcolor)?.[0]) ?? 'unknown';
  }

  end(name) {
    if (name === 'ln' && this.isOpen) this.lines--;
    else if (name === 'solidFill') this.isFill = false;
    // Colours behind it are those of letters.
    else if (name === 'spPr' || name === 'bgPr') this.isOpen = this.isFill = false;
  }
}
