/** Routes over what several rooms keep, for the web app and for programs; what is one skill's own is the skill's. */

import type { AnyRoute, Checks } from '../../chat/index.ts';
import { type SetupParts, setupRoutes } from '../../setup/index.ts';
import { type ActivityParts, activityRoutes } from './activity.ts';
import type { ChangeSource } from './changes.ts';
import { logRoutes } from './logs.ts';
import { browserZoneRoute, type CommandParts, commandsRoute, type MeParts, meRoute, Wellness } from './me.ts';
import { type PeopleParts, peopleRoute } from './people.ts';
import { type RightsParts, rightsRoutes } from './rights.ts';
import { type SystemParts, systemRoutes } from './system.ts';

export interface ApiParts
  extends MeParts,
    CommandParts,
    SystemParts,
    ActivityParts,
    PeopleParts,
    RightsParts,
    SetupParts {
  checks: Pick<Checks, 'run'>;
  changed: ChangeSource | undefined;
}

export function apiRoutes(parts: ApiParts): readonly AnyRoute[] {
  const { checks, changed, world } = parts;
  const wellness = new Wellness({ checks, changed, clock: world.clock });
  return [
    meRoute(parts, wellness),
    browserZoneRoute(parts),
    commandsRoute(parts),
    ...activityRoutes(parts),
    peopleRoute(parts),
    ...rightsRoutes(parts),
    ...systemRoutes(parts, wellness),
    ...logRoutes(parts),
    ...setupRoutes(parts),
  ];
}
