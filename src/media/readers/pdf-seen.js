/** Operators of a page of a PDF: words that nobody sees, and how much of the page a picture covers. */
import { asideOfColors, hexColor, WHITE } from './colors.js';

/** Shapes of a page that are remembered as a ground; those before them are taken for one that is read upon. */
const MOST_PAINTED = 500;
/** Points of a letter's height below which it is no letter to anybody. */
const LEAST_SIZE = 1.2;
/** Points beyond the edge of a page. */
const MARGIN = 2;
const INVISIBLE = new Set([3, 7]);

/**
 * `unseen`: `{ words, x, y, aside }` of the page. `covered`: the share of it that the largest picture covers. `paths`: shapes that are
 * drawn. Nothing where the page cannot be followed.
 */
export async function lookAtPage(page, OPS) {
  const { fnArray, argsArray } = await page.getOperatorList().catch(() => ({ fnArray: [], argsArray: [] }));
  const painter = new Painter(OPS, page.view);
  for (let at = 0; at < fnArray.length; at++) painter.follow(fnArray[at], argsArray[at]);
  return { unseen: painter.unseen, covered: painter.covered, paths: painter.paths };
}

const IDENTITY = [1, 0, 0, 1, 0, 0];

/** The transformation `inner` seen through `outer`. */
const combine = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

const pointAt = ([a, b, c, d, e, f], x, y) => [a * x + c * y + e, b * x + d * y + f];

