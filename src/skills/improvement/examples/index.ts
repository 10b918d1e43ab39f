/** Keeps monthly what went well, and shows the nearest of it as examples for a person's later requests. */
import type { PromptSection } from '../../../chat/index.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import { type Embedder, type Likeness, likenessBy } from '../../../vectors/index.ts';
import type { Deps, Part } from '../part.ts';
import { triggerTool } from '../tools.ts';
import { harvest } from './harvest.ts';
import { section } from './recall.ts';
import { deletionRules, mergeRules } from './store.ts';
import * as texts from './texts.ts';

const HARVEST_JOB = 'improvement.examples';
const TASK = 'few-shot-harvest';

export const examplesPart: Part = {
  name: 'examples',
  isOn: (config) => config.few_shot_enabled,
  jobs: (deps) => [harvestJob(deps)],
  taskNames: [TASK],
  tasks: ({ config }) => [{ name: TASK, kind: HARVEST_JOB, cron: config.few_shot_harvest_cron, missed: 'latest' }],
  tools: (deps) => [
    triggerTool(deps, {
      name: 'few_shot_harvest_trigger',
      description: 'Chooses now what went well lately as examples for later requests. For owners.',
      kind: HARVEST_JOB,
      says: texts.requested,
    }),
  ],
  passing: (deps, asked) => oncePerTurn(asked.turnKey, () => section(deps, likenessOf(deps), asked)),
  deletionRules,
  mergeRules,
};

/** By the turn that they are shown in: they stay the same all through it. */
const shown = new WeakMap<object, Promise<PromptSection | undefined>>();

function oncePerTurn(turn: object, look: () => Promise<PromptSection | undefined>): Promise<PromptSection | undefined> {
  const known = shown.get(turn) ?? look();
  shown.set(turn, known);
  return known;
}

/** One for each embedder: it keeps the vectors of what it has compared. */
const likenesses = new WeakMap<Embedder, Likeness>();

function likenessOf({ embedders: { embedder } }: Deps): Likeness | undefined {
  if (!embedder) return undefined;
  const known = likenesses.get(embedder) ?? likenessBy(embedder);
  likenesses.set(embedder, known);
  return known;
}

function harvestJob(deps: Deps): JobHandler {
  return {
    kind: HARVEST_JOB,
    async run() {
      const count = await harvest(deps);
      deps.world.log.info({ count }, 'turns that went well are kept as examples');
    },
  };
}
