import { approvalsAtHome } from '../agent/index.ts';
import type { World } from '../base/world.ts';
import { type Command, commandThing, type HomeAction, type HomeSection } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { findPerson, type Gate, readerFor } from '../people/index.ts';
import type { Database, Param } from '../storage/index.ts';
import { householdOf } from './settings.ts';
import type { EquippedSkill } from './skills.ts';

export interface HomeDeps {
  database: Database;
  config: Config;
  world: World;
  gate: Pick<Gate, 'may'>;
  commands: readonly Command[];
  skills: readonly EquippedSkill[];
}

/** The person's own page: decisions first, then each skill. Empty for somebody who was never met. */
export async function homeOf(deps: HomeDeps, adapter: string, externalId: string): Promise<readonly HomeSection[]> {
  const { database, config, world, skills } = deps;
  const person = await findPerson(database, adapter, externalId);
  if (!person) return [];
  const db = { query: <Row>(sql: string, params?: readonly Param[]) => database.read<Row>(sql, params) };
  const reader = { db, person, ...readerFor(person, householdOf(config), world.clock.now()) };
  const sections: HomeSection[] = [await approvalsAtHome(db, person.id)];
  for (const { skill, deps: own } of skills) sections.push(...((await skill.home?.(own, reader)) ?? []));
  const may = (action: HomeAction) => 'button' in action || isAllowed(deps, person, action.command);
  return sections.map(({ items, ...section }) => ({
    ...section,
    items: items.map(({ text, actions = [] }) => ({ text, actions: actions.filter(may) })),
  }));
}

/** True if the person may use the thing; else it is not shown. */
function isAllowed({ commands, gate }: HomeDeps, person: Parameters<Gate['may']>[0], line: string): boolean {
  const [, name] = /^\/(\S+)/.exec(line) ?? [];
  const command = commands.find((each) => each.name === name);
  return command !== undefined && gate.may(person, commandThing(command));
}
