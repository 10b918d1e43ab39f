import type { Skill, SkillDeps } from '../../chat/index.ts';
import { config, type Settings } from './config.ts';
import { OpenMeteo } from './open-meteo.ts';
import { briefingOf, type WeatherDeps, weatherTool } from './tools.ts';

/** A briefing does not wait longer for the sky. */
const PATIENCE_MS = 4_000;

export const weather: Skill<Settings> = {
  name: 'weather',
  config,
  words: { does: 'tell the weather' },
  isOn: ({ enabled }) => enabled,
  tools: (deps) => [weatherTool(depsOf(deps))],
  views: {
    agendaAhead: async (deps, kind) =>
      kind === 'day' ? briefingOf(depsOf(deps), AbortSignal.timeout(PATIENCE_MS)) : [],
  },
};

function depsOf({ config: settings, egress, storage: { cache } }: SkillDeps<Settings>): WeatherDeps {
  const service = new OpenMeteo(settings, egress.allowingAll());
  return { service, cache, keepMs: settings.cache, place: settings.place };
}
