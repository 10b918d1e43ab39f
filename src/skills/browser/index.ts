import type { AnyTool } from '../../agent/index.ts';
import type { HealthCheck, Skill, SkillDeps } from '../../chat/index.ts';
import { config, type Settings } from './config.ts';
import { remedyOf, Sessions, whyOf } from './sessions.ts';
import { texts } from './texts.ts';
import { browserTools } from './tools.ts';

/** Drives a browser, which reaches what `Egress` may reach. */
export const browser = (): Skill<Settings> => {
  let sessions: Sessions | undefined;
  const opened = (deps: SkillDeps<Settings>): Sessions => {
    if (!sessions) {
      const { config: settings, world, egress, sandbox, onClose } = deps;
      const made = new Sessions({ settings, world, egress, sandbox });
      onClose('browser', () => made.closeAll());
      sessions = made;
    }
    return sessions;
  };
  return {
    name: 'browser',
    config,
    isOn: ({ enabled }) => enabled,
    tools: (deps) => toolsOf(deps, opened(deps)),
    checks: (deps) => [check(opened(deps), deps.config.mode)],
    turnOver: async (deps, { turnKey, how }) => opened(deps).over(turnKey, how === 'parked'),
  };
};

function toolsOf({ egress, artifacts, config: settings }: SkillDeps<Settings>, sessions: Sessions): AnyTool[] {
  return browserTools({ sessions, egress, artifacts, timeoutMs: settings.connect_timeout_ms });
}

function check(sessions: Sessions, mode: Settings['mode']): HealthCheck {
  return {
    name: 'browser',
    async check() {
      try {
        return { ok: true, says: texts.works(await sessions.probe(), mode) };
      } catch (error) {
        return { ok: false, says: texts.notStarted(whyOf(error)), remedy: remedyOf(error) };
      }
    },
  };
}

export { config as browserConfig } from './config.ts';
export { buildBrowserImage } from './image.ts';
