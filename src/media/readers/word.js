/** Word documents (docx): paragraphs below their headings, with notes, comments and deletions named as such. */
import { bareAttributes, bareName, elementsOf, relationsOf, xmlBatches, xmlEvents } from './markup.js';
import { Outline, Table } from './passages.js';

const DOCUMENT = 'word/document.xml';
const TITLE_STYLES = /^(?:heading|überschrift|titre|título|kop|otsikko|nagłówek) ?(\d)$/i;

export async function* readWord(zip, about) {
  about.title = await titleOf(zip);
  const styles = await headingsIn(zip);
  const relations = await relationsOf(zip, DOCUMENT);
  const partsOf = (type) => relations.filter((relation) => relation.type === type).map(({ target }) => target);
  const outline = new Outline();
  const notes = new Map();
  yield* bodyOf(zip, DOCUMENT, { styles, outline, notes });
  for (const [type, what] of [
    ['footnotes', 'footnote'],
    ['endnotes', 'endnote'],
    ['comments', 'comment'],
  ]) {
    for (const part of partsOf(type)) yield* notesIn(zip, part, what, notes);
  }
  const seen = new Set();
  for (const part of [...partsOf('header'), ...partsOf('footer')]) {
    for await (const { text } of bodyOf(zip, part, { styles, outline: new Outline(), notes: new Map() })) {
      if (seen.has(text)) continue;
      seen.add(text);
      yield { text, place: 'header or footer', aside: 'header or footer' };
    }
  }
}

export async function titleOf(zip) {
  let isTitle = false;
  let title = '';
  for await (const { open, text, close } of xmlEvents(zip.chunks('docProps/core.xml'))) {
    if (open !== undefined) isTitle = bareName(open) === 'title';
    else if (close !== undefined) isTitle = false;
    else if (isTitle) title += text;
  }
  return title.trim();
}

/** Levels of headings by the id of their style. */
async function headingsIn(zip) {
  const levels = new Map();
  let style;
  for await (const { open, at } of xmlEvents(zip.chunks('word/styles.xml'))) {
    if (open === undefined) continue;
    const name = bareName(open);
    const { val, styleId } = bareAttributes(at);
    if (name === 'style') style = styleId;
    else if (name === 'name' && style !== undefined) {
      const level = /^title$/i.test(val ?? '') ? 1 : Number(TITLE_STYLES.exec(val ?? '')?.[1] ?? 0);
      if (level > 0) levels.set(style, level);
    } else if (name === 'outlineLvl' && style !== undefined && Number(val) < 9 && !levels.has(style)) {
      levels.set(style, Number(val) + 1);
    }
  }
  return levels;
}

/** Words that are kept apart from the text around them. */
const ASIDES = { del: 'deleted', moveFrom: 'deleted' };

class Paragraph {
  text = '';
  level = 0;
  isListed = false;
  asides = new Map();

  add(text, aside) {
    if (aside === undefined) this.text += text;
    else this.asides.set(aside, (this.asides.get(aside) ?? '') + text);
  }
}

/** One part's paragraphs and tables. */
async function* bodyOf(zip, part, { styles, outline, notes }) {
  const walk = new Walk(styles, outline, notes);
  for await (const events of xmlBatches(zip.chunks(part))) {
    for (const event of events) walk.hear(event);
    yield* walk.take();
  }
}

class Walk {
  blocks = [];
  paragraphs = [];
  tables = [];
  skipped = 0;
  deleted = 0;
  isText = false;
  isRun = false;
  run = {};

  constructor(styles, outline, notes) {
    this.styles = styles;
    this.outline = outline;
    this.notes = notes;
  }

