import { attachedTo, Inference, type Model, type Models, nothingAttached, openModels } from '../agent/index.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import type { Item } from '../delivery/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';
import { defaultZone } from './settings.ts';

export interface Thinking {
  inference: Inference;
  /** Undefined where none is configured. */
  models: Models | undefined;
  /** The model that would answer in this conversation if it cost nothing. */
  model(item: Item): Model;
}

export interface ThinkingOptions {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  /** Understands plain requests without any model. */
  offline: Model;
  /** Answers instead of the configured models. */
  model: Model | undefined;
}

/** The configured models, what they may cost, and what they are shown. */
export function openInference({ config, world, database, artifacts, offline, model }: ThinkingOptions): Thinking {
  const { clock, log } = world;
  const models = model ? undefined : openModels({ settings: config.models, offline, clock, log });
  const alone = model ?? offline;
  const inference = new Inference({
    database,
    world,
    alone,
    models,
    zone: defaultZone(config),
    attached: (item) => (models ? attachedTo(item, artifacts, log) : Promise.resolve(nothingAttached)),
  });
  return { inference, models, model: (item) => models?.chosen(item.conversation.settings, item.payload.text) ?? alone };
}

/** Messages that are read along with each event: a model is shown more than the interpreter looks at. */
export function remembered(config: Config): number {
  return config.models ? 240 : 8;
}
