/** Values of the fields of a thing that coda describes: those of a new one, and the body that changes some. */
import type { Json } from '../api/types.ts';

export type ThingField = Json<'/v1/things'>['things'][number]['fields'][number];

/** Values by the names of the fields, as the record of the thing has them; null: none. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** Values of a thing for which nobody has said one. */
export const standardsOf = (fields: readonly ThingField[]): FieldValues =>
  Object.fromEntries(fields.map(({ name, standard }) => [name, standard]));

/** The body that makes `before` to `now`: a field that is emptied has its standard again, which null stands for where that is none. */
export function changedFields(fields: readonly ThingField[], before: FieldValues, now: FieldValues): object {
  const changes = fields.flatMap(({ name, standard }) => {
    const valueIn = (values: FieldValues) => values[name] ?? standard ?? null;
    const value = valueIn(now);
    return JSON.stringify(value) === JSON.stringify(valueIn(before)) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(changes);
}
