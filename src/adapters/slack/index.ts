import type { Platform } from '../../chat/index.ts';
import { slackAdapter } from './adapter.ts';
import { config, type SlackConfig } from './config.ts';
import { ADAPTER } from './parse.ts';
import { setup } from './setup.ts';
import { off } from './texts.ts';

/** coda in Slack. */
export const slack: Platform<SlackConfig> = {
  name: ADAPTER,
  title: 'Slack',
  config,
  off: off(),
  setup,
  open({ config, access, world: { clock, log }, artifacts, commands, home }) {
    const groups = [...access.owners, ...access.members].filter((entry) =>
      /^slack-(?:workspace|usergroup|channel):/.test(entry),
    );
    return slackAdapter({ config, groups, clock, log, artifacts, commands, home });
  },
};
