import { z } from 'zod';

/** The query of a list: how much, and where the page begins. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional()
    .describe('Where the page begins: "next" of the one before.'),
};

export const nextOf = z.string().nullable().describe('Where the next page begins; null on the last.');

/** A page of rows of which one more than `limit` was read. */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursor: (row: Row) => string) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { shown, next: rows.length > limit && last !== undefined ? cursor(last) : null };
}

const MOST = Number.MAX_SAFE_INTEGER;

/** The number that a cursor is; the largest for the first page, and for what is none. */
export const numberIn = (after: string | undefined): number =>
  after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : MOST;
