/** PowerPoint presentations (pptx): slides in their order, their notes, comments and the hidden ones apart. */
import { asideOfColors, hexColor, WHITE } from '../colors.js';
import {
  bareAttributes,
  bareName,
  blocksOf,
  elementsOf,
  openPackage,
  partOfType,
  prefixedAttribute,
  relationsOf,
  xmlEvents,
} from '../markup.js';
import { linkedText, Table } from '../passages.js';
import { isDrawn, isSetIn, readDrawn, readSetIn, ShapeFill } from './drawings.js';

const MOST_SLIDES = 2_000;
/** Parts of a slide that have words of their own, and what these are. */
const BESIDE = { notesSlide: 'speaker notes', comments: 'comment' };

export async function* readSlides(zip, about, nested) {
  const { main, relations } = await openPackage(zip, about, 'ppt/presentation.xml');
  const targets = new Map(relations.map(({ id, target }) => [id, target]));
  const ids = await slideIds(zip, main);
  about.parts = { unit: 'slide', count: ids.length };
  zip.budget.miss('slide', ids.length - MOST_SLIDES);
  const frames = new Frames(zip);
  for (const [index, id] of ids.slice(0, MOST_SLIDES).entries()) {
    const entry = targets.get(id);
    if (entry === undefined || !zip.has(entry)) continue;
    yield* slideAt(zip, entry, { place: `slide ${index + 1}`, nested, frames });
  }
}

async function* slideAt(zip, entry, { place, nested, frames }) {
  const [{ show } = {}] = await elementsOf(zip, entry, 'sld');
  const aside = show === '0' || show === 'false' ? 'hidden slide' : undefined;
  const relations = await relationsOf(zip, entry);
  const layout = await frames.of(partOfType(relations, 'slideLayout', ''));
  for await (const block of partsOn(zip, entry, relations, { ground: layout.ground })) {
    if (block.isFooter) yield* frames.footer(block.text);
    else if (block.isLink) yield { text: block.text, place: `link on ${place}`, aside };
    else if (block.text !== undefined) yield { text: block.text, place, aside: aside ?? block.aside };
    else if (block.part) yield* drawnOn(zip, block.part, { place, aside, nested });
  }
  for (const { type, target } of relations) {
    const own = BESIDE[type];
    if (!own || target === undefined) continue;
    for await (const { text, isFooter } of partsOn(zip, target, await relationsOf(zip, target)))
      if (text !== undefined && !isFooter) yield { text, place: `${own} of ${place}`, aside: own };
  }
  for (const text of layout.texts) yield* frames.footer(text);
}

async function* drawnOn(zip, part, { place, aside, nested }) {
  if (isDrawn(part.type)) for await (const text of readDrawn(zip, part)) yield { text, place, aside };
  else
    for await (const block of readSetIn(zip, part, (bytes, name, type, own) =>
      nested(bytes, name, type, `${place}, ${own}`),
    ))
      yield { ...block, aside: aside ?? block.aside };
}

/** Layouts and masters: their words stand on each of their slides, and are told once. */
class Frames {
  known = new Map();
  footers = new Set();

  constructor(zip) {
    this.zip = zip;
  }

  *footer(text) {
    if (this.footers.has(text)) return;
    this.footers.add(text);
    yield { text, place: 'header or footer', aside: 'header or footer' };
  }

  async of(entry) {
    const known = this.known.get(entry);
    if (known) return { ground: known.ground, texts: [] };
    const { zip } = this;
    const frame = { ground: undefined, texts: [] };
    this.known.set(entry, frame);
    if (entry === '' || !zip.has(entry)) return frame;
    const relations = await relationsOf(zip, entry);
    const master = partOfType(relations, 'slideMaster', '');
    const above = master === '' || master === entry ? frame : await this.of(master);
    const texts = [...above.texts];
    for await (const { text, aside, ground } of partsOn(zip, entry, relations, { isFrame: true })) {
      if (ground) frame.ground = ground;
      if (text && aside === undefined) texts.push(text);
    }
    frame.ground ??= above.ground;
    return { ground: frame.ground, texts };
  }
}

/** `id` and `r:id` differ in their prefix alone. */
async function slideIds(zip, main) {
  const ids = [];
  for await (const { open, at } of xmlEvents(zip.chunks(main)))
    if (open !== undefined && bareName(open) === 'sldId') ids.push(prefixedAttribute(at, 'id'));
  return ids;
}

/** Placeholders that say the same on each slide. */
const REPEATED = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/** Words of a slide, its notes, its comments: `{ text, aside }`, or `{ part }` for what is drawn or set in. */
async function* partsOn(zip, entry, relations, { ground, isFrame = false } = {}) {
  const byId = new Map(relations.map((relation) => [relation.id, relation]));
  const walk = new Walk(byId, ground, isFrame);
  yield* blocksOf(zip.chunks(entry), walk);
}

class Walk {
  blocks = [];
  paragraph = '';
  asides = new Map();
  links = [];
  tables = [];
  /** Forms of one thing for newer and older programs: true once one of them has said something. */
  forms = [];
  skipped = 0;
  isText = false;
  box = new ShapeFill();
  shape = {};
  color;

