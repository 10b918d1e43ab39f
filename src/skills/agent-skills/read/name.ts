/** What a skill is called by. */

import type { Diagnoses } from './diagnose.ts';

const LONGEST = 64;
/** Longer than the standard allows, and yet no reason not to use it. */
const LONGEST_SERVABLE = 128;
/** The standard's form: lower-case letters and digits of any script, and single hyphens between them. */
const STANDARD = /^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u;
/** What can be typed after a slash and stand as a folder's name on every system. */
const SERVABLE = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}_])?$/u;

export function normalName(name: string): string {
  return name.trim().normalize('NFKC');
}

const lengthOf = (text: string): number => [...text].length;

/** Whether `name`, normalised, has the form that the standard asks for. */
export function isStandardName(name: string): boolean {
  return lengthOf(name) <= LONGEST && name === name.toLowerCase() && STANDARD.test(name);
}

/** Whether a skill can be called by `name`, as the standard wants it or not. */
function isServable(name: string): boolean {
  return lengthOf(name) <= LONGEST_SERVABLE && SERVABLE.test(name);
}

/**
 * The frontmatter's name where it has the standard's form; else the folder's; else whichever of the two can be called at
 * all. Empty when neither can.
 */
export function chooseName(
  declared: { text: string; line: number } | undefined,
  folder: string,
  diagnoses: Diagnoses,
): string {
  const own = normalName(folder);
  const given = declared === undefined ? undefined : normalName(declared.text);
  const candidates = given === undefined ? [own] : [given, own];
  const name = candidates.find(isStandardName) ?? [...candidates].reverse().find(isServable);
  if (declared === undefined) diagnoses.warn('name_missing', `There is no name; the folder's, "${own}", serves.`);
  else if (given !== own) differing(given ?? '', own, name, declared.line, diagnoses);
  if (name === undefined) {
    diagnoses.error('no_name', `Neither the frontmatter nor the folder "${own}" has a name that it can be called by.`);
  } else if (!isStandardName(name)) {
    diagnoses.warn(
      'name_form',
      `"${name}" is not in the standard's form (at most 64 lower-case letters, digits, hyphens).`,
    );
  }
  return name ?? '';
}

function differing(given: string, own: string, name: string | undefined, line: number, diagnoses: Diagnoses): void {
  if (name === own && given !== '') {
    diagnoses.warn('name_form', `"${given}" cannot serve as a name; the folder's, "${own}", does.`, line);
  } else if (name === given) {
    diagnoses.warn('name_mismatch', `The name "${given}" is not the folder's, "${own}".`, line);
  }
}
