/** Runs of skills over HTTP. */
import { z } from 'zod';
import { type AnyRoute, nextPage, pageOf, pageQuery, route, type SkillDeps } from '../../chat/index.ts';
import { type ListedRun, listRuns, stepStates } from './store.ts';

const run = z.object({
  id: z.string(),
  name: z.string().nullable().describe('Of the composed skill; null: its steps were named.'),
  state: z.enum(['running', 'done', 'failed', 'paused']),
  message: z.string().nullable().describe('Why it failed.'),
  begun_at: z.iso.datetime(),
  person: z.string(),
  steps: z.array(
    z.object({
      skill: z.string(),
      place: z.int().describe('Steps of one place run side by side.'),
      state: z.enum(['waiting', 'done', 'failed']),
      output: z.string().nullable().describe('Where the run is yours.'),
    }),
  ),
});

export function runsRoute({ people: { readCaller } }: Pick<SkillDeps, 'people'>): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/runs',
    scope: 'data',
    tag: 'automations',
    summary: "Runs of skills and pipelines with their steps: the person's own, for owners everybody's.",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'The newest first.', schema: z.object({ runs: z.array(run), next: nextPage }) } },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const { db, personId, isOwner } = await readCaller(request);
      const { limit, after } = request.query;
      const before = after !== undefined && /^\d{1,15}$/.test(after) ? new Date(Number(after)) : undefined;
      const asked = { personId: isOwner ? undefined : personId, reader: personId, before, limit: limit + 1 };
      const rows = await listRuns(db, asked);
      const { items, next = null } = pageOf(rows, limit, ({ begunAt }) => String(begunAt.getTime()), runOf);
      return { body: { json: { runs: items, next } } };
    },
  });
}

function runOf({ id, name, state, message, begunAt, person, steps, done }: ListedRun): z.output<typeof run> {
  return { id, name, state, message, person, begun_at: begunAt.toISOString(), steps: stepStates(steps, done) };
}
