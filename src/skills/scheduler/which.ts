/** Which schedule a person means: an id, a number of the list, words of it, or the only one. */
import { type Call, type Failed, failed, type TxContext } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const MOST_CHOICES = 5;

/** Those that the words fit best: by id or number one, else all that hold them. */
export function named(all: readonly PersonSchedule[], which: string): PersonSchedule[] {
  const words = plain(which)
    .replace(/^(?:(?:the|my|that|this|every|a) )+(?=\S)/, '')
    .replace(/ (?:schedule|task|one)$/, '');
  const byId = all.filter(({ id }) => id === words || id === which.trim());
  if (byId.length > 0) return byId;
  const number = /^#?(\d{1,3})$/.exec(words)?.[1];
  if (number !== undefined) return all.slice(Number(number) - 1, Number(number));
  if (words === '' || /^(?:it|that|this|last)$/.test(words)) return words === '' ? [...all] : all.slice(-1);
  const exact = all.filter(({ title }) => plain(title) === words);
  if (exact.length > 0) return exact;
  const wanted = words.split(' ');
  return all.filter(({ title, prompt, run }) => {
    const own = plain(`${title} ${prompt ?? ''} ${run ?? ''}`);
    return wanted.every((word) => own.includes(word));
  });
}

/** `weekly-review` and `Weekly review` are the same words. */
const plain = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim();

/** The one that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<PersonSchedule | Failed> {
  const found = named(await store.list(ctx.tx, ctx.person.id), which);
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  if (!only) return failed('NOT_FOUND', texts.notFound(which).message, { remedy: texts.notFound(which).remedy });
  const choices = found.slice(0, MOST_CHOICES).map(({ id, title }) => ({
    label: shorten(title, 60),
    tool: wanted.tool,
    input: { ...wanted.input, which: id },
  }));
  return failed('AMBIGUOUS', texts.which, { choices });
}
