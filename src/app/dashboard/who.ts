import type { HttpRequest } from '../../chat/index.ts';

/** Where a decision was made, for the log of what was done. */
export const ORIGIN = 'dashboard';

/** The person who is signed in at the browser. */
export function personOf({ caller }: Pick<HttpRequest, 'caller'>): string {
  if (caller?.personId === undefined) throw new Error('a browser is signed in as nobody');
  return caller.personId;
}
