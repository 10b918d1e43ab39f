/** Proposals over HTTP: what coda would change of itself, decided by an owner, drafts of skills by their person first. */
import { z } from 'zod';
import type { Failed } from '../agent/index.ts';
import { recordAct } from '../audit/index.ts';
import type { Instant } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { type AnyRoute, type Caller, route } from '../chat/index.ts';
import { type Queryable, readerOf, type Transaction } from '../storage/index.ts';
import { leftOf } from './budget.ts';
import { type Decider, decide, mayApprove, type Proposal, prepareDecision, showTrials, takeBack } from './proposals.ts';
import * as store from './store.ts';
import { type ProposalDeps, showFor } from './tools.ts';

const proposal = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.string(),
  state: z.enum(store.STATES),
  at: z.iso.datetime(),
  decided_at: z.iso.datetime().nullable(),
  difference: z.string().describe('What it would change, as text; empty: nothing by itself.'),
  hash: z.string().describe('A decision is bound to it.'),
  open: z.boolean().describe('It waits for a decision, and the caller may decide.'),
  trials: z
    .array(z.object({ name: z.string(), measured: z.string(), content: z.string() }))
    .describe('Times in which it was tried, the oldest first, with what was tried.'),
});

const weeks = z
  .array(z.object({ week: z.string(), turns: z.int(), mean: z.number(), low: z.int() }))
  .describe('Scores of turns by week, the last twelve.');

/** Scores of how answers went, which stand beside the list of proposals. */
export type ReadWeeks = (db: Queryable, now: Instant) => Promise<z.output<typeof weeks>>;

export interface RouteDeps extends ProposalDeps {
  readWeeks: ReadWeeks | undefined;
}

const MOST = 100;
const TAG = 'skills';
const params = z.object({ id: z.string().regex(/^\w{1,40}$/) });

/** `deps`: undefined where self-improvement is off. */
export function proposalRoutes(deps: RouteDeps | undefined): AnyRoute[] {
  return [listRoute(deps), ...(deps ? [decideRoute(deps), undoRoute(deps)] : [])];
}

function proposalOf({ kinds }: ProposalDeps, each: Proposal, reader: Decider): z.output<typeof proposal> {
  const { id, title, description, category, state, at, decidedAt, hash } = each;
  return {
    id,
    title,
    description,
    category,
    state,
    hash,
    at: at.toISOString(),
    decided_at: decidedAt?.toISOString() ?? null,
    difference: showFor(kinds, each, reader),
    open: (state === 'pending' || state === 'asked') && mayApprove(kinds, each, reader),
    trials: showTrials(kinds, each),
  };
}

function listRoute(deps: RouteDeps | undefined): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/proposals',
    scope: 'admin',
    tag: TAG,
    summary: 'What coda proposes to change of itself, with the difference.',
    query: z.strictObject({ state: z.enum(store.STATES).optional() }),
    answers: {
      200: {
        description: 'Up to 100, those that wait first, and what is left of the budget.',
        schema: z.object({
          on: z.boolean().describe('Self-improvement is switched on.'),
          proposals: z.array(proposal),
          budget: z.object({ month: z.number(), left: z.number() }),
          weeks,
        }),
      },
    },
    async answerRequest({ query, caller }) {
      if (!deps) return { body: { json: { on: false, proposals: [], budget: { month: 0, left: 0 }, weeks: [] } } };
      const db = readerOf(deps.database);
      const rows = await store.list(db, { states: query.state && [query.state] }, MOST);
      const scores = (await deps.readWeeks?.(db, deps.world.clock.now())) ?? [];
      const budget = { month: deps.config.budget.month, left: await leftOf(deps, db) };
      const proposals = rows.map((each) => proposalOf(deps, each, deciderOf(caller)));
      return { body: { json: { on: true, proposals, budget, weeks: scores } } };
    },
  });
}

const deciderOf = (caller: Caller | undefined): Decider => ({
  id: caller?.personId ?? '',
  role: caller?.who.role ?? 'guest',
});

const changed = { 200: { description: 'As it stands now.', schema: z.object({ proposal }) } };

function decideRoute(deps: ProposalDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/proposals/:id',
    scope: 'admin',
    tag: TAG,
    summary: 'Accepts or declines a proposal, as it was shown.',
    params,
    body: z.strictObject({ hash: z.string().min(1).max(128), approve: z.boolean() }),
    answers: changed,
    async answerRequest({ params: { id }, body, caller }) {
      const decision = { id, ...body, person: deciderOf(caller) };
      const prepared = body.approve && (await prepareDecision(readerOf(deps.database), deps.kinds, decision, 'apply'));
      const act = { subject: 'improvement decide', detail: { id, approve: body.approve } };
      return change(deps, caller, act, (tx, now) => decide(tx, deps.kinds, decision, now, prepared));
    },
  });
}

function undoRoute(deps: ProposalDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/proposals/:id/undo',
    scope: 'admin',
    tag: TAG,
    summary: 'Takes a decision on a proposal back, and what it has changed.',
    params,
    answers: changed,
    async answerRequest({ params: { id }, caller }) {
      const asked = { id, person: deciderOf(caller) };
      const prepared = await prepareDecision(readerOf(deps.database), deps.kinds, asked, 'revert');
      const act = { subject: 'improvement undo', detail: { id } };
      return change(deps, caller, act, (tx, now) => takeBack(tx, deps.kinds, asked, now, prepared));
    },
  });
}

async function change(
  deps: ProposalDeps,
  caller: Caller | undefined,
  { subject, detail }: { subject: string; detail: object },
  does: (tx: Transaction, now: Instant) => Promise<Proposal | Failed>,
) {
  const { database, world } = deps;
  const by = {
    personId: caller?.personId ?? '',
    origin: caller?.inPerson ? ('dashboard' as const) : ('http' as const),
  };
  const outcome = await database.tx('improvement.decide', async (tx) => {
    const done = await does(tx, world.clock.now());
    if (!('ok' in done)) recordAct<void>(world, subject, () => detail, by)(tx, undefined);
    return done;
  });
  if (!('ok' in outcome)) return { body: { json: { proposal: proposalOf(deps, outcome, deciderOf(caller)) } } };
  throw new CodaError(outcome.code === 'DENIED' ? 'HTTP_FORBIDDEN' : 'HTTP_CONFLICT', {
    message: outcome.message,
    remedy: outcome.remedy ?? 'Look at the list again.',
  });
}
