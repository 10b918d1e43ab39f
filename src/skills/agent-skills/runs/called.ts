/** Calls of runs as people and programs write them. Pure. */
import { z } from 'zod';
import type { Call } from '../../../agent/index.ts';
import type { AgentSkill } from '../skill.ts';
import { stepsOf } from './steps.ts';

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
