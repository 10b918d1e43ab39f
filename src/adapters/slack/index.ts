import type { Platform } from '../../chat/index.ts';
import { config, type SlackConfig } from './config.ts';
import { offNotice, refusalWords } from './texts.ts';

export const slack: Platform<SlackConfig> = {
  name: config.key,
  title: 'Slack',
  config,
  channel: { pattern: /^[CDG][A-Z0-9]{2,}$/, example: 'C0123ABCD' },
  off: offNotice(),
  refusalWords,
  setup: async () => (await import('./setup.ts')).setup,
  async open({ config, access, world: { clock, log, proxy }, artifacts, commands, home }) {
    const { slackAdapter } = await import('./adapter.ts');
    const named = [...access.owners, ...access.members];
    const groups = named.filter((entry) => /^slack-(?:workspace|usergroup|channel):/.test(entry));
    const [people, channels] = [idsIn(named), idsIn(access.channels ?? [])];
    return slackAdapter({ config, groups, people, channels, clock, log, proxy, artifacts, commands, home });
  },
};

const idsIn = (entries: readonly string[]) => entries.flatMap((entry) => /^slack:(\w+)$/.exec(entry)?.[1] ?? []);
