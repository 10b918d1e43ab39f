import type { Platform } from '../../chat/index.ts';
import { config, type DiscordConfig } from './config.ts';
import { offNotice, refusalWords } from './texts.ts';

export const discord: Platform<DiscordConfig> = {
  name: config.key,
  title: 'Discord',
  config,
  channel: { pattern: /^\d{5,25}$/, example: '112233445566778899' },
  off: offNotice(),
  refusalWords,
  setup: async () => (await import('./setup.ts')).setup,
  async open({ config, access, world: { clock, log, proxy }, artifacts, commands, complete, isStranger }) {
    const { discordAdapter } = await import('./adapter.ts');
    const named = [...access.owners, ...access.members];
    return discordAdapter({
      config,
      people: named.flatMap((entry) => /^discord:(\d+)$/.exec(entry)?.[1] ?? []),
      groups: named.filter((entry) => /^discord-(?:role|guild):/.test(entry)),
      isStranger: ({ externalId, groups }) => isStranger({ externalId, groups }),
      clock,
      log,
      proxy,
      artifacts,
      commands,
      complete: (command, option, typed, externalId) => complete({ command, option, typed, externalId }),
    });
  },
};
