import type { World } from '../base/world.ts';
import type { ConfigBlock } from '../config/index.ts';
import type { ChatAdapter } from '../delivery/index.ts';
import type { Egress } from '../egress/index.ts';
import type { AccessRules, Claim } from '../people/index.ts';
import type { Artifacts } from '../storage/index.ts';
import type { Typing } from './complete.ts';
import type { Command } from './skill.ts';

/** What a platform may use. */
export interface PlatformDeps<Settings> {
  /** The platform's own block of the configuration, checked by its schema. */
  config: Settings;
  access: AccessRules;
  world: World;
  artifacts: Artifacts;
  egress: Egress;
  commands: readonly Command[];
  /** Whether nobody has let somebody in: their files are not fetched, no place is made for them. */
  isStranger(claim: Pick<Claim, 'externalId' | 'groups'>): Promise<boolean>;
  /** What fits what somebody types into a command's option; at most 25, within a second. */
  complete(typing: Omit<Typing, 'adapter'>): Promise<readonly string[]>;
}

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
  /** Makes its adapter; connects to nothing. */
  open(deps: PlatformDeps<Settings>): ChatAdapter;
}
