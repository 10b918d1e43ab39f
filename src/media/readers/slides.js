/** PowerPoint presentations (pptx): slides in their order, their notes, comments and the hidden ones apart. */
import { bareAttributes, bareName, elementsOf, relationsOf, xmlEvents } from './markup.js';
import { Table } from './passages.js';
import { titleOf } from './word.js';

const PRESENTATION = 'ppt/presentation.xml';
const MOST_SLIDES = 2_000;

export async function* readSlides(zip, about) {
  about.title = await titleOf(zip);
  const targets = new Map((await relationsOf(zip, PRESENTATION)).map(({ id, target }) => [id, target]));
  const ids = await slideIds(zip);
  about.parts = { unit: 'slide', count: ids.length };
  for (const [index, id] of ids.slice(0, MOST_SLIDES).entries()) {
    const entry = targets.get(id);
    if (entry === undefined) continue;
    const place = `slide ${index + 1}`;
    const [{ show } = {}] = await elementsOf(zip, entry, 'sld');
    const aside = show === '0' || show === 'false' ? 'hidden slide' : undefined;
    for await (const text of textsIn(zip, entry)) yield { text, place, aside };
    for (const { type, target } of await relationsOf(zip, entry)) {
      const own = { notesSlide: 'speaker notes', comments: 'comment' }[type];
      if (!own) continue;
      for await (const text of textsIn(zip, target)) yield { text, place: `${own} of ${place}`, aside: own };
    }
  }
}

/** `id` and `r:id` differ in their prefix alone. */
async function slideIds(zip) {
  const ids = [];
  for await (const { open, at } of xmlEvents(zip.chunks(PRESENTATION))) {
    if (open !== undefined && bareName(open) === 'sldId')
      ids.push(Object.entries(at).find(([name]) => name !== 'id' && bareName(name) === 'id')?.[1]);
  }
  return ids;
}

/** Placeholders that say the same on each slide. */
const REPEATED = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

async function* textsIn(zip, entry) {
  let paragraph = '';
  let isText = false;
  let skipped = 0;
  let isRepeated = false;
  const tables = [];
  for await (const { open, at, text, close } of xmlEvents(zip.chunks(entry))) {
    if (text !== undefined) {
      if (isText && skipped === 0) paragraph += text;
      continue;
    }
    const name = bareName(open ?? close);
    if (name === 'Fallback') skipped += open === undefined ? -1 : 1;
    if (skipped > 0) continue;
    const table = tables.at(-1);
    if (open !== undefined) {
      if (name === 'sp') isRepeated = false;
      else if (name === 'ph') isRepeated = REPEATED.has(bareAttributes(at).type);
      else if (name === 't' || name === 'text') isText = true;
      else if (name === 'br') paragraph += '\n';
      else if (name === 'tbl') tables.push(new Table());
      else if (name === 'tc') table?.beginCell();
    } else if (name === 't' || name === 'text') {
      isText = false;
      if (name === 'text') {
        yield paragraph;
        paragraph = '';
      }
    } else if (name === 'p') {
      if (table) table.add(paragraph);
      else if (!isRepeated) yield paragraph;
      paragraph = '';
    } else if (name === 'tr') yield table?.endRow() ?? '';
    else if (name === 'tbl') tables.pop();
  }
}
