import { type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import type { CoreValues } from '../../config/index.ts';
import { costOperations } from './report.ts';
import { costRoutes } from './routes.ts';

export { costOperations } from './report.ts';

/** Tells owners what models have cost, at the page and at the machine. `models`: as the configuration has them. */
export function costs(models: CoreValues['models']): Skill {
  const partsOf = ({ database, people: { household } }: SkillDeps) => ({ database, models, zone: household.zone });
  return {
    name: 'costs',
    acts: { verbs: (deps) => verbsOf(costOperations, { ...partsOf(deps), clock: deps.world.clock }, deps.world) },
    views: { routes: (deps) => costRoutes({ ...partsOf(deps), readCaller: deps.people.readCaller }) },
  };
}
