/** Web pages, and the chapters of e-books: blocks below their headings, with what a reader does not see apart. */

import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';
import { elementsOf, htmlBatches, resolveEntry, xmlEvents } from './markup.js';
import { Outline, Table, trimmedLines } from './passages.js';
import { asideOfStyle, Styles } from './styles.js';

const BLOCKS = new Set(
  'address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table ul tr caption'.split(
    ' ',
  ),
);
/** Elements within each other; deeper ones count as none. */
const DEEPEST = 500;
const SKIPPED = new Set(
  'script style template noscript svg math iframe object embed canvas audio video select'.split(' '),
);
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** `content`: bytes, or the text itself, whose own word about its encoding counts no more. */
export async function* readHtml(content, about, declared) {
  const text = typeof content === 'string' ? content : decodeText(content, about, { declared, isPage: true });
  if (text === undefined) throw new Unreadable('broken');
  const walk = new Walk(new Outline());
  yield* walk.blocksOf([text]);
  about.title = walk.title.trim();
}

class Walk {
  title = '';
  buffer = '';
  unseen = new Map();
  open = [];
  skipped = 0;
  isTitle = false;
  table;
  blocks = [];
  styles = new Styles();
  /** Text of the style sheet that is open. */
  sheet;

  constructor(outline) {
    this.outline = outline;
  }

  async *blocksOf(chunks) {
    for await (const events of htmlBatches(chunks)) {
      for (const event of events) this.hear(event);
      const { blocks } = this;
      this.blocks = [];
      yield* blocks;
    }
    this.endBlock();
    yield* this.blocks;
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) this.say(text);
    else if (open !== undefined) this.begin(open, at);
    else this.end(close);
  }

  say(text) {
    if (this.isTitle) this.title += text;
    else if (this.sheet !== undefined) this.sheet += text;
    else if (this.skipped === 0) {
      const aside = this.open.findLast((each) => each.aside)?.aside;
      const isKept = this.open.some(({ name }) => name === 'pre');
      const clean = isKept ? text : text.replace(/\s+/g, ' ');
      if (aside === undefined) this.buffer += clean;
      else this.unseen.set(aside, (this.unseen.get(aside) ?? '') + clean);
    }
  }

  begin(name, at) {
    if (SKIPPED.has(name)) this.skipped++;
    if (name === 'title') this.isTitle = true;
    if (name === 'style') this.sheet = '';
    if (BLOCKS.has(name) && name !== 'tr') this.endBlock();
    if (name === 'br') this.buffer += '\n';
    if (name === 'table') this.table ??= new Table();
    if ((name === 'td' || name === 'th') && this.table) this.table.beginCell();
    if (name === 'img' && at.alt) this.say(` [picture: ${at.alt}] `);
    if (!VOID.has(name) && this.open.length < DEEPEST)
      this.open.push({ name, aside: asideOf(at) ?? this.styles.asideOf(name, at), tables: name === 'table' });
  }

  end(name) {
    if (SKIPPED.has(name)) this.skipped = Math.max(0, this.skipped - 1);
    if (name === 'title') this.isTitle = false;
    if (name === 'style' && this.sheet !== undefined) {
      this.styles.add(this.sheet);
      this.sheet = undefined;
    }
    const level = Number(/^h([1-6])$/.exec(name)?.[1] ?? 0);
    if (level > 0 && this.buffer.trim() !== '') this.outline.enter(this.buffer.trim(), level);
    if (name === 'td' || name === 'th') this.endBlock();
    if (name === 'tr' && this.table) this.endRow();
    else if (BLOCKS.has(name)) this.endBlock(name);
    const at = this.open.findLastIndex((each) => each.name === name);
    if (at >= 0) this.open.length = at;
    if (name === 'table' && !this.open.some(({ tables }) => tables)) this.table = undefined;
  }

  endBlock(name) {
    const text = trimmedLines(this.buffer).trim();
    this.buffer = '';
    for (const [aside, words] of this.unseen)
      this.blocks.push({ text: words.trim(), place: this.outline.place(), aside });
    this.unseen.clear();
    if (text === '') return;
    if (this.table && this.table.cells.length > 0) this.table.add(text);
    else this.blocks.push({ text: name === 'li' ? `- ${text}` : text, place: this.outline.next() });
  }

  endRow() {
    this.endBlock();
    const text = this.table.endRow();
    if (text !== '') this.blocks.push({ text, place: this.outline.next() });
  }
}

function asideOf(at) {
  if ('hidden' in at) return 'hidden text';
  if (/^(?:#fff(?:fff)?|white)$/i.test(at.color ?? '')) return 'white text';
  return asideOfStyle(at.style ?? '');
}

export async function* readEpub(zip, about) {
  if (
    zip.has('META-INF/encryption.xml') &&
    (await elementsOf(zip, 'META-INF/encryption.xml', 'EncryptedData')).length > 3
  )
    throw new Unreadable('encrypted');
  const [{ 'full-path': book = '' } = {}] = await elementsOf(zip, 'META-INF/container.xml', 'rootfile');
  const folder = book.slice(0, book.lastIndexOf('/') + 1);
  const items = new Map(
    (await elementsOf(zip, book, 'item')).map(({ id, href = '' }) => [id, resolveEntry(folder, href)]),
  );
  const chapters = (await elementsOf(zip, book, 'itemref')).flatMap(({ idref }) => items.get(idref) ?? []);
  about.title = await bookTitle(zip, book);
  about.parts = { unit: 'chapter', count: chapters.length };
  for (const [index, chapter] of chapters.entries()) {
    const walk = new Walk(new Outline(`chapter ${index + 1}, `));
    yield* walk.blocksOf(zip.chunks(chapter));
  }
}

async function bookTitle(zip, book) {
  let isTitle = false;
  for await (const { open, text, close } of xmlEvents(zip.chunks(book))) {
    if (open === 'dc:title') isTitle = true;
    else if (close === 'dc:title') isTitle = false;
    else if (isTitle && text !== undefined) return text.trim();
  }
  return '';
}
