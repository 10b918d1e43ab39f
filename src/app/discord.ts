import { discordAdapter } from '../adapters/discord/index.ts';
import type { World } from '../base/world.ts';
import { type Command, complete } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { ChatAdapter } from '../delivery/index.ts';
import { roleOf } from '../people/index.ts';
import type { Foundation } from './foundation.ts';

const ADAPTER = 'discord';

/** coda in Discord, where it is configured. */
export function openDiscord(
  { discord, access }: Config,
  { clock, log }: World,
  { database, artifacts, egress }: Foundation,
  commands: readonly Command[],
): ChatAdapter[] {
  if (!discord) return [];
  const deps = { database, clock, commands, access };
  const adapter = discordAdapter({
    config: discord,
    people: [...access.owners, ...access.members].flatMap((entry) => /^discord:(\d+)$/.exec(entry)?.[1] ?? []),
    groups: [...access.owners, ...access.members].filter((entry) => /^discord-(?:role|guild):/.test(entry)),
    isGuest: ({ externalId, groups }) => roleOf({ adapter: ADAPTER, externalId, groups }, access) === 'guest',
    clock,
    log,
    artifacts,
    egress,
    commands,
    complete: (command, option, typed, externalId) =>
      complete(deps, { command, option, typed, adapter: ADAPTER, externalId }),
  });
  return [adapter];
}
