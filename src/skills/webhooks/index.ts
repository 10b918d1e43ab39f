/** Incoming webhooks: `POST /hooks/:id`. */
import { z } from 'zod';
import { type AnyRoute, route, routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { isErased } from '../../people/index.ts';
import { hookOperations, webhookOperations } from './operations.ts';
import { deletionRules, find, KIND, mergeRules } from './store.ts';
import { type WebhookDeps, Webhooks } from './webhooks.ts';

export { hookOperations, webhookOperations } from './operations.ts';

/** Bytes of a request: attachments in base64, and words. */
const MOST_BYTES = 15 * 1024 * 1024;
const IN_BASE64 = 1.4;
const WORDS_BYTES = 1024 * 1024;

const job = z.object({
  personId: z.string(),
  conversationId: z.string(),
  text: z.string(),
  planned: z.string().optional(),
  files: z.array(z.object({ name: z.string(), type: z.string(), size: z.number(), hash: z.string() })),
});

export function webhooks(own: Pick<WebhookDeps, 'secrets' | 'attachmentBytes'>): Skill<unknown, 'watchHook'> {
  const hooksOf = ({
    database,
    world,
    work: { jobs },
    storage: { artifacts },
    ports: { watchHook },
  }: SkillDeps<unknown, 'watchHook'>) => new Webhooks({ ...own, database, world, jobs, artifacts, watchHook });
  return {
    name: 'webhooks',
    ports: {
      provides: ({ database }) => ({ hookOwner: async (hook) => (await find(database, hook))?.personId }),
      needs: ['watchHook'],
    },
    data: {
      tables: ['hooks'],
      changes: { commits: { 'hooks.add': ['owners', 'jobs'], 'hooks.remove': ['owners', 'jobs'] } },
      deletionRules,
      mergeRules,
    },
    work: { jobs: (deps) => [turnJob(deps)] },
    acts: {
      verbs: (deps) => verbsOf([...hookOperations, ...webhookOperations], { hooks: hooksOf(deps) }, deps.world),
    },
    views: {
      routes(deps) {
        const hooks = hooksOf(deps);
        return [
          ...routesOf(hookOperations, { hooks }, { ...deps.world, gate: deps.people.gate }),
          listRoute(hooks),
          takeRoute(hooks),
        ];
      },
    },
  };
}

const takeRoute = (hooks: Webhooks): AnyRoute =>
  route({
    method: 'POST',
    path: '/hooks/:id',
    tag: 'webhooks',
    summary: 'Takes what a program sends to a hook; its signature says who it is (docs/webhooks.md).',
    params: z.object({ id: z.string().max(100) }),
    maxBytes: Math.max(MOST_BYTES, Math.ceil(hooks.attachmentBytes * IN_BASE64) + WORDS_BYTES),
    answers: {
      202: {
        description: 'It is taken, and happens once.',
        schema: z.object({
          delivery: z.string(),
          missing: z.array(z.string()).optional().describe('Places of the template that the body does not have.'),
        }),
      },
      401: { description: 'It is not signed as this hook wants it.' },
      404: { description: 'There is no such hook.' },
      409: { description: 'It was taken before.' },
    },
    async answerRequest({ params, raw, header, local }) {
      const { delivery, missing } = await hooks.take(params.id, { body: raw, header, local });
      return { status: 202, body: { json: { delivery, ...(missing.length > 0 && { missing }) } } };
    },
  });

const hook = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['message', 'reminder', 'note', 'skill', 'watch']),
  form: z.enum(['coda', 'github', 'stripe', 'unsigned']),
  person: z.string(),
  template: z.string(),
  used_at: z.iso.datetime().nullable(),
});

function listRoute(hooks: Webhooks): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/hooks',
    scope: 'admin',
    tag: 'automations',
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
        used_at: lastAt?.toISOString() ?? null,
      }));
      return { body: { json: { hooks: all } } };
    },
  });
}

/** Everything that a webhook brings is somebody else's words. */
function turnJob({ database, speech: { turns } }: Pick<SkillDeps, 'database' | 'speech'>): JobHandler {
  return {
    kind: KIND,
    does: 'gives you what a webhook was sent',
    async run({ id, key = id, payload }) {
      const turn = job.parse(payload);
      await database.tx('hooks.begin', async (tx) => {
        if (await isErased(tx, turn.personId)) return;
        await turns.begin(tx, [{ ...turn, key, origin: 'webhook', tainted: true }]);
      });
    },
  };
}
