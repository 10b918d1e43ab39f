/** Which notes on topics (`#context:<topic>`) a message is about. Pure. */
import type { Note } from './note.ts';
import { rank, termsOf } from './rank.ts';

const CONTEXT = 'context:';
export const ALWAYS = `${CONTEXT}always`;

/**
 * A note comes with a message of whose telling words it holds at least this share, by their weight. One that names the
 * topic itself is covered whole.
 */
const NEAR = 0.5;
/** Characters of a message that are looked at. */
const LONGEST_MESSAGE = 1_000;

export const isOfContext = (tag: string): boolean => tag.startsWith(CONTEXT);

export const isAlways = ({ tags }: Note): boolean => tags.includes(ALWAYS);

const topicsOf = ({ tags }: Note): string[] =>
  tags.flatMap((tag) => (isOfContext(tag) && tag !== ALWAYS ? [tag.slice(CONTEXT.length)] : []));

/** Those of `notes` that the message is about, the nearest first; of equals in their order. */
export function fitting(message: string, notes: readonly Note[]): Note[] {
  const about = notes.filter((note) => topicsOf(note).length > 0 && !isAlways(note));
  const terms = about.length === 0 ? [] : termsOf(message.slice(0, LONGEST_MESSAGE));
  if (terms.length === 0) return [];
  const said = new Set(terms.flatMap(({ word, stem }) => [word, stem]));
  const isNamed = (note: Note) =>
    topicsOf(note).some((topic) => {
      const names = termsOf(topic.replace(/[-_/:]/g, ' '));
      return names.length > 0 && names.every(({ word, stem }) => said.has(word) || said.has(stem));
    });
  return rank(terms, about)
    .map(({ note, share }) => ({ note, share: isNamed(note) ? 1 : share }))
    .filter(({ share }) => share >= NEAR)
    .sort((a, b) => b.share - a.share)
    .map(({ note }) => note);
}
