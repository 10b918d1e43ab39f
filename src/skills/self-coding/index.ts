/** Carries out approved proposals as branches with tests and pull requests; people merge. */
import type { LazySkill } from '../../chat/index.ts';
import { config, RUN_TASK, type Settings } from './config.ts';
import { forgeOf } from './settings.ts';
import { mergeRules } from './store.ts';

/** Present in every coda, so that what it has stored goes with its person; without its settings nothing more is imported. */
export const selfCoding: LazySkill<Settings | undefined, 'servers'> = {
  name: 'self-coding',
  config,
  ports: { needs: ['servers'] },
  work: { scheduleNames: [RUN_TASK] },
  data: { mergeRules },
  async load(settings) {
    const isOn = settings?.enabled && settings.executor_enabled && forgeOf(settings) !== undefined;
    return isOn ? (await import('./executor.ts')).executorParts : {};
  },
};
