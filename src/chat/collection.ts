/** A person's items of one kind, which programs list, read and change over HTTP. */
import { z } from 'zod';
import type { Call } from '../agent/index.ts';
import type { Instant } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import type { Choice } from '../delivery/index.ts';
import type { Queryable, Transaction } from '../storage/index.ts';
import type { NamedFormField } from './thing.ts';

/** A page, and where the next one begins; undefined: it was the last. */
export interface CollectionPage<Item> {
  items: Item[];
  next: string | undefined;
}

/** Owner and page: behind `after`, which an earlier page gave as `next`. */
export interface PageAsked {
  personId: string;
  after: string | undefined;
  limit: number;
}

/**
 * Five routes as a value: list, one, create, change, delete. What writes is a call of the tool that does it in chat, so that
 * permissions, limits, undo and the log of what was done are the same.
 */
export interface Collection<
  Item extends z.ZodType<{ id: string }> = z.ZodType<{ id: string }>,
  Query extends z.ZodObject = z.ZodObject,
  Create extends z.ZodObject = z.ZodObject,
  Change extends z.ZodType = z.ZodType,
> {
  name: string;
  one: string;
  item: Item;
  /** The tool that shows it in chat: who may not use that does not see it here. */
  reads: string;
  /** An item among those of all kinds that a search finds: a name, and what stands beside it. The words are looked for in both. */
  hit(item: z.output<Item>): readonly [title: string, where: string];
  /** With `q` it finds by words itself. */
  query: Query;
  /** A person's own, the newest first. */
  list(db: Queryable, asked: PageAsked, query: z.output<Query>): Promise<CollectionPage<z.output<Item>>>;
  find(db: Queryable, personId: string, id: string): Promise<z.output<Item> | undefined>;
  /** Fields that a page offers where one is made or changed, beside those that it knows. */
  form?: readonly NamedFormField[];
  create: { body: Create; call(body: z.output<Create>): Call; example: z.input<Create> };
  change: { body: Change; call(id: string, body: z.output<Change>): Call; example: z.input<Change> };
  remove(id: string): Call;
  /** Further acts on one: each is `POST /v1/<name>/:id/<act>`. */
  acts?: readonly CollectionAct[];
}

/** A setting of a person about themselves, as `PATCH /v1/me` takes it: by the call of the tool that sets it in chat. */
export interface PersonSetting {
  name: string;
  /** The words that it takes, as in chat. */
  about: string;
  example: string;
  call(words: string): Call;
  /** Offered beneath it as things are now; undefined: nothing. */
  offer?(tx: Transaction, personId: string): Promise<SettingOffer | undefined>;
}

interface SettingOffer {
  text: string;
  choices: readonly Choice[];
  /** Words of others are in it. */
  tainted: boolean;
}

export interface CollectionAct<Body extends z.ZodObject = z.ZodObject> {
  name: string;
  summary: string;
  body: Body;
  call(id: string, body: z.output<Body>): Call;
  /** Left out: no test plays it, since it needs more than that one is there. */
  example?: z.input<Body>;
}

export function act<Body extends z.ZodObject>(declared: CollectionAct<Body>): CollectionAct {
  return declared as unknown as CollectionAct;
}

export type AnyCollection = Collection;

export function collection<
  Item extends z.ZodType<{ id: string }>,
  Query extends z.ZodObject,
  Create extends z.ZodObject,
  Change extends z.ZodType,
>(declared: Collection<Item, Query, Create, Change>): AnyCollection {
  return declared as unknown as AnyCollection;
}

/** The query of a list: how much, and where the page begins. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional()
    .describe('Where the page begins: "next" of the one before.'),
};

export const nextPage = z.string().nullable().describe('Where the next page begins; null on the last.');

/** The page of rows of which one more than `limit` was asked for; `cursor` says where the next page begins behind one. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursor: (row: Row) => string,
  show: (row: Row) => Item,
): CollectionPage<Item> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(show), next: rows.length > limit && last !== undefined ? cursor(last) : undefined };
}

/** Start of a page behind a number, which `cursor` wrote; the largest for the first page. */
export function cursorNumber(after: string | undefined): number {
  return after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : Number.MAX_SAFE_INTEGER;
}

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Start of a page behind an instant and an id, which a cursor gives as `<milliseconds>_<id>`; no instant for the first
 * page. Throws `INPUT_INVALID` for an invalid cursor.
 */
export function cursorInstant(after: string | undefined): { at: Instant | undefined; id: string } {
  if (after === undefined || after === '') return { at: undefined, id: '' };
  const [, ms = '', id = ''] = /^(\d{1,15})_(\w{1,40})$/.exec(after) ?? [];
  if (ms !== '' && Number(ms) <= LAST_MS) return { at: new Date(Number(ms)), id };
  throw new CodaError('INPUT_INVALID', {
    message: 'This is no place where a page begins.',
    remedy: 'Take "next" of the page before, or leave "after" out.',
  });
}
