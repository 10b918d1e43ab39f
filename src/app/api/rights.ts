/** Tools by their acts in words, and a trial of whether somebody may do it, with their own things or with others'. */
import { z } from 'zod';
import type { Agent, Tool } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import { actOf } from '../../base/text.ts';
import { type AnyRoute, route } from '../../chat/index.ts';
import { type Gate, type Person, personById } from '../../people/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';

export interface RightsParts {
  database: Database;
  agent: Agent;
  gate: Gate;
}

export const rightsRoutes = (parts: RightsParts): AnyRoute[] => [toolsRoute(parts), trialRoute(parts)];

const effect = z.enum(['read', 'write', 'fetch', 'external', 'dangerous']);

const tool = z.object({
  name: z.string(),
  skill: z.string().nullable(),
  description: z.string(),
  does: z.string().describe('The same as an act, such as "delete a note".'),
  own_things: z.boolean().describe('It reaches things of the person who asks alone, whoever that is.'),
  for_models: z.boolean().describe('Models call it, too; left to buttons and commands where not.'),
  effect: effect.nullable().describe('null: it depends on the call.'),
});

function toolsRoute({ agent }: RightsParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/tools',
    scope: 'admin',
    tag: 'skills',
    summary: 'Tools that models, commands and buttons call.',
    answers: { 200: { description: 'By name.', schema: z.object({ tools: z.array(tool) }) } },
    examples: [{ summary: 'All', status: 200 }],
    answerRequest() {
      const { toolbox } = agent.options;
      const tools = toolbox
        .names()
        .sort()
        .flatMap((name) => {
          const one = toolbox.get(name);
          // A tool that stands for others has their rights: each of those is in the list.
          if (!one || one.form?.short?.standsFor) return [];
          const { description } = one;
          return [
            {
              name,
              skill: toolbox.skillOf(name) ?? null,
              description,
              does: actOf(description),
              own_things: isOfOwnThings(one),
              for_models: one.callers === undefined || one.callers === 'main-agent',
              effect: effectOf(one),
            },
          ];
        });
      return { body: { json: { tools } } };
    },
  });
}

const effectOf = (one: Pick<Tool, 'effect'>) => (typeof one.effect === 'string' ? one.effect : null);

/** Reminders, notes and the like are looked up by the person who asks: test/people/two-people.test.ts tries each of these tools. */
const isOfOwnThings = (one: Tool): boolean =>
  one.dialogue?.thing !== undefined && ['read', 'write'].includes(effectOf(one) ?? '');

const trial = z.object({
  person: z.string(),
  tool: z.string(),
  effect: effect.nullable(),
  outcome: z.enum(['allowed', 'asks', 'denied']),
  because: z.string(),
});

function trialRoute({ agent, gate, database }: RightsParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/people/:id/may',
    scope: 'admin',
    tag: 'people',
    summary: 'Tries whether somebody may use a tool, with their own things or with those of others, and says why.',
    params: z.object({ id: z.uuid() }),
    query: z.strictObject({
      tool: z.string().min(1).max(200),
      whose: z.enum(['own', 'others']).default('own').describe('Whose things it is to be done with.'),
    }),
    answers: {
      200: { description: 'The answer.', schema: trial },
      404: { description: 'There is no such person or tool.' },
    },
    async answerRequest({ params, query }) {
      const who = await personById(readerOf(database), params.id);
      const one = agent.options.toolbox.get(query.tool);
      if (!who || !one) {
        throw new CodaError('HTTP_NOT_FOUND', {
          message: who ? `There is no tool ${query.tool}.` : 'There is no such person.',
          remedy: 'GET /v1/tools lists tools, GET /v1/people people.',
        });
      }
      const [outcome, because] = verdictOn({ agent, gate }, who, one, query.whose);
      const about = { person: who.name, tool: one.name, effect: effectOf(one) };
      return { body: { json: { ...about, outcome, because } } };
    },
  });
}

type Verdict = readonly [outcome: z.output<typeof trial>['outcome'], because: string];

function verdictOn(
  { agent, gate }: Pick<RightsParts, 'agent' | 'gate'>,
  who: Person,
  one: Tool,
  whose: 'own' | 'others',
): Verdict {
  const { toolbox } = agent.options;
  const { name } = one;
  const reach = isOfOwnThings(one);
  const only = 'It reaches one’s own things only, whoever asks.';
  if (!gate.hears(who)) return ['denied', `${who.name} has not been let in: nothing of theirs is heard.`];
  if (!toolbox.mayUse(who, name))
    return ['denied', `A policy of access asks for a permission that the role ${who.role} does not have.`];
  if (whose === 'others' && reach) {
    const commands = who.role === 'owner' ? ' The commands of coda, on its machine, reach more.' : '';
    return ['denied', `${only}${commands}`];
  }
  const beside = reach ? ` ${only}` : '';
  if (gate.asksFirst({ kind: 'tool', name, skill: toolbox.skillOf(name) }))
    return ['asks', `A policy of access has it ask first, every time.${beside}`];
  if (one.policy?.confirm) return ['asks', `It always asks first.${beside}`];
  const effect = effectOf(one);
  if (effect === null || effect === 'external' || effect === 'dangerous')
    return ['asks', 'It changes something outside, or runs code: that asks first, but where access.unasked names it.'];
  return ['allowed', `No policy denies it, and it asks nobody first when they ask for it in their own words.${beside}`];
}
