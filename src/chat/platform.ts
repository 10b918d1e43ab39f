import type { Log } from '../base/log.ts';
import type { World } from '../base/world.ts';
import type { ConfigBlock } from '../config/index.ts';
import type { ChatAdapter } from '../delivery/index.ts';
import type { AccessRules, Claim } from '../people/index.ts';
import type { Artifacts } from '../storage/index.ts';
import type { Typing } from './complete.ts';
import type { AnyRoute } from './route.ts';
import type { Command, HomeSection } from './skill.ts';

/** What a platform may use. */
export interface PlatformDeps<Settings> {
  /** The platform's own block of the configuration, checked by its schema. */
  config: Settings;
  access: AccessRules;
  world: World;
  artifacts: Artifacts;
  commands: readonly Command[];
  /** Whether nobody has let somebody in: no place is made for them. */
  isStranger(claim: Pick<Claim, 'externalId' | 'groups'>): Promise<boolean>;
  /** What somebody's own page shows; undefined for who has not been let in. */
  home(claim: Pick<Claim, 'externalId' | 'groups'>): Promise<readonly HomeSection[] | undefined>;
  /** What fits what somebody types into a command's option; at most 25, within a second. */
  complete(typing: Omit<Typing, 'adapter'>): Promise<readonly string[]>;
}

/** A secret that a platform is switched on with. */
export interface SetupSecret {
  /** Its key in the platform's block: `token`. */
  key: string;
  /** The environment variable that overrides it. */
  env: string;
  /** What a person is asked for. */
  label: string;
  /** What is wrong with the form of `value`, in a sentence; undefined where nothing is. */
  malformed?(value: string): string | undefined;
}

/** What a platform says of the secrets that it was asked with. */
export type SetupAnswer =
  | {
      ok: true;
      /** As whom they sign in. */
      says: string;
      /** Where an owner lets coda in, with the permissions that it needs and no others. */
      invite?: string;
      /** The external id of the person whom the application belongs to, where the platform tells. */
      owner?: string;
      /** What is still to be done there. */
      notes: readonly string[];
    }
  | { ok: false; says: string; remedy: string };

/** How a person is led to switch a platform on. */
export interface PlatformSetup {
  /** What is to be done there first, a line each. */
  steps: readonly string[];
  secrets: readonly SetupSecret[];
  /** What a person's id is called, and how it looks. */
  owner: { label: string; pattern: RegExp };
  /** Asks the platform, at `apiUrl` where another address is configured, with the secrets by their keys. Never throws. */
  check(
    secrets: Readonly<Record<string, string>>,
    options: { apiUrl?: string | undefined; log: Log },
  ): Promise<SetupAnswer>;
}

/** An adapter that may have requests of its platform come in over coda's HTTP server. */
export type PlatformAdapter = ChatAdapter & { routes?(): readonly AnyRoute[] };

/** A chat platform, as a value. `app/adapters.ts` lists them, one line each. */
export interface Platform<Settings = unknown> {
  /** The adapter's name, which identities begin with: `discord`. */
  name: string;
  /** As people write it: `Discord`. */
  title: string;
  /** Its block switches it on; without a value the platform is off. */
  config: ConfigBlock;
  /** Said at a start while it is off: how it is turned on. */
  off: string;
  /** How `coda init` switches it on. */
  setup(): Promise<PlatformSetup>;
  /** Makes its adapter, whose code is loaded now; connects to nothing. */
  open(deps: PlatformDeps<Settings>): Promise<PlatformAdapter>;
}
