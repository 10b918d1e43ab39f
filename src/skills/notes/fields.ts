/** The fields of a note beside its words. Pinning is an act of its own, which a rule may name. */
import { z } from 'zod';
import { visible } from '../../base/text.ts';
import { field, ThingFields } from '../../chat/index.ts';
import { optional, text, textArray } from '../../storage/index.ts';
import { labels } from './labels.ts';
import { tagName } from './tags.ts';

const LONGEST_TITLE = 200;

const tags = z.array(z.string().max(50)).max(20);

const fields = {
  title: field({
    columns: { title: optional(text()) },
    standard: { title: undefined },
    input: z.string().max(LONGEST_TITLE),
    read: (words) => ({ title: visible(words).replace(/\s+/g, ' ').trim() || undefined }),
    shown: z.string().nullable(),
    show: ({ title }) => title ?? null,
    form: { label: labels.title, kind: 'words' },
  }),
  tags: field({
    columns: { tags: textArray() },
    standard: { tags: [] },
    input: tags,
    read: (names) => ({ tags: [...new Set(names.map(tagName))].filter((name) => name !== '') }),
    shown: z.array(z.string()),
    show: (note) => note.tags,
    form: { label: labels.tags, kind: 'tags', example: 'home keys', isOpen: true },
  }),
};

/** Reading them needs nothing of a call. */
export const noteFields = new ThingFields<typeof fields, unknown>(fields);
