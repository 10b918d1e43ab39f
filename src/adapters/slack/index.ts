import type { Platform } from '../../chat/index.ts';
import { config, type SlackConfig } from './config.ts';
import { off } from './texts.ts';

/** coda in Slack. */
export const slack: Platform<SlackConfig> = {
  name: config.key,
  title: 'Slack',
  config,
  off: off(),
  setup: async () => (await import('./setup.ts')).setup,
  async open({ config, access, world: { clock, log, proxy }, artifacts, commands, home }) {
    const { slackAdapter } = await import('./adapter.ts');
    const groups = [...access.owners, ...access.members].filter((entry) =>
      /^slack-(?:workspace|usergroup|channel):/.test(entry),
    );
    return slackAdapter({ config, groups, clock, log, proxy, artifacts, commands, home });
  },
};
