import { z } from 'zod';
import { type Call, dataTool, done, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import type { Choice } from '../../delivery/index.ts';
import { searchNotes } from './search.ts';
import type { Found, Note } from './store.ts';
import * as store from './store.ts';
import { tagName, tagsIn } from './tags.ts';
import { line, texts } from './texts.ts';
import { findWhich } from './which.ts';

const LONGEST_TEXT = 20_000;
const MOST_NOTES = 50_000;
const PAGE = 10;

const page = z.int().min(1).max(100_000).default(1);
const which = z
  .string()
  .default('')
  .describe('Its id, words of it, its number in the last list, or empty for the one that was made last.');

export const saveTool = dataTool({
  name: 'note_save',
  topic: 'note',
  description: "Saves a note in the person's own words. `#tag` in the text, or `tags`, file it.",
  effect: 'write',
  redact: privately('text'),
  input: z.object({ text: z.string(), tags: z.array(z.string().max(50)).max(10).optional() }),

  async run(input, { tx, person, conversationId, clock, tainted }) {
    const { text, tags } = tagsIn(input.text.trim());
    if (text === '') {
      return failed('NO_TEXT', texts.noText.message, { remedy: texts.noText.remedy, asks: { slot: 'text' } });
    }
    if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
    const all = [...new Set([...tags, ...(input.tags ?? []).map(tagName)])];
    const fields = { id: shortId(), personId: person.id, conversationId, text, tags: all, tainted };
    const note = await store.insert(tx, fields, MOST_NOTES, clock.now());
    if (!note)
      return failed('TOO_MANY', texts.tooMany(MOST_NOTES).message, { remedy: texts.tooMany(MOST_NOTES).remedy });
    store.leaveList(tx, person.id, conversationId);
    const undo = undoOf(note, undefined);
    return done(texts.saved(note), {
      undo,
      subject: note.text,
      choices: [{ label: 'Undo', tool: undo.tool, input: undo.input }],
    });
  },
});

export const searchTool = dataTool({
  name: 'note_search',
  topic: 'note',
  description: "Searches the person's notes: words (also their beginnings) and #tags.",
  effect: 'read',
  redact: privately('query'),
  input: z.object({ query: z.string().max(500), page }),

  async run(input, ctx) {
    const query = input.query.trim();
    if (query === '') return failed('NO_TEXT', texts.noWords.message, { remedy: texts.noWords.remedy });
    const found = await searchNotes(ctx.tx, ctx.person.id, query, { limit: PAGE, offset: (input.page - 1) * PAGE });
    if (found.total === 0) return done(texts.nothing(query));
    return show(ctx, found, input.page, texts.matching(found.total, query), {
      tool: 'note_search',
      input: { query },
    });
  },
});

export const listTool = dataTool({
  name: 'note_list',
  topic: 'note',
  description: "Lists the person's notes, newest first, ten to a page; by tag if one is given.",
  effect: 'read',
  input: z.object({ tag: z.string().max(51).optional(), page }),

  async run(input, ctx) {
    const tag = input.tag ? tagName(input.tag.trim()) : undefined;
    const found = await store.list(ctx.tx, ctx.person.id, tag, { limit: PAGE, offset: (input.page - 1) * PAGE });
    if (found.total === 0 && input.page > 1) return noPage(ctx, tag, input.page);
    if (found.total === 0) return done(texts.none(tag));
    return show(ctx, found, input.page, texts.heading(found.total, tag), {
      tool: 'note_list',
      input: tag ? { tag } : {},
    });
  },
});

async function noPage(ctx: TxContext, tag: string | undefined, asked: number): Promise<ToolResult> {
  const { total } = await store.list(ctx.tx, ctx.person.id, tag, { limit: 1, offset: 0 });
  return total === 0 ? done(texts.none(tag)) : failed('NO_PAGE', texts.noPage(asked, Math.ceil(total / PAGE)));
}

/** One page of notes under `heading`; `turn` is the call that shows the other pages. */
export async function show(ctx: TxContext, found: Found, at: number, heading: string, turn: Call): Promise<ToolResult> {
  const { tx, person, conversationId, clock, when } = ctx;
  const now = clock.now();
  const start = (at - 1) * PAGE;
  const pages = Math.ceil(found.total / PAGE);
  // Numbers go on from page to page, so the ids of earlier pages keep their places.
  const earlier = at === 1 ? [] : (await store.shownList(tx, person.id, conversationId)).ids.slice(0, start);
  const ids = [...earlier, ...Array(start - earlier.length).fill(''), ...found.notes.map(({ id }) => id)];
  store.rememberList(tx, { personId: person.id, conversationId, ids, now });
  const lines = found.notes.map((note, index) => `${start + index + 1}. ${line(note, when.zone, now)}`);
  const to = (label: string, next: number): Choice => ({ ...turn, label, input: { ...turn.input, page: next } });
  const choices = [...(at > 1 ? [to('Back', at - 1)] : []), ...(at < pages ? [to('More', at + 1)] : [])];
  const foot = pages > 1 ? ['', texts.more(at, pages)] : [];
  const [only, ...others] = found.notes;
  const tainted = found.notes.some((note) => note.tainted);
  return done([heading, ...lines, ...foot].join('\n'), {
    ...(choices.length > 0 && { choices }),
    ...(only && others.length === 0 && { subject: only.text }),
    tainted,
  });
}

export const deleteTool = dataTool({
  name: 'note_delete',
  topic: 'note',
  deletes: () => 1,
  description: 'Deletes a note.',
  effect: 'write',
  redact: privately('which'),
  input: z.object({ which }),

  async run(input, ctx) {
    const found = await findWhich(ctx, input.which, { tool: 'note_delete', input });
    if ('ok' in found) return found;
    return change(ctx, found, { ...found, deleted: true }, texts.deleted);
  },
});

export const editTool = dataTool({
  name: 'note_edit',
  topic: 'note',
  deletes: () => 1,
  description: "Replaces a note's text, or adds to it (`append`), or sets its tags.",
  effect: 'write',
  redact: privately('which', 'text', 'append'),
  input: z.object({
    which,
    text: z.string().optional().describe('The new text.'),
    append: z.string().optional().describe('Words to add at its end.'),
    tags: z.array(z.string().max(50)).max(10).optional(),
  }),

  async run(input, ctx) {
    const found = await findWhich(ctx, input.which, { tool: 'note_edit', input });
    if ('ok' in found) return found;
    const added = input.append?.trim() ? `${input.text ?? found.text}\n${input.append.trim()}` : undefined;
    const text = added ?? (input.text?.trim() || found.text);
    if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
    const words = tagsIn(text);
    const given = input.tags?.map(tagName) ?? found.tags;
    const after = { ...found, text: words.text, tags: [...new Set([...words.tags, ...given])] };
    return change(ctx, found, after, texts.edited);
  },
});

async function change(ctx: TxContext, before: Note, changed: Note, say: (note: Note) => string) {
  const { tx, clock, person, conversationId, tainted } = ctx;
  const isRewritten = changed.text !== before.text || changed.tags.join() !== before.tags.join();
  const after = { ...changed, tainted: before.tainted || (tainted && isRewritten) };
  store.leaveList(tx, person.id, conversationId);
  await store.save(tx, after, clock.now());
  return done(say(after), {
    undo: undoOf({ ...after, version: before.version + 1 }, before),
    subject: after.text,
    tainted: after.tainted,
  });
}

function undoOf(after: Note, before: Note | undefined): Call & { label: string } {
  const { text, tags, deleted, tainted } = before ?? after;
  const stood = before && { text, tags, deleted, tainted };
  const input = { id: after.id, version: after.version, ...(stood && { before: stood }) };
  return { tool: 'note_restore', input, label: texts.label(after) };
}

export const restoreTool = dataTool({
  name: 'note_restore',
  topic: 'note',
  description: 'Takes back what was done to a note.',
  effect: 'write',
  hidden: true,
  redact: privately('before'),
  input: z.object({
    id: z.string(),
    /** The one that the act left: a later change is not undone unseen. */
    version: z.int(),
    before: z
      .object({ text: z.string(), tags: z.array(z.string()), deleted: z.boolean(), tainted: z.boolean().optional() })
      .optional(),
  }),

  async run({ id, version, before }, { tx, person, clock }) {
    const note = await store.byId(tx, person.id, id);
    if (!note) return failed('NOT_FOUND', texts.notFound('').message);
    if (note.version !== version) return failed('CHANGED', texts.changedSince(note));
    const after = before ? { ...note, ...before, tainted: before.tainted ?? note.tainted } : { ...note, deleted: true };
    await store.save(tx, after, clock.now());
    return done(before ? texts.restored(after) : texts.unsaved(after));
  },
});
