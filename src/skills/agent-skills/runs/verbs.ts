/** The verbs of runs for commands of the terminal. */
import { z } from 'zod';
import type { Call } from '../../../agent/index.ts';
import { CodaError } from '../../../base/errors.ts';
import type { Json } from '../../../base/json.ts';
import type { Verb } from '../../../chat/index.ts';
import type { AgentSkill } from '../skill.ts';
import type { ToolDeps } from '../use/deps.ts';
import { narrowed } from './pipeline.ts';
import { candidatesFor, inputOf, MODES, planFile, planFor, staleIn } from './plan.ts';
import { parseSteps, resolveSteps, stepsOf } from './steps.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const planAsked = z.object({
  query: z.string().min(1).max(20_000),
  mode: z.enum(MODES).default('single'),
  tag: z.string().max(100).optional(),
  role: z.string().max(100).optional(),
});

/** Whoever has this machine is its owner. */
const OWNER = { role: 'owner' } as const;

/** The verbs; each reads the folders first where nobody has read them yet. */
export function runVerbs(deps: ToolDeps): Readonly<Record<string, Verb>> {
  return {
    'runs-plan': async (args) => {
      const { role, ...asked } = planAsked.parse(args);
      const view = await viewOf(deps);
      const who = role === undefined ? [OWNER] : [OWNER, narrowed(role)];
      const planDeps = { ...deps, view };
      const candidates = await candidatesFor(planDeps, { ...asked, who });
      return { plan: await planFor(planDeps, { ...asked, who }), candidates } as unknown as Json;
    },
    'runs-input': async ({ plan, role }) => {
      const read = planFile.safeParse(plan);
      if (!read.success) throw notAPlan();
      const stale = await staleIn(await viewOf(deps), read.data);
      if (stale.length > 0) throw staleSkills(stale);
      return inputOf(read.data, typeof role === 'string' ? role : undefined) as Json;
    },
    'runs-steps': async ({ steps }) => resolved(deps, z.array(z.string()).max(40).parse(steps)),
    'runs-show': async ({ run }) => shown(deps, String(run)),
  };
}

async function viewOf({ host, views }: ToolDeps) {
  if (host.catalog.current().version === 0) await host.rescan();
  return views.of(undefined);
}

/** The groups that steps stand for. Throws where one of them is missing, or they are in a circle. */
async function resolved(deps: ToolDeps, steps: readonly string[]): Promise<Json> {
  const { snapshot, decisions } = await viewOf(deps);
  const parsed = parseSteps(steps);
  const groups = typeof parsed === 'string' ? undefined : resolveSteps(snapshot, parsed, decisions.drafts);
  if (Array.isArray(groups)) return groups as Json;
  throw new CodaError(groups?.code === 'NOT_FOUND' ? 'SKILL_NOT_FOUND' : 'INPUT_INVALID', {
    message: groups?.message ?? texts.nothingToRun(),
    remedy: '"coda skills list" shows what there is.',
  });
}

async function shown({ reader }: ToolDeps, id: string): Promise<Json> {
  if (!z.uuid().safeParse(id).success) throw noRun(id);
  const run = await store.runOf(reader, id);
  if (!run) throw noRun(id);
  const done = await store.stepsDone(reader, id);
  const steps = run.steps.flatMap((group, place) =>
    group.map((skill, member) => {
      const came = done.find((step) => step.place === place && step.member === member);
      return { skill, state: came?.state ?? 'waiting', output: came?.output ?? null, place };
    }),
  );
  const last = steps.filter(({ place }) => place === run.steps.length - 1);
  const output = texts.together(last.map(({ skill, output: text }) => ({ skill, output: text ?? '' })));
  const { state, name = null, message = null } = run;
  return { run: id, name, state, message, steps, output: state === 'done' ? output : null };
}

function noRun(id: string): CodaError {
  return new CodaError('SKILL_RUN_NOT_FOUND', {
    message: `There is no run ${id}.`,
    remedy: 'Runs are kept for 30 days; name one that a command has shown.',
  });
}

function notAPlan(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'That is no plan.',
    remedy: 'Make one with "coda ask QUERY --dry-run".',
  });
}

/** A plan that was made with other files. */
function staleSkills(names: readonly string[]): CodaError {
  return new CodaError('SKILL_PLAN_STALE', {
    message: names.map((name) => texts.changedSkill(name)).join(' '),
    remedy: 'Make a new plan with "coda ask QUERY --dry-run", and look at it.',
  });
}

/** Calls of runs as people and programs write them. Pure. */
const TOOL = 'skill_pipeline';
const RESUME = /^resume\s+([0-9a-f-]{36})$/i;

const written = z.record(z.string(), z.unknown());

/** `/pipeline a > b|c: payload`, `/pipeline resume RUN`, or the tool's input as JSON; undefined: it is none of these. */
export function pipelineCall(rest: string): Call | undefined {
  const said = rest.trim();
  const [, resume] = RESUME.exec(said) ?? [];
  if (resume !== undefined) return { tool: TOOL, input: { resume: resume.toLowerCase() } };
  if (said.startsWith('{')) return fromJson(said);
  const [, steps = '', payload = ''] = /^([^:]+?)\s*(?::\s*([\s\S]*))?$/.exec(said) ?? [];
  if (steps === '') return undefined;
  return { tool: TOOL, input: { steps: steps.split('>').map((step) => step.trim()), payload } };
}

function fromJson(text: string): Call | undefined {
  try {
    return { tool: TOOL, input: written.parse(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** The call of a composed skill; undefined: it is none. */
export function composedCall(skill: AgentSkill, payload: string): Call | undefined {
  return stepsOf(skill) && { tool: TOOL, input: { name: skill.name, payload } };
}
