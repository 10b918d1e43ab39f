/** Catalogs of skills that others publish: looked through, installed from, and obeyed where they revoke. */
import { installedFolder, type SkillHost, type SkillSnapshot } from '../../agent-skills/index.ts';
import { routesOf, type Skill, type SkillDeps, type SystemTask, verbsOf } from '../../chat/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { pinFolder } from '../../trust/index.ts';
import type { MarketDeps } from './market.ts';
import { installs } from './store.ts';

export const MARKET_TASK = 'skills.market';

/** Once a day: a skill that its catalog revokes rests within that time. */
const marketTask: SystemTask = {
  name: MARKET_TASK,
  kind: MARKET_TASK,
  cron: '41 4 * * *',
  missed: 'latest',
};

export const marketOperations = async () => (await import('./operations.ts')).marketOperations;

/** All but the names of what it does is imported when it is first used. */
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
      jobs: (deps) => [
        {
          kind: MARKET_TASK,
          does: 'asks the catalogs whether an installed skill was called back',
          alone: true,
          run: async (_, signal) => (await import('./market.ts')).askCatalogs(depsOf(deps), signal),
        },
      ],
    },
    views: {
      checks: (deps) => [
        { name: 'skill catalogs', check: async () => (await import('./market.ts')).checkCatalogs(depsOf(deps)) },
      ],
      routes: async (deps) =>
        routesOf(await marketOperations(), depsOf(deps), { ...deps.world, gate: deps.people.gate }),
    },
    acts: { verbs: async (deps) => verbsOf(await marketOperations(), depsOf(deps), deps.world) },
  };
}

/** Why skills rest, by name: those whose files are the ones that were revoked. Awaits files. */
export async function restingIn(db: Queryable, snapshot: SkillSnapshot): Promise<Map<string, string>> {
  const resting = new Map<string, string>();
  for (const { name, pin, revoked_reason: reason } of await installs(db)) {
    const folder = installedFolder(snapshot, name);
    if (!folder || reason === null) continue;
    const now = await pinFolder(folder.directory, folder.declared);
    // Other files are another skill: these wait for an owner by themselves.
    if (now.ok && now.hash === pin) resting.set(name, reason);
  }
  return resting;
}
