import {
  Agent,
  agentDeletionRules,
  agentMergeRules,
  type Call,
  contextTools,
  decideTool,
  defaultPolicy,
  identity,
  type Model,
  offlineModel,
  type Phrase,
  Toolbox,
} from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import {
  type Asked,
  type CalledByName,
  type Command,
  coreCommands,
  coreTools,
  type Finding,
  forgetTools,
  type HealthCheck,
  type LinkDeps,
  linkCommand,
  linkTools,
  modelCommands,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import {
  type Delivery,
  type Item,
  inboxDeletionRules,
  inboxMergeRules,
  isPrivate,
  outboxDeletionRules,
  outboxMergeRules,
} from '../delivery/index.ts';
import { scheduleMergeRules } from '../jobs/index.ts';
import {
  type DeletionRule,
  linkDeletionRules,
  type MergeRule,
  personDeletionRules,
  personMergeRules,
} from '../people/index.ts';
import type { Artifacts, Database, Transaction } from '../storage/index.ts';
import { modelChecks } from './checks.ts';
import { openInference, remembered } from './inference.ts';
import { Prompts } from './prompts.ts';
import { defaultZone, timeSettings } from './settings.ts';
import type { EquippedSkill } from './skills.ts';
import { soulOf } from './soul.ts';

export interface Mind {
  agent: Agent;
  commands: readonly Command[];
  checks: readonly HealthCheck[];
  status(): Json | undefined;
  /** What a name after a slash calls that is no command. */
  called: CalledByName;
  close(): Promise<void>;
}

export interface MindOptions {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  delivery: Delivery;
  skills: readonly EquippedSkill[];
  /** Tells the worker that something is due at `at`. */
  wakeAt(at: Date): void;
  /** Removes the files that only the rows of a person who was erased in `tx` referred to. */
  collectSoon(tx: Transaction, personId: string): Promise<void>;
  /** Asks every part how it is. */
  examine(): Promise<readonly Finding[]>;
  /** Answers instead of the configured models. */
  model?: Model | undefined;
}

/** Gathers what the skills bring and gives it to the agent. */
export function openMind(options: MindOptions): Mind {
  const { config, world, database, artifacts, delivery, skills, wakeAt, model } = options;
  const { name } = config.assistant;
  const windowOf = (name: string) => models?.limits(name).context;
  const askedIn = (item: Item) => ({ ...saidIn(item), window: windowOf(answering(item).name) });
  const phrases: readonly (readonly Phrase[])[] = skills.map(({ skill }) => skill.phrases ?? []);
  const offline = offlineModel(phrases.flat());
  const thinking = openInference({ config, world, database, artifacts, offline, model });
  const { inference, models, model: answering, status } = thinking;
  const prompts = new Prompts(skills, world.clock);
  const system = systemOf(config, world, prompts);
  const zone = defaultZone(config);
  const { access } = config;
  const linking: LinkDeps = { delivery, mergeRules: mergeRulesOf(skills), access, wakeAt, log: world.log };
  const toolbox: Toolbox = new Toolbox([
    ...coreTools({ name, toolbox: () => toolbox, commands: () => commands, phrases }),
    decideTool(delivery),
    ...forgetTools({ delivery, deletionRules: deletionRulesOf(skills), collectSoon: options.collectSoon }),
    ...linkTools(linking),
    ...contextTools(),
    ...skills.flatMap(({ skill, deps }) => skill.tools?.(deps) ?? []),
  ]);
  const commands: readonly Command[] = [
    ...coreCommands({ delivery, toolbox: () => toolbox, examine: options.examine }),
    linkCommand(linking),
    ...modelCommands({
      models,
      inference,
      system: (settings, epoch) =>
        system({
          turn: {},
          settings,
          private: false,
          epoch,
          text: '',
          window: windowOf(models?.chosen(settings).name ?? ''),
        }),
      sections: (person, isPrivate) =>
        prompts.sections(person, { turn: {}, settings: {}, private: isPrivate, epoch: 0, text: '' }),
      tools: () => toolbox.specs(),
      zone,
      remembered: remembered(config),
    }),
    ...skills.flatMap(({ skill, deps }) => skill.commands?.(deps) ?? []),
  ];
  const agent = new Agent({
    database,
    world,
    delivery,
    toolbox,
    model: answering,
    inference,
    policy: defaultPolicy,
    maxToolCalls: config.delivery.max_tool_calls,
    turnTimeoutMs: config.delivery.turn_timeout,
    steer: config.delivery.steer,
    time: timeSettings(config),
    defaultZone: zone,
    system: (item) => system(askedIn(item)),
    sections: (item) => prompts.sections(item.person, askedIn(item)),
    changed: (personId) => prompts.changed(personId),
    wakeAt,
  });
  const called: CalledByName = (called, rest) => calledBy(skills, called, rest);
  return {
    agent,
    commands,
    checks: models ? modelChecks(models, database, world.clock) : [],
    status,
    called,
    close: () => inference.close(),
  };
}

function saidIn(item: Item): Asked {
  const { settings, epoch } = item.conversation;
  return { turn: item, settings, private: isPrivate(item), epoch, text: item.payload.text };
}

function calledBy(skills: readonly EquippedSkill[], name: string, rest: string): Call | undefined {
  for (const { skill, deps } of skills) {
    const call = skill.called?.(deps, name, rest);
    if (call) return call;
  }
  return undefined;
}

/** The rules, what the owner wrote, what was asked for in the conversation, and what of skills stands there. */
function systemOf({ assistant }: Config, world: World, prompts: Prompts) {
  const soul = soulOf(assistant.soul, world);
  return async (asked: Asked): Promise<string> => {
    const { soul: own } = asked.settings;
    const manner = [await soul(), typeof own === 'string' ? own : ''].filter(Boolean).join('\n\n');
    return [identity(assistant.name, manner), ...(await prompts.standing(asked))].join('\n\n');
  };
}

/** The person last: other rows refer to theirs. */
function deletionRulesOf(skills: readonly EquippedSkill[]): DeletionRule[] {
  const ofSkills = skills.flatMap(({ skill }) => skill.deletionRules ?? []);
  return [
    ...ofSkills,
    ...agentDeletionRules,
    ...inboxDeletionRules,
    ...outboxDeletionRules,
    ...linkDeletionRules,
    ...personDeletionRules,
  ];
}

/** The inbox first: what is counted for a message locks its row and so comes before all rules, or after them. */
function mergeRulesOf(skills: readonly EquippedSkill[]): MergeRule[] {
  const ofSkills = skills.flatMap(({ skill }) => skill.mergeRules ?? []);
  return [
    ...inboxMergeRules,
    ...ofSkills,
    ...agentMergeRules,
    ...outboxMergeRules,
    ...scheduleMergeRules,
    ...personMergeRules,
  ];
}
