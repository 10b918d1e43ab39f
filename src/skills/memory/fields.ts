/** The fields of a memory beside its words. */
import { z } from 'zod';
import { field, plainField, ThingFields } from '../../chat/index.ts';
import { int, optional, text, textArray } from '../../storage/index.ts';
import { labels } from './labels.ts';

export const TYPES = ['fact', 'preference', 'event'] as const;
export type MemoryType = (typeof TYPES)[number];

const dayInYear = z.iso.date();

/** `YYYY-MM-DD`. Its schema says no more to a model than that it is text. */
export const day = z.string().refine((words) => dayInYear.safeParse(words).success, { error: 'expected YYYY-MM-DD' });

const fields = {
  type: plainField({
    columns: { type: text<MemoryType>() },
    standard: { type: 'fact' },
    input: z.enum(TYPES).describe('Default: fact.'),
    form: { label: labels.type, kind: 'choice', choices: labels.types },
  }),
  importance: plainField({
    columns: { importance: { ...int(), type: 'smallint' } },
    standard: { importance: 3 },
    input: z.int().min(1).max(5),
    form: { label: labels.importance, kind: 'number', range: [1, 5] },
  }),
  tags: plainField({
    columns: { tags: textArray() },
    standard: { tags: [] },
    input: z.array(z.string().max(50)).max(20),
    form: { label: labels.tags, kind: 'tags', example: 'home keys' },
  }),
  date: field({
    columns: { happenedOn: optional({ ...text(), type: 'date' }) },
    standard: { happenedOn: undefined },
    input: day.describe('Of an event: YYYY-MM-DD.'),
    read: (happenedOn) => ({ happenedOn }),
    shown: dayInYear.nullable().describe('Of an event: the day.'),
    show: ({ happenedOn }) => happenedOn ?? null,
    form: { label: labels.date, kind: 'day' },
  }),
};

/** Reading them needs nothing of a call: a file of memories has none. */
export const memoryFields = new ThingFields<typeof fields, unknown>(fields);

export type MemoryFields = typeof memoryFields.standard;
