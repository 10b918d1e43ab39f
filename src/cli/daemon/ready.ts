import { httpConfig, platforms, skillSwitches } from '../../app/index.ts';
import type { Config } from '../../config/index.ts';

export interface Readiness {
  on: string[];
  off: string[];
}

/** `isServed`: the page is served, whatever the configuration says. */
export function readiness(config: Config, isServed = false): Readiness {
  const parts = [
    ...platforms.map(({ title, config: block, off }) => ({ name: title, on: config.block(block) !== undefined, off })),
    { name: modelName(config) ?? 'model', on: modelName(config) !== undefined, off: noModel(config) },
    { name: 'code in containers', on: config.execution.enabled, off: OFF.execution },
    { name: 'HTTP', on: isServed || config.block(httpConfig) !== undefined, off: OFF.http },
    ...skillSwitches.map(({ name, isOn, off }) => ({ name, on: isOn(config), off })),
  ];
  return {
    on: ['terminal', ...parts.filter(({ on }) => on).map(({ name }) => name)],
    off: [...config.notices, ...parts.filter(({ on }) => !on).map(({ off }) => off)],
  };
}

const OFF = {
  model:
    'There is no language model; coda understands plain English by itself. For more, put a key into ANTHROPIC_API_KEY ' +
    'or OPENAI_API_KEY, or models: into the config.',
  http: 'HTTP is off: http: in the config turns it on (docs/http.md).',
  execution: 'Running code is off: execution.enabled in the config turns it on, and needs Docker.',
};

const noModel = ({ models }: Config) =>
  models?.enabled === false ? 'No language model is asked: models.enabled is off in the config.' : OFF.model;

/** The model that answers, or the vendor whose usual one does; undefined without any. */
function modelName({ models }: Config): string | undefined {
  if (models?.enabled === false) return undefined;
  return models?.default ?? Object.keys(models?.providers ?? {})[0];
}

export function hint(config: Config): string {
  return modelName(config) ?? 'plain English, no model yet';
}
