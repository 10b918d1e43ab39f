/** Carries out approved proposals as branches with tests and pull requests; people merge. */
import type { HealthCheck } from '../../../chat/index.ts';
import type { Settings } from '../config.ts';
import type { Deps, Part } from '../part.ts';
import { RUN_TASK, stepJob, weeklyJob } from './run.ts';
import { sandboxTools } from './sandbox-tools.ts';
import { forgeOf } from './settings.ts';
import { mergeRules } from './store.ts';
import * as texts from './texts.ts';
import { runTools } from './tools.ts';

/** Off until it is switched on and has a key of a forge. */
export const executor: Part = {
  name: 'executor',
  isOn: isExecutorOn,
  tools: (deps) => [...runTools(deps), ...sandboxTools(deps)],
  jobs: (deps) => [weeklyJob(deps), stepJob(deps)],
  taskNames: [RUN_TASK],
  tasks: ({ config }) => [{ name: RUN_TASK, kind: RUN_TASK, cron: config.executor_cron, missed: 'skip' }],
  checks: (deps) => [check(deps)],
  mergeRules,
};

function isExecutorOn(config: Settings): boolean {
  return config.executor_enabled && forgeOf(config) !== undefined;
}

function check({ sandbox, config, servers }: Deps): HealthCheck {
  return {
    name: 'self-improvement executor',
    async check() {
      if (!sandbox.settings.enabled)
        return { ok: false, severity: 'warning', says: texts.needsCode(), remedy: texts.needsCodeRemedy() };
      const { server } = forgeOf(config) ?? {};
      if (server !== undefined && !servers.has(server))
        return { ok: false, severity: 'warning', says: texts.noServer(server), remedy: texts.noServerRemedy(server) };
      return { ok: true, says: texts.ready(config.executor_forge?.repository ?? '') };
    },
  };
}
