/** The skills that a request would run, and their effects. Nothing is run. */

import { z } from 'zod';
import {
  type AgentSkill,
  inquireAbout,
  type LiveSkills,
  skillHash,
  skillMeant,
  type toolDeps,
  type View,
} from '../../agent-skills/index.ts';
import { CodaError, type ErrorCode } from '../../base/errors.ts';
import { oneLine } from '../../base/text.ts';
import type { Gate, RoleHolder } from '../../people/index.ts';
import type { Queryable } from '../../storage/index.ts';

export type ToolDeps = ReturnType<typeof toolDeps>;

export const MODES = ['single', 'pipeline', 'parallel'] as const;
export type Mode = (typeof MODES)[number];

/** A plan as `--dry-run` writes it and `--plan-path` reads it. */
export const planFile = z.object({
  query: z.string().max(20_000),
  mode: z.enum(MODES).default('single'),
  skills: z
    .array(
      z.object({
        id: z.string().min(1).max(200),
        hash: z.string().max(128),
        args: z.string().max(20_000).default(''),
        score: z.number().default(0),
      }),
    )
    .min(1)
    .max(20),
  effects: z.array(z.string()).default([]),
});

export type Plan = z.output<typeof planFile>;

export interface Candidate {
  id: string;
  description: string;
  /** 0 to 1. */
  score: number;
  offered: boolean;
  deprecated: boolean;
  /** Similarity in meaning; null where words alone decided. */
  meaning: number | null;
}

export interface PlanDeps {
  view: View;
  search: LiveSkills['search'];
  denied: ToolDeps['denied'];
  reader: Queryable;
}

export interface PlanAsked {
  query: string;
  mode: Mode;
  tag?: string | undefined;
  who: readonly RoleHolder[];
}

/** `first`, and what `role` narrows it to. Throws `code` for a role that nobody can have. */
export function whoWithin(
  first: RoleHolder,
  role: string | undefined,
  { gate, code }: { gate: Pick<Gate, 'roles'>; code: ErrorCode },
): RoleHolder[] {
  if (role === undefined) return [first];
  const roles = gate.roles();
  if (roles.includes(role)) return [first, holderOf(role)];
  throw new CodaError(code, {
    message: `There is no role ${oneLine(role, 100)}.`,
    remedy: `Use one of: ${roles.join(', ')}. Roles of your own stand in access.roles (docs/people.md).`,
  });
}

/** A caller who holds what this role holds, and nothing else. */
export function holderOf(role: string): RoleHolder {
  if (role === 'owner' || role === 'member' || role === 'guest') return { role };
  return { role: 'guest', roles: [role] };
}

const MOST_SKILLS = 4;
const MOST_CANDIDATES = 20;
const ONE_AFTER_ANOTHER = /;|,?\s(?:and\s+)?then\s/i;
const BESIDE = /;|,?\s(?:and|as well as)\s/i;

/** The skills that the request finds, the best first; those that any of `who` may not use are not among them. */
export async function candidatesFor(deps: PlanDeps, { query, tag, who }: PlanAsked): Promise<Candidate[]> {
  const { deprecated } = deps.view.decisions;
  const fits = await findAll(deps, query, { tag, who });
  return fits.slice(0, MOST_CANDIDATES).map(({ skill, fit, offered, meaning }) => ({
    id: skill.name,
    description: skill.description,
    score: roundScore(fit),
    offered,
    deprecated: deprecated.has(skill.name),
    meaning: meaning === undefined ? null : roundScore(meaning),
  }));
}

export async function planFor(deps: PlanDeps, asked: PlanAsked): Promise<Plan> {
  const { query, mode } = asked;
  const chosenSkills = await takenFor(deps, asked);
  const skills = await Promise.all(
    chosenSkills.map(async ({ skill, fit, args }) => ({
      id: skill.name,
      hash: await skillHash(deps.view.files.inForce(skill)),
      args,
      score: roundScore(fit),
    })),
  );
  return {
    query,
    mode,
    skills,
    effects: await effectsOf(
      deps.reader,
      chosenSkills.map(({ skill }) => deps.view.files.inForce(skill)),
    ),
  };
}

type RankedSkill = Awaited<ReturnType<PlanDeps['search']['find']>>[number];
type TakenSkill = RankedSkill & { args: string };

async function takenFor(deps: PlanDeps, asked: PlanAsked): Promise<TakenSkill[]> {
  const { query, mode } = asked;
  const best = async (words: string, most: number) =>
    (await offeredFor(deps, words, asked)).slice(0, most).map((ranked) => ({ ...ranked, args: words }));
  if (mode === 'single') return best(query, 1);
  const parts = query
    .split(mode === 'pipeline' ? ONE_AFTER_ANOTHER : BESIDE)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const each = parts.length > 1 ? (await Promise.all(parts.map((part) => best(part, 1)))).flat() : [];
  // Words that only join two things are no reason to leave one of them out.
  const chosenSkills =
    each.length > 1 ? each : (await best(query, MOST_SKILLS)).map((one) => ({ ...one, args: query }));
  return chosenSkills
    .filter(({ skill }, at) => chosenSkills.findIndex((other) => other.skill === skill) === at)
    .slice(0, MOST_SKILLS);
}

async function offeredFor(deps: PlanDeps, query: string, asked: PlanAsked): Promise<RankedSkill[]> {
  const { deprecated } = deps.view.decisions;
  const fits = await findAll(deps, query, asked);
  return fits.filter(({ skill, offered }) => offered && !deprecated.has(skill.name));
}

async function findAll(
  { view, search, denied }: PlanDeps,
  query: string,
  { tag, who }: Pick<PlanAsked, 'tag' | 'who'>,
): Promise<RankedSkill[]> {
  const off = who.map((each) => denied(view, each));
  const tags = tag === undefined ? [] : [tag];
  const { drafts, resting } = view.decisions;
  const only = (skill: AgentSkill) => ![...off, drafts, resting].some((names) => names.has(skill.name));
  return search.find(view.snapshot, query, { only, tags, patience: 'command' });
}

async function effectsOf(reader: Queryable, skills: readonly AgentSkill[]): Promise<string[]> {
  const inquests = await Promise.all(skills.map((skill) => inquireAbout(reader, skill)));
  return [...new Set(inquests.flatMap((each) => (typeof each === 'string' ? [] : each.changes)))];
}

export async function staleIn({ snapshot, files }: View, plan: Plan): Promise<string[]> {
  const stale: string[] = [];
  for (const { id, hash } of plan.skills) {
    const skill = skillMeant(snapshot, id);
    if (!skill || (await skillHash(files.inForce(skill))) !== hash) stale.push(id);
  }
  return stale;
}

export function inputOf({ mode, query, skills }: Plan, role?: string): Record<string, unknown> {
  const names = skills.map(({ id }) => id);
  const steps = mode === 'parallel' ? [names.join('|')] : names;
  const hashes = Object.fromEntries(skills.map(({ id, hash }) => [id, hash]));
  return { steps, payload: query, hashes, ...(role !== undefined && { role }) };
}

const roundScore = (score: number): number => Math.round(score * 1_000) / 1_000;
