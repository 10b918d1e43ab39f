/** Numbers of lists in Word documents, as the paragraphs show them: `1.`, `a)`, `2.3`. */
import { bareAttributes, bareName, xmlEvents } from '../markup.js';

const DEEPEST = 9;
const MOST = 1_000_000;

export async function numberingIn(zip, entry) {
  const walk = { abstracts: new Map(), nums: new Map() };
  for await (const { open, at, close } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined) beginLevel(walk, bareName(open), bareAttributes(at));
    else if (bareName(close ?? '') === 'lvl') walk.level = undefined;
  }
  return new Numbering(walk);
}

function beginLevel(walk, name, own) {
  if (name === 'abstractNum') beginList(walk, walk.abstracts, own.abstractNumId);
  else if (name === 'num') beginList(walk, walk.nums, own.numId);
  else if (!walk.list) return;
  else if (name === 'lvl' && Number(own.ilvl) < DEEPEST) {
    walk.level = { start: 1, format: 'decimal', text: '' };
    walk.list.levels[Number(own.ilvl)] = walk.level;
  } else if (name === 'abstractNumId') walk.list.abstractId = own.val;
  else if (name === 'lvlOverride') walk.depth = Number(own.ilvl);
  else if (name === 'startOverride' && walk.depth < DEEPEST) walk.list.starts[walk.depth] = startOf(own);
  else if (!walk.level) return;
  else if (name === 'start') walk.level.start = startOf(own);
  else if (name === 'numFmt') walk.level.format = own.val;
  else if (name === 'lvlText') walk.level.text = own.val ?? '';
  else if (name === 'isLgl') walk.level.isPlain = true;
  else if (name === 'pStyle') walk.level.style = own.val;
}

function beginList(walk, lists, id) {
  walk.list = { levels: [], starts: [] };
  lists.set(id, walk.list);
}

const startOf = ({ val }) => (/^\d{1,6}$/.test(val ?? '') ? Number(val) : 1);

export class Numbering {
  /** Numbers that stand now, by the list. */
  counts = new Map();
  begun = new Set();

  constructor({ abstracts = new Map(), nums = new Map() } = {}) {
    this.abstracts = abstracts;
    this.nums = nums;
  }

  /**
   * The mark of the next paragraph of this list, and counts it: `-` for a bullet. Undefined where nothing is known of the list.
   * `style`: of the paragraph, which says the level where it does not.
   */
  next({ numId, level, style }) {
    const num = this.nums.get(numId);
    const abstract = this.abstracts.get(num?.abstractId);
    if (!num || !abstract) return undefined;
    const named = abstract.levels.findIndex((each) => each !== undefined && each.style === style);
    const depth = Number(level ?? Math.max(0, named));
    const levels = abstract.levels.map((each, at) => num.levels[at] ?? each);
    const own = levels[depth];
    if (!own) return undefined;
    const counts = this.counts.get(num.abstractId) ?? [];
    this.counts.set(num.abstractId, counts);
    this.count(counts, levels, depth, { id: numId, start: num.starts[depth] });
    if (own.format === 'bullet') return '-';
    return own.text.replace(/%([1-9])/g, (_, place) => {
      const of = levels[place - 1];
      return written(counts[place - 1] ?? of?.start ?? 1, own.isPlain ? 'decimal' : (of?.format ?? 'decimal'));
    });
  }

  /** A deeper level begins anew; one that says so begins where it says, the first time that it comes. */
  count(counts, levels, depth, { id, start }) {
    const key = `${id} ${depth}`;
    if (start !== undefined && !this.begun.has(key)) counts[depth] = start - 1;
    this.begun.add(key);
    for (let above = 0; above < depth; above++) counts[above] ??= levels[above]?.start ?? 1;
    counts[depth] = Math.min(MOST, (counts[depth] ?? levels[depth].start - 1) + 1);
    counts.length = depth + 1;
  }
}

const ROMAN = Object.entries({ m: 1000, cm: 900, d: 500, cd: 400, c: 100, xc: 90, l: 50, xl: 40, x: 10 }).concat(
  Object.entries({ ix: 9, v: 5, iv: 4, i: 1 }),
);

function written(count, format) {
  if (format === 'none') return '';
  const letter = () => String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.min(10, Math.ceil(count / 26)));
  if (count > 0 && format === 'lowerLetter') return letter();
  if (count > 0 && format === 'upperLetter') return letter().toUpperCase();
  if (count > 0 && format === 'lowerRoman') return roman(count);
  if (count > 0 && format === 'upperRoman') return roman(count).toUpperCase();
  return format === 'decimalZero' ? String(count).padStart(2, '0') : String(count);
}

function roman(count) {
  if (count > 3_999) return String(count);
  let [rest, text] = [count, ''];
  for (const [letters, value] of ROMAN)
    while (rest >= value) {
      text += letters;
      rest -= value;
    }
  return text;
}
