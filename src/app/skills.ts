import type { TxContext } from '../agent/index.ts';
import type { AgendaSection, AgendaSpan, Skill, SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { audit } from '../skills/audit/index.ts';
import { basics } from '../skills/basics/index.ts';
import { code } from '../skills/code/index.ts';
import { improvement } from '../skills/improvement/index.ts';
import { memory } from '../skills/memory/index.ts';
import { notes } from '../skills/notes/index.ts';
import { reminders } from '../skills/reminders/index.ts';
import { scheduler } from '../skills/scheduler/index.ts';
import { tasks } from '../skills/tasks/index.ts';
import { upkeep } from '../skills/upkeep/index.ts';
import { weather } from '../skills/weather/index.ts';
import { firecrawl, web } from '../skills/web/index.ts';

/** Capabilities, one line each: deleting a line and its folder deletes the capability. */
export const builtInSkills: readonly Skill[] = [
  reminders,
  notes,
  memory,
  scheduler,
  tasks,
  basics,
  upkeep,
  audit,
  code,
  web,
  firecrawl,
  weather,
  improvement,
];

export interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}

/** Gives each skill what it may use, with the values of its own block. */
export function equip(
  skills: readonly Skill[],
  config: Config,
  common: Omit<SkillDeps, 'config' | 'does'>,
): EquippedSkill[] {
  const set = skills.map((skill) => ({ skill, settings: skill.config && config.block(skill.config) }));
  const on = set.filter(({ skill, settings }) => skill.isOn?.(settings) ?? true);
  const does = on.flatMap(({ skill }) => skill.words?.does ?? []);
  return on.map(({ skill, settings }) => ({ skill, deps: { ...common, does, config: settings } }));
}

/** True if a schedule may run `/name`. */
export function isRunnable(skills: readonly EquippedSkill[], name: string): boolean {
  return skills.some(
    ({ skill, deps }) =>
      skill.called?.(deps, name, '') !== undefined ||
      skill.commands?.(deps).some((command) => command.plannable && command.name === name),
  );
}

/** All skills' sections about these days of the asker's. One after another: they share a transaction. */
export async function agendaOf(
  skills: readonly EquippedSkill[],
  ctx: TxContext,
  span: AgendaSpan,
): Promise<AgendaSection[]> {
  const sections: AgendaSection[] = [];
  for (const { skill, deps } of skills) sections.push(...((await skill.agenda?.(deps, ctx, span)) ?? []));
  return sections;
}

/** Fetches all skills' parts of a briefing or a review. One that fails has no section. */
export async function agendaAheadOf(
  skills: readonly EquippedSkill[],
  kind: AgendaSpan['kind'],
): Promise<AgendaSection[]> {
  const came = await Promise.allSettled(skills.map(({ skill, deps }) => skill.agendaAhead?.(deps, kind) ?? []));
  return came.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}
