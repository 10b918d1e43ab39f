/** Everything that runs by itself: schedules with their next times, coda's own tasks, webhooks, runs of skills, background jobs. */
import { z } from 'zod';
import { type AnyRoute, route, type SystemTask } from '../../chat/index.ts';
import { targets } from '../../delivery/index.ts';
import type { JobQueue, Schedules } from '../../jobs/index.ts';
import type { Webhooks } from '../../skills/webhooks/index.ts';
import { nextOf as nextPage, pageOf, pageQuery } from './paging.ts';
import { iso, type ReadingParts, readerFrom } from './reader.ts';
import * as store from './store.ts';

export interface AutomationParts extends ReadingParts {
  schedules: Schedules;
  jobs: JobQueue;
  hooks: Webhooks;
  /** Tasks that coda does by itself. */
  ownTasks: readonly SystemTask[];
}

const TAG = 'automations';

export function automationRoutes(parts: AutomationParts): AnyRoute[] {
  return [
    scheduleRunsRoute(parts),
    targetsRoute(parts),
    ownTasksRoute(parts),
    hooksRoute(parts),
    runsRoute(parts),
    jobsRoute(parts),
  ];
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

function scheduleRunsRoute(parts: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/schedules/:id/runs',
    scope: 'data',
    tag: TAG,
    summary: "The newest runs of a schedule of the token's person.",
    params: z.object({ id: z.string().regex(/^\w{1,40}$/) }),
    answers: { 200: { description: 'The newest first.', schema: z.object({ runs: z.array(scheduleRun) }) } },
    async answerRequest(request) {
      const { db, personId } = await readerFrom(parts, request);
      const found = await store.scheduleRuns(db, { personId, schedule: request.params.id, limit: MOST_RUNS });
      const runs = found.map(
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

const target = z.object({
  id: z.string().describe('What `tell` of a schedule takes, as well as the name.'),
  name: z.string(),
  kind: z.enum(['place', 'person', 'hook', 'push']),
  state: z.enum(['asked', 'allowed', 'refused', 'gone']).describe('Only an allowed one is told anything.'),
});

function targetsRoute(parts: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/targets',
    scope: 'data',
    tag: TAG,
    summary: "Where what the token's person plans may be told, besides where they plan it.",
    answers: { 200: { description: 'By name.', schema: z.object({ targets: z.array(target) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const { db, personId } = await readerFrom(parts, request);
      const found = await targets.listOf(db, personId);
      const shown = found.map(({ id, name, kind, state }) => ({ id, name, kind, state }));
      return { body: { json: { targets: shown } } };
    },
  });
}

const task = z.object({
  name: z.string(),
  does: z.string().nullable().describe('What it does; null: of a part that is not there any more.'),
  on: z.boolean(),
  rule: z.string().describe('Cron, or RFC 5545.'),
  zone: z.string(),
  next_at: z.iso.datetime().nullable(),
  last_at: z.iso.datetime().nullable(),
  took_ms: z.int().nullable(),
  last_error: z.string().nullable(),
  failures: z.int().describe('In a row.'),
});

function ownTasksRoute(parts: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/tasks',
    scope: 'admin',
    tag: TAG,
    summary: 'What coda does by itself, again and again; POST /v1/system/tasks/:name switches or runs one.',
    answers: { 200: { description: 'By name.', schema: z.object({ tasks: z.array(task) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const { db } = await readerFrom(parts, request);
      const does = new Map(parts.ownTasks.map((each) => [each.name, each.does]));
      const tasks = (await parts.schedules.list(db)).map((each) => {
        const { name, enabled, rule, zone, nextAt, lastStartedAt, lastEndedAt, lastError, failures } = each;
        return {
          name,
          does: does.get(name) ?? null,
          on: enabled,
          rule,
          zone,
          failures,
          next_at: iso(nextAt),
          last_at: iso(lastStartedAt),
          took_ms: lastStartedAt && lastEndedAt ? lastEndedAt.getTime() - lastStartedAt.getTime() : null,
          last_error: lastError ?? null,
        };
      });
      return { body: { json: { tasks } } };
    },
  });
}

const hook = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['message', 'reminder', 'note', 'skill', 'watch']),
  form: z.enum(['coda', 'github', 'stripe', 'unsigned']),
  person: z.string(),
  template: z.string(),
  used_at: z.iso.datetime().nullable(),
});

function hooksRoute({ hooks }: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/hooks',
    scope: 'admin',
    tag: TAG,
    summary: 'Webhooks, and when each was used last.',
    answers: { 200: { description: 'By name.', schema: z.object({ hooks: z.array(hook) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest() {
      const all = (await hooks.list()).map(({ id, kind, form, person, template, lastAt }) => ({
        name: id,
        path: `/hooks/${id}`,
        kind,
        form,
        person,
        template: template.text,
        used_at: iso(lastAt),
      }));
      return { body: { json: { hooks: all } } };
    },
  });
}

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

function runsRoute(parts: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/runs',
    scope: 'data',
    tag: TAG,
    summary: "Runs of skills and pipelines with their steps: the person's own, for owners everybody's.",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'The newest first.', schema: z.object({ runs: z.array(run), next: nextPage }) } },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const { db, personId, isOwner } = await readerFrom(parts, request);
      const { limit, after } = request.query;
      const before = after !== undefined && /^\d{1,15}$/.test(after) ? new Date(Number(after)) : undefined;
      const asked = { personId: isOwner ? undefined : personId, reader: personId, before, limit: limit + 1 };
      const { shown, next } = pageOf(await store.listRuns(db, asked), limit, ({ begunAt }) =>
        String(begunAt.getTime()),
      );
      return { body: { json: { runs: shown.map(runOf), next } } };
    },
  });
}

function runOf({ id, name, state, message, begunAt, person, steps, done }: store.ListedRun): z.output<typeof run> {
  return {
    id,
    name,
    state: state as z.output<typeof run>['state'],
    message,
    person,
    begun_at: begunAt.toISOString(),
    steps: steps.flatMap((group, place) =>
      group.map((skill, member) => {
        const came = done.find((each) => each.place === place && each.member === member);
        const reached = (came?.state ?? 'waiting') as 'waiting' | 'done' | 'failed';
        return { skill, place, state: reached, output: came?.output ?? null };
      }),
    ),
  };
}

const job = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['waiting', 'running', 'dead']),
  attempts: z.int(),
  due_at: z.iso.datetime().nullable(),
  error: z.string().nullable(),
});

function jobsRoute({ jobs }: AutomationParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/jobs',
    scope: 'admin',
    tag: TAG,
    summary: 'Background jobs that wait, run, or have failed too often.',
    answers: {
      200: { description: 'At most 50.', schema: z.object({ jobs: z.array(job), total: z.int() }) },
    },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest() {
      const open = await jobs.open();
      const shown = open.jobs.map(({ id, kind, state, attempts, due_at, error }) => ({
        id,
        kind,
        state: state === 'pending' ? ('waiting' as const) : state,
        attempts,
        due_at: iso(due_at),
        error,
      }));
      return { body: { json: { jobs: shown, total: open.total } } };
    },
  });
}
