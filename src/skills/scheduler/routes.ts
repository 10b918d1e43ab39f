/** Runs of a person's schedules, and coda's own tasks, over HTTP. */
import { z } from 'zod';
import { type AnyRoute, route, type SkillDeps } from '../../chat/index.ts';
import { listRuns } from './store.ts';

type RouteDeps = Pick<SkillDeps, 'people' | 'work'>;

const TAG = 'automations';

export function scheduleRoutes(deps: RouteDeps): AnyRoute[] {
  return [runsRoute(deps), ownTasksRoute(deps)];
}

const scheduleRun = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  state: z.enum(['running', 'waiting', 'done', 'failed', 'expired', 'cancelled', 'interrupted']),
  took_ms: z.int().nullable(),
  error: z.string().nullable(),
  output: z
    .string()
    .nullable()
    .describe('The beginning of what came; null: a turn, whose answer stands in the conversation.'),
  finding: z.string().nullable().describe('told, or why nothing was.'),
  told: z.string().nullable(),
  told_in: z.string().nullable().describe('The place in which it was told, by its id.'),
  told_in_name: z.string().nullable().describe('"#general", or the person of a direct chat.'),
  cost: z.number().nullable().describe('In the currency of the prices.'),
});

const MOST_RUNS = 50;

function runsRoute({ people: { readCaller } }: RouteDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/schedules/:id/runs',
    scope: 'data',
    tag: TAG,
    summary: "The newest runs of a schedule of the token's person.",
    params: z.object({ id: z.string().regex(/^\w{1,40}$/) }),
    answers: { 200: { description: 'The newest first.', schema: z.object({ runs: z.array(scheduleRun) }) } },
    async answerRequest(request) {
      const { db, personId } = await readCaller(request);
      const listedRuns = await listRuns(db, { personId, schedule: request.params.id, limit: MOST_RUNS });
      const runs = listedRuns.map(
        ({ id, state, at, begunAt, endedAt, error, output, finding, told, toldIn, toldName, cost }) => ({
          id,
          at: at.toISOString(),
          state: state as z.output<typeof scheduleRun>['state'],
          took_ms: endedAt && begunAt ? endedAt.getTime() - begunAt.getTime() : null,
          error,
          output,
          finding,
          told,
          told_in: toldIn,
          told_in_name: toldName,
          cost,
        }),
      );
      return { body: { json: { runs } } };
    },
  });
}

const task = z.object({
  name: z.string(),
  does: z.string().nullable().describe('What it does; null: of a part that is not there any more.'),
  on: z.boolean().describe('Also while it is off until a date.'),
  off_until: z.iso.datetime().nullable().describe('Off until then; null, or in the past: as `on` says.'),
  rule: z.string().describe('Cron, or RFC 5545.'),
  zone: z.string(),
  next_at: z.iso.datetime().nullable(),
  last_at: z.iso.datetime().nullable(),
  took_ms: z.int().nullable(),
  last_error: z.string().nullable(),
  failures: z.int().describe('In a row.'),
});

function ownTasksRoute({ people: { readCaller }, work: { schedules, jobs } }: RouteDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/tasks',
    scope: 'admin',
    tag: TAG,
    summary: 'What coda does by itself, again and again; POST /v1/system/tasks/:name switches or runs one.',
    answers: { 200: { description: 'By name.', schema: z.object({ tasks: z.array(task) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const { db } = await readCaller(request);
      const tasks = (await schedules.list(db)).map((each) => {
        const { name, kind, enabled, rule, zone, nextAt, offUntil, lastStartedAt, lastEndedAt, lastError, failures } =
          each;
        return {
          name,
          does: jobs.doesOf(kind) ?? null,
          on: enabled,
          rule,
          zone,
          failures,
          next_at: nextAt?.toISOString() ?? null,
          off_until: offUntil?.toISOString() ?? null,
          last_at: lastStartedAt?.toISOString() ?? null,
          took_ms: lastStartedAt && lastEndedAt ? lastEndedAt.getTime() - lastStartedAt.getTime() : null,
          last_error: lastError ?? null,
        };
      });
      return { body: { json: { tasks } } };
    },
  });
}