  constructor(byId, ground, isFrame) {
    this.byId = byId;
    this.ground = ground;
    this.isFrame = isFrame;
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) {
      if (this.isText && this.skipped === 0) this.say(text);
    } else if (open !== undefined) this.begin(bareName(open), at);
    else this.end(bareName(close));
  }

  begin(name, at) {
    if (this.skipped > 0 || ((name === 'Choice' || name === 'Fallback') && this.forms.at(-1) === true)) {
      this.skipped++;
      return;
    }
    const own = bareAttributes(at);
    if (this.isLetters && name === 'solidFill') this.isColor = true;
    else if (this.isColor && name === 'srgbClr') this.color = hexColor(own.val);
    else if (this.isColor && name === 'schemeClr') this.color = own.val === 'bg1' ? WHITE : undefined;
    else if (name === 'sp' || name === 'pic' || name === 'graphicFrame') this.beginShape(name, own);
    else if (name === 'bg') this.box.beginShape({});
    else if (name === 'bgRef') this.isScheme = true;
    else if (this.isScheme && name === 'schemeClr') this.box.ground = own.val === 'bg1' ? WHITE : 'unknown';
    // Colours of a dark design have their names the other way round.
    else if (name === 'clrMap' && own.bg1 !== 'lt1') this.blocks.push({ ground: 'unknown' });
    else if (name === 'cNvPr') this.shape.isHidden ||= own.hidden === '1' || own.hidden === 'true';
    else if (name === 'ph') this.noteHolder(own.type);
    else if (name === 'AlternateContent') this.forms.push(false);
    else if (name === 'rPr') [this.isLetters, this.color] = [true, undefined];
    else if (name === 't' || name === 'text') this.isText = true;
    else if (name === 'br') this.say('\n');
    else if (name === 'tbl') this.tables.push(new Table());
    else if (name === 'tc') this.beginCell();
    else if (name === 'hlinkClick') this.link(prefixedAttribute(at, 'id') ?? own.id);
    else if (name === 'chart' || name === 'oleObj') this.refer(prefixedAttribute(at, 'id') ?? own.id);
    else if (name === 'relIds') this.refer(own.dm);
    else if (!this.isLetters) this.box.begin(name, own);
  }

  beginShape(name, own) {
    this.shape = { isRepeated: false, isHidden: false, isPicture: name === 'pic' };
    this.isPainted ||= name !== 'sp';
    if (name === 'sp') this.box.begin(name, own);
  }

  noteHolder(type) {
    this.shape.isRepeated = this.isFrame || REPEATED.has(type);
    this.shape.isFooter = !this.isFrame && (type === 'ftr' || type === 'hdr');
  }

  endGround() {
    this.ground = this.box.ground ?? 'unknown';
    this.isScheme = false;
    this.blocks.push({ ground: this.ground });
  }

  beginCell() {
    this.tables.at(-1)?.beginCell();
    this.shape.isCell = true;
  }

  link(id) {
    const { address } = this.byId.get(id) ?? {};
    if (address) this.links.push(address);
  }

  refer(id) {
    const part = this.byId.get(id);
    if (part?.target === undefined || !(isDrawn(part.type) || isSetIn(part.type))) return;
    this.forms.fill(true);
    this.blocks.push({ part });
  }

  say(text) {
    this.forms.fill(true);
    const aside = this.shape.isHidden ? 'hidden text' : this.unseen();
    if (aside === undefined) this.paragraph += text;
    else this.asides.set(aside, (this.asides.get(aside) ?? '') + text);
  }

  /** The ground of a slide is white where neither it, nor its layout, has another, and nothing is painted before. */
  unseen() {
    if (this.shape.isCell) return undefined;
    const below = this.isPainted ? 'unknown' : (this.ground ?? [255, 255, 255]);
    return asideOfColors(this.color, this.box.ground ?? below);
  }

  end(name) {
    if (this.skipped > 0) this.skipped--;
    else if (name === 'AlternateContent') {
      if (this.forms.pop() === true) this.forms.fill(true);
    } else if (name === 'solidFill' && this.isColor) this.isColor = false;
    else if (name === 'rPr') this.isLetters = false;
    else if (name === 'r' || name === 'fld') this.color = undefined;
    else if (name === 't' || name === 'text') this.endText(name);
    else if (name === 'p') this.endParagraph();
    else if (name === 'tr') this.put(this.tables.at(-1)?.endRow() ?? '');
    else if (name === 'tbl') this.tables.pop();
    else if (name === 'sp') this.isPainted ||= this.box.ground !== undefined;
    else if (name === 'bg') this.endGround();
    else this.box.end(name);
  }

  endText(name) {
    this.isText = false;
    if (name === 'text') this.endParagraph();
  }

  endParagraph() {
    const text = this.paragraph;
    const linked = linkedText(text, this.links);
    if (linked !== '') this.blocks.push({ text: linked, isLink: true });
    if (this.tables.length > 0) this.tables.at(-1).add(text);
    else if (this.shape.isFooter) this.blocks.push({ text, isFooter: true });
    else if (!this.shape.isRepeated) {
      this.put(text);
      for (const [aside, words] of this.asides) this.blocks.push({ text: words, aside });
    }
    [this.paragraph, this.links] = ['', []];
    this.asides.clear();
  }

  put(text) {
    if (text.trim() !== '') this.blocks.push({ text });
  }
}
