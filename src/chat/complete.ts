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

/** What somebody is typing into an option of a command. */
export interface Typing {
  command: string;
  option: string;
  typed: string;
  adapter: string;
  externalId: string;
}

/**
 * What fits what is being typed; nothing for an option that completes nothing, and for who has not been let in. Of who has
 * never spoken it is known only whether the rules name them.
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
