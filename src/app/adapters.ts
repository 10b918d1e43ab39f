import { discord } from '../adapters/discord/index.ts';
import type { Platform } from '../chat/index.ts';

/** Where coda can be talked to besides the terminal, one line each: deleting a line and its folder deletes the platform. */
export const platforms: readonly Platform[] = [discord];

/** What people call each platform, by its adapter's name. */
export const titles: ReadonlyMap<string, string> = new Map([
  ['console', 'the terminal'],
  ...platforms.map(({ name, title }) => [name, title] as const),
]);
