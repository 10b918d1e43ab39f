/** Values of the fields of a thing that coda describes: those of a new one, and the body that changes some. */
import type { Json } from '../api/types.ts';

export type ThingField = Json<'/v1/things'>['things'][number]['fields'][number];

/** Values by the names of the fields, as the record of the thing has them; null: none. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** Values of a thing for which nobody has said one. */
export const standardsOf = (fields: readonly ThingField[]): FieldValues =>
  Object.fromEntries(fields.map(({ name, standard }) => [name, standard]));

/** Tags as a field shows them: with spaces between, or commas where one of them has a space itself. */
export function tagWords(tags: readonly string[]): string {
  if (!tags.some((tag) => /\s/.test(tag))) return tags.join(' ');
  return tags.length === 1 ? `${tags[0]},` : tags.join(', ');
}

/** The tags that the words of such a field say, each with or without its #. */
export const tagsIn = (words: string): string[] =>
  words.split(words.includes(',') ? ',' : /\s+/).flatMap((tag) => tag.trim().replace(/^#/, '') || []);

/** The body that makes `before` to `now`: a field that is emptied has its standard again, which null stands for where that is none. */
export function changedFields(fields: readonly ThingField[], before: FieldValues, now: FieldValues): object {
  const changes = fields.flatMap(({ name, standard }) => {
    const valueIn = (values: FieldValues) => values[name] ?? standard ?? null;
    const value = valueIn(now);
    return JSON.stringify(value) === JSON.stringify(valueIn(before)) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(changes);
}
