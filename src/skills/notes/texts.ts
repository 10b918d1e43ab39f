/** What the notes say to people. */
import type { Instant } from '../../base/clock.ts';
import { plural, shorten } from '../../base/text.ts';
import { formatInstant } from '../../time/index.ts';
import type { Note } from './store.ts';

const quoted = (text: string): string => `“${shorten(text.replace(/\s+/g, ' '), 80)}”`;

const tagWords = (tags: readonly string[]): string => tags.map((tag) => `#${tag}`).join(' ');

/** A line of a briefing. */
export const excerpt = ({ text }: Note): string => shorten(text.replace(/\s+/g, ' '), 120);

/** One line of a list. */
export function line(note: Note, zone: string, now: Instant): string {
  const unseen = note.tags.filter((tag) => !note.text.toLowerCase().includes(`#${tag}`));
  const tags = unseen.length > 0 ? ` ${tagWords(unseen)}` : '';
  return `${shorten(note.text.replace(/\s+/g, ' '), 200)}${tags} — ${formatInstant(minuteOf(note.createdAt), zone, now)}`;
}

/** Nobody asks in which second they wrote something down. */
const minuteOf = (at: Instant): Instant => new Date(Math.floor(at.getTime() / 60_000) * 60_000);

export const texts = {
  agenda: { today: 'Notes for today', week: 'Notes of the week' },
  saved: ({ text, tags }: Note) => `Noted: ${quoted(text)}${tags.length > 0 ? ` (${tagWords(tags)})` : ''}.`,
  noText: { message: 'What should I note down?', remedy: 'For example "note: the wifi password is on the fridge".' },
  tooLong: (max: number) => `A note may have at most ${max.toLocaleString('en')} characters.`,
  tooMany: (max: number) => ({
    message: `You have ${max.toLocaleString('en')} notes, which is the most there can be.`,
    remedy: 'Delete some first: "show my notes" lists them.',
  }),
  noWords: { message: 'What should I look for in your notes?', remedy: 'For example "find my notes on wifi".' },
  nothing: (words: string) => `I found no note about ${quoted(words)}.`,
  none: (tag: string | undefined) =>
    tag ? `You have no notes tagged #${tag}.` : 'You have no notes yet. Say "note: …" to make one.',
  matching: (total: number, words: string) => `${plural(total, 'note')} about ${quoted(words)}:`,
  answering: 'This is what your notes say nearest to that:',
  nearest: 'None of your notes says all of that. Nearest are:',
  heading: (total: number, tag: string | undefined) => `${plural(total, 'note')}${tag ? ` tagged #${tag}` : ''}:`,
  more: (page: number, pages: number) => `Page ${page} of ${pages}.`,
  noPage: (page: number, pages: number) => `There is no page ${page}; the last one is ${pages}.`,
  which: 'Which note do you mean?',
  notFound: (words: string) => ({
    message: words ? `I found no note about ${quoted(words)}.` : 'There is no note that you could mean.',
    remedy: '"Show my notes" lists them.',
  }),
  gone: (note: Note) => `${quoted(note.text)} is deleted already.`,
  deleted: (note: Note) => `Deleted the note ${quoted(note.text)}.`,
  edited: ({ text, tags }: Note) =>
    `Changed the note: ${quoted(text)}${tags.length > 0 ? ` (${tagWords(tags)})` : ''}.`,
  restored: (note: Note) => `Taken back: the note ${quoted(note.text)} is as it was before.`,
  unsaved: (note: Note) => `Taken back: the note ${quoted(note.text)} is gone.`,
  changedSince: (note: Note) => `${quoted(note.text)} has been changed since, so I left it as it is.`,
  label: (note: Note) => `the note ${quoted(note.text)}`,
};
