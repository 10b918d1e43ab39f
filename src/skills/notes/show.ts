/** Tools that show notes: found by words and tags, listed, and one whole. */
import { z } from 'zod';
import { type Call, dataTool, done, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Choice } from '../../delivery/index.ts';
import { addDays, dayAt, parseWhen } from '../../time/index.ts';
import type { NearText } from '../../vectors/index.ts';
import { isList } from './list.ts';
import { isFromElsewhere } from './note.ts';
import { findListNamed, findWhich, noteMark, readerOf } from './resolve.ts';
import { searchNotes, withoutTags } from './search.ts';
import type { Meaning } from './services.ts';
import type { FoundNote, Note } from './store.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';
import { line, texts } from './texts.ts';

const page = z.int().min(1).max(100_000).default(1);
const day = z.string().max(100).optional();
const MOST_NAMED = 500;

export const searchTool = (meaning: Pick<Meaning, 'nearTexts'>) =>
  dataTool({
    name: 'note_search',
    group: 'always',
    form: { times: ['from', 'to'], shows: ['query'] },
    dialogue: { thing: 'note' },
    description: 'Finds notes.',
    effect: 'read',
    record: { redact: privately('query') },
    input: z.object({
      query: z.string().max(500).default('').describe('Words, #tags; none: all.'),
      tags: z.array(z.string().max(50)).max(10).optional().describe('Only notes with all of these tags.'),
      from: day.describe('Not older than: "last Monday".'),
      to: day.describe('Only notes made before this day.'),
      page,
    }),

    prepare: async ({ query }, { person }) =>
      query.trim() === '' ? [] : meaning.nearTexts(person.id, withoutTags(query)),

    async run(input, ctx) {
      const query = input.query.trim();
      const tags = (input.tags ?? []).map(tagName).filter((tag) => tag !== '');
      if (query === '' && tags.length === 0 && !input.from && !input.to) {
        if (!ctx.tools.mayUse('note_list')) return failed('NO_TEXT', texts.noWords());
        return listTool.run({ page: input.page }, ctx);
      }
      const [from, to] = [dayOf(input.from, ctx), dayOf(input.to, ctx)];
      if (from === null || to === null) {
        return failed('NOT_A_DATE', texts.noDay((from === null ? input.from : input.to) ?? ''));
      }
      const span = { limit: PAGE, offset: (input.page - 1) * PAGE };
      const narrowed = { tags, from, to, near: ctx.prepared as readonly NearText[] };
      const matches = await searchNotes(ctx, query, span, narrowed);
      if (matches.total === 0 && input.page > 1) {
        const { total } = await searchNotes(ctx, query, { limit: 1, offset: 0 }, narrowed);
        if (total > 0) return failed('NO_PAGE', texts.noPage(input.page, Math.ceil(total / PAGE)));
      }
      if (matches.total === 0) return done(texts.nothing(query || tags.map((tag) => `#${tag}`).join(' ')));
      const { page: at, ...asked } = input;
      const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
      return show(ctx, matches, at, texts.matching(matches.total, query), { tool: 'note_search', input: asked }, words);
    },
  });

/** The beginning of a day; undefined where none was given, null where it is none. */
function dayOf(words: string | undefined, ctx: TxContext): Date | undefined | null {
  if (!words?.trim()) return undefined;
  const iso = /^\d{4}-\d\d-\d\d$/.test(words.trim());
  const time = iso ? undefined : parseWhen(words, ctx.when);
  const local = iso ? words.trim() : time?.kind === 'once' ? time.local.slice(0, 10) : past(words, ctx);
  if (local === undefined) return null;
  const dayStart = parseWhen(`${local} 00:00`, { ...ctx.when, now: new Date(0) });
  return dayStart.kind === 'once' ? dayStart.at : null;
}

/** "yesterday", "last week": a day before this one. */
function past(words: string, { when, clock }: TxContext): string | undefined {
  const back = { yesterday: 1, 'last week': 7, 'last month': 30, 'last year': 365, today: 0 }[
    words.trim().toLowerCase()
  ];
  if (back === undefined) return undefined;
  return addDays(dayAt(clock.now(), when.zone), -back);
}

