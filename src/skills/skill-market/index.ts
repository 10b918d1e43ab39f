/** Catalogs of skills that others publish: looked through, installed from, and obeyed where they revoke. */
import type { SkillHost } from '../../agent-skills/index.ts';
import { routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { type MarketDeps, marketCheck, marketJob, marketTask } from './market.ts';
import { marketOperations } from './operations.ts';

export { MARKET_TASK, restingIn } from './market.ts';
export { marketOperations } from './operations.ts';

export function skillMarket(host: SkillHost): Skill {
  const own = ({ database, egress, outbox, world }: SkillDeps): MarketDeps => ({
    host,
    database,
    egress,
    outbox,
    world,
  });
  return {
    name: 'skill-market',
    schedules: [marketTask],
    jobs: (deps) => [marketJob(own(deps))],
    checks: (deps) => [marketCheck(own(deps))],
    verbs: (deps) => verbsOf(marketOperations, own(deps), deps.world),
    routes: (deps) => routesOf(marketOperations, own(deps), { ...deps.world, gate: deps.gate }),
  };
}
