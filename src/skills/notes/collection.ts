import { z } from 'zod';
import {
  act,
  type CollectionPage,
  collection,
  cursorNumber,
  type OwnReader,
  type PageAsked,
  pageOf,
  type Timeless,
} from '../../chat/index.ts';
import { personById } from '../../people/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { noteFields } from './fields.ts';
import { listIn } from './list.ts';
import type { Note } from './note.ts';
import { saveInput } from './save.ts';
import { searchNotes, withoutTags } from './search.ts';
import type { Meaning } from './services.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';

const text = z.string().trim().min(1).max(100_000);

export const noteCollection = (meaning: Pick<Meaning, 'nearTexts'>) =>
  collection({
    name: 'notes',
    one: 'note',
    reads: 'note_list',
    hit: ({ text, title, tags }) => [title ?? text, tags.map((tag) => `#${tag}`).join(' ')],
    item: z.object({
      id: z.string(),
      text: z.string(),
      ...noteFields.shown,
      pinned: z.boolean(),
      tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
      shared: z.boolean().describe('Those who speak where it was written find it there, too.'),
      from: z
        .object({ adapter: z.string(), kind: z.enum(['dm', 'channel', 'thread']) })
        .nullable()
        .describe('Where it was written or changed last.'),
      items: z.array(z.string()).nullable().describe('Of a list: its items.'),
      created_at: z.iso.datetime(),
    }),
    query: z.strictObject({
      q: z.string().trim().min(1).max(500).optional().describe('Words, also misspelt or in other words; #tags narrow.'),
      tag: z.string().min(1).max(51).optional(),
    }),
    async list(db, asked, { q, tag }) {
      if (q !== undefined) return searchPage(db, meaning, asked, { q, tag });
      const { personId, after, limit } = asked;
      const narrowed = {
        personId,
        tag: tag === undefined ? undefined : tagName(tag),
        seq: cursorNumber(after),
        limit: limit + 1,
      };
      const page = pageOf(
        await store.listMadeBefore(db, narrowed),
        limit,
        ({ seq }) => String(seq),
        ({ note }) => note,
      );
      return { ...page, items: await toRecords(db, page.items) };
    },
    async find(db, personId, id) {
      const note = await store.findById(db, personId, id);
      return note && !note.deleted ? (await toRecords(db, [note]))[0] : undefined;
    },
    form: noteFields.form,
    create: {
      body: z.strictObject({
        ...saveInput.omit({ scope: true }).shape,
        text: text.describe('A #tag in it files it. What is longer than notes.longest becomes a file.'),
      }),
      call: (body) => ({ tool: 'note_save', input: body }),
      example: { text: 'the spare key is under the third pot', tags: ['home'] },
    },
    change: {
      body: z
        .strictObject({
          ...noteFields.inputs,
          text: text.optional(),
          append: text.optional().describe('Words to add at its end.'),
          pinned: z.boolean().optional(),
        })
        .refine(({ pinned, ...rest }) => (pinned === undefined) !== (Object.keys(rest).length === 0), {
          error: 'expected pinned alone, or any of the others',
        }),
      call: (which, { pinned, ...changes }) =>
        pinned === undefined
          ? { tool: 'note_edit', input: { which, ...changes } }
          : { tool: 'note_pin', input: { which, pin: pinned } },
      example: { append: 'and the gate sticks' },
    },
    remove: (which) => ({ tool: 'note_delete', input: { which } }),
    acts: [
      act({
        name: 'items',
        summary: 'Puts an item on a list that is a note, or takes one off.',
        body: z
          .strictObject({
            add: z.string().trim().min(1).max(500).optional(),
            remove: z.string().min(1).max(200).optional(),
          })
          .describe('An item to add, or one to take off, as it stands there.') as z.ZodObject,
        call: (which, items) => ({ tool: 'note_item', input: { which, ...items } }),
      }),
    ],
  });

async function searchPage(
  db: Queryable,
  meaning: Pick<Meaning, 'nearTexts'>,
  { personId, after, limit }: PageAsked,
  { q, tag }: { q: string; tag: string | undefined },
): Promise<CollectionPage<Awaited<ReturnType<typeof toRecords>>[number]>> {
  const person = await personById(db, personId);
  if (!person) return { items: [], next: undefined };
  const offset = after === undefined ? 0 : cursorNumber(after);
  const near = await meaning.nearTexts(personId, withoutTags(q));
  const narrowed = { near, ...(tag !== undefined && { tags: [tagName(tag)] }) };
  // Their own alone: what is shared in a place stands there.
  const { notes, total } = await searchNotes(
    { tx: db, person, conversationId: store.NOWHERE },
    q,
    { limit, offset },
    narrowed,
  );
  const next = offset + notes.length < total && notes.length > 0 ? String(offset + notes.length) : undefined;
  return { items: await toRecords(db, notes), next };
}

const MOST_LISTS = 20;
const MOST_READ = 200;

/** The newest of a person's lists. */
export async function newestLists({ db, personId }: OwnReader): Promise<Timeless> {
  const newest = await store.listMadeBefore(db, {
    personId,
    tag: undefined,
    seq: cursorNumber(undefined),
    limit: MOST_READ,
  });
  const lists = newest.flatMap(({ note: { id, title, text: words } }) => {
    const list = listIn(words);
    return list ? [{ id, name: title ?? list.name, items: list.items }] : [];
  });
  return { lists: lists.slice(0, MOST_LISTS) };
}

async function toRecords(db: Queryable, notes: readonly Note[]) {
  const places = await store.placesOf(db, [...new Set(notes.map(({ conversationId }) => conversationId))]);
  return notes.map((note) => ({
    ...toRecord(note),
    shared: note.scope === 'here',
    from: places.get(note.conversationId) ?? null,
    items: listIn(note.text)?.items ?? null,
  }));
}

function toRecord(note: Note) {
  const { id, text: words, pinned, tainted, createdAt } = note;
  return { id, text: words, ...noteFields.show(note), pinned, tainted, created_at: createdAt.toISOString() };
}
