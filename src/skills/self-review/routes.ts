/** Proposals over HTTP: what coda would change of itself, decided by an owner. */
import { z } from 'zod';
import type { Failed } from '../../agent/index.ts';
import { recordAct } from '../../audit/index.ts';
import { DAY_MS } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { type AnyRoute, type Caller, route } from '../../chat/index.ts';
import {
  decide,
  leftOf,
  type Proposal,
  showProposal,
  proposalStore as store,
  takeBack,
} from '../../proposals/index.ts';
import { readerOf } from '../../storage/index.ts';
import { scoresByWeek } from './assessment/store.ts';
import type { Deps } from './part.ts';
import * as versions from './prompt/store.ts';
import { measuredWords } from './prompt/texts.ts';

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
});

const MOST = 100;
const WEEKS = 12;
const TAG = 'skills';
const params = z.object({ id: z.string().regex(/^\w{1,40}$/) });

/** `deps`: undefined where self-improvement is off. */
export function proposalRoutes(deps: Deps | undefined): AnyRoute[] {
  return [listRoute(deps), ...(deps ? [decideRoute(deps), undoRoute(deps)] : [])];
}

function proposalOf(deps: Deps, each: Proposal): z.output<typeof proposal> {
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
    difference: showProposal(deps.kinds, each),
  };
}

function listRoute(deps: Deps | undefined): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/proposals',
    scope: 'admin',
    tag: TAG,
    summary: 'What coda proposes to change of itself, with the difference.',
    query: z.strictObject({ state: z.enum(store.STATES).optional() }),
    answers: {
      200: {
        description: 'The newest 100, and what is left of the budget.',
        schema: z.object({
          on: z.boolean().describe('Self-improvement is switched on.'),
          proposals: z.array(proposal),
          budget: z.object({ month: z.number(), left: z.number() }),
          weeks: z
            .array(z.object({ week: z.string(), turns: z.int(), mean: z.number(), low: z.int() }))
            .describe('Scores of turns by week, the last twelve.'),
          guidance: z
            .array(
              z.object({
                version: z.int(),
                at: z.iso.datetime(),
                state: z.string(),
                measured: z.string(),
                content: z.string(),
              }),
            )
            .describe('Versions of the guidance that holds, the newest first.'),
        }),
      },
    },
    async answerRequest({ query }) {
      if (!deps) {
        const nothing = { proposals: [], budget: { month: 0, left: 0 }, weeks: [], guidance: [] };
        return { body: { json: { on: false, ...nothing } } };
      }
      const db = readerOf(deps.database);
      const found = await store.list(db, { state: query.state }, MOST);
      const since = new Date(deps.world.clock.now().getTime() - WEEKS * 7 * DAY_MS);
      const weeks = await scoresByWeek(db, since, deps.people.household.zone);
      const guidance = (await versions.newest(db, MOST)).map(({ version, at, state, content, result }) => {
        return { version, state, content, at: at.toISOString(), measured: measuredWords(result) };
      });
      const budget = { month: deps.config.budget.month, left: await leftOf(deps, db) };
      const proposals = found.map((each) => proposalOf(deps, each));
      return { body: { json: { on: true, proposals, budget, weeks, guidance } } };
    },
  });
}

const changed = { 200: { description: 'As it stands now.', schema: z.object({ proposal }) } };

function decideRoute(deps: Deps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/proposals/:id',
    scope: 'admin',
    tag: TAG,
    summary: 'Accepts or declines a proposal, as it was shown.',
    params,
    body: z.strictObject({ hash: z.string().min(1).max(128), approve: z.boolean() }),
    answers: changed,
    answerRequest: ({ params: { id }, body, caller }) =>
      change(deps, caller, 'improvement decide', { id, approve: body.approve }, (tx, person, now) =>
        decide(tx, deps.kinds, { id, ...body, person }, now),
      ),
  });
}

function undoRoute(deps: Deps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/proposals/:id/undo',
    scope: 'admin',
    tag: TAG,
    summary: 'Takes a decision on a proposal back, and what it has changed.',
    params,
    answers: changed,
    answerRequest: ({ params: { id }, caller }) =>
      change(deps, caller, 'improvement undo', { id }, (tx, person, now) =>
        takeBack(tx, deps.kinds, { id, person }, now),
      ),
  });
}

type Change = (
  tx: Parameters<typeof takeBack>[0],
  person: { id: string; role: string },
  now: Date,
) => Promise<Proposal | Failed>;

async function change(deps: Deps, caller: Caller | undefined, subject: string, detail: object, does: Change) {
  const { database, world } = deps;
  const personId = caller?.personId ?? '';
  const by = { personId, origin: caller?.inPerson ? ('dashboard' as const) : ('http' as const) };
  const now = world.clock.now();
  const came = await database.tx('improvement.decide', async (tx) => {
    const done = await does(tx, { id: personId, role: caller?.who.role ?? 'guest' }, now);
    if (!('ok' in done)) recordAct<void>(world, subject, () => detail, by)(tx, undefined);
    return done;
  });
  if (!('ok' in came)) return { body: { json: { proposal: proposalOf(deps, came) } } };
  throw new CodaError(came.code === 'DENIED' ? 'HTTP_FORBIDDEN' : 'HTTP_CONFLICT', {
    message: came.message,
    remedy: came.remedy ?? 'Look at the list again.',
  });
}
