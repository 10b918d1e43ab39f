import { isFormOf } from '../../base/lexemes.ts';
import { formOf, listOf, plural, shorten } from '../../base/text.ts';
import { formatMinute, type Reader } from '../../time/index.ts';
import { listIn, nameOfEmpty } from './list.ts';
import type { Note, Version } from './store.ts';

const quoteWords = (text: string): string => `“${shorten(text.replace(/\s+/g, ' '), 80)}”`;

const tagWords = (tags: readonly string[]): string => tags.map((tag) => `#${tag}`).join(' ');

export const excerpt = ({ text }: Note): string => shorten(text.replace(/\s+/g, ' '), 120);

export function line(note: Note, reader: Reader, words: readonly string[] = []): string {
  const unseen = note.tags.filter((tag) => !note.text.toLowerCase().includes(`#${tag}`));
  const tags = unseen.length > 0 ? ` ${tagWords(unseen)}` : '';
  const title = note.title === undefined ? '' : `${note.title}: `;
  const marks = `${note.pinned ? '📌 ' : ''}${title}`;
  const preview = markWords(excerptAround(note.text.replace(/\s+/g, ' '), words), words);
  return `${marks}${preview}${tags} — ${formatMinute(note.createdAt, reader)}`;
}

/** A list on one line is shown with a line for each item. */
function listText(text: string): string {
  const list = text.includes('\n') ? undefined : listIn(text);
  if (!list || list.name === '' || list.items.length < 2) return text;
  return [`${list.name}:`, ...list.items.map((item) => `- ${item}`)].join('\n');
}

const WIDTH = 200;
const tellingWords = (words: readonly string[]) => words.filter((word) => word.length >= 3);
const isMatch = (one: string, words: readonly string[]) =>
  tellingWords(words).some((word) => isFormOf(one, word) || (word.length >= 4 && one.startsWith(word)));

function excerptAround(text: string, words: readonly string[]): string {
  if (text.length <= WIDTH) return text;
  const first = [...text.matchAll(/[\p{L}\p{N}]+/gu)].find(([word]) => isMatch(word.toLowerCase(), words));
  const from = Math.max(0, (first?.index ?? 0) - WIDTH / 4);
  if ((first?.index ?? 0) < WIDTH - 40) return shorten(text, WIDTH);
  return `…${shorten(text.slice(text.indexOf(' ', from) + 1), WIDTH)}`;
}

