import { z } from 'zod';
import { collection, cursorNumber, pageOf } from '../../chat/index.ts';
import { type Note, tagName } from './note.ts';
import * as store from './store.ts';

const text = z.string().trim().min(1).max(100_000);
const tags = z.array(z.string().max(50)).max(10);

export const own = collection({
  name: 'notes',
  one: 'note',
  reads: 'note_list',
  item: z.object({
    id: z.string(),
    title: z.string().nullable(),
    text: z.string(),
    tags: z.array(z.string()),
    pinned: z.boolean(),
    tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
    created_at: z.iso.datetime(),
  }),
  query: z.strictObject({ tag: z.string().min(1).max(51).optional() }),
  async list(db, { personId, after, limit }, { tag }) {
    const asked = {
      personId,
      tag: tag === undefined ? undefined : tagName(tag),
      seq: cursorNumber(after),
      limit: limit + 1,
    };
    return pageOf(
      await store.listMadeBefore(db, asked),
      limit,
      ({ seq }) => String(seq),
      ({ note }) => toRecord(note),
    );
  },
  async find(db, personId, id) {
    const note = await store.findById(db, personId, id);
    return note && !note.deleted ? toRecord(note) : undefined;
  },
  create: {
    body: z.strictObject({
      text: text.describe('A #tag in it files it. What is longer than notes.longest becomes a file.'),
      title: z.string().max(200).optional().describe('The person’s own note of the same title becomes this one.'),
      tags: tags.optional(),
    }),
    call: (body) => ({ tool: 'note_save', input: body }),
    example: { text: 'the spare key is under the third pot', tags: ['home'] },
  },
  change: {
    body: z
      .strictObject({
        text: text.optional(),
        append: text.optional().describe('Words to add at its end.'),
        tags: tags.optional(),
        pinned: z.boolean().optional(),
      })
      .refine(({ pinned, ...rest }) => (pinned === undefined) !== (Object.keys(rest).length === 0), {
        error: 'expected pinned alone, or any of text, append and tags',
      }),
    call: (which, { pinned, ...changes }) =>
      pinned === undefined
        ? { tool: 'note_edit', input: { which, ...changes } }
        : { tool: 'note_pin', input: { which, pin: pinned } },
    example: { append: 'and the gate sticks' },
  },
  remove: (which) => ({ tool: 'note_delete', input: { which } }),
});

function toRecord({ id, title, text: words, tags: filed, pinned, tainted, createdAt }: Note) {
  return {
    id,
    title: title ?? null,
    text: words,
    tags: filed,
    pinned,
    tainted,
    created_at: createdAt.toISOString(),
  };
}
