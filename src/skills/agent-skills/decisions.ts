import type { Queryable } from '../../storage/index.ts';
import { deprecations } from './deprecation/store.ts';
import type { Decisions } from './host.ts';
import { blocked } from './trust/index.ts';
import { uses } from './use/store.ts';

export const UNDECIDED: Decisions = Object.freeze({
  deprecated: new Map(),
  blocked: new Set<string>(),
  uses: new Map(),
});

/**
 * What was decided by now. As long as nothing else changed it is the value `before`, so that what stands in every prompt
 * does not change by being used.
 */
export async function readDecisions(
  db: Pick<Queryable, 'query'>,
  before: Decisions,
  isSameSnapshot: boolean,
): Promise<Decisions> {
  const [deprecated, held, counts] = [await deprecations(db), await blocked(db), await uses(db)];
  const after: Decisions = {
    deprecated: new Map(deprecated.map((each) => [each.name, each])),
    blocked: new Set(held.map(({ name }) => name)),
    uses: counts,
  };
  return isSameSnapshot && isSame(before, after) ? before : after;
}

function isSame(before: Decisions, after: Decisions): boolean {
  const said = ({ deprecated, blocked: held }: Decisions) =>
    JSON.stringify([[...deprecated.values()], [...held].sort()]);
  return said(before) === said(after);
}
