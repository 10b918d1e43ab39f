import {
  Agent,
  contextTools,
  decideTool,
  defaultPolicy,
  identity,
  type Model,
  offlineModel,
  type Phrase,
  Toolbox,
} from '../agent/index.ts';
import type { World } from '../base/world.ts';
import { type Command, coreCommands, coreTools, type Skill, type SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Person } from '../people/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';
import { openInference } from './inference.ts';
import { defaultZone, timeSettings } from './settings.ts';
import { soulOf } from './soul.ts';

/** A skill with what it may use. */
export interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}

export interface Mind {
  agent: Agent;
  commands: readonly Command[];
}

export interface MindOptions {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  delivery: Delivery;
  skills: readonly EquippedSkill[];
  /** Answers instead of the configured models. */
  model?: Model | undefined;
}

/** Gathers what the skills bring and gives it to the agent. */
export function openMind({ config, world, database, artifacts, delivery, skills, model }: MindOptions): Mind {
  const { name } = config.assistant;
  const phrases: readonly (readonly Phrase[])[] = skills.map(({ skill }) => skill.phrases ?? []);
  const toolbox: Toolbox = new Toolbox([
    ...coreTools({ name, toolbox: () => toolbox, commands: () => commands, phrases }),
    decideTool(delivery),
    ...contextTools(),
    ...skills.flatMap(({ skill, deps }) => skill.tools?.(deps) ?? []),
  ]);
  const commands: readonly Command[] = [
    ...coreCommands({ delivery, toolbox: () => toolbox }),
    ...skills.flatMap(({ skill, deps }) => skill.commands?.(deps) ?? []),
  ];
  const offline = offlineModel(phrases.flat());
  const thinking = openInference({ config, world, database, artifacts, offline, model });
  const soul = soulOf(config.assistant.soul, world);
  const agent = new Agent({
    database,
    world,
    delivery,
    toolbox,
    model: thinking.model,
    inference: thinking.inference,
    policy: defaultPolicy,
    maxToolCalls: config.delivery.max_tool_calls,
    turnTimeoutMs: config.delivery.turn_timeout,
    steer: config.delivery.steer,
    time: timeSettings(config),
    defaultZone: defaultZone(config),
    system: async () => identity(name, await soul()),
    sections: (person) => sectionsFor(skills, person),
  });
  return { agent, commands };
}

async function sectionsFor(skills: readonly EquippedSkill[], person: Person) {
  const sections = await Promise.all(skills.map(({ skill, deps }) => skill.prompt?.(deps, person)));
  return sections.filter((section) => section !== undefined);
}
