/** Reads one file after another for the daemon, in a process of its own: the bytes come in pieces, the passages go back in batches. */
import { answerParent } from '../base/child/program.js';
import { charsetIn } from './readers/encoding.js';
import { kindOf, ofZip } from './readers/kinds.js';
import { Budget, Unreadable } from './readers/limits.js';
import { Passages } from './readers/passages.js';
import { openZip } from './readers/zip.js';

/** Characters and milliseconds of a batch: the first passages are shown while the others are read. */
const BATCH = 60_000;
const BATCH_MS = 250;
const MOST_MEMORY = 400 * 1024 * 1024;
const LONGEST_WORDS = 300;
/** Appointments of a batch. */
const ENTRIES = 200;

/** Files within a file that could not be read, and documents of old formats, that are named; the others are counted. */
const MOST_NAMED = 20;

/** Entries that cannot be unpacked, by the fault of each: they are counted, and the others are read. */
const UNPACKED = { method: 'method', encrypted: 'locked', broken: 'broken' };

/** The file that is read: its bytes, then its blocks. */
let file;
/** Bytes of the old Office documents that were in the last one. */
let old = Buffer.alloc(0);

await answerParent(
  async (task) => {
    if (task.do === 'open') [file, old] = [{ name: task.name, type: task.type, chunks: [] }, Buffer.alloc(0)];
    else if (task.do === 'bytes') file.chunks.push(Buffer.from(task.base64, 'base64'));
    else if (task.do === 'read') return nextBatch();
    else if (task.do === 'entries') return nextEntries();
    else if (task.do === 'take') return { base64: old.subarray(task.from, task.to).toString('base64') };
    else if (task.do === 'close') file = undefined;
    return {};
  },
  { mostMemory: MOST_MEMORY },
);

async function nextBatch() {
  file.reading ??= begin(file);
  const { blocks, passages, about, budget } = file.reading;
  const from = performance.now();
  let isDone = false;
  let size = 0;
  try {
    while (size < BATCH && performance.now() - from < BATCH_MS) {
      const { value, done } = await blocks.next();
      if (done) {
        isDone = true;
        passages.close();
        break;
      }
      size += value.text.length;
      passages.add(value);
    }
  } catch (error) {
    isDone = true;
    about.fault = faultOf(error);
    if (about.fault !== 'long') passages.close();
  }
  if (!isDone) return { passages: passages.take() };
  file = undefined;
  old = Buffer.concat(budget.old.flatMap(({ bytes }) => (bytes ? [bytes] : [])));
  const documents = budget.old.slice(0, MOST_NAMED).map(({ bytes: _, ...document }) => document);
  const unread = budget.unread.slice(0, MOST_NAMED);
  const unnamed = budget.old.length - documents.length + budget.unread.length - unread.length;
  const missed = [...budget.missed].map(([part, count]) => ({ part, count }));
  const facts = {
    ...factsOf(about),
    ...((about.guessed || budget.guessed) && { guessed: true }),
    ...(unread.length > 0 && { unread }),
    ...(unnamed > 0 && { unnamed }),
    ...(missed.length > 0 && { missed }),
  };
  return { passages: passages.take(), facts, ...(documents.length > 0 && { old: documents }) };
}

/** Appointments of the calendar that was sent. */
async function nextEntries() {
  const items = [];
  try {
    file.entries ??= (await import('./readers/appointments.js')).entriesIn(Buffer.concat(file.chunks), {});
    while (items.length < ENTRIES) {
      const { value, done } = file.entries.next();
      if (done) return { items, isDone: true };
      items.push(value);
    }
    return { items };
  } catch (error) {
    return { items, fault: faultOf(error) };
  }
}

/** A library that stumbles over a file means that the file is broken. */
function faultOf(error) {
  return error instanceof Unreadable ? error.code : 'broken';
}

function begin({ chunks, name, type }) {
  const about = {};
  const budget = new Budget();
  const blocks = read({ bytes: Buffer.concat(chunks), name, type, budget, depth: 0, place: '' }, about);
  file.chunks = [];
  return { blocks, passages: new Passages(), about, budget };
}

function factsOf({ kind, says, to, title = '', parts, fault, pictures, picturePages, people }) {
  return {
    kind,
    says,
    ...(to && { to }),
    title: title.slice(0, LONGEST_WORDS),
    ...(parts && { parts }),
    ...(fault && { fault }),
    ...(pictures && { pictures, picturePages: picturePages.slice(0, MOST_NAMED) }),
    ...(people?.length && { people }),
  };
}

/** The blocks of a file of any kind. `about` is filled as it is read. */
async function* read({ bytes, name, type, budget, depth, place: outer }, about) {
  if (bytes.length === 0) {
    Object.assign(about, { kind: 'text', says: 'an empty file' });
    throw new Unreadable('empty');
  }
  budget.checkDepth(depth);
  let looked = kindOf(bytes, name, type);
  let zip;
  if (looked.kind === 'zip') {
    Object.assign(about, looked);
    zip = openZip(bytes, budget);
    looked = await ofZip(zip, name);
  }
  Object.assign(about, looked);
  const nested = (inner, innerName, innerType, place) =>
    readNested({ bytes: inner, name: innerName, type: innerType, budget, depth: depth + 1 }, { place, outer });
  let hasText = false;
  for await (const block of blocksOf({ bytes, zip, nested, budget, charset: charsetIn(type) }, about)) {
    hasText ||= block.aside === undefined;
    yield block;
  }
  if (zip && about.kind !== 'zip' && !hasText) budget.miss('picture', zip.names().filter(isPicture).length);
}

