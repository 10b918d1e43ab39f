import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import type { Command } from '../../chat/index.ts';
import type { Sender } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { DiscordConfig } from './config.ts';

export interface DiscordOptions {
  config: DiscordConfig;
  /** The entries of the access rules that are groups: `discord-role:ID`, `discord-guild:ID`. */
  groups: readonly string[];
  /** Persons whom the access rules name (`discord:ID`). */
  people: readonly string[];
  /** True if somebody has not been let in: no thread is opened for them. */
  isStranger(sender: Sender): Promise<boolean>;
  clock: Clock;
  log: Log;
  proxy?: OutboundProxy | undefined;
  artifacts: Artifacts;
  commands: readonly Command[];
  complete(command: string, option: string, typed: string, externalId: string): Promise<readonly string[]>;
}
