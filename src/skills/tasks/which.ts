/** Which task is meant: an id, a number of the list, words of it, or the only one. */
import { type Call, type Failed, failed, type TxContext } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import * as store from './store.ts';
import type { Task } from './task.ts';
import { texts } from './texts.ts';

const MOST_CHOICES = 5;

/** `Trip to Rome` and `trip-to-rome` are the same words. */
const plain = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim();

/** Those that the words fit best: by id or number one, else all that hold them. Pure. */
function named(all: readonly Task[], which: string): Task[] {
  const words = plain(which)
    .replace(/^(?:(?:the|my|that|this|a) )+(?=\S)/, '')
    .replace(/^task (?=\S)/, '')
    .replace(/ (?:task|one)$/, '');
  const byId = all.filter(({ id }) => id === words || id === which.trim());
  if (byId.length > 0) return byId;
  const number = /^#?(\d{1,3})$/.exec(words)?.[1];
  if (number !== undefined) return all.slice(Number(number) - 1, Number(number));
  if (words === '') return [...all];
  if (/^(?:it|that|this|last|task)$/.test(words)) return all.slice(-1);
  const exact = all.filter(({ title }) => plain(title) === words);
  if (exact.length > 0) return exact;
  const wanted = words.split(' ');
  const holding = (text: (task: Task) => string) =>
    all.filter((task) => wanted.every((word) => plain(text(task)).includes(word)));
  const byTitle = holding(({ title }) => title);
  return byTitle.length > 0
    ? byTitle
    : holding(({ title, steps }) => [title, ...steps.map(({ text }) => text)].join(' '));
}

/** The one that is meant, held until the transaction ends, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Call): Promise<Task | Failed> {
  const found = named(await store.open(ctx.tx, ctx.person.id), which);
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