function boxOf(matrix, [x1, y1, x2, y2]) {
  const corners = [pointAt(matrix, x1, y1), pointAt(matrix, x1, y2), pointAt(matrix, x2, y1), pointAt(matrix, x2, y2)];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

class Painter {
  unseen = [];
  covered = 0;
  paths = 0;
  painted = [];
  stack = [];
  state = { matrix: IDENTITY, color: [0, 0, 0], alpha: 1, mode: 0, size: 10, leading: 0 };
  text = IDENTITY;
  line = IDENTITY;
  /** Within an annotation: its words are read by themselves. */
  annotations = 0;

  constructor(OPS, view) {
    this.view = view;
    this.area = Math.max(1, (view[2] - view[0]) * (view[3] - view[1]));
    this.names = new Map(Object.entries(OPS).map(([name, number]) => [number, name]));
  }

  follow(operator, args) {
    const name = this.names.get(operator);
    const { state } = this;
    if (name === 'save') this.stack.push({ ...state });
    else if (name === 'restore') this.state = this.stack.pop() ?? state;
    else if (name === 'transform') state.matrix = combine(state.matrix, args);
    else if (name === 'paintFormXObjectBegin') this.beginForm(args);
    else if (name === 'paintFormXObjectEnd') this.state = this.stack.pop() ?? state;
    else if (name === 'beginAnnotation') this.annotations++;
    else if (name === 'endAnnotation') this.annotations--;
    else if (name === 'setFillRGBColor') state.color = colorOf(args);
    else if (name === 'setFillColorN' || name === 'setFillTransparent') state.color = undefined;
    else if (name === 'setGState') this.setState(args[0]);
    else if (name === 'constructPath') this.paintPath(args);
    else if (name?.startsWith('paint') && name.includes('Image')) this.paintImage(name, args);
    else if (name === 'shadingFill') this.addPainted(this.view, undefined);
    else this.followText(name, args);
  }

  beginForm([matrix]) {
    this.stack.push({ ...this.state });
    if (Array.isArray(matrix) || ArrayBuffer.isView(matrix)) this.state.matrix = combine(this.state.matrix, matrix);
  }

  setState(pairs) {
    for (const [key, value] of pairs ?? []) {
      if (key === 'ca') this.state.alpha = value;
      if (key === 'Font' && Array.isArray(value)) this.state.size = value[1];
    }
  }

  /** A path that is filled, by the box around it. */
  paintPath([operator, , box]) {
    const name = this.names.get(operator) ?? '';
    if (!/fill/i.test(name) || !box) return;
    this.paths++;
    if (this.state.alpha >= 0.5) this.addPainted(boxOf(this.state.matrix, box), this.state.color);
  }

  /** A picture fills the square of its own transformation. */
  paintImage(name, args) {
    const box = /Group|Repeat/.test(name) ? this.view : boxOf(this.state.matrix, [0, 0, 1, 1]);
    const [left, low, right, top] = this.view;
    const width = Math.max(0, Math.min(box[2], right) - Math.max(box[0], left));
    const height = Math.max(0, Math.min(box[3], top) - Math.max(box[1], low));
    if (args && !/Mask/.test(name)) this.covered = Math.max(this.covered, (width * height) / this.area);
    this.addPainted(box, undefined, true);
  }

  addPainted(box, color, isImage = false) {
    this.painted.push({ box, color, isImage });
    if (this.painted.length > MOST_PAINTED) [this.isLong] = [true, this.painted.shift()];
  }

  followText(name, args) {
    const { state } = this;
    if (name === 'beginText') this.text = this.line = IDENTITY;
    else if (name === 'setFont') state.size = args[1];
    else if (name === 'setTextRenderingMode') state.mode = args[0];
    else if (name === 'setLeading') state.leading = -args[0];
    else if (name === 'setTextMatrix')
      this.text = this.line = Array.isArray(args[0]) || ArrayBuffer.isView(args[0]) ? args[0] : args;
    else if (name === 'moveText') this.moveLine(args[0], args[1]);
    else if (name === 'setLeadingMoveText') this.moveLine(args[0], args[1], -args[1]);
    else if (name === 'nextLine') this.moveLine(0, -state.leading);
    else if (name === 'showText') this.show(args[0]);
  }

  moveLine(x, y, leading) {
    if (leading !== undefined) this.state.leading = leading;
    this.line = this.text = combine(this.line, [1, 0, 0, 1, x, y]);
  }

  show(glyphs) {
    const matrix = combine(this.state.matrix, this.text);
    const words = glyphText(glyphs);
    const [x, y] = [matrix[4], matrix[5]];
    const aside = this.annotations > 0 || words.trim() === '' ? undefined : this.asideAt(x, y, matrix);
    if (aside !== undefined) this.unseen.push({ words: words.trim(), x, y, aside });
    const width = widthOf(glyphs, this.state.size);
    this.text = combine(this.text, [1, 0, 0, 1, width, 0]);
  }

  asideAt(x, y, matrix) {
    const { color, alpha, mode, size } = this.state;
    const [left, low, right, top] = this.view;
    if (x < left - MARGIN || x > right + MARGIN || y < low - MARGIN || y > top + MARGIN) return 'hidden text';
    if (Math.abs(size) * Math.hypot(matrix[2], matrix[3]) < LEAST_SIZE || alpha < 0.05) return 'hidden text';
    const below = this.painted.findLast(({ box }) => x >= box[0] - 1 && x <= box[2] && y >= box[1] - 2 && y <= box[3]);
    // Letters that a scanner has recognized stand unseen on the picture of them.
    if (INVISIBLE.has(mode)) return below?.isImage ? undefined : 'hidden text';
    if (below) return asideOfColors(color, below.color);
    return this.isLong ? undefined : asideOfColors(color, WHITE);
  }
}

function colorOf(args) {
  const [first] = args ?? [];
  if (typeof first === 'string') return hexColor(first);
  return [...(args ?? [])].slice(0, 3);
}

const glyphText = (glyphs) =>
  (glyphs ?? [])
    .map((glyph) => (typeof glyph === 'number' ? (glyph < -200 ? ' ' : '') : (glyph?.unicode ?? '')))
    .join('');

/** Widths are in thousandths of the size. */
function widthOf(glyphs, size) {
  let width = 0;
  for (const glyph of glyphs ?? []) width += typeof glyph === 'number' ? -glyph : (glyph?.width ?? 0);
  return (width * size) / 1_000;
}

/** The items of a page without the words that are not seen, which are taken out where they stand. */
export function withoutUnseen(items, unseen) {
  const own = items.map((item) => ({ ...item }));
  for (const { words, x, y } of unseen) {
    const there = own.filter(({ str, transform }) => str?.includes(words) && Math.abs(transform[5] - y) < 3);
    const near = there.sort((a, b) => Math.abs(a.transform[4] - x) - Math.abs(b.transform[4] - x))[0];
    if (!near) continue;
    const isFirst = Math.abs(near.transform[4] - x) < 3;
    const at = isFirst ? near.str.indexOf(words) : near.str.lastIndexOf(words);
    near.str = near.str.slice(0, at) + near.str.slice(at + words.length);
  }
  return own;
}
