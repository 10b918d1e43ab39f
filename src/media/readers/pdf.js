/** PDF: the text of each page in reading order, with white text apart, and pages that are pictures counted. */
import { Unreadable } from './limits.js';

const MOST_PAGES = 5_000;
const MOST_WHITE_PAGES = 400;

/** Node 20 has none, and the list of a page's operators needs it. */
ArrayBuffer.prototype.transferToFixedLength ??= function transferToFixedLength(length) {
  return this.slice(0, length);
};

export async function* readPdf(bytes, about) {
  const { getDocumentProxy, getResolvedPDFJS } = await import('unpdf');
  const { OPS } = await getResolvedPDFJS();
  // Nothing is fetched: fonts and maps of characters that are not in the file are done without.
  const options = { isEvalSupported: false, verbosity: 0 };
  const pdf = await getDocumentProxy(new Uint8Array(bytes), options).catch((error) => {
    throw new Unreadable(/password/i.test(error?.name ?? '') ? 'encrypted' : 'broken');
  });
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  about.title = typeof info?.Title === 'string' ? info.Title.trim().slice(0, 300) : '';
  about.parts = { unit: 'page', count: pdf.numPages };
  let pictures = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
    const page = await pdf.getPage(number).catch(() => undefined);
    if (!page) continue;
    const place = `page ${number}`;
    const { items } = await page.getTextContent({ disableNormalization: false });
    const white = number <= MOST_WHITE_PAGES && items.length > 0 ? await whiteOn(page, OPS) : [];
    const text = textOf(items);
    if (text.trim() === '') pictures++;
    yield { text: withoutWhite(text, white), place };
    for (const words of white) yield { text: words, place, aside: 'white text' };
    for (const words of await commentsOn(page)) yield { text: words, place: `comment on ${place}`, aside: 'comment' };
    page.cleanup();
  }
  about.pictures = pictures;
  await pdf.destroy?.();
}

/** Pieces that stand beside each other with a gap between them are cells of a row, or words. */
function textOf(items) {
  let text = '';
  let last;
  for (const item of inReadingOrder(items.filter((each) => 'str' in each))) {
    if (last && !last.hasEOL && item.str !== '' && !/\s$/.test(text) && !/^\s/.test(item.str)) {
      const gap = gapBetween(last, item);
      if (!isSameLine(last, item)) text += '\n';
      else if (gap > (item.height || 10) * 1.5) text += '  ';
      else if (gap > (item.height || 10) * 0.15) text += ' ';
    }
    text += withoutSpacing(item.str) + (item.hasEOL ? '\n' : '');
    if (item.str !== '') last = item;
  }
  return text.replace(/(\p{Ll})-\n(?=\p{Ll})/gu, '$1').replace(LETTER_FORMS, (letters) => letters.normalize('NFKC'));
}

/** Letters as they are drawn at the end or in the middle of a word: nobody searches for these. */
const LETTER_FORMS = /[\ufb00-\ufdff\ufe70-\ufefc]/g;

const isSameLine = (last, item) => Math.abs(item.transform[5] - last.transform[5]) < (item.height || 10) / 2;

function gapBetween(last, item) {
  const ahead = item.transform[4] - (last.transform[4] + last.width);
  return last.dir === 'rtl' && item.dir === 'rtl' && ahead < 0
    ? last.transform[4] - (item.transform[4] + item.width)
    : ahead;
}

/** One word whose letters stand far apart, as headings have it. */
const withoutSpacing = (text) => (/^\p{L}(?: \p{L}){3,200}\p{P}?$/u.test(text) ? text.split(' ').join('') : text);

/** Pieces written from right to left that a program has drawn from left to right, the last one first, are turned round. */
function inReadingOrder(items) {
  const ordered = [];
  for (let at = 0; at < items.length; ) {
    const run = items[at].dir === 'rtl' ? runFrom(items, at) : [items[at]];
    at += run.length;
    if (run.length > 1) {
      const { hasEOL } = run.at(-1);
      run.reverse();
      for (const [index, item] of run.entries()) ordered.push({ ...item, hasEOL: index === run.length - 1 && hasEOL });
    } else ordered.push(...run);
  }
  return ordered;
}

/** The pieces of one line from `from` on, each to the right of the one before; what has no direction only between others. */
function runFrom(items, from) {
  let end = from + 1;
  for (let at = end; at < items.length; at++) {
    const [last, item] = [items[at - 1], items[at]];
    const goesOn = !last.hasEOL && isSameLine(last, item) && item.transform[4] > last.transform[4];
    if (!goesOn || (item.dir !== 'rtl' && !/^[\s\p{P}]*$/u.test(item.str))) break;
    if (item.dir === 'rtl') end = at + 1;
  }
  return items.slice(from, end);
}

/** Words that are painted in white where nothing darker was painted before: nobody sees them. */
async function whiteOn(page, OPS) {
  const { fnArray, argsArray } = await page.getOperatorList().catch(() => ({ fnArray: [], argsArray: [] }));
  const found = [];
  const stack = [];
  let isWhite = false;
  let isPainted = false;
  for (let at = 0; at < fnArray.length; at++) {
    const operator = fnArray[at];
    if (operator === OPS.save) stack.push(isWhite);
    else if (operator === OPS.restore) isWhite = stack.pop() ?? false;
    else if (operator === OPS.setFillRGBColor) isWhite = isWhiteColor(argsArray[at]);
    else if (isPaint(operator, argsArray[at], OPS)) isPainted ||= !isWhite;
    else if (operator === OPS.showText && isWhite && !isPainted) {
      const words = glyphText(argsArray[at][0]);
      if (words.trim() !== '') found.push(words.trim());
    }
  }
  return found;
}

const PAINTS = ['paintImageXObject', 'paintInlineImageXObject', 'paintImageMaskXObject', 'shadingFill'];
const FILLS = ['fill', 'eoFill', 'fillStroke', 'eoFillStroke', 'closeFillStroke', 'closeEOFillStroke'];

/** Something that white letters can be read upon: a picture, or a path that is filled and not only cut along. */
const isPaint = (operator, args, OPS) =>
  PAINTS.some((name) => OPS[name] === operator) ||
  FILLS.some((name) => OPS[name] === operator || (operator === OPS.constructPath && OPS[name] === args?.[0]));

function isWhiteColor(args) {
  const [first] = args ?? [];
  if (typeof first === 'string') return /^#f{6}$/i.test(first);
  return [...(args ?? [])].slice(0, 3).every((part) => part >= 254);
}

const glyphText = (glyphs) =>
  (glyphs ?? [])
    .map((glyph) => (typeof glyph === 'number' ? (glyph < -200 ? ' ' : '') : (glyph?.unicode ?? '')))
    .join('');

function withoutWhite(text, white) {
  let rest = text;
  for (const words of white) {
    const at = rest.indexOf(words);
    if (at >= 0) rest = rest.slice(0, at) + rest.slice(at + words.length);
  }
  return rest;
}

async function commentsOn(page) {
  const notes = await page.getAnnotations().catch(() => []);
  return notes
    .filter(({ subtype }) => subtype === 'Text' || subtype === 'FreeText' || subtype === 'Highlight')
    .map(({ contentsObj }) => contentsObj?.str ?? '')
    .filter((words) => words.trim() !== '')
    .slice(0, 50);
}
