import type { AgentSkill } from '../skill.ts';
import { type SkillSnapshot, skillDependencies } from '../snapshot.ts';

export type Order =
  | { ok: true; skills: AgentSkill[]; missing: string[] }
  /** The names from one skill back to it. */
  | { ok: false; cycle: string[] };

/** `skill` and all that it depends on, what is depended on first. Pure. */
export function inOrder(snapshot: SkillSnapshot, skill: AgentSkill): Order {
  const done = new Set<AgentSkill>();
  const missing = new Set<string>();
  const way: string[] = [];
  const visit = (one: AgentSkill): string[] | undefined => {
    if (done.has(one)) return undefined;
    const at = way.indexOf(one.name);
    if (at >= 0) return [...way.slice(at), one.name];
    way.push(one.name);
    for (const name of skillDependencies(snapshot, one)) {
      const other = snapshot.skills.get(name);
      const cycle = other ? visit(other) : undefined;
      if (cycle) return cycle;
      if (!other) missing.add(name);
    }
    way.pop();
    done.add(one);
    return undefined;
  };
  const cycle = visit(skill);
  return cycle ? { ok: false, cycle } : { ok: true, skills: [...done], missing: [...missing] };
}
