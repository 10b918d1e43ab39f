import { httpConfig, type Pushes, push } from '../adapters/http/index.ts';
import type { Approvals, TxContext } from '../agent/index.ts';
import { agentSkills, agentSkillsConfig, skillListFor } from '../agent-skills/index.ts';
import { lazy } from '../base/async.ts';
import {
  ABSENT_PORTS,
  type AgendaSection,
  type AgendaSpan,
  type AllSkills,
  type AnyCollection,
  finderIn,
  type LazySkill,
  type OwnReader,
  type Skill,
  type SkillDeps,
  type SkillPorts,
  type SkillSwitch,
  type SystemTask,
  type Upcoming,
  type Verb,
  type Verbs,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { type Schedules, tasksConfig } from '../jobs/index.ts';
import { proposals } from '../proposals/index.ts';
import { audit } from '../skills/audit/index.ts';
import { backup } from '../skills/backup/index.ts';
import { basics } from '../skills/basics/index.ts';
import { browser, browserSwitch } from '../skills/browser/index.ts';
import { code } from '../skills/code/index.ts';
import { connectors } from '../skills/connectors/index.ts';
import { costs } from '../skills/costs/index.ts';
import { doctor } from '../skills/doctor/index.ts';
import { files } from '../skills/files/index.ts';
import { mcp } from '../skills/mcp/index.ts';
import { memory } from '../skills/memory/index.ts';
import { notes } from '../skills/notes/index.ts';
import { places } from '../skills/places/index.ts';
import { reminders } from '../skills/reminders/index.ts';
import { scheduler } from '../skills/scheduler/index.ts';
import { search } from '../skills/search/index.ts';
import { selfCoding } from '../skills/self-coding/index.ts';
import { reviewSource, selfReview } from '../skills/self-review/index.ts';
import { draftSource, skillLearning } from '../skills/skill-learning/index.ts';
import { skillMarket } from '../skills/skill-market/index.ts';
import { skillRuns } from '../skills/skill-runs/index.ts';
import { skillTrials } from '../skills/skill-trials/index.ts';
import { specialists } from '../skills/specialists/index.ts';
import { targetsSkill } from '../skills/targets/index.ts';
import { tasks } from '../skills/tasks/index.ts';
import { titles } from '../skills/titles/index.ts';
import { today } from '../skills/today/index.ts';
import { upkeep } from '../skills/upkeep/index.ts';
import { weather } from '../skills/weather/index.ts';
import { firecrawl, web } from '../skills/web/index.ts';
import { webhooks } from '../skills/webhooks/index.ts';
import type { Backups } from './backups.ts';
import type { Health } from './health/index.ts';
import { needsToken } from './operations/parts.ts';
import { services } from './platforms.ts';
import { defaultZone } from './settings.ts';
import type { SkillParts } from './skill-parts.ts';

/** Capabilities, one line each: deleting a line and its folder deletes the capability. */
export const builtInSkills: readonly Skill[] = [
  reminders,
  notes,
  memory,
  scheduler,
  tasks,
  basics,
  today,
  search,
  upkeep,
  titles,
  audit,
  code,
  files,
  web,
  firecrawl,
  weather,
  places,
  selfReview,
  selfCoding,
];

export const skillSwitches: readonly SkillSwitch[] = [
  // Each on a line of its own.
  browserSwitch,
];

const TEN_MB = 10 * 1024 * 1024;

interface MadeOf extends SkillParts {
  config: Config;
  health: Omit<Health, 'breakers'>;
  backups: Backups;
  pushes: Pushes;
  approvals: Pick<Approvals, 'carries'>;
}

export function skillsOf(parts: MadeOf): Skill[] {
  const { config, agentSkills: live } = parts;
  return [
    doctor(parts.health),
    backup(parts.backups),
    costs(config.models),
    // Without HTTP, hooks are handed files of the terminal.
    webhooks({ secrets: live.secrets, attachmentBytes: config.block(httpConfig)?.attachment_max_size ?? TEN_MB }),
    targetsSkill({
      services: new Map(services.flatMap((each) => [...each.namedPlaces(config.block(each.config))])),
      serviceSettings: services.map(({ setting }) => setting),
      canPush: () => parts.pushes.subject !== undefined,
    }),
    push(parts.pushes),
    mcp(parts.servers),
    browser(),
    skillRuns(live),
    agentSkills(live, config.block(agentSkillsConfig)),
    skillMarket(live),
    skillTrials({ host: live, checkToken: (token) => needsToken(parts.approvals, token) }),
    connectors({ roots: () => live.ownFolders(), secrets: live.secrets }),
    specialists({
      catalog: parts.specialists,
      skills: live,
      skillsFor: skillListFor(live, config.block(agentSkillsConfig)),
    }),
    skillLearning(live),
    proposals([
      // Makers of proposals, one line each.
      reviewSource(config),
      draftSource(live),
    ]),
  ];
}

export interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}

/** The skills with what their settings switch on. */
export function loadSkills(skills: readonly Skill[], config: Config): Promise<Skill[]> {
  return Promise.all(
    skills.map(async (skill) =>
      isLazy(skill) ? { ...skill, ...(await skill.load(skill.config && config.block(skill.config))) } : skill,
    ),
  );
}

const isLazy = (skill: Skill): skill is LazySkill => 'load' in skill;

/** Dependencies that all skills have. */
export type CommonDeps = Omit<SkillDeps, 'config' | 'ports'>;

