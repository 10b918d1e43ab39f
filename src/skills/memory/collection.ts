import { z } from 'zod';
import { collection, cursorInstant, pageOf } from '../../chat/index.ts';
import { memoryFields } from './fields.ts';
import type { Memory } from './memory.ts';
import type { Recall } from './recall.ts';
import * as store from './store.ts';

const text = z.string().trim().min(1).max(2_000);

/** Milliseconds that a search waits for the vectors of its words. */
const PATIENCE_MS = 800;

export const memoryCollection = (recall: Pick<Recall, 'searchAll'>) =>
  collection({
    name: 'memories',
    one: 'memory',
    reads: 'memory_list',
    hit: ({ text, type }) => [text, type],
    item: z.object({
      id: z.string(),
      text: z.string(),
      ...memoryFields.shown,
      status: z.enum(['current', 'past', 'proposed']).describe('past: a newer one says otherwise.'),
      said_at: z.iso.datetime(),
      source: z
        .enum(['told', 'extracted', 'imported'])
        .describe('told: it was to be remembered; extracted: from what was said.'),
      said_by: z.string(),
      message: z.string().nullable().describe('The message that says it: platform, channel and its id there.'),
      tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
      created_at: z.iso.datetime(),
    }),
    query: z.strictObject({
      q: z.string().trim().min(1).max(500).optional().describe('What it is about: nearest first, one page of them.'),
      type: memoryFields.inputs.type,
      tag: z.string().min(1).max(50).optional(),
    }),
    async list(db, { personId, after, limit }, { q, ...narrowed }) {
      if (q !== undefined) {
        const hits = await recall.searchAll(personId, q, narrowed, limit, PATIENCE_MS);
        const near = await store.findByIds(
          db,
          personId,
          hits.map(({ id }) => id),
        );
        return { items: near.filter(({ state }) => state !== 'deleted').map(toRecord), next: undefined };
      }
      const rows = await store.listMadeBefore(db, personId, narrowed, { ...cursorInstant(after), limit: limit + 1 });
      return pageOf(rows, limit, cursorOf, toRecord);
    },
    async find(db, personId, id) {
      const [memory] = await store.findByIds(db, personId, [id]);
      return memory && memory.state !== 'deleted' ? toRecord(memory) : undefined;
    },
    form: memoryFields.form,
    create: {
      body: z.strictObject({
        text: text.describe('One sentence that stands by itself.'),
        ...memoryFields.inputs,
      }),
      call: (body) => ({ tool: 'memory_save', input: body }),
      example: { text: 'Ana is allergic to walnuts', importance: 5 },
    },
    change: {
      body: z
        .strictObject({
          text: text.optional().describe('What is right: a memory of its own takes the place of this one.'),
          ...memoryFields.inputs,
        })
        .refine((changes) => Object.keys(changes).length > 0, { error: 'expected what is to be changed' }),
      call: (which, body) => ({ tool: 'memory_correct', input: { which, ...body } }),
      example: { text: 'Ana is allergic to hazelnuts' },
    },
    remove: (which) => ({ tool: 'memory_delete', input: { which } }),
  });

const cursorOf = ({ createdAt, id }: Memory): string => `${createdAt.getTime()}_${id}`;

function toRecord(memory: Memory) {
  const { id, text: words, source, saidBy, message, state, saidAt, tainted, createdAt } = memory;
  return {
    id,
    source,
    said_by: saidBy,
    message: message ?? null,
    text: words,
    ...memoryFields.show(memory),
    tainted,
    status: state === 'deleted' ? ('past' as const) : state,
    said_at: saidAt.toISOString(),
    created_at: createdAt.toISOString(),
  };
}
