/** Which note a person means: an id, a number of the last list, words of it, or the one at hand. */
import { type Call, type Failed, failed, type TxContext } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import { isList, isNamed, without } from './list.ts';
import { isFromElsewhere } from './note.ts';
import { rank, termsOf } from './rank.ts';
import { searchNotes } from './search.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const AT_HAND = /^(?:|it|that|this|that one|this one|the last|last|latest|newest)$/;
const LAST = /^(?:last|bottom)$/;
const NUMBER = /^(?:#|no\.? ?|number )?(\d{1,3})\.?$/;
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const SHORT_ORDINALS = '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th'.split(' ');
const AT_HAND_MS = 24 * 3_600_000;
const MOST_CHOICES = 5;
const MOST_LISTS = 20;

export const readerOf = ({ person, conversationId }: TxContext): store.Reader => ({
  personId: person.id,
  conversationId,
});

/** The note that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<Note | Failed> {
  const words = bare(which);
  const { ids, at } = await store.lists.shown(ctx.tx, ctx.person.id, ctx.conversationId);
  if (LAST.test(words) && at && ids.length > 0) return byNumber(ctx, ids, ids.length);
  if (AT_HAND.test(words)) return noteAtHand(ctx, wanted, at ? ids : []);
  const byId = await store.seenById(ctx.tx, readerOf(ctx), words);
  if (byId) return there(byId, ctx);
  const number = numberOf(words);
  // No list was shown that it could be counted in.
  if (number !== undefined && ids.length === 0) return recent(ctx, wanted, words);
  if (number !== undefined) return byNumber(ctx, ids, number);
  const { notes } = await searchNotes(ctx, words, { limit: MOST_CHOICES, offset: 0 });
  return single(ctx, notes, words, wanted);
}

const bare = (which: string): string =>
  which
    .trim()
    .toLowerCase()
    .replace(/^["“”']+|["“”'.!?]+$/g, '')
    .replace(/^(?:(?:the|my|that|this) )(?=\S)/, '')
    .replace(/(?:^| )(?:note|notes|one|list)$/, '')
    .replace(/^notes? (?:about|on|of|for|with|that says) /, '')
    .replace(/['’]s(?= |$)/g, '')
    .trim();

/** The person's own list that has `item` on it. */
export async function findListWith(ctx: TxContext, item: string): Promise<Note | Failed> {
  const isItem = item.trim() !== '' && !isPlace(bare(item)) && !/\b(?:list|notes?)$/i.test(item);
  const words = item.replace(/,|\band\b/gi, ' ');
  const { notes } = isItem ? await searchNotes(ctx, words, { limit: MOST_LISTS, offset: 0 }) : { notes: [] };
  const lists = notes.filter(
    ({ personId, text }) => personId === ctx.person.id && isList(text) && without(text, item) !== undefined,
  );
  return single(ctx, lists, item, { tool: 'note_item', input: { remove: item } });
}

/** The list that goes by this name; a note that only has the word in it is none. */
export async function findListNamed(ctx: TxContext, name: string, wanted: Call): Promise<Note | Failed> {
  const { notes } = await searchNotes(ctx, bare(name), { limit: MOST_LISTS, offset: 0 });
  return single(
    ctx,
    notes.filter(({ text }) => isNamed(text, name)),
    name,
    wanted,
  );
}

/** "The shopping list"; "the list" has no name. */
export const isListName = (which: string): boolean => /\blist$/i.test(which.trim()) && !AT_HAND.test(bare(which));

/** Whether words that call it no note mean this one: all that tell are its own, and what stands on a list is not the list. */
export function isMeant(note: Note, which: string): boolean {
  const words = bare(which);
  if (AT_HAND.test(words)) return !/\blist$/i.test(which.trim()) || isList(note.text);
  if (words === note.id || isPlace(words)) return true;
  if (isListName(which)) return (isList(note.text) || note.text.includes('\n')) && isNamed(note.text, which);
  const [only] = rank(termsOf(words), [note]);
  return only?.lacks === 0 && (!isList(note.text) || isNamed(note.text, words));
}

function numberOf(words: string): number | undefined {
  const digits = NUMBER.exec(words)?.[1];
  if (digits !== undefined) return Number(digits);
  const place = [ORDINALS, SHORT_ORDINALS].map((list) => list.indexOf(words)).find((at) => at >= 0);
  return place === undefined ? undefined : place + 1;
}

function there(note: Note, { person }: TxContext): Note | Failed {
  const tainted = isFromElsewhere(note, person.id);
  return note.deleted ? failed('NOT_FOUND', texts.gone(note), { tainted }) : note;
}

function single(ctx: TxContext, notes: readonly Note[], words: string, wanted: Call): Note | Failed {
  const [only, ...others] = notes;
  if (only && others.length === 0) return only;
  if (only) return ask(ctx, notes, wanted);
  return notFound(words);
}

export function notFound(words: string): Failed {
  return failed('NOT_FOUND', texts.notFound(words).message, { remedy: texts.notFound(words).remedy });
}

async function byNumber(ctx: TxContext, ids: readonly string[], number: number): Promise<Note | Failed> {
  const id = ids[number - 1];
  const note = id === undefined ? undefined : await store.seenById(ctx.tx, readerOf(ctx), id);
  return note ? there(note, ctx) : notFound(String(number));
}

/** The only one that a list has just shown, else the one that was made or changed last. */
async function noteAtHand(ctx: TxContext, wanted: Call, listed: readonly string[]): Promise<Note | Failed> {
  const { tx, person, conversationId, clock } = ctx;
  const shown = (
    await Promise.all(listed.slice(0, MOST_CHOICES).map((id) => store.seenById(tx, readerOf(ctx), id)))
  ).filter((note) => note !== undefined && !note.deleted) as Note[];
  if (shown.length > 0) return single(ctx, shown, '', wanted);
  const last = await store.lastMade(tx, person.id, conversationId);
  if (last && last.createdAt.getTime() >= clock.now().getTime() - AT_HAND_MS) return there(last, ctx);
  return recent(ctx, wanted, '');
}

async function recent(ctx: TxContext, wanted: Call, words: string): Promise<Failed> {
  const { notes } = await store.list(ctx.tx, readerOf(ctx), undefined, { limit: MOST_CHOICES, offset: 0 });
  return notes.length > 0 ? ask(ctx, notes, wanted) : notFound(words);
}

/** A question whose buttons quote the notes. */
function ask({ person }: TxContext, notes: readonly Note[], { tool, input }: Call): Failed {
  const choices = notes.map((note) => ({ label: shorten(note.text, 60), tool, input: { ...input, which: note.id } }));
  return failed('AMBIGUOUS', texts.which, { choices, tainted: notes.some((note) => isFromElsewhere(note, person.id)) });
}

/** "Second", "2", "last": a place in the list. */
const isPlace = (which: string): boolean => LAST.test(which) || numberOf(which) !== undefined;
