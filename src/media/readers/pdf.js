/** PDF: the text of each page in reading order, with what fields hold, what nobody sees apart, and pages that are pictures counted. */
import { readFile } from 'node:fs/promises';
import { Budget, Unreadable } from './limits.js';
import { notesOn, withFields } from './pdf-forms.js';
import { lookAtPage, withoutUnseen } from './pdf-seen.js';
import { openZip } from './zip.js';

const MOST_PAGES = 5_000;
/** Pages whose operators are followed: each takes some milliseconds, and its pictures are unpacked. */
const MOST_FOLLOWED = 400;
const MOST_BOOKMARKS = 2_000;
const MOST_ATTACHMENTS = 50;
const LONGEST_BOOKMARK = 80;
/** Letters and the share of a picture by which a page with a line on it is a picture all the same. */
const FEW_LETTERS = 120;
const COVERED = 0.5;

/** Node 20 has none, and the list of a page's operators needs it. */
ArrayBuffer.prototype.transferToFixedLength ??= function transferToFixedLength(length) {
  return this.slice(0, length);
};

/** Maps of characters for Chinese, Japanese and Korean, of Adobe; nothing else is ever fetched. */
class CharacterMaps {
  async fetch({ kind, filename }) {
    if (kind !== 'cMapUrl') throw new Error('There is no such file.');
    CharacterMaps.zip ??= readFile(new URL('../../../assets/cmaps.zip', import.meta.url)).then((bytes) =>
      openZip(bytes, new Budget()),
    );
    const zip = await CharacterMaps.zip;
    if (!zip.has(filename)) throw new Error('There is no such map.');
    return new Uint8Array(await zip.bytesOf(filename));
  }
}

const OPTIONS = {
  isEvalSupported: false,
  verbosity: 0,
  useWorkerFetch: false,
  cMapUrl: 'maps/',
  BinaryDataFactory: CharacterMaps,
};

export async function* readPdf(bytes, about, { budget, nested }) {
  const { getDocumentProxy, getResolvedPDFJS } = await import('unpdf');
  const { OPS } = await getResolvedPDFJS();
  const pdf = await getDocumentProxy(new Uint8Array(bytes), OPTIONS).catch((error) => {
    throw new Unreadable(/password/i.test(error?.name ?? '') ? 'encrypted' : 'broken');
  });
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  about.title = typeof info?.Title === 'string' ? info.Title.trim().slice(0, 300) : '';
  about.parts = { unit: 'page', count: pdf.numPages };
  // A form of its own language, which most programs show a page in place of.
  if (info?.IsXFAPresent && !info.IsAcroFormPresent) budget.miss('form');
  // On a page alone they would say no more than it does.
  const headings = pdf.numPages > 1 ? await bookmarksOf(pdf) : [];
  const pictures = [];
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
    const page = await pdf.getPage(number).catch(() => undefined);
    if (!page) continue;
    const heading = headings.findLast((each) => each.page <= number)?.title;
    const place = heading === undefined ? `page ${number}` : `page ${number}, “${heading}”`;
    const found = await readPage(page, { OPS, isFollowed: number <= MOST_FOLLOWED });
    if (found.isPicture) pictures.push(number);
    if (isUnclear(found.text)) budget.miss('font');
    yield { text: found.text, place };
    for (const { words, aside } of found.unseen) yield { text: words, place, aside };
    for (const words of found.comments) yield { text: words, place: `comment on page ${number}`, aside: 'comment' };
    page.cleanup();
  }
  budget.miss('page', pdf.numPages - MOST_PAGES);
  about.pictures = pictures.length;
  about.picturePages = pictures;
  yield* attachedTo(pdf, nested, budget);
  await pdf.destroy?.();
}

async function readPage(page, { OPS, isFollowed }) {
  const { items } = await page.getTextContent({ disableNormalization: false });
  const { fields, comments } = await notesOn(page);
  const hasText = items.some(({ str }) => str?.trim());
  const { unseen, covered } = isFollowed && hasText ? await lookAtPage(page, OPS) : { unseen: [], covered: 0 };
  const seen = unseen.length > 0 ? withoutUnseen(items, unseen) : items;
  const text = textOf(withFields(seen, fields));
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const isPicture = text.trim() === '' || (covered >= COVERED && letters < FEW_LETTERS && fields.length === 0);
  return { text, unseen, comments, isPicture };
}

/** More signs of a font's own than letters: it does not say which letters they are. */
function isUnclear(text) {
  const own = text.match(/[\p{Co}\ufffd]|(?![\s])\p{Cc}/gu)?.length ?? 0;
  return own > 5 && own > (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0);
}

/** The headings of the outline, each with the page that it leads to, in the order of pages. */
async function bookmarksOf(pdf) {
  const found = [];
  const open = [...((await pdf.getOutline().catch(() => null)) ?? [])];
  for (let n = 0; n < MOST_BOOKMARKS && open.length > 0; n++) {
    const { title = '', dest, items = [] } = open.shift();
    open.unshift(...items);
    const page = await pageOfTarget(pdf, dest);
    const clean = title.replace(/\s+/g, ' ').trim().slice(0, LONGEST_BOOKMARK);
    // The first of several on one page stands above its text.
    if (page !== undefined && clean !== '' && !found.some((each) => each.page === page))
      found.push({ page, title: clean });
  }
  return found.sort((a, b) => a.page - b.page);
}

async function pageOfTarget(pdf, target) {
  try {
    const [page] = (typeof target === 'string' ? await pdf.getDestination(target) : target) ?? [];
    if (Number.isInteger(page)) return page + 1;
    return page ? (await pdf.getPageIndex(page)) + 1 : undefined;
  } catch {
    return undefined;
  }
}

async function* attachedTo(pdf, nested, budget) {
  const attached = Object.values((await pdf.getAttachments().catch(() => null)) ?? {});
  for (const { filename = 'unnamed', content } of attached.slice(0, MOST_ATTACHMENTS))
    if (content) yield* nested(Buffer.from(content), filename, '', `attachment ${filename}`);
  budget.miss('attachment', attached.length - MOST_ATTACHMENTS);
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

/** A word whose letters stand far apart, as headings have it. */
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
