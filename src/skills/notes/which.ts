/** Which note a person means: an id, a number of the last list, words of it, or the last one made. */
import { type Call, type Failed, failed, type TxContext } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import { searchNotes } from './search.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const AT_HAND = /^(?:|it|that|this|the last|last|latest|newest)$/;
const NUMBER = /^(?:#|no\.? ?|number )?(\d{1,3})\.?$/;
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const AT_HAND_MS = 24 * 3_600_000;
const MOST_CHOICES = 5;

/** The note that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<Note | Failed> {
  const words = which
    .trim()
    .toLowerCase()
    .replace(/^["“”']+|["“”'.!?]+$/g, '')
    .replace(/^(?:(?:the|my|that|this) )(?=\S)/, '')
    .replace(/(?:^| )(?:note|notes|one)$/, '')
    .replace(/^notes? (?:about|on|of|for|with|that says) /, '')
    .trim();
  if (AT_HAND.test(words)) return atHand(ctx, wanted);
  const byId = await store.byId(ctx.tx, ctx.person.id, words);
  if (byId) return there(byId);
  const digits = NUMBER.exec(words)?.[1];
  const number = digits === undefined ? ORDINALS.indexOf(words) + 1 : Number(digits);
  if (number > 0) return byNumber(ctx, number);
  const { notes } = await searchNotes(ctx.tx, ctx.person.id, words, { limit: MOST_CHOICES, offset: 0 });
  return single(notes, words, wanted);
}

function there(note: Note): Note | Failed {
  return note.deleted ? failed('NOT_FOUND', texts.gone(note)) : note;
}

function single(notes: readonly Note[], words: string, wanted: Call): Note | Failed {
  const [only, ...others] = notes;
  if (only && others.length === 0) return only;
  if (only) return ask(notes, wanted);
  return notFound(words);
}

function notFound(words: string): Failed {
  return failed('NOT_FOUND', texts.notFound(words).message, { remedy: texts.notFound(words).remedy });
}

async function byNumber({ tx, person, conversationId }: TxContext, number: number): Promise<Note | Failed> {
  const ids = await store.shownList(tx, person.id, conversationId);
  const id = ids[number - 1];
  const note = id === undefined ? undefined : await store.byId(tx, person.id, id);
  return note ? there(note) : notFound(String(number));
}

async function atHand({ tx, person, conversationId, clock }: TxContext, wanted: Call): Promise<Note | Failed> {
  const last = await store.lastMade(tx, person.id, conversationId);
  if (last && last.createdAt.getTime() >= clock.now().getTime() - AT_HAND_MS) return there(last);
  const { notes } = await store.list(tx, person.id, undefined, { limit: MOST_CHOICES, offset: 0 });
  return notes.length > 0 ? ask(notes, wanted) : notFound('');
}

function ask(notes: readonly Note[], { tool, input }: Call): Failed {
  const choices = notes.map((note) => ({ label: shorten(note.text, 60), tool, input: { ...input, which: note.id } }));
  return failed('AMBIGUOUS', texts.which, { choices });
}
