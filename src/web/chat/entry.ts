import type { paths } from '../api/types.ts';

type Entries = paths['/v1/chats/{id}/entries']['get']['responses'][200]['content']['application/json'];
export type Entry = Entries['entries'][number];
export type Chat = paths['/v1/chats']['get']['responses'][200]['content']['application/json']['chats'][number];
export type Turn =
  paths['/v1/chats/{id}/turns']['get']['responses'][200]['content']['application/json']['turns'][number];

/** The conversation that everybody begins with, in which coda says what nobody asked for. */
export const MAIN = 'main';

/** A message that is on its way to coda, or did not come there. */
export interface Unsent {
  id: string;
  text: string;
  files: readonly File[];
  /** Speech that was made of it. */
  voice: File | undefined;
  at: string;
  /** Why it did not come there; undefined: it is on its way. */
  failure: string | undefined;
  /** True if nothing answered: it is sent again by itself. */
  isAway: boolean;
}
