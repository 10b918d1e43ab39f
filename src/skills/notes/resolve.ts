/** Resolves the note of a call: its id, its number in the last list, words that it contains, or the one last spoken of. */
import { type Failed, failed, type MarkedCall, markOf, type TxContext } from '../../agent/index.ts';
import { signsNamed, wordsIn } from '../../base/lexemes.ts';
import { shorten } from '../../base/text.ts';
import { isNamed } from './list.ts';
import { isFromElsewhere } from './note.ts';
import { searchNotes } from './search.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const AT_HAND = /^(?:|it|that|this|last)$/i;
const NUMBER = /^#?(\d{1,3})$/;
const AT_HAND_MS = 24 * 3_600_000;
const MOST_CHOICES = 5;
const MOST_LISTS = 20;

export const readerOf = ({ person, conversationId }: TxContext): store.Reader => ({
  personId: person.id,
  conversationId,
});

/** A mark of what a card shows of a note. */
export const noteMark = ({ title, text }: Pick<Note, 'title' | 'text'>): string => markOf(title, text);

export async function findWhich(ctx: TxContext, which: string, wanted: MarkedCall<Note>): Promise<Note | Failed> {
  const words = which.trim();
  const { ids, at, isLast } = await store.lists.shownIds(ctx.tx, ctx.person.id, ctx.conversationId);
  if (AT_HAND.test(words)) return noteAtHand(ctx, wanted, at ? ids : []);
  const byId = await store.findSeenById(ctx.tx, readerOf(ctx), words);
  if (byId) return unlessDeleted(byId, ctx);
  const [, number] = NUMBER.exec(words) ?? [];
  if (number !== undefined) return byNumber(ctx, { ids, isLast }, Number(number), wanted);
  const signs = signsNamed(words);
  if (signs) {
    const { notes } = await searchNotes(ctx, signs.join(' '), { limit: MOST_CHOICES, offset: 0 });
    return single(ctx, notes, words, wanted);
  }
  // Marks alone name nothing: they would stand in every note.
  if (wordsIn(words).length === 0) return notFound(words);
  const { notes } = await searchNotes(ctx, bare(words), { limit: MOST_CHOICES, offset: 0 });
  const having = notes.filter((note) => hasAll(note, bare(words)));
  // Notes only similar to the words are asked about.
  return having.length === 0 && notes.length > 0 ? ask(ctx, notes, wanted) : single(ctx, having, words, wanted);
}

const bare = (which: string): string =>
  which
    .trim()
    .replace(/^(?:the|my) (?=\S)/i, '')
    .replace(/(?: (?:note|list))$/i, '');

function hasAll({ title = '', text, tags }: Note, words: string): boolean {
  const own = wordsIn(`${title} ${text} ${tags.join(' ')}`);
  return wordsIn(words).every((word) => own.includes(word));
}

/** The list with this id, as a button names it, or that goes by this name; a note that only has the word in it is none. */
export async function findListNamed(ctx: TxContext, name: string, wanted: MarkedCall<Note>): Promise<Note | Failed> {
  const byId = await store.findSeenById(ctx.tx, readerOf(ctx), name);
  if (byId) return unlessDeleted(byId, ctx);
  const { notes } = await searchNotes(ctx, bare(name), { limit: MOST_LISTS, offset: 0 });
  const named = notes.filter(({ text }) => isNamed(text, name));
  return single(ctx, named, name, wanted);
}

function unlessDeleted(note: Note, { person }: TxContext): Note | Failed {
  const tainted = isFromElsewhere(note, person.id);
  return note.deleted ? failed('NOT_FOUND', texts.gone(note), { tainted }) : note;
}

function single(ctx: TxContext, notes: readonly Note[], words: string, wanted: MarkedCall<Note>): Note | Failed {
  const [only, ...others] = notes;
  if (only && others.length === 0) return only;
  if (only) return ask(ctx, notes, wanted);
  return notFound(words);
}

function notFound(words: string): Failed {
  return failed('NOT_FOUND', texts.notFound(words));
}

/** A number belongs to the list that was shown last, of whatever kind. */
async function byNumber(
  ctx: TxContext,
  { ids, isLast }: { ids: readonly string[]; isLast: boolean },
  number: number,
  wanted: MarkedCall<Note>,
): Promise<Note | Failed> {
  const id = ids[number - 1];
  const note = id === undefined ? undefined : await store.findSeenById(ctx.tx, readerOf(ctx), id);
  if (!note && ids.length === 0) return recent(ctx, wanted, String(number));
  if (!note) return failed('NOT_FOUND', texts.noSuchNumber(number));
  return isLast || note.deleted ? unlessDeleted(note, ctx) : ask(ctx, [note], wanted);
}

async function noteAtHand(ctx: TxContext, wanted: MarkedCall<Note>, listed: readonly string[]): Promise<Note | Failed> {
  const { tx, person, conversationId, clock } = ctx;
  const listedNotes = await Promise.all(
    listed.slice(0, MOST_CHOICES).map((id) => store.findSeenById(tx, readerOf(ctx), id)),
  );
  const notes = listedNotes.filter((note) => note !== undefined && !note.deleted) as Note[];
  if (notes.length > 0) return single(ctx, notes, '', wanted);
  const last = await store.findLastMade(tx, person.id, conversationId);
  if (last && last.createdAt.getTime() >= clock.now().getTime() - AT_HAND_MS) return unlessDeleted(last, ctx);
  return recent(ctx, wanted, '');
}

async function recent(ctx: TxContext, wanted: MarkedCall<Note>, words: string): Promise<Failed> {
  const { notes } = await store.listNotes(ctx.tx, readerOf(ctx), {}, { limit: MOST_CHOICES, offset: 0 });
  return notes.length > 0 ? ask(ctx, notes, wanted) : notFound(words);
}

function ask({ person }: TxContext, notes: readonly Note[], { tool, input, mark }: MarkedCall<Note>): Failed {
  const choices = notes.map((note) => ({
    label: shorten(note.text, 60),
    tool,
    input: { ...input, which: note.id, ...(mark && { seen: mark(note) }) },
  }));
  return failed('AMBIGUOUS', texts.which, { choices, tainted: notes.some((note) => isFromElsewhere(note, person.id)) });
}
