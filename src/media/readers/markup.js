/** XML and HTML as events. Nothing is fetched, and of entities only those of the language itself are read. */
import { TextDecoder } from 'node:util';
import { Parser } from 'htmlparser2';
import { Unreadable } from './limits.js';

const FED = 32 * 1024;

/** Tags, and the text between them, in the order of the document: `{open, at}`, `{text}`, `{close}`. */
export async function* xmlEvents(chunks) {
  for await (const events of xmlBatches(chunks)) yield* events;
}

/** The same in lists: a large document has millions, and to wait for each takes longer than all else. */
const xmlBatches = (chunks) => batchesOf(chunks, { xmlMode: true, decodeEntities: true });

export const htmlBatches = (chunks) => batchesOf(chunks, { decodeEntities: true, lowerCaseTags: true });

/** Elements within each other. The parser moves all that are open for each one more. */
const DEEPEST = 10_000;

async function* batchesOf(chunks, options) {
  let events = [];
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, at) => {
        if (++depth > DEEPEST) throw new Unreadable('broken');
        events.push({ open: name, at });
      },
      ontext: (text) => events.push({ text }),
      onclosetag: (name) => {
        depth--;
        events.push({ close: name });
      },
    },
    options,
  );
  for await (const text of decoded(chunks)) {
    for (let from = 0; from < text.length; from += FED) {
      parser.write(text.slice(from, from + FED));
      if (events.length > 0) yield events;
      events = [];
    }
  }
  parser.end();
  yield events;
}

/** Chunks of bytes as text, in UTF-8 or, by its mark, UTF-16; text as it is. */
async function* decoded(chunks) {
  let decoder;
  for await (const chunk of chunks) {
    if (typeof chunk === 'string') {
      yield chunk;
      continue;
    }
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

function encodingOf(chunk) {
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le';
  return chunk[0] === 0xfe && chunk[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** The name of an element or attribute without its prefix. */
export const bareName = (name) => name.slice(name.indexOf(':') + 1);

/** A document as `walk` makes it: its `hear` gets each event, and fills `blocks`. */
export async function* blocksOf(chunks, walk) {
  for await (const events of xmlBatches(chunks)) {
    for (const event of events) walk.hear(event);
    yield* walk.blocks.splice(0);
  }
}

/** The elements of a small document of this name, as their attributes without prefixes. */
export async function elementsOf(zip, entry, name) {
  const found = [];
  for await (const { open, at } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined && bareName(open) === name) found.push(bareAttributes(at));
  }
  return found;
}

export const bareAttributes = (at) =>
  Object.fromEntries(Object.entries(at).map(([name, value]) => [bareName(name), value]));

/** The attribute of this name that has a prefix: `id` and `r:id` stand at one element. */
export const prefixedAttribute = (at, bare) =>
  Object.entries(at).find(([name]) => name !== bare && bareName(name) === bare)?.[1];

/** Relations of an entry, `''` for the whole archive: id, type, and the part in the archive (`target`) or the address outside of it (`address`). */
export async function relationsOf(zip, entry) {
  const cut = entry.lastIndexOf('/') + 1;
  const [folder, name] = [entry.slice(0, cut), entry.slice(cut)];
  const found = await elementsOf(zip, `${folder}_rels/${name}.rels`, 'Relationship');
  return found.map(({ Id, Type = '', Target = '', TargetMode }) => ({
    id: Id,
    type: Type.slice(Type.lastIndexOf('/') + 1),
    ...(TargetMode === 'External' ? { address: Target } : { target: resolveEntry(folder, Target) }),
  }));
}

/** The part that a relation of this type names; `usual` where there is none. */
export const partOfType = (relations, type, usual) =>
  relations.find((relation) => relation.type === type && relation.target !== undefined)?.target ?? usual;

/** The main part of an Office package, by its relation. */
export const mainPartOf = async (zip, usual) => partOfType(await relationsOf(zip, ''), 'officeDocument', usual);

/** An Office package: its title in `about`, its main part and what that relates to. */
export async function openPackage(zip, about, usual) {
  about.title = await titleOf(zip);
  const main = await mainPartOf(zip, usual);
  return { main, relations: await relationsOf(zip, main) };
}

export async function titleOf(zip) {
  const entry = partOfType(await relationsOf(zip, ''), 'core-properties', 'docProps/core.xml');
  let isTitle = false;
  let title = '';
  for await (const { open, text, close } of xmlEvents(zip.chunks(entry))) {
    if (open !== undefined) isTitle = bareName(open) === 'title';
    else if (close !== undefined) isTitle = false;
    else if (isTitle) title += text;
  }
  return title.trim();
}

/** The entry that `target` names as seen from `folder`: names of this archive, never files. */
export function resolveEntry(folder, target) {
  const parts = target.startsWith('/') ? [] : folder.split('/').filter(Boolean);
  for (const part of decodePath(target).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function decodePath(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
