/** Resolves names: from the skills that were found to those that can be called. */

import type { Pace } from '../../../base/pace.ts';
import {
  type AgentSkill,
  type Diagnostic,
  type Display,
  idOf,
  nameOfFolder,
  plainName,
  type RescanReport,
  reasonOf,
  type Shadowed,
  type SkillSnapshot,
} from '../skill.ts';

/** Overrides of `skills.settings.<name>`. */
export interface SkillSetting {
  readonly enabled?: boolean | undefined;
  readonly display?: Display | undefined;
  readonly description?: string | undefined;
}

export interface Ingredients {
  /** In rising priority. */
  readonly found: readonly AgentSkill[];
  readonly diagnostics: readonly Diagnostic[];
  readonly settings: Readonly<Record<string, SkillSetting>>;
  /** Names of coda's own commands. */
  readonly commands: ReadonlySet<string>;
}

/** The key under which names that differ only in case or Unicode form collide. */
const keyOf = (name: string): string => (PLAIN.test(name) ? name : name.normalize('NFKC').toLowerCase());

const PLAIN = /^[a-z0-9/-]*$/;

/** Skills as settings, and others of their name, have changed them: equal input gives the same value. */
export class Adapted {
  readonly bySetting = new WeakMap<AgentSkill, AgentSkill>();
  readonly byGroup = new WeakMap<AgentSkill, AgentSkill>();
}

/** Builds the snapshot. */
export async function resolve(
  { found, diagnostics, settings, commands }: Ingredients,
  version: number,
  adapted: Adapted,
  pace: Pace,
): Promise<SkillSnapshot> {
  const { invalid, winners, losers } = await compete(apart(found, adapted.byGroup), pace);
  const enabled: AgentSkill[] = [];
  const disabled: AgentSkill[] = [];
  for (const skill of winners.values()) {
    const named = [skill.name, idOf(skill), plainName(skill.name)].find((name) => Object.hasOwn(settings, name));
    const setting = named === undefined ? undefined : settings[named];
    (setting?.enabled === false ? disabled : enabled).push(setting ? adapt(skill, setting, adapted.bySetting) : skill);
  }
  if (pace.isUp) await pace.rest();
  enabled.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (pace.isUp) await pace.rest();
  return Object.freeze({
    version,
    skills: new Map(enabled.map((skill) => [skill.name, skill])),
    invalid,
    shadowed: losers.map((skill): Shadowed => ({ skill, by: winners.get(keyOf(skill.name)) as AgentSkill })),
    disabled,
    commandNamed: enabled.filter(({ name }) => commands.has(keyOf(name))),
    commands,
    diagnostics,
  });
}

/** Skills of one source that have the same name in different groups are told apart by their groups. */
function apart(found: readonly AgentSkill[], adapted: WeakMap<AgentSkill, AgentSkill>): readonly AgentSkill[] {
  const groups = new Map<string, Set<string>>();
  const keyIn = ({ source, name }: AgentSkill) => `${source.kind} ${source.directory} ${keyOf(name)}`;
  for (const skill of found) {
    if (!skill.usable) continue;
    const key = keyIn(skill);
    groups.set(key, (groups.get(key) ?? new Set()).add(skill.group ?? ''));
  }
  return found.map((skill) => {
    if (!skill.usable || idOf(skill) === skill.name || groups.get(keyIn(skill))?.size === 1) return skill;
    const known = adapted.get(skill) ?? { ...skill, name: idOf(skill) };
    adapted.set(skill, known);
    return known;
  });
}

/** Of skills with the same name the last one wins. */
async function compete(found: readonly AgentSkill[], pace: Pace) {
  const invalid: AgentSkill[] = [];
  const winners = new Map<string, AgentSkill>();
  const losers: AgentSkill[] = [];
  for (const skill of found) {
    if (pace.isUp) await pace.rest();
    if (!skill.usable) {
      invalid.push(skill);
      continue;
    }
    const key = keyOf(skill.name);
    const before = winners.get(key);
    if (before) losers.push(before);
    winners.set(key, skill);
  }
  return { invalid, winners, losers };
}

function adapt(skill: AgentSkill, setting: SkillSetting, adapted: WeakMap<AgentSkill, AgentSkill>): AgentSkill {
  const known = adapted.get(skill);
  if (known) return known;
  const { description = skill.description, display = skill.display } = setting;
  // A configured description replaces the localised ones too.
  const descriptions = setting.description === undefined ? skill.descriptions : {};
  const made = { ...skill, description, descriptions, display };
  adapted.set(skill, made);
  return made;
}

/** Changes from `before` to `after`. */
export function compareSnapshots(before: SkillSnapshot, after: SkillSnapshot, tookMs: number): RescanReport {
  const names = (filter: (name: string) => boolean) => [...after.skills.keys()].filter(filter);
  return {
    added: names((name) => !before.skills.has(name)),
    changed: names((name) => before.skills.has(name) && before.skills.get(name) !== after.skills.get(name)),
    removed: [...before.skills.keys()].filter((name) => !after.skills.has(name)),
    shadowed: [
      ...after.shadowed.map(({ skill, by }) => ({ name: skill.name, directory: placeOf(skill), by: placeOf(by) })),
      ...after.commandNamed.map((skill) => ({
        name: skill.name,
        directory: placeOf(skill),
        by: `/${keyOf(skill.name)}`,
      })),
    ],
    invalid: after.invalid.map((skill) => ({
      name: skill.name || nameOfFolder(skill),
      directory: placeOf(skill),
      reason: reasonOf(skill),
    })),
    warnings: after.diagnostics.map(({ file, message }) => ({ directory: file, message })),
    total: after.skills.size,
    took: Math.round(tookMs),
  };
}

const placeOf = (skill: AgentSkill): string => skill.directory ?? 'skills.inline';
