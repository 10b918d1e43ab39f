import type { HttpRequest } from '../../chat/index.ts';

/** Origin of dashboard decisions, for the audit log. */
export const ORIGIN = 'dashboard';

/** The person who is signed in at the browser. */
export function personOf({ caller }: Pick<HttpRequest, 'caller'>): string {
  if (caller?.personId === undefined) throw new Error('a browser is signed in as nobody');
  return caller.personId;
}
