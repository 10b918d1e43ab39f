import type { Clock } from '../base/clock.ts';
import { type AccessRules, findPerson, type Gate, roleOf } from '../people/index.ts';
import type { Database } from '../storage/index.ts';
import { type Command, commandThing } from './skill.ts';

export interface CompleteDeps {
  database: Database;
  clock: Clock;
  commands: readonly Command[];
  access: AccessRules;
  gate: Pick<Gate, 'may'>;
}

/** Partial input of a command's option. */
export interface Typing {
  command: string;
  option: string;
  typed: string;
  adapter: string;
  externalId: string;
}

/**
 * Completions of partial input; none for an option that completes nothing, and for people without access. About people
 * who have never spoken only the rules are known.
 */
export async function complete(
  { database, clock, commands, access, gate }: CompleteDeps,
  { command, option, typed, adapter, externalId }: Typing,
): Promise<readonly string[]> {
  const meant = commands.find(({ name }) => name === command);
  const found = meant?.options?.find(({ name }) => name === option);
  if (!meant || !found?.complete) return [];
  const person = await findPerson(database, adapter, externalId);
  const who = person ?? { role: roleOf({ adapter, externalId }, access) };
  if (!gate.may(who, commandThing(meant))) return [];
  return found.complete(typed, { person, database, now: clock.now() });
}
