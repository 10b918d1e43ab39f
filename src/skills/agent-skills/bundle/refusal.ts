import { CodaError } from '../../../base/errors.ts';

/** The error of a bundle that is not installed. `what` continues "The bundle …"; `path` is the entry it is about. */
export function refuseBundle(what: string, path?: string): CodaError {
  const where = path === undefined ? '' : `: ${JSON.stringify(path.slice(0, 200))}`;
  return new CodaError('SKILL_BUNDLE_REFUSED', {
    message: `The bundle ${what}${where}.`,
    remedy: 'Nothing was installed. Ask whoever made it for another one, or install the skill from its folder.',
  });
}