export const listTool = dataTool({
  name: 'note_list',
  // A search without words lists them.
  group: 'unshown',
  dialogue: {
    thing: 'note',
    async listNamed({ db, personId }) {
      const asked = { personId, tag: undefined, seq: Number.MAX_SAFE_INTEGER, limit: MOST_NAMED };
      const notes = await store.listMadeBefore(db, asked);
      return notes.map(({ note: { id, title, text } }) => ({
        id,
        text: title ? `${title}: ${text}` : text,
        mark: noteMark({ title, text }),
      }));
    },
  },
  description: "Lists the person's notes, pinned ones first, then the newest, ten to a page; by tag if one is given.",
  effect: 'read',
  input: z.object({ tag: z.string().max(51).optional(), page }),

  async run(input, ctx) {
    const tag = tagName(input.tag ?? '') || undefined;
    const span = { limit: PAGE, offset: (input.page - 1) * PAGE };
    const listing = await store.listNotes(ctx.tx, readerOf(ctx), narrowToTag(tag), span);
    if (listing.total === 0 && input.page > 1) return noPage(ctx, tag, input.page);
    if (listing.total === 0) return done(texts.none(tag));
    return show(ctx, listing, input.page, texts.heading(listing.total, tag), {
      tool: 'note_list',
      input: tag ? { tag } : {},
    });
  },
});

const narrowToTag = (tag: string | undefined): store.Narrowing => (tag === undefined ? {} : { tags: [tag] });

async function noPage(ctx: TxContext, tag: string | undefined, asked: number): Promise<ToolResult> {
  const { total } = await store.listNotes(ctx.tx, readerOf(ctx), narrowToTag(tag), { limit: 1, offset: 0 });
  return total === 0 ? done(texts.none(tag)) : failed('NO_PAGE', texts.noPage(asked, Math.ceil(total / PAGE)));
}

const MOST_VERSIONS = 5;

export const getTool = dataTool({
  name: 'note_get',
  group: 'memory',
  dialogue: { thing: 'note' },
  description: 'Shows one note whole, with what it said before where it is no list.',
  effect: 'read',
  record: { redact: privately('which') },
  form: { own: ['named'] },
  input: z.object({
    which: z.string().max(200).default('').describe('Its id, number in the list, or words of it.'),
    named: z.boolean().optional().describe('Only a list.'),
  }),

  async run({ which, named }, ctx) {
    const wanted = { tool: 'note_get', input: { which } };
    const note = await (named ? findListNamed : findWhich)(ctx, which, wanted);
    if ('ok' in note) return note;
    // Items ticked off a list are not asked for.
    const earlier = isList(note.text) ? [] : await store.listVersions(ctx.tx, note.id, MOST_VERSIONS);
    const tainted = isFromElsewhere(note, ctx.person.id);
    const text = texts.whole(note, earlier, ctx.when);
    return done(text, { subject: note.text, id: note.id, tainted, choices: buttons(note, ctx.person.id) });
  },
});

const PAGE = 10;

export async function show(
  ctx: TxContext,
  matches: FoundNote,
  at: number,
  heading: string,
  turn: Call,
  words: readonly string[] = [],
): Promise<ToolResult> {
  const { tx, person, conversationId, clock, when } = ctx;
  const now = clock.now();
  const start = (at - 1) * PAGE;
  const pages = Math.ceil(matches.total / PAGE);
  // Numbers go on from page to page, so the ids of earlier pages keep their places.
  const earlier = at === 1 ? [] : (await store.lists.shownIds(tx, person.id, conversationId)).ids.slice(0, start);
  const ids = [...earlier, ...Array(start - earlier.length).fill(''), ...matches.notes.map(({ id }) => id)];
  store.lists.remember(tx, { personId: person.id, conversationId, ids, now });
  const lines = matches.notes.map((note, index) => `${start + index + 1}. ${line(note, when, words)}`);
  const to = (label: string, next: number): Choice => ({ ...turn, label, input: { ...turn.input, page: next } });
  // Markdown reads a list that begins with 11 as part of the paragraph before it.
  const head = at > 1 ? [heading, ''] : [heading];
  const foot = pages > 1 ? ['', texts.more(at, pages)] : [];
  const [only, ...others] = matches.notes;
  const choices = [
    ...(at > 1 ? [to('Back', at - 1)] : []),
    ...(at < pages ? [to('More', at + 1)] : []),
    ...(only && others.length === 0 && pages <= 1 ? buttons(only, person.id) : []),
  ];
  const tainted = matches.notes.some((note) => isFromElsewhere(note, person.id));
  return done([...head, ...lines, ...foot].join('\n'), {
    ...(choices.length > 0 && { choices }),
    ...(only && others.length === 0 && { subject: only.text, id: only.id }),
    tainted,
  });
}

function buttons(note: Note, personId: string): Choice[] {
  if (note.personId !== personId) return [];
  const which = note.id;
  return [
    { label: 'Edit', tool: 'note_edit', input: { which }, form: texts.editForm },
    { label: note.pinned ? 'Unpin' : 'Pin', tool: 'note_pin', input: { which, pin: !note.pinned } },
    { label: 'Delete', tool: 'note_delete', input: { which, seen: noteMark(note) }, style: 'danger' },
  ];
}
