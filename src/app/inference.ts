import {
  addPictures,
  attachedTo,
  countersOf,
  Inference,
  type Model,
  type Models,
  nothingAttached,
  openModels,
  pastPictures,
  Scaler,
} from '../agent/index.ts';
import type { Breakers } from '../base/breaker.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import type { Item } from '../delivery/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';
import { defaultZone } from './settings.ts';

export interface Thinking {
  inference: Inference;
  models: Models | undefined;
  /** The model that would answer in this conversation if it cost nothing; undefined where none is configured. */
  model(item: Item): Model | undefined;
  status(): Json | undefined;
}

export interface ThinkingOptions {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  model: Model | undefined;
  breakers: Breakers;
}

export function openInference({ config, world, database, artifacts, model, breakers }: ThinkingOptions): Thinking {
  const { clock, log, metrics, faults } = world;
  const models = model ? undefined : openModels({ settings: config.models, clock, log, metrics, faults, breakers });
  const scaler = new Scaler(log);
  const opening = { artifacts, scaler, log };
  const inference = new Inference({
    database,
    world,
    alone: model,
    models,
    zone: defaultZone(config),
    attach: (item, showFile) =>
      models || model?.takesFiles ? attachedTo(item, { ...opening, showFile }) : Promise.resolve(nothingAttached),
    addPictures: (messages, by) => (models ? addPictures(messages, opening, by) : Promise.resolve([...messages])),
    pastPictures: async (history, by) => (models ? pastPictures(history, opening, by) : new Map()),
    store: (bytes) => artifacts.put(bytes),
    close: () => scaler.close(),
  });
  const status = (): Json | undefined => models && statusOf(models, world);
  return {
    inference,
    models,
    status,
    model: (item) => models?.modelOf(item) ?? model,
  };
}

function statusOf(models: Models, { metrics }: World): Json {
  const { repairs, calls } = countersOf(metrics);
  const failed = calls.samples().filter(({ labels }) => labels.outcome !== 'answered');
  return {
    answering: models.nameOf('default'),
    resting: models.restingNames(),
    failed: failed.reduce((sum, { value }) => sum + value, 0),
    repairs: Object.fromEntries(repairs.samples().map(({ labels, value }) => [labels.repair ?? '', value])),
  };
}

/** Messages that are read along with each event: a model is shown more than the interpreter looks at. */
export function rememberedCount(config: Config): number {
  return config.models ? 240 : 8;
}
