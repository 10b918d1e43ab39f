import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { httpConfig } from '../adapters/http/index.ts';
import {
  Agent,
  type AnyTool,
  agentDeletionRules,
  agentMergeRules,
  type CritiqueRules,
  contextTools,
  decideTool,
  detailsTool,
  Guard,
  type InterpreterSource,
  identity,
  type LightModels,
  type LiveTools,
  type MessageIndex,
  policyOf,
  type ShowFile,
  Toolbox,
  type TurnOver,
} from '../agent/index.ts';
import { auditDeletionRules, auditMergeRules } from '../audit/index.ts';
import { BoundedMap } from '../base/bounded.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { packageRoot } from '../base/root.ts';
import { withoutPairs } from '../base/text.ts';
import type { World } from '../base/world.ts';
import {
  type AllSkills,
  type AskedPrompt,
  type Asker,
  type CalledByName,
  type Command,
  coreCommands,
  coreTools,
  forgetTools,
  type LinkDeps,
  linkCommand,
  linkTools,
  modelCommands,
  movedBy,
  type PairingDeps,
  type PromptSection,
  pairCommand,
  pairingTools,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import {
  type Choice,
  type Delivery,
  type HearVoice,
  type Item,
  inboxDeletionRules,
  inboxHaltRules,
  inboxMergeRules,
  isPrivate,
  isSaid,
  laneRules,
  type MovedPerson,
  noticeDeletionRules,
  noticeMergeRules,
  outboxDeletionRules,
  outboxMergeRules,
  postponedDeletionRules,
  requestDeletionRules,
  requestMergeRules,
  targets,
} from '../delivery/index.ts';
import {
  collectSoon,
  type Events,
  eventDeletionRules,
  eventMergeRules,
  type JobQueue,
  scheduleDeletionRules,
  scheduleMergeRules,
} from '../jobs/index.ts';
import {
  type DeletionRule,
  emptyTable,
  type Gate,
  invitationDeletionRules,
  invitationMergeRules,
  linkDeletionRules,
  type MergeRule,
  pairingDeletionRules,
  pairingMergeRules,
  passkeyDeletionRules,
  passkeyMergeRules,
  passwordDeletionRules,
  passwordMergeRules,
  personDeletionRules,
  personHaltRules,
  personMergeRules,
  sessionDeletionRules,
  sessionMergeRules,
  tokenDeletionRules,
  tokenMergeRules,
} from '../people/index.ts';
import { critic, improvementConfig } from '../proposals/index.ts';
import { secretDeletionRules, secretMergeRules } from '../secrets/index.ts';
import type { Artifacts, Database, Transaction } from '../storage/index.ts';
import { pinDeletionRules, pinMergeRules } from '../trust/index.ts';
import { type Embedders, likenessBy } from '../vectors/index.ts';
import type { ChangeSource } from './api/changes.ts';
import { type Health, modelChecks } from './health/index.ts';
import { rememberedCount, type Thinking } from './inference.ts';
import { titles } from './platforms.ts';
import { defaultZone, householdOf, timeSettings } from './settings.ts';
import { type EquippedSkill, tablesOf } from './skills.ts';

/** Understands plain English where no model answers: deleted with its line and its folder. */
const OFFLINE: { interpreter?: InterpreterSource } = {
  interpreter: async () => (await import('../english/index.ts')).english,
};

export interface AgentWiring {
  agent: Agent;
  commands: readonly Command[];
  called: CalledByName;
  offersFor(item: Item): readonly Choice[];
  hear: HearVoice;
  onMove(tx: Transaction, moved: MovedPerson): Promise<void>;
  status(): Json | undefined;
  close(): Promise<void>;
}

export interface AgentCore {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  delivery: Delivery;
  jobs: JobQueue;
  events: Events;
  health: Pick<Health, 'checks' | 'breakers'>;
  gate: Gate;
  wakeAt(at: Date): void;
  thinking: Thinking;
  messageIndex: MessageIndex;
  embedders: Embedders;
  changed: ChangeSource | undefined;
}

interface AgentParts extends AgentCore {
  skills: readonly EquippedSkill[];
  pairing: PairingDeps;
}

export function wireAgent(
  core: AgentCore,
  skills: readonly EquippedSkill[],
  all: AllSkills,
  pairing: PairingDeps,
): AgentWiring {
  const parts: AgentParts = { ...core, skills, pairing };
  const { config, world, database, delivery, health, wakeAt, changed } = core;
  const { access } = config;
  const { inference, models, model, status } = parts.thinking;
  const zone = defaultZone(config);
  if (models)
    health.checks.add(modelChecks({ models, database, clock: world.clock, zone, overridden: config.overridden }));

  const guard = guardOf(parts);
  const prompts = new Prompts(skills, world.clock, parts.gate, guard);
  const system = systemOf(config, world, prompts);
  const askedIn = (item: Item) => ({ ...saidIn(item), window: models?.limits(model(item)?.name ?? '').context });

  const keeps = skills.flatMap(({ skill }) => skill.words?.keeps ?? []);
  const linking = linkingOf(parts, keeps);
  const commands: readonly Command[] = [
    ...coreCommands({ delivery, keeps }),
    linkCommand(linking),
    pairCommand(parts.pairing),
    ...commandsOfModels(parts, system, prompts),
    ...skills.flatMap(({ skill, deps }) =>
      (skill.commands?.(deps, all) ?? []).map((command) => ({ ...command, skill: skill.name })),
    ),
  ];
  const offersFor = offersOf(skills);
  const listeningSkills = skills.filter(
    ({ skill: { work }, deps }) => work?.turnOver !== undefined && (work.needsTurns?.(deps.config) ?? true),
  );
  const toolbox = openTools(parts, all, guard, linking, commands);
  changed?.follow(skills.map(({ skill }) => skill));
  const agent = new Agent({
    database,
    world,
    delivery,
    toolbox,
    model,
    inference,
    ...OFFLINE,
    hasPage: config.block(httpConfig) !== undefined,
    ...(parts.embedders.embedder && { likeness: likenessBy(parts.embedders.embedder) }),
    offersFor,
    policy: policyOf({ unasked: access.unasked, rememberable: access.approvals.rememberable }),
    critique: critiqueOf(parts, inference.small),
    approvals: { expiryMs: access.approvals.expiry, rememberable: access.approvals.rememberable },
    maxToolCalls: config.delivery.max_tool_calls,
    turnTimeoutMs: config.delivery.turn_timeout,
    steer: config.delivery.steer,
    time: timeSettings(config),
    defaultZone: zone,
    system: (item) => system(askedIn(item)),
    sections: (item) => prompts.sections(askedIn(item)),
    showFile: shownBy(skills),
    onChange(personId, tool) {
      prompts.forgetPerson(personId);
      changed?.onWrite(personId, tool, tool && toolbox.skillOf(tool));
    },
    turnOver: (over) => tellOver(listeningSkills, over),
    wakeAt,
  });
  const moved = movedBy(skills, prompts, delivery.outbox);
  return {
    agent,
    commands,
    called: calledBy(skills),
    offersFor,
    hear: heardBy(skills),
    onMove: moved,
    status,
    close: () => inference.close(),
  };
}

function commandsOfModels(
  { config, thinking: { models, inference } }: AgentParts,
  system: ReturnType<typeof systemOf>,
  prompts: Prompts,
): Command[] {
  const windowOf = (settings: AskedPrompt['settings']) => models?.limits(models.chooseModel(settings).name).context;
  return modelCommands({
    models,
    inference,
    system: (asker, settings, epoch) => system({ ...blank(asker), settings, epoch, window: windowOf(settings) }),
    sections: (asker) => prompts.sections(blank(asker)),
    zone: defaultZone(config),
    remembered: rememberedCount(config),
  });
}

/**
 * The owner's rules for second looks; with self-improvement also for whatever can do harm, where there is a model to
 * look.
 */
function critiqueOf({ config, database, world }: AgentParts, models: LightModels): CritiqueRules {
  const own = config.block(improvementConfig);
  const { critique: mode } = config.access;
  if (!models.available || !own?.enabled || !own.critique_enabled) return { mode };
  const ask = critic({
    database,
    world,
    models: { small: models },
    people: { household: householdOf(config) },
    config: own,
  });
  return { mode, minTier: own.critique_min_tier, ask };
}

function guardOf({ world, health, events, database }: AgentParts): Guard {
  return new Guard({
    world,
    breakers: health.breakers,
    rests: (part) => void events.tell(database, { name: 'skill.degraded', data: part }),
  });
}

/** Every skill hears of it, whichever of them fails. */
async function tellOver(skills: readonly EquippedSkill[], over: TurnOver): Promise<void> {
  const outcomes = await Promise.allSettled(skills.map(({ skill, deps }) => skill.work?.turnOver?.(deps, over)));
  const failed = outcomes.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

const blank = (asker: Asker): AskedPrompt => ({ ...asker, turnKey: {}, settings: {}, epoch: 0, text: '' });

function linkingOf({ config, world, delivery, skills, wakeAt }: AgentParts, keeps: readonly string[]): LinkDeps {
  const { access } = config;
  return { delivery, mergeRules: mergeRulesOf(skills), access, platforms: titles, keeps, wakeAt, log: world.log };
}

function openTools(
  parts: AgentParts,
  all: AllSkills,
  guard: Guard,
  linking: LinkDeps,
  commands: readonly Command[],
): Toolbox {
  const { config, world, delivery, jobs, skills, gate } = parts;
  const { name } = config.assistant;
  const equipped = skills.map(({ skill, deps }) => ({
    ...skill,
    tools: (skill.tools?.(deps, all) ?? []).map((tool) => guard.tool(tool)),
  }));
  const tools: AnyTool[] = [
    ...equipped.flatMap((each) => each.tools),
    ...coreTools({ name, commands, gate, ...OFFLINE }),
    decideTool(delivery),
    detailsTool(),
    ...forgetTools({
      database: parts.database,
      artifacts: parts.artifacts,
      clock: world.clock,
      delivery,
      deletionRules: deletionRulesOf(skills),
      collectSoon: (tx, personId) => collectSoon(jobs, tx, personId, world.clock.now()),
    }),
    ...linkTools(linking),
    ...pairingTools(parts.pairing),
    ...contextTools(parts.messageIndex, (place, messageId) => parts.delivery.linkTo(place, messageId)),
  ];
  return new Toolbox(
    tools,
    new Map(equipped.flatMap((each) => each.tools.map((tool) => [tool.name, each.name]))),
    gate,
    skills.flatMap((each) => liveToolsOf(each, guard)),
  );
}

function liveToolsOf({ skill, deps }: EquippedSkill, guard: Guard): LiveTools[] {
  const live = skill.acts?.liveTools?.(deps);
  if (!live) return [];
  let last: { of: readonly AnyTool[]; guarded: readonly AnyTool[] } | undefined;
  const current = (takenNames: ReadonlySet<string>) => {
    const of = live.current(takenNames);
    if (last?.of !== of) last = { of, guarded: of.map((tool) => guard.tool(tool)) };
    return last.guarded;
  };
  return [{ skill: skill.name, current, whenKnown: (tool) => live.whenKnown(tool) }];
}

function saidIn(item: Item): AskedPrompt {
  const { person, payload, conversation } = item;
  const { place, settings, epoch } = conversation;
  return {
    person,
    conversationId: conversation.id,
    place,
    private: isPrivate(item),
    turnKey: item,
    settings,
    epoch,
    text: payload.text,
    origin: item.origin,
  };
}

function offersOf(skills: readonly EquippedSkill[]) {
  return (item: Item): readonly Choice[] => {
    const { payload, person } = item;
    if (payload.files.length === 0 || !isSaid(item)) return [];
    const asker = { person, text: payload.text };
    return skills.flatMap(({ skill, deps }) => skill.acts?.offerForFiles?.(deps, payload.files, asker) ?? []);
  };
}

function shownBy(skills: readonly EquippedSkill[]): ShowFile {
  return async (file, room, personId) => {
    for (const { skill, deps } of skills) {
      const excerpt = await skill.acts?.showFile?.(deps, file, room, personId);
      if (excerpt) return excerpt;
    }
    return undefined;
  };
}

function heardBy(skills: readonly EquippedSkill[]): HearVoice {
  return async ({ person, conversation }, files, signal) => {
    const speaker = { personId: person.id, conversationId: conversation.id };
    for (const { skill, deps } of skills) {
      const transcript = await skill.acts?.hear?.(deps, files, speaker, signal);
      if (transcript) return transcript;
    }
    return undefined;
  };
}

/** The first skill that knows the name decides. */
function calledBy(skills: readonly EquippedSkill[]): CalledByName {
  return (name, rest) => {
    for (const { skill, deps } of skills) {
      const call = skill.acts?.callNamed?.(deps, name, rest);
      if (call) return call;
    }
    return undefined;
  };
}

function systemOf({ assistant }: Config, world: World, prompts: Prompts) {
  const soul = soulOf(assistant.soul, world);
  return async (asked: AskedPrompt): Promise<string> => {
    const { soul: own } = asked.settings;
    const manner = [await soul(), typeof own === 'string' ? own : ''].filter(Boolean).join('\n\n');
    return [identity(assistant.name, manner), ...(await prompts.stableTexts(asked))].join('\n\n');
  };
}

/**
 * Rules of all rooms: first rows that are being written, then running work, so that neither adds to what is being
 * erased. The person last: other rows refer to theirs.
 */
export function deletionRulesOf(skills: readonly Pick<EquippedSkill, 'skill'>[]): DeletionRule[] {
  return [
    ...laneRules,
    ...personHaltRules,
    ...inboxHaltRules,
    ...postponedDeletionRules,
    ...skills.flatMap(({ skill }) => skill.data?.deletionRules ?? []),
    ...tablesOf(skills).map(emptyTable),
    ...agentDeletionRules,
    ...inboxDeletionRules,
    ...outboxDeletionRules,
    ...targets.deletionRules,
    ...noticeDeletionRules,
    ...requestDeletionRules,
    ...eventDeletionRules,
    ...scheduleDeletionRules,
    ...linkDeletionRules,
    ...pairingDeletionRules,
    ...tokenDeletionRules,
    ...sessionDeletionRules,
    ...passwordDeletionRules,
    ...passkeyDeletionRules,
    ...invitationDeletionRules,
    ...pinDeletionRules,
    ...secretDeletionRules,
    ...auditDeletionRules,
    ...personDeletionRules,
  ];
}

/** The inbox first: what is counted for a message locks its row and so comes before all rules, or after them. */
export function mergeRulesOf(skills: readonly Pick<EquippedSkill, 'skill'>[]): MergeRule[] {
  return [
    ...inboxMergeRules,
    ...skills.flatMap(({ skill }) => skill.data?.mergeRules ?? []),
    ...agentMergeRules,
    ...outboxMergeRules,
    ...targets.mergeRules,
    ...noticeMergeRules,
    ...requestMergeRules,
    ...scheduleMergeRules,
    ...eventMergeRules,
    ...auditMergeRules,
    ...pairingMergeRules,
    ...tokenMergeRules,
    ...sessionMergeRules,
    ...passwordMergeRules,
    ...passkeyMergeRules,
    ...invitationMergeRules,
    ...pinMergeRules,
    ...secretMergeRules,
    ...personMergeRules,
  ];
}

/** More would crowd out the conversation. Characters. */
const LONGEST_SOUL = 20_000;

/** A change of the file is seen after this; looking for every message would cost a tenth of it. */
const LOOK_MS = 1_000;

/** Reads the file again when it has changed; without one there is nothing to say. */
export function soulOf(path: string, world: World): () => Promise<string> {
  let read: { file: string; changed: number; text: string } | undefined;
  let looked: { at: number; text: Promise<string> } | undefined;
  const look = async () => {
    for (const file of isAbsolute(path) ? [path] : [join(process.cwd(), path), join(packageRoot(), path)]) {
      try {
        const { mtimeMs: changed } = await stat(file);
        if (read?.file === file && read.changed === changed) return read.text;
        read = { file, changed, text: withoutComments(await readFile(file, 'utf8')).slice(0, LONGEST_SOUL) };
        return read.text;
      } catch (error) {
        if (isAbsolute(path)) world.log.warn({ file, error: messageOf(error) }, 'assistant.soul file is unreadable');
      }
    }
    return '';
  };
  return async () => {
    const at = performance.now();
    if (!looked || at - looked.at >= LOOK_MS) looked = { at, text: look() };
    return looked.text;
  };
}

/** Removes comments, which are for the person who edits the file and not for the model. */
function withoutComments(text: string): string {
  return withoutPairs(text, '<!--', '-->').trim();
}

/** Age after which another process's writes are read; this one's are seen at once. */
const FRESH_MS = 60_000;
const REMEMBERED = 1_000;

type Hook = keyof NonNullable<EquippedSkill['skill']['prompt']>;

interface KnownSections {
  at: number;
  sections: Promise<PromptSection[]>;
  policies: object;
  roles: string;
}

/** Skills' parts of the prompt, read once for each person until something of theirs is written. */
class Prompts {
  private readonly by: Record<Hook, readonly EquippedSkill[]>;
  private readonly allowed = new WeakMap<object, Map<string, readonly EquippedSkill[]>>();
  private readonly clock: Clock;
  private readonly known = new BoundedMap<string, KnownSections>(REMEMBERED);
  private readonly gate: Pick<Gate, 'may' | 'basis' | 'roles'>;
  private readonly guard: Guard;

  constructor(
    skills: readonly EquippedSkill[],
    clock: Clock,
    gate: Pick<Gate, 'may' | 'basis' | 'roles'>,
    guard: Guard,
  ) {
    this.gate = gate;
    this.guard = guard;
    const having = (hook: Hook) => skills.filter(({ skill }) => skill.prompt?.[hook]);
    this.by = {
      stable: having('stable'),
      message: having('message'),
      person: having('person'),
    };
    this.clock = clock;
  }

  async stableTexts(asked: AskedPrompt): Promise<string[]> {
    const texts = await Promise.all(
      this.permittedSkills('stable', this.gate.basis(asked.person), asked).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'standing', () => skill.prompt?.stable?.(deps, asked)),
      ),
    );
    return texts.filter((text) => text !== undefined);
  }

  async sections(asked: AskedPrompt): Promise<PromptSection[]> {
    // A person's own data is nobody else's to read, and a model repeats its prompt.
    const basis = this.gate.basis(asked.person);
    const own = asked.private ? await this.ofPerson(asked, basis) : [];
    const passing = Promise.all(
      this.permittedSkills('message', basis, asked).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'passing', () => skill.prompt?.message?.(deps, asked)),
      ),
    );
    return [...own, ...(await passing).filter((section) => section !== undefined)];
  }

  private ofPerson(asker: Asker, basis: ReturnType<Gate['basis']>): Promise<PromptSection[]> {
    const { person } = asker;
    const now = this.clock.now().getTime();
    const cachedPrompt = this.known.get(person.id);
    const { policies, roles } = basis;
    const isSame = cachedPrompt?.policies === policies && cachedPrompt.roles === roles;
    if (isSame && Math.abs(now - cachedPrompt.at) < FRESH_MS) return cachedPrompt.sections;
    const sections = this.read(asker, basis);
    sections.catch(() => this.forgetPerson(person.id));
    this.known.set(person.id, { at: now, sections, policies, roles });
    return sections;
  }

  forgetPerson(personId: string): void {
    this.known.delete(personId);
  }

  private async read(asker: Asker, basis: ReturnType<Gate['basis']>): Promise<PromptSection[]> {
    const sections = await Promise.all(
      this.permittedSkills('person', basis, asker).map(({ skill, deps }) =>
        this.guard.skill(skill.name, 'prompt', () => skill.prompt?.person?.(deps, asker)),
      ),
    );
    return sections.flatMap((section) => (section ? [{ ...section, stands: true as const }] : []));
  }

  private permittedSkills(
    hook: Hook,
    { policies, roles }: ReturnType<Gate['basis']>,
    { person }: Asker,
  ): readonly EquippedSkill[] {
    const ofRoles = this.allowed.get(policies) ?? new Map<string, readonly EquippedSkill[]>();
    this.allowed.set(policies, ofRoles);
    const key = `${hook} ${roles}`;
    const cachedSkills = ofRoles.get(key);
    if (cachedSkills) return cachedSkills;
    const allowed = this.by[hook].filter(({ skill }) =>
      this.gate.may(person, { kind: 'tool', name: 'prompt', skill: skill.name }),
    );
    ofRoles.set(key, allowed);
    return allowed;
  }
}
