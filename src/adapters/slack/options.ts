import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import type { Command, PlatformDeps } from '../../chat/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { SlackConfig } from './config.ts';

export interface SlackOptions {
  config: SlackConfig;
  /** The entries of the access rules that are groups: `slack-workspace:ID`, `slack-usergroup:ID`, `slack-channel:ID`. */
  groups: readonly string[];
  /** Persons whom the access rules name (`slack:ID`). */
  people: readonly string[];
  channels: readonly string[];
  home: PlatformDeps<SlackConfig>['home'];
  clock: Clock;
  log: Log;
  proxy?: OutboundProxy | undefined;
  artifacts: Artifacts;
  commands: readonly Command[];
}
