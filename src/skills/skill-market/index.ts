/** Catalogs of skills that others publish: looked through, installed from, and obeyed where they revoke. */
import type { SkillHost } from '../../agent-skills/index.ts';
import { routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { type MarketDeps, marketCheck, marketJob, marketTask } from './market.ts';
import { marketOperations } from './operations.ts';

export { MARKET_TASK } from './market.ts';
export { marketOperations } from './operations.ts';
export { restingIn } from './revoke.ts';

export function skillMarket(host: SkillHost): Skill<unknown, 'listRunners'> {
  const depsOf = ({
    database,
    egress,
    speech: { outbox },
    world,
    ports: { listRunners },
  }: SkillDeps<unknown, 'listRunners'>): MarketDeps => ({
    host,
    database,
    egress,
    outbox,
    world,
    listRunners,
  });
  return {
    name: 'skill-market',
    ports: { needs: ['listRunners'] },
    data: {
      changes: {
        commits: { 'skills.market.install': ['owners', 'skills'], 'skills.market.trust': ['owners', 'skills'] },
      },
    },
    work: {
      schedules: [marketTask],
      jobs: (deps) => [marketJob(depsOf(deps))],
    },
    views: {
      checks: (deps) => [marketCheck(depsOf(deps))],
      routes: (deps) => routesOf(marketOperations, depsOf(deps), { ...deps.world, gate: deps.people.gate }),
    },
    acts: { verbs: (deps) => verbsOf(marketOperations, depsOf(deps), deps.world) },
  };
}
