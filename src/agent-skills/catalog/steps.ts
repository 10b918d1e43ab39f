import { type Call, type Failed, failed } from '../../agent/index.ts';
import type { FailureCode } from '../../base/errors.ts';
import { type AgentSkill, nearSkills, type SkillSnapshot, skillMeant } from '../skill.ts';
import * as texts from '../texts.ts';

/** Names of skills that run side by side; of one alone mostly. */
type StepGroup = readonly string[];

const MOST_STEPS = 40;
const MOST_LEVELS = 8;

/** The groups that texts such as `search` and `flights|hotels` stand for; a sentence says what is wrong. */
export function parseSteps(steps: readonly string[]): StepGroup[] | string {
  const groups = steps.map((step) => step.split('|').map((name) => name.trim()));
  const isEmpty = groups.length === 0 || groups.some((group) => group.some((name) => name === ''));
  return isEmpty ? texts.emptyStep() : groups;
}

export function stepsOf({ metadata }: Pick<AgentSkill, 'metadata'>): string[] | undefined {
  const { steps } = metadata;
  if (typeof steps === 'string') {
    return steps
      .split(/[,\n]/)
      .map((step) => step.trim())
      .filter((step) => step !== '');
  }
  if (!Array.isArray(steps)) return undefined;
  return steps.map(String);
}

/** Groups of names that run side by side: `steps` with those of composed skills in their place, each of a skill that is there and no draft. */
export function resolveSteps(
  snapshot: SkillSnapshot,
  steps: readonly string[],
  drafts: ReadonlySet<string> = new Set(),
): StepGroup[] | Failed {
  const groups = parseSteps(steps);
  if (typeof groups === 'string') return failed('INVALID_INPUT', `There is ${groups}.`);
  try {
    const scope = { snapshot, drafts, areSteps: groups.flat().length > 1 };
    const resolved = groups.flatMap((group) => resolveGroup(scope, group, []));
    if (resolved.flat().length > MOST_STEPS) return failed('TOO_MANY_STEPS', texts.tooManySteps(MOST_STEPS));
    return resolved;
  } catch (error) {
    if (error instanceof WrongStep) return failed(error.code, error.message);
    throw error;
  }
}

class WrongStep extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

interface KnownSkills {
  snapshot: SkillSnapshot;
  drafts: ReadonlySet<string>;
  /** False where a single skill was named to be run. */
  areSteps: boolean;
}

function resolveGroup(scope: KnownSkills, named: StepGroup, way: readonly string[]): StepGroup[] {
  const skills = named.map((name) => skillNamed({ ...scope, areSteps: scope.areSteps || way.length > 0 }, name));
  const group = skills.map(({ name }) => name);
  const composed = skills.map(stepsOf);
  const [only] = composed;
  if (group.length > 1) {
    const at = composed.findIndex((steps) => steps !== undefined);
    if (at >= 0) throw new WrongStep('INVALID_INPUT', texts.composedInGroup(group[at] ?? ''));
    return [group];
  }
  const [name = ''] = group;
  if (!only) return [group];
  if (way.includes(name)) throw new WrongStep('CYCLE', texts.stepCycle([...way.slice(way.indexOf(name)), name]));
  if (way.length >= MOST_LEVELS) throw new WrongStep('TOO_MANY_STEPS', texts.tooDeep(MOST_LEVELS));
  const groups = parseSteps(only);
  if (typeof groups === 'string') throw new WrongStep('INVALID_INPUT', texts.wrongSteps(name, groups));
  return groups.flatMap((each) => resolveGroup(scope, each, [...way, name]));
}

function skillNamed({ snapshot, drafts, areSteps }: KnownSkills, name: string): AgentSkill {
  const skill = skillMeant(snapshot, name);
  if (skill && drafts.has(skill.name)) throw new WrongStep('DRAFT', texts.isDraft(skill.name));
  if (skill) return skill;
  throw new WrongStep('NOT_FOUND', texts.noStep(name, nearSkills(snapshot, name), areSteps));
}

export function composedCall(skill: AgentSkill, payload: string): Call | undefined {
  return stepsOf(skill) && { tool: 'skill_pipeline', input: { name: skill.name, payload } };
}