/** A document of nothing but pictures, as a scan that was saved as one. */
function isPicture(name) {
  return /(?:^|\/)(?:media|pictures|images)\/[^/]+\.(?:png|jpe?g|gif|tiff?|bmp|emf|wmf|webp)$/i.test(name);
}

async function* blocksOf({ bytes, zip, nested, budget, charset }, about) {
  switch (about.kind) {
    case 'pdf':
      return yield* (await import('./readers/pdf.js')).readPdf(bytes, about, { budget, nested });
    case 'docx':
      return yield* (await import('./readers/office/word.js')).readWord(zip, about, nested);
    case 'xlsx':
      return yield* (await import('./readers/office/sheet.js')).readSheets(zip, about, nested);
    case 'pptx':
      return yield* (await import('./readers/office/slides.js')).readSlides(zip, about, nested);
    case 'odt':
    case 'ods':
    case 'odp':
      return yield* await readOpenDocumentIn({ bytes, zip, budget }, about);
    case 'epub':
      return yield* (await import('./readers/html.js')).readEpub(zip, about);
    case 'html':
      return yield* (await import('./readers/html.js')).readHtml(bytes, about, charset, budget);
    case 'rtf':
      return yield* (await import('./readers/rtf.js')).readRtf(bytes);
    case 'eml':
      return yield* await readMailWith(bytes, about, { nested, budget });
    case 'ics':
      return yield* (await import('./readers/appointments.js')).readCalendar(bytes, about);
    case 'vcf':
      return yield* (await import('./readers/cards.js')).readCards(bytes, about);
    case 'csv':
      return yield* (await import('./readers/csv.js')).readCsv(bytes, about, { declared: charset, budget });
    case 'text':
      return yield* (await import('./readers/text.js')).readText(bytes, about, charset);
    case 'zip':
      return yield* readArchive(zip, about, nested);
    case 'xml-sheet':
      return yield* (await import('./readers/office/xml-sheet.js')).readXmlSheets(bytes, about);
    case 'blank':
      throw new Unreadable('empty');
    case 'encrypted':
      throw new Unreadable('encrypted');
    default:
      throw new Unreadable(about.kind === 'old' ? 'old' : 'kind');
  }
}

async function readOpenDocumentIn({ bytes, zip, budget }, about) {
  const { flatPackage, readOpenDocument } = await import('./readers/office/opendocument.js');
  return readOpenDocument(zip ?? flatPackage(bytes, budget), about, about.kind);
}

async function readMailWith(bytes, about, { nested, budget }) {
  const [{ readMail }, { readHtml }] = await Promise.all([import('./readers/mail.js'), import('./readers/html.js')]);
  return readMail(bytes, about, { readHtmlBlocks: (html) => readHtml(html, {}, undefined, budget), nested, budget });
}

/** The list of an archive's files, then each file by its own reader. Their names are shown, and used for nothing else. */
async function* readArchive(zip, about, nested) {
  const names = zip.names().filter((name) => !name.endsWith('/'));
  about.parts = { unit: 'file', count: names.length };
  for (let from = 0; from < names.length; from += 50)
    yield { text: names.slice(from, from + 50).join('\n'), place: 'the list of its files' };
  if (names.length > 0 && names.every((name) => zip.find(name).isEncrypted)) throw new Unreadable('encrypted');
  for (const name of names) {
    if (/(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store)/.test(name)) continue;
    const bytes = await unpack(zip, name);
    if (bytes) yield* nested(bytes, name, '', name);
  }
}

async function unpack(zip, name) {
  try {
    return await zip.bytesOf(name);
  } catch (error) {
    const part = UNPACKED[faultOf(error)];
    if (part === undefined) throw error;
    zip.budget.miss(part);
    return undefined;
  }
}

/** Behind `outer`; the same where it has no name, as a page that is set into a document. */
function placeWithin(outer, place) {
  if (outer === '') return place;
  return typeof place === 'string' ? `${outer}, ${place}` : { ...place, before: `${outer}, ${place.before ?? ''}` };
}

/** A file within another one. One that cannot be read is named, and ends nothing else but for a limit. */
async function* readNested(inner, { place, outer }) {
  const about = {};
  const whole = `${outer}${place}`;
  const before = place === '' ? outer : `${whole}, `;
  try {
    for await (const block of read({ ...inner, place: before }, about)) {
      yield { ...block, place: placeWithin(place, block.place) };
    }
    if (about.guessed) inner.budget.guessed = true;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'bomb' || fault === 'long') throw error;
    const name = inner.name.slice(0, 100);
    const { says, to } = about;
    if (fault === 'old') inner.budget.keepOld({ name, says, to, place: whole.slice(0, LONGEST_WORDS) }, inner.bytes);
    else inner.budget.unread.push(name);
  }
}
