/** Routes over what several rooms keep, for the web app and for programs; what is one skill's own is the skill's. */
import type { AnyRoute } from '../../chat/index.ts';
import { type MeParts, meRoute, Wellness } from './me.ts';
import { todayRoute } from './today.ts';

export interface ApiParts extends Omit<MeParts, 'wellness'> {
  checks: ConstructorParameters<typeof Wellness>[0]['checks'];
  changed: ConstructorParameters<typeof Wellness>[0]['changed'];
}

export function apiRoutes(parts: ApiParts): readonly AnyRoute[] {
  const { checks, changed, world } = parts;
  const wellness = new Wellness({ checks, changed, clock: world.clock });
  return [meRoute({ ...parts, wellness }), todayRoute(parts)];
}