function markWords(text: string, words: readonly string[]): string {
  if (tellingWords(words).length === 0 || /[*_`]/.test(text)) return text;
  return text.replace(/(?<![\p{L}\p{N}#])[\p{L}\p{N}]+/gu, (word) =>
    isMatch(word.toLowerCase(), words) ? `**${word}**` : word,
  );
}

export const texts = {
  home: { title: 'Notes', none: 'No notes yet. Say “note: …”.' },
  agenda: { today: 'Notes for today', week: 'Notes of the week' },
  saved: ({ text, tags }: Note) => `Noted: ${quoteWords(text)}${tags.length > 0 ? ` (${tagWords(tags)})` : ''}.`,
  newVersion: ({ title = '', text }: Note) =>
    `The note ${quoteWords(title)} now says ${quoteWords(text)}; what it said before is kept.`,
  forAllHere: 'Everybody in this channel finds this note.',
  cut: (max: number) =>
    `It is longer than ${max.toLocaleString('en')} ${formOf(max, 'character')}: the note has its beginning, and here is the whole as a file.`,
  overBudget: (tokens: number) =>
    `Your #context:always notes take more than ${tokens.toLocaleString('en')} ${formOf(tokens, 'token')}, so only the newest stand before every turn.`,
  editForm: { field: 'text', label: 'What should it say?' },
  pinned: ({ text }: Note) => `Pinned ${quoteWords(text)}.`,
  unpinned: ({ text }: Note) => `${quoteWords(text)} is not pinned any more.`,
  titleTaken: (title: string) => ({
    message: `Another note has the title ${quoteWords(title)} already.`,
    remedy: 'Give it another title, or change that note.',
  }),
  notYours: ({ text }: Note) => `${quoteWords(text)} is somebody else's note; only they can change it.`,
  noDay: (words: string) =>
    `I do not know which day “${words}” is. Say it in plain English words, for example "last Monday" or "24 December".`,
  inContext: ({ title, text }: Note) => `- ${title ? `${title}: ` : ''}${text.replace(/\s+/g, ' ')}`,
  fromElsewhere: ({ id }: Note) => `- [from elsewhere; note_get ${id} shows it]`,
  whole: ({ title, text, tags, createdAt }: Note, earlier: readonly Version[], reader: Reader) =>
    [
      ...(title ? [`**${title}**`] : []),
      nameOfEmpty(text) === undefined ? listText(text) : `${text.trim()} nothing is on it.`,
      `_${[...(tags.length > 0 ? [tagWords(tags)] : []), formatMinute(createdAt, reader)].join(' · ')}_`,
      ...earlier.map(
        ({ text: was, at }) => `Until ${formatMinute(at, reader)}: ${shorten(was.replace(/\s+/g, ' '), 300)}`,
      ),
    ].join('\n'),
  noWords: () => 'Which words shall I look for?',
  noText: { message: 'What should I note down?', remedy: 'For example "note: the wifi password is on the fridge".' },
  tooLong: (max: number) => `A note may have at most ${max.toLocaleString('en')} ${formOf(max, 'character')}.`,
  tooMany: (max: number) => ({
    message: `You have ${max.toLocaleString('en')} ${formOf(max, 'note')}, which is the most there can be.`,
    remedy: 'Delete some first: "show my notes" lists them.',
  }),
  nothing: (words: string) => `I found no note about ${quoteWords(words)}.`,
  noNote: (words: string) => ({
    message: `I have no note about ${quoteWords(words)}.`,
    remedy: 'What you tell me with "note: …" I can find again.',
  }),
  none: (tag: string | undefined) =>
    tag ? `You have no notes tagged #${tag}.` : 'You have no notes yet. Say "note: …" to make one.',
  matching: (total: number, words: string) => `${plural(total, 'note')} about ${quoteWords(words)}:`,
  answering: 'This is what your notes say nearest to that:',
  nearest: 'None of your notes says all of that. Nearest are:',
  heading: (total: number, tag: string | undefined) => `${plural(total, 'note')}${tag ? ` tagged #${tag}` : ''}:`,
  more: (page: number, pages: number) => `Page ${page} of ${pages}.`,
  noPage: (page: number, pages: number) => `There is no page ${page}; the last one is ${pages}.`,
  which: 'Which note do you mean?',
  notFound: (words: string) => ({
    message: words ? `I found no note about ${quoteWords(words)}.` : 'There is no note that you could mean.',
    remedy: '"Show my notes" lists them.',
  }),
  noSuchNumber: (number: number) => ({
    message: `There is no number ${number} in the last list.`,
    remedy: '"Show my notes" shows them with their numbers.',
  }),
  gone: (note: Note) => `${quoteWords(note.text)} is deleted already.`,
  onListAlready: (note: Note, items: readonly string[]) =>
    `${listOf(items.map(quoteWords))} ${formOf(items.length, 'is', 'are')} on ${quoteWords(note.text)} already.`,
  notInList: (note: Note, item: string) =>
    `I found no ${quoteWords(item)} in ${quoteWords(nameOfEmpty(note.text) ?? note.text)}.`,
  reallyAll: (count: number) => (count === 1 ? 'Delete your only note?' : `Delete all ${plural(count, 'note')}?`),
  deleteAll: (count: number) => (count === 1 ? 'Delete it' : `Delete all ${count}`),
  deletedAll: (count: number, remaining: number) =>
    `Deleted ${plural(count, 'note')}${remaining > 0 ? `; ${remaining.toLocaleString('en')} ${formOf(remaining, 'is', 'are')} left` : ''}.`,
  labelOfAll: (count: number) => plural(count, 'note'),
  restoredAll: (count: number) => `Taken back: ${plural(count, 'note')}.`,
  deleted: (note: Note) => `Deleted the note ${quoteWords(note.text)}.`,
  edited: ({ text, tags }: Note) => {
    const empty = nameOfEmpty(text);
    if (empty !== undefined) return `Nothing is on ${quoteWords(empty)} now.`;
    return `Changed the note: ${quoteWords(text)}${tags.length > 0 ? ` (${tagWords(tags)})` : ''}.`;
  },
  restored: (note: Note) => `Taken back: the note ${quoteWords(note.text)} is as it was before.`,
  unsaved: (note: Note) => `Taken back: the note ${quoteWords(note.text)} is gone.`,
  changedSince: (note: Note) => `${quoteWords(note.text)} has been changed since, so I left it as it is.`,
  label: (note: Note) => `the note ${quoteWords(note.text)}`,
};