  take() {
    const { blocks } = this;
    if (blocks.length > 0) this.blocks = [];
    return blocks;
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) {
      if (this.isText && this.skipped === 0) this.say(text);
    } else if (open !== undefined) this.begin(bareName(open), at);
    else this.end(bareName(close));
  }

  /** A picture's other form for old programs says the same again; a formula of a field is no text. */
  begin(name, at) {
    if (this.skipped > 0 || name === 'Fallback' || name === 'instrText') {
      this.skipped++;
      return;
    }
    const paragraph = this.paragraphs.at(-1);
    if (name === 'p') this.paragraphs.push(new Paragraph());
    else if (name in ASIDES) this.deleted++;
    else if (name === 'tbl') this.tables.push(new Table());
    else if (name === 'tc') this.tables.at(-1)?.beginCell();
    else if (name === 't' || name === 'delText') this.isText = true;
    else if (name === 'tab' && this.isRun) this.say('\t');
    else if (name === 'br' || name === 'cr') this.say('\n');
    else if (name === 'noBreakHyphen') this.say('-');
    else if (name === 'r') this.beginRun();
    else if (paragraph) this.format(name, bareAttributes(at), paragraph);
  }

  /** Stops of tabs are called tabs, too, and stand outside of runs. */
  beginRun() {
    this.run = {};
    this.isRun = true;
  }

  format(name, { val, fill, id }, paragraph) {
    const isOn = val !== '0' && val !== 'false';
    if (name === 'pStyle') paragraph.level = this.styles.get(val) ?? 0;
    else if (name === 'outlineLvl' && Number(val) < 9) paragraph.level = Number(val) + 1;
    else if (name === 'numPr') paragraph.isListed = true;
    else if (name === 'vanish' && isOn) this.run.isHidden = true;
    else if (name === 'color') this.run.isWhite = /^f[0-9a-f]f[0-9a-f]f[0-9a-f]$/i.test(val ?? '');
    else if (name === 'shd' && fill && !/^(?:auto|f{6})$/i.test(fill)) this.run.isShaded = true;
    else if (name === 'highlight' && val !== 'white') this.run.isShaded = true;
    else if (name === 'footnoteReference' || name === 'endnoteReference') this.say(`[${id}]`);
    else if (name === 'commentReference') this.notes.set(`comment ${id}`, this.outline.place());
  }

  say(text) {
    const { isHidden, isWhite, isShaded } = this.run;
    const unseen = isHidden ? 'hidden text' : isWhite && !isShaded ? 'white text' : undefined;
    this.paragraphs.at(-1)?.add(text, this.deleted > 0 ? 'deleted' : unseen);
  }

  end(name) {
    if (this.skipped > 0) {
      this.skipped--;
    } else if (name === 't' || name === 'delText') this.isText = false;
    else if (name in ASIDES) this.deleted--;
    else if (name === 'r') this.isRun = false;
    else if (name === 'p') this.endParagraph(this.paragraphs.pop());
    else if (name === 'tr') this.endRow();
    else if (name === 'tbl') this.tables.pop();
  }

  endParagraph(paragraph) {
    const { text, level, isListed, asides } = paragraph;
    for (const [aside, words] of asides) this.blocks.push({ text: words, place: this.outline.place(), aside });
    const table = this.tables.at(-1);
    if (table) table.add(text);
    else if (text.trim() !== '') {
      if (level > 0) this.outline.enter(text.trim(), level);
      this.blocks.push({ text: isListed && level === 0 ? `- ${text}` : text, place: this.outline.next() });
    }
  }

  endRow() {
    const row = this.tables.at(-1)?.endRow() ?? '';
    if (row === '') return;
    const outer = this.tables.at(-2);
    if (outer) outer.add(row);
    else this.blocks.push({ text: row, place: this.outline.next() });
  }
}

/** Footnotes, endnotes and comments, each with the place that refers to it. */
async function* notesIn(zip, part, what, notes) {
  const authors = new Map(
    (what === 'comment' ? await elementsOf(zip, part, 'comment') : []).map(({ id, author }) => [id, author]),
  );
  let note;
  let text = '';
  for await (const { open, at, text: said, close } of xmlEvents(zip.chunks(part))) {
    const name = bareName(open ?? close ?? '');
    if (name === what) {
      if (open !== undefined) [note, text] = [bareAttributes(at), ''];
      else {
        const own = notes.get(`${what} ${note?.id}`);
        const by = authors.get(note?.id);
        const place =
          what === 'comment' ? `comment${by ? ` by ${by}` : ''}${own ? ` at ${own}` : ''}` : `${what} ${note?.id}`;
        yield { text: text.trim(), place, ...(what === 'comment' && { aside: 'comment' }) };
        note = undefined;
      }
    } else if (note && close !== undefined && name === 'p') text += '\n';
    else if (note && said !== undefined) text += said;
  }
}
