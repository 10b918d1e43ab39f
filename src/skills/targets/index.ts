/** Targets of what is planned: allowed by its person and by the other side, and taken back by either. */
import { z } from 'zod';
import { type Call, failed } from '../../agent/index.ts';
import { type AnyRoute, type Command, route, type Skill, type SkillDeps } from '../../chat/index.ts';
import { conversations, type Outgoing, targets } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { texts } from './texts.ts';
import { type TargetsParts, targetTools } from './tools.ts';

export const targetsSkill = (parts: TargetsParts): Skill => ({
  name: 'targets',
  tools: ({ speech: { outbox, places } }, all) => targetTools({ ...parts, outbox, places }, all),
  commands: () => [targetsCommand],
  work: { due: (deps) => [goneSource(deps)] },
  views: { routes: (deps) => [listRoute(deps)] },
});

const BATCH = 50;

/** Tells the people of targets whose place is gone, once; what would be told there comes to them from then on. */
function goneSource({ database, speech: { outbox } }: Pick<SkillDeps, 'database' | 'speech'>): DueSource {
  return {
    name: 'targets that are gone',
    earliest: targets.EARLIEST_GONE,
    fire: () =>
      database.tx('targets.tell', async (tx) => {
        const lostTargets = await targets.takeGone(tx, BATCH);
        const messages: Outgoing[] = [];
        for (const { id, personId, name } of lostTargets) {
          const conversationId = await conversations.direct(tx, personId);
          if (conversationId === undefined) continue;
          const card = { kind: 'notice' as const, text: texts.gone(name) };
          messages.push({ key: `target-gone:${id}:${conversationId}`, conversationId, personId, card });
        }
        await outbox.addAll(tx, messages);
        return lostTargets.length;
      }),
  };
}

const KINDS: Readonly<Record<string, string>> = { here: 'place', person: 'person', hook: 'hook', push: 'push' };

const targetsCommand: Command = {
  name: 'targets',
  topic: 'By itself',
  summary: 'Show where what is planned is told, allow a place, or take it back.',
  overtakes: 'bare',
  usage: '[here|person|hook|push|allow|remove|private name]',
  options: [
    { name: 'what', description: 'here, person, hook, push, allow, remove or private; nothing to see all' },
    { name: 'name', description: 'Its name or id' },
  ],
  private: true,
  writes: () => ({}),
  run: async (rest) => {
    if (rest === '') return { tool: 'target_list', input: {} };
    const [, what = '', name = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    return callOf(what.toLowerCase(), name.trim().slice(0, 200)) ?? failed('INVALID_INPUT', texts.usage);
  },
};

function callOf(what: string, name: string): Call | undefined {
  const kind = KINDS[what];
  if (kind !== undefined) return { tool: 'target_add', input: { kind, name } };
  if (name === '') return undefined;
  if (what === 'allow') return { tool: 'target_decide', input: { id: name, yes: true } };
  if (what === 'remove') return { tool: 'target_remove', input: { name } };
  if (what !== 'private') return undefined;
  const [which = '', ...allowed] = name.split(/[\s,]+/).filter(Boolean);
  return { tool: 'target_private', input: { name: which, allows: allowed.filter((each) => each !== 'none') } };
}

const target = z.object({
  id: z.string().describe('What `tell` of a schedule takes, as well as the name.'),
  name: z.string(),
  kind: z.enum(['place', 'person', 'hook', 'push']),
  state: z.enum(['asked', 'allowed', 'refused', 'gone']).describe('Only an allowed one is told anything.'),
});

function listRoute({ people: { readCaller } }: Pick<SkillDeps, 'people'>): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/targets',
    scope: 'data',
    tag: 'automations',
    summary: "Where what the token's person plans may be told, besides where they plan it.",
    answers: { 200: { description: 'By name.', schema: z.object({ targets: z.array(target) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const { db, personId } = await readCaller(request);
      const rows = await targets.listOf(db, personId);
      const records = rows.map(({ id, name, kind, state }) => ({ id, name, kind, state }));
      return { body: { json: { targets: records } } };
    },
  });
}
