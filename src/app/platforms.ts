/** Chat platforms by their names, and what is known of each without opening it. */
import { discord } from '../adapters/discord/index.ts';
import { hooks } from '../adapters/hooks/index.ts';
import { slack } from '../adapters/slack/index.ts';
import type { Platform, TargetServices } from '../chat/index.ts';

/** Platforms besides the terminal, one line each: deleting a line and its folder deletes the platform. */
export const platforms: readonly Platform[] = [discord, slack];

/** Services that people have told things, one line each. */
export const services: readonly TargetServices[] = [hooks];

export const titles: ReadonlyMap<string, string> = new Map([
  ['console', 'the terminal'],
  ['http', 'HTTP'],
  ...platforms.map(({ name, title }) => [name, title] as const),
]);

/** A reason for which a platform could not deliver, in words. */
export const refusalWords = (adapter: string, reason: string): string =>
  platforms.find(({ name }) => name === adapter)?.refusalWords?.(reason) ?? reason;
