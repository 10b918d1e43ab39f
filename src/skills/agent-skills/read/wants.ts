/** What a skill wants to be there: packages, other skills, secrets. */

import type { Json } from '../../../base/json.ts';
import type { SkillDependencies, SkillSecret } from '../skill.ts';
import type { Diagnoses } from './diagnose.ts';
import type { Fields } from './fields.ts';
import { NOTHING } from './fields.ts';
import { isRecord, words } from './values.ts';

const SECRET = /^[A-Z_][A-Z0-9_]*$/;

const NO_DEPENDENCIES: SkillDependencies = Object.freeze({ pip: NOTHING, system: NOTHING, skills: NOTHING });

/** A list of packages, a text with commas, or `{ pip, system, skills }`. */
export function readDependencies(fields: Fields): SkillDependencies {
  const field = fields.take('dependencies');
  if (field === undefined || field.kind === 'null') return NO_DEPENDENCIES;
  const { value } = field;
  if (isRecord(value)) {
    const [pip, system, skills] = ['pip', 'system', 'skills'].map((key) => listOf(value[key]));
    const isKnown = Object.keys(value).every((key) => ['pip', 'system', 'skills'].includes(key));
    if (!isKnown) fields.wrongType(field, 'a list of packages, or lists under pip, system and skills');
    return { pip: pip ?? [], system: system ?? [], skills: skills ?? [] };
  }
  if (typeof value === 'boolean') fields.wrongType(field, 'a list of packages');
  return { pip: listOf(value), system: NOTHING, skills: NOTHING };
}

const listOf = (value: Json | undefined): string[] =>
  typeof value === 'string' ? words(value.split(/,|\s+/)) : words(value);

/** `{ name, description, required }`, or just a name. */
export function readSecrets(fields: Fields, diagnoses: Diagnoses): readonly SkillSecret[] {
  const field = fields.take('secrets');
  if (field === undefined || field.kind === 'null') return NO_SECRETS;
  if (!Array.isArray(field.value)) {
    fields.wrongType(field, 'a list');
    return NO_SECRETS;
  }
  return field.value.flatMap((item) => {
    const secret = isRecord(item) ? item : { name: item };
    const { name, description, required } = secret as Record<string, Json | undefined>;
    if (typeof name !== 'string' || !SECRET.test(name)) {
      diagnoses.warn(
        'secret_name',
        `A secret needs a name of capitals, digits and underscores: ${show(name)}.`,
        field.line,
      );
      return [];
    }
    const text = typeof description === 'string' ? description : undefined;
    return [{ name, description: text, required: required !== false }];
  });
}

const NO_SECRETS: readonly SkillSecret[] = Object.freeze([]);

const show = (value: unknown): string => (value === undefined ? 'there is none' : JSON.stringify(value).slice(0, 60));
