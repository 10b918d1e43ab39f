import { discord } from '../adapters/discord/index.ts';
import type { Platform } from '../chat/index.ts';

/** Where coda can be talked to besides the terminal, one line each: deleting a line and its folder deletes the platform. */
export const platforms: readonly Platform[] = [discord];
