/** Resolves names: from the skills that were found to those that can be called. */

import type { Pace } from '../../../base/pace.ts';
import {
  type AgentSkill,
  type Diagnostic,
  type Display,
  nameOfFolder,
  type RescanReport,
  reasonOf,
  type Shadowed,
  type SkillSnapshot,
} from '../skill.ts';

/** What `skills.settings.<name>` says over what the file says. */
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

const PLAIN = /^[a-z0-9-]*$/;

/** Builds the snapshot. `adapted` caches the skills that settings changed, so that equal input gives the same value. */
export async function resolve(
  { found, diagnostics, settings, commands }: Ingredients,
  version: number,
  adapted: WeakMap<AgentSkill, AgentSkill>,
  pace: Pace,
): Promise<SkillSnapshot> {
  const { invalid, winners, losers } = await compete(found, pace);
  const enabled: AgentSkill[] = [];
  const disabled: AgentSkill[] = [];
  for (const skill of winners.values()) {
    const setting = Object.hasOwn(settings, skill.name) ? settings[skill.name] : undefined;
    (setting?.enabled === false ? disabled : enabled).push(setting ? adapt(skill, setting, adapted) : skill);
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
    diagnostics,
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

/** What changed from `before` to `after`. */
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
