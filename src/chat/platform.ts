import type { Clock } from '../base/clock.ts';
import type { World } from '../base/world.ts';
import type { ConfigBlock } from '../config/index.ts';
import type { ChatAdapter, Place } from '../delivery/index.ts';
import type { Egress } from '../egress/index.ts';
import { type AccessRules, type Claim, findPerson, type Gate, roleOf } from '../people/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';
import type { AnyRoute } from './route.ts';
import type { SetupCard } from './setup/card.ts';
import { type Command, commandThing, type HealthCheck, type HomeSection } from './skill.ts';

export interface PlatformDeps<Settings> {
  config: Settings;
  access: AccessRules;
  world: World;
  artifacts: Artifacts;
  commands: readonly Command[];
  /** True for somebody whom nobody has let in: no place is made for them. */
  isStranger(claim: Pick<Claim, 'externalId' | 'groups'>): Promise<boolean>;
  /** Content of a person's own page; undefined for nobody with access. */
  home(claim: Pick<Claim, 'externalId' | 'groups'>): Promise<readonly HomeSection[] | undefined>;
  /** Completions of a command's option; at most 25, within a second. */
  complete(typing: Omit<Typing, 'adapter'>): Promise<readonly string[]>;
}

/** An adapter, and what the owner of coda is shown of its platform. */
export interface PlatformAdapter extends ChatAdapter {
  routes?(): readonly AnyRoute[];

  checks?(): HealthCheck[];

  /** Reason why the platform cannot be heard, where that lasts for more than some seconds; undefined: it can. */
  trouble?(): { says: string; remedy: string } | undefined;

  /** Milliseconds for which there has been no connection; undefined: there is one. */
  awayForMs?(): number | undefined;
}

/** A chat platform, as a value. `app/platforms.ts` lists them, one line each. */
export interface Platform<Settings = unknown> {
  /** The adapter's name, which identities begin with: `discord`. */
  name: string;
  title: string;
  /** Its block switches it on; without a value the platform is off. */
  config: ConfigBlock;
  /** Form of a channel's id, as a configuration names it after the platform: `discord:112233445566778899`. */
  channel: { pattern: RegExp; example: string };
  off: string;
  /** The card that switches it on. */
  setup(): Promise<SetupCard>;
  /** A reason for which its adapter could not deliver, in words; undefined: the reason is in words. */
  refusalWords?(reason: string): string | undefined;
  /** Makes its adapter, whose code is loaded now; connects to nothing. */
  open(deps: PlatformDeps<Settings>): Promise<PlatformAdapter>;
}

/** Services that can be told something and say nothing, as a value. `app/platforms.ts` lists them, one line each. */
export interface TargetServices<Settings = unknown> {
  config: ConfigBlock;
  /** The setting in which an owner names them: `targets.hooks`. */
  setting: string;
  /** The services that the settings describe, each by the name under which people take it as a target. */
  namedPlaces(settings: Settings): ReadonlyMap<string, Place>;
  /** Makes their adapter, also where the settings describe none: it says of a service that it is gone. */
  open(deps: { config: Settings; egress: Egress; world: World }): ChatAdapter;
}

export interface CompleteDeps {
  database: Database;
  clock: Clock;
  commands: readonly Command[];
  access: AccessRules;
  gate: Pick<Gate, 'may'>;
}

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
  const wantedCommand = commands.find(({ name }) => name === command);
  const wantedOption = wantedCommand?.options?.find(({ name }) => name === option);
  if (!wantedCommand || !wantedOption?.complete) return [];
  const person = await findPerson(database, adapter, externalId);
  const who = person ?? { role: roleOf({ adapter, externalId }, access) };
  if (!gate.may(who, commandThing(wantedCommand))) return [];
  return wantedOption.complete(typed, { person, database, now: clock.now() });
}