export function equip(skills: readonly Skill[], config: Config, common: CommonDeps): EquippedSkill[] {
  const set = skills.map((skill) => ({ skill, settings: skill.config && config.block(skill.config) }));
  const on = set.filter(({ skill, settings }) => skill.isOn?.(settings) ?? true);
  const bare = on.map(({ skill, settings }) => ({ skill, own: { ...common, config: settings } }));
  const ports = portsBy(
    bare.map(({ skill, own }) => ({ name: skill.name, ports: skill.ports?.provides?.(own) ?? {} })),
  );
  return bare.map(({ skill, own }) => ({ skill, deps: { ...own, ports: portsOf(ports, skill) } }));
}

/** All ports. Throws where two skills provide the same one: the order of a list would decide which of them is heard. */
function portsBy(provided: readonly { name: string; ports: Partial<SkillPorts> }[]): SkillPorts {
  const providers = new Map<string, string>();
  for (const { name, ports } of provided) {
    for (const port of Object.keys(ports)) {
      const other = providers.get(port);
      if (other !== undefined) throw new Error(`the skills ${other} and ${name} both provide the port ${port}`);
      providers.set(port, name);
    }
  }
  return Object.assign({}, ABSENT_PORTS, ...provided.map(({ ports }) => ports));
}

function portsOf(ports: SkillPorts, { ports: own }: Skill): Partial<SkillPorts> {
  return Object.fromEntries((own?.needs ?? []).map((name) => [name, ports[name]]));
}

/** Tasks that a skill has coda do by itself. */
function schedulesOf({ skill, deps }: EquippedSkill): readonly SystemTask[] {
  return [...(skill.work?.schedules ?? []), ...(skill.work?.ownSchedules?.(deps) ?? [])];
}

/** Tasks that coda does by itself, as the configuration has them. */
export function tasksOf(config: Config, skills: readonly EquippedSkill[]): Parameters<Schedules['putAll']>[1] {
  const { tasks } = config.block(tasksConfig);
  const usual = defaultZone(config);
  return skills.flatMap(schedulesOf).map(({ name, kind, missed, standard = true, cron }) => {
    const set = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    const { cron: rule = cron, zone = usual, enabled } = set ?? {};
    return { name, kind, payload: {}, rule, zone, missed, enabled, standard };
  });
}

export function allSkills(skills: readonly EquippedSkill[]): AllSkills {
  return {
    agenda: (ctx, span) => agendaOf(skills, ctx, span),
    agendaAhead: (kind) => agendaAheadOf(skills, kind),
    runnable: (name) => isRunnable(skills, name),
    does: skills.flatMap(({ skill }) => skill.words?.does ?? []),
    longestVoice: skills.flatMap(({ skill, deps }) => skill.acts?.longestVoice?.(deps) ?? [])[0],
    tables: tablesOf(skills),
    listUpcoming: (reader, to) => upcomingOf(skills, reader, to),
    listTimeless: (reader) =>
      Promise.all(skills.map(async ({ skill, deps }) => (await skill.views?.listTimeless?.(deps, reader)) ?? {})),
    finders: () => [
      ...collectionsOf(skills).map(finderIn),
      ...skills.flatMap(({ skill, deps }) => skill.views?.finders?.(deps) ?? []),
    ],
  };
}

/** Verbs of the skills beside `others`, imported when they are first asked for. */
export function skillVerbs(skills: readonly EquippedSkill[], others: Verbs): () => Promise<ReadonlyMap<string, Verb>> {
  return lazy(async () => {
    const own = await Promise.all(skills.map(({ skill, deps }) => skill.acts?.verbs?.(deps) ?? {}));
    return new Map([others, ...own].flatMap((verbs) => Object.entries(verbs)));
  });
}

async function upcomingOf(skills: readonly EquippedSkill[], reader: OwnReader, to: Date): Promise<Upcoming[]> {
  const each = await Promise.all(skills.map(({ skill, deps }) => skill.views?.listUpcoming?.(deps, reader, to) ?? []));
  return each.flat().sort((one, other) => one.at.getTime() - other.at.getTime());
}

export function collectionsOf(skills: readonly EquippedSkill[]): AnyCollection[] {
  return skills.flatMap(({ skill, deps }) => skill.views?.collections?.(deps) ?? []);
}

export function tablesOf(skills: readonly Pick<EquippedSkill, 'skill'>[]): string[] {
  return skills.flatMap(({ skill }) => skill.data?.tables ?? []);
}

function isRunnable(skills: readonly EquippedSkill[], name: string): boolean {
  return skills.some(
    ({ skill, deps }) =>
      skill.acts?.callNamed?.(deps, name, '') !== undefined ||
      skill.commands?.(deps, allSkills(skills)).some((command) => command.plannable && command.name === name),
  );
}

/** The skills in turn: they share a transaction. */
async function agendaOf(skills: readonly EquippedSkill[], ctx: TxContext, span: AgendaSpan): Promise<AgendaSection[]> {
  const sections: AgendaSection[] = [];
  for (const { skill, deps } of skills) sections.push(...((await skill.views?.agenda?.(deps, ctx, span)) ?? []));
  return sections;
}

/** A skill that fails has no section. */
async function agendaAheadOf(skills: readonly EquippedSkill[], kind: AgendaSpan['kind']): Promise<AgendaSection[]> {
  const outcomes = await Promise.allSettled(
    skills.map(({ skill, deps }) => skill.views?.agendaAhead?.(deps, kind) ?? []),
  );
  return outcomes.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}
