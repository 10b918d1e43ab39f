/** `POST /run`: finds skills for a request, and runs them. */
import { z } from 'zod';
import { answerOut, callerPlace, conversationName, keyOf, type Talk } from '../adapters/http/index.ts';
import { deniedBy, type LiveSkills, type View } from '../agent-skills/index.ts';
import { CodaError } from '../base/errors.ts';
import { type AnyRoute, type Caller, route } from '../chat/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Gate, Person } from '../people/index.ts';
import { notHeard } from '../sign-in/index.ts';
import { type Candidate, type Plan, runPlanning } from '../skills/skill-runs/index.ts';
import { type Database, readerOf } from '../storage/index.ts';

export interface RunParts {
  agentSkills: LiveSkills;
  talk: Talk;
  database: Database;
  delivery: Pick<Delivery, 'requests'>;
  gate: Pick<Gate, 'may' | 'basis' | 'roles'>;
}

const MOST_FOUND = 10;
const WAIT_MS = 60_000;
const found = z.object({ name: z.string(), description: z.string(), deprecated: z.boolean(), score: z.number() });

type Planning = Awaited<ReturnType<typeof runPlanning>>;

const bodyWith = ({ MODES, planFile }: Planning) =>
  z
    .strictObject({
      query: z.string().min(1).max(2_000).optional(),
      execute: z.boolean().default(false),
      mode: z.enum(MODES).default('single'),
      tag: z.string().max(100).optional(),
      role: z.string().min(1).max(100).optional().describe('Only what this role holds, too.'),
      dry_run: z.boolean().default(false),
      plan: planFile.optional().describe('What dry_run gave, to be carried out.'),
      conversation: conversationName.default('skills'),
    })
    .refine(({ query, plan }) => (query === undefined) !== (plan === undefined), {
      error: 'expected either query or plan',
    });

/** The route at `path`; whoever may not use a skill is told nothing of it. */
export async function runRoute(parts: RunParts, path: string): Promise<AnyRoute> {
  const planning = await runPlanning();
  const { candidatesFor, inputOf, planFile, planFor, staleIn, whoWithin } = planning;
  const { views } = parts.agentSkills;
  const denied = deniedBy(parts.gate);
  const reader = readerOf(parts.database);
  return route({
    method: 'POST',
    path,
    scope: 'skills',
    tag: 'skills',
    summary: 'Finds the skills that fit a query; with execute the best one is called in a conversation, as in chat.',
    body: bodyWith(planning),
    answers: {
      200: {
        description: 'The skills, the best first, and what came of calling them; with dry_run the plan.',
        schema: z.object({
          skills: z.array(found),
          executed: z.boolean(),
          answer: answerOut.optional(),
          plan: planFile.extend({ skills: planFile.shape.skills.min(0) }).optional(),
        }),
      },
      409: { description: 'The files of a skill of the plan are others now, or the key was used for something else.' },
    },
    examples: [{ summary: 'Only look', body: { query: 'make a table', execute: false }, status: 200 }],
    async answerRequest(request) {
      const { body: asked, caller, signal } = request;
      if (!caller) throw new Error('a route with a scope was asked without a caller');
      const person = await personOf(parts, caller);
      const view = views.viewOf(undefined);
      const deps = { view, search: parts.agentSkills.search, denied, reader };
      const { query, mode, tag, role, execute, conversation } = asked;
      const who = whoWithin(person, role, { gate: parts.gate, code: 'HTTP_REFUSED' });
      const wanted = query === undefined ? undefined : { query, mode, tag, who };
      const skills = wanted ? candidatesShown(await candidatesFor(deps, wanted)) : [];
      const plan = wanted ? await planFor(deps, wanted) : (asked.plan as Plan);
      if (asked.dry_run) return { body: { json: { skills, executed: false, plan } } };
      const stale = wanted ? [] : await staleIn(view, plan);
      if (stale.length > 0) throw staleSkills(stale);
      if (!execute || plan.skills.length === 0) return { body: { json: { skills, executed: false } } };
      const command = wanted && role === undefined ? commandFor(plan, view) : undefined;
      const text = command ?? `/pipeline ${JSON.stringify(inputOf(plan, role))}`;
      const message = { caller, conversation, id: keyOf(request) ?? parts.talk.newId(), text, files: [] };
      const answer = await (await parts.talk.say(message)).answer(WAIT_MS, signal);
      return { body: { json: { skills, executed: true, answer } } };
    },
  });
}

/** The command that calls the only skill of a plan by its name; undefined: the plan is of another kind. */
function commandFor(plan: Plan, { snapshot }: View): string | undefined {
  const [only] = plan.skills;
  if (plan.mode !== 'single' || !only) return undefined;
  const isCommand = snapshot.commandNamed.some(({ name }) => name === only.id);
  return `${isCommand ? '/skill ' : '/'}${only.id} ${plan.query}`;
}

/** The person in whose name the request is made. Throws `HTTP_FORBIDDEN` where the gate does not hear them. */
async function personOf({ delivery }: RunParts, caller: Caller): Promise<Person> {
  const item = await delivery.requests.asker({ ...callerPlace(caller, 'skills'), direct: false });
  if (item) return item.person;
  throw notHeard();
}

const candidatesShown = (candidates: readonly Candidate[]) =>
  candidates
    .filter(({ offered }) => offered)
    .slice(0, MOST_FOUND)
    .map(({ id, description, deprecated, score }) => ({ name: id, description, deprecated, score }));

function staleSkills(names: readonly string[]): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `The files of ${names.join(', ')} are not those that were planned with.`,
    remedy: 'Ask for a new plan with dry_run.',
  });
}
