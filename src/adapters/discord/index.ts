import type { Platform } from '../../chat/index.ts';
import { discordAdapter } from './adapter.ts';
import { config, type DiscordConfig } from './config.ts';
import { ADAPTER } from './parse.ts';
import { setup } from './setup.ts';
import { off } from './texts.ts';

/** coda in Discord. */
export const discord: Platform<DiscordConfig> = {
  name: ADAPTER,
  title: 'Discord',
  config,
  off: off(),
  setup,
  open({ config, access, world: { clock, log }, artifacts, commands, complete, isStranger }) {
    const named = [...access.owners, ...access.members];
    return discordAdapter({
      config,
      people: named.flatMap((entry) => /^discord:(\d+)$/.exec(entry)?.[1] ?? []),
      groups: named.filter((entry) => /^discord-(?:role|guild):/.test(entry)),
      isStranger: ({ externalId, groups }) => isStranger({ externalId, groups }),
      clock,
      log,
      artifacts,
      commands,
      complete: (command, option, typed, externalId) => complete({ command, option, typed, externalId }),
    });
  },
};
