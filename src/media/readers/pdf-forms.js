/** Things on the pages of a PDF that are not their content: fields of forms, boxes of text, comments. */

const HIDDEN = 2 | 32;
const MOST_NOTES = 200;
/** Kinds of annotations whose words are comments. */
const COMMENTS = new Set(
  'Text Highlight Underline StrikeOut Squiggly Caret Square Circle Ink Line Polygon PolyLine Stamp'.split(' '),
);

/** `fields`: `{ text, rect }` as the page shows them; `comments`: words. */
export async function notesOn(page) {
  const notes = await page.getAnnotations().catch(() => []);
  const seen = notes.filter(({ annotationFlags = 0 }) => (annotationFlags & HIDDEN) === 0).slice(0, 2_000);
  const fields = seen.flatMap((note) => {
    const text = note.subtype === 'FreeText' ? note.contentsObj?.str : fieldText(note);
    return text && note.rect ? [{ text: text.trim(), rect: note.rect }] : [];
  });
  const comments = seen
    .filter(({ subtype }) => COMMENTS.has(subtype))
    .map(({ contentsObj }) => contentsObj?.str ?? '')
    .filter((words) => words.trim() !== '')
    .slice(0, MOST_NOTES);
  return { fields, comments };
}

/** The value of a field as it is seen; undefined for one that is empty, a button, a password. */
function fieldText({ subtype, fieldType, fieldValue, exportValue, buttonValue, options = [], ...field }) {
  if (subtype !== 'Widget' || field.password || field.pushButton) return undefined;
  if (field.checkBox) return isTicked(fieldValue, exportValue) ? '☒' : '☐';
  if (field.radioButton) return isTicked(fieldValue, buttonValue) ? '◉' : '◯';
  if (fieldType !== 'Tx' && fieldType !== 'Ch') return undefined;
  const values = [fieldValue].flat().filter((value) => typeof value === 'string');
  const shown = values.map((value) => options.find((option) => option.exportValue === value)?.displayValue ?? value);
  return shown.join(', ').replace(/\r\n?/g, '\n');
}

const isTicked = (value, own) =>
  Boolean(value) && value !== 'Off' && (own === undefined || own === null || own === value);

/** The items of a page with those fields: each behind the words on its line to the left of it, or before those to the right. */
export function withFields(items, fields) {
  const own = items.filter((item) => 'str' in item).map((item) => ({ ...item }));
  const ordered = [...fields].sort((a, b) => b.rect[3] - a.rect[3] || a.rect[0] - b.rect[0]);
  for (const field of ordered) addField(own, field);
  return own;
}

function addField(items, { text, rect: [left, low, right, top] }) {
  const onLine = items.filter(
    ({ str, transform }) => str.trim() !== '' && transform[5] >= low - 4 && transform[5] <= top,
  );
  const byNearness = (a, b) => Math.abs(a.transform[4] - left) - Math.abs(b.transform[4] - left);
  const before = onLine.filter(({ transform }) => transform[4] <= left).sort(byNearness)[0];
  const behind = onLine.filter(({ transform }) => transform[4] > left).sort(byNearness)[0];
  const height = before?.height || behind?.height || 10;
  const y = (before ?? behind)?.transform[5] ?? low + 3;
  const item = {
    str: text,
    dir: 'ltr',
    transform: [height, 0, 0, height, left, y],
    width: right - left,
    height,
    hasEOL: false,
  };
  if (before) {
    item.hasEOL = before.hasEOL;
    before.hasEOL = false;
    items.splice(items.indexOf(before) + 1, 0, item);
  } else if (behind) items.splice(items.indexOf(behind), 0, item);
  else {
    const below = items.findIndex(({ str, transform }) => str.trim() !== '' && transform[5] < low);
    items.splice(below < 0 ? items.length : below, 0, { ...item, hasEOL: true });
  }
}
