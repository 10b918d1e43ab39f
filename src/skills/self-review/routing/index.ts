/** Learns weekly which tier of models answers what, and lets that choose where it beats the written rule. */
import type { Tiers } from '../../../agent/index.ts';
import { DAY_MS } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { TASKS } from '../config.ts';
import type { Deps, Part } from '../part.ts';
import { choose, learn, VERSION } from './learn.ts';
import * as store from './store.ts';

const SEEN_MS = 90 * DAY_MS;
const MOST_TURNS = 2_000;
const STALE_MS = 45 * DAY_MS;
/** Age after which another replica's weights are read. */
const FRESH_MS = 60 * 60_000;

const UNREAD = 'what was learnt of the choice between the models could not be read';

const looked = new WeakMap<Tiers, number>();

export const routingPart: Part = {
  name: 'routing',
  nightly: {
    task: TASKS.routing,
    does: 'learns which skill fits which words',
    kind: 'improvement.routing',
    cron: ({ routing_retrain_cron }) => routing_retrain_cron,
    run: retrain,
  },
  onStart: (deps) => void follow(deps).catch((error) => deps.world.log.warn({ error: messageOf(error) }, UNREAD)),
  turnOver: (deps) => followAgain(deps),
};

async function retrain(deps: Deps): Promise<void> {
  const { database, world } = deps;
  const { tiers } = deps.models;
  if (!tiers) return;
  const now = world.clock.now();
  const turns = await store.scoredTurns(database, new Date(now.getTime() - SEEN_MS), MOST_TURNS);
  const scored = turns.flatMap(({ text, model, score }) => {
    const tier = tiers.of(model);
    return tier === undefined ? [] : [{ text, tier, score }];
  });
  const learnt = learn(scored, (text) => tiers.rule(text));
  if (!learnt) return;
  await database.tx('improvement.routing', (tx) => store.addLearnt(tx, VERSION, learnt, now));
  const { isUsed, ruleRight, learntRight, heldBack } = learnt;
  world.log.info({ isUsed, ruleRight, learntRight, heldBack }, 'the choice between the models was learnt anew');
  await follow(deps);
}

async function follow({ database, world, models: { tiers } }: Deps): Promise<void> {
  if (!tiers) return;
  const now = world.clock.now().getTime();
  looked.set(tiers, now);
  const last = await store.lastLearnt(database);
  const isUsed = last?.isUsed && last.version === VERSION && now - last.at.getTime() < STALE_MS;
  tiers.follow(isUsed ? (text) => choose(last.weights, text) : undefined);
}

async function followAgain(deps: Deps): Promise<void> {
  const { world } = deps;
  const { tiers } = deps.models;
  const last = tiers && looked.get(tiers);
  if (!tiers || (last !== undefined && world.clock.now().getTime() - last < FRESH_MS)) return;
  await follow(deps);
}
