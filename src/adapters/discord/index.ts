/** coda in Discord. */
export { type DiscordAdapter, discordAdapter } from './adapter.ts';
export type { DiscordOptions } from './options.ts';
