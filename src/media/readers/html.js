/** Web pages, and the chapters of e-books: blocks below their headings, with what a reader does not see apart. */

import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';
import { elementsOf, htmlBatches, resolveEntry, xmlEvents } from './markup.js';
import { Outline, Table, trimmedLines } from './passages.js';
import { asideOfLook, FIRST_LOOK, lookOf, PageElement, Styles } from './styles.js';

const BLOCKS = new Set(
  'address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table ul tr caption'.split(
    ' ',
  ),
);
/** Elements within each other; deeper ones count as none. */
const DEEPEST = 500;
const SKIPPED = new Set(
  'script style template noscript iframe object embed canvas audio video datalist annotation annotation-xml rp rt'.split(
    ' ',
  ),
);
/** Boxes within a line, whose words join none beside them. */
const APART = new Set('button select textarea svg'.split(' '));
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
/** Fields that show their value as it is. */
const SHOWN_FIELDS = /^(?:text|search|email|tel|url|number|date|time|datetime-local|month|week|button|submit|reset|)$/;

/** `content`: bytes, or the text itself, whose own word about its encoding counts no more. */
export async function* readHtml(content, about, declared, budget) {
  const text = typeof content === 'string' ? content : decodeText(content, about, { declared, isPage: true });
  if (text === undefined) throw new Unreadable('broken');
  const walk = new Walk(new Outline());
  yield* walk.blocksOf([text]);
  about.title = walk.title.trim();
  if (walk.styles.isShort) budget?.miss('style');
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
  root = new PageElement('#page', {}, undefined);
  drawn = 0;
  /** The place of two raised digits behind a number: cents, if a currency follows. */
  raised;
  select;

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
    else if (this.skipped === 0 && this.isShown()) this.add(text);
  }

  /** False for a drawing but for its words, and for choices of a list that are not made. */
  isShown() {
    if (this.drawn > 0 && !this.open.some(({ name }) => name === 'text')) return false;
    return this.select === undefined || this.select.isChosen;
  }

  add(text) {
    const aside = this.open.at(-1)?.aside;
    const isKept = this.open.some(({ name }) => name === 'pre' || name === 'textarea');
    const clean = isKept ? text : text.replace(/\s+/g, ' ');
    if (aside !== undefined) {
      this.unseen.set(aside, (this.unseen.get(aside) ?? '') + clean);
      return;
    }
    if (this.raised !== undefined && CURRENCY_AHEAD.test(clean)) this.addPoint(this.raised);
    if (clean.trim() !== '') this.raised = undefined;
    this.buffer += clean;
  }

  begin(name, at) {
    if (SKIPPED.has(name)) this.skipped++;
    if (name === 'svg') this.drawn++;
    if (name === 'title' && this.drawn === 0) this.isTitle = true;
    if (name === 'style') this.sheet = '';
    if (BLOCKS.has(name) && name !== 'tr') this.endBlock();
    if (name === 'br') this.buffer += '\n';
    if (APART.has(name)) this.add(' ');
    if (name === 'table') this.table ??= new Table();
    if ((name === 'td' || name === 'th') && this.table) this.table.beginCell();
    if (VOID.has(name)) this.beginVoid(name, at);
    else if (this.open.length < DEEPEST) this.open.push(this.elementOf(name, at));
    if (name === 'sup') this.beginRaised();
    if (name === 'select') this.select = { isChosen: false, hasChosen: false };
    else if (name === 'option' && this.select) this.choose(at);
  }

  elementOf(name, at) {
    const outer = this.open.at(-1);
    const node = new PageElement(name, at, outer?.node ?? this.root);
    const value = this.styles.valuesOf(node, at.style);
    const look = lookOf(value, at, outer?.look ?? FIRST_LOOK);
    if (name === 'dialog' && !('open' in at)) look.isHidden = true;
    return { name, node, look, aside: asideOfLook(look), tables: name === 'table' };
  }

  beginVoid(name, at) {
    const { aside } = this.elementOf(name, at);
    if (aside !== undefined) return;
    if (name === 'img' && at.alt) this.say(` [picture: ${at.alt}] `);
    if (name !== 'input') return;
    const type = (at.type ?? '').toLowerCase();
    if (type === 'checkbox' || type === 'radio') this.say('checked' in at ? ' ☒ ' : ' ☐ ');
    else if (at.value && SHOWN_FIELDS.test(type)) this.say(` ${at.value} `);
  }

  /** A list shows the first of its choices where none is chosen; a later one that is takes its place. */
  choose(at) {
    const { select } = this;
    const isChosen = 'selected' in at;
    if (isChosen && select.from !== undefined) this.buffer = this.buffer.slice(0, select.from);
    select.isChosen = isChosen || select.from === undefined;
    if (select.isChosen) select.from = this.buffer.length;
  }

  /** Cents that are raised behind a price: without a point they would be more of its digits. */
  beginRaised() {
    this.raised = undefined;
    this.raisedFrom = /\d$/.test(this.buffer) ? this.buffer.length : undefined;
  }

  endRaised() {
    const from = this.raisedFrom;
    this.raisedFrom = undefined;
    if (from === undefined || !/^\d\d$/.test(this.buffer.slice(from))) return;
    if (CURRENCY_BEFORE.test(this.buffer.slice(Math.max(0, from - 30), from))) this.addPoint(from);
    else this.raised = from;
  }

  addPoint(at) {
    this.buffer = `${this.buffer.slice(0, at)}.${this.buffer.slice(at)}`;
  }

  end(name) {
    if (SKIPPED.has(name)) this.skipped = Math.max(0, this.skipped - 1);
    if (name === 'svg') this.drawn = Math.max(0, this.drawn - 1);
    if (name === 'title') this.isTitle = false;
    if (name === 'style' && this.sheet !== undefined) {
      this.styles.add(this.sheet);
      this.sheet = undefined;
    }
    if (name === 'sup') this.endRaised();
    if (APART.has(name)) this.add(' ');
    if (name === 'select') this.select = undefined;
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
    this.raised = this.raisedFrom = undefined;
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

const CURRENCY = '[€$£¥₹₽₴₺₩₫]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|Kč|kr|zł|lei|Ft|Fr)\\b\\.?';
const CURRENCY_BEFORE = new RegExp(`(?:${CURRENCY})\\s?[\\d.,'’\\s]{0,15}$`, 'i');
const CURRENCY_AHEAD = new RegExp(`^\\s?(?:${CURRENCY}|zł|Kč)`, 'i');

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
