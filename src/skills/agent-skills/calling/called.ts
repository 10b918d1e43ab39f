import type { Call } from '../../../agent/index.ts';
import type { View } from '../host.ts';
import type { AgentSkill } from '../skill.ts';

const SKILL_COMMAND = 'skill';

/** What `/name rest` calls: a skill that people may call, under its own name or after `/skill`. */
export function calledBy(view: View, name: string, rest: string): Call | undefined {
  if (name.toLowerCase() === SKILL_COMMAND) {
    const [, wanted = '', args = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    return callOf(callable(view, wanted), args);
  }
  const skill = callable(view, name);
  // A command of coda's own wins.
  return skill && view.snapshot.commandNamed.includes(skill) ? undefined : callOf(skill, rest);
}

/** The skill of that name, however its letters are written, if people may call it. */
function callable({ snapshot }: View, name: string): AgentSkill | undefined {
  const skill = snapshot.skills.get(name) ?? snapshot.skills.get(name.normalize('NFKC').toLowerCase());
  return skill?.userInvocable ? skill : undefined;
}

function callOf(skill: AgentSkill | undefined, args: string): Call | undefined {
  if (!skill) return undefined;
  if (skill.forkAgent) return { tool: 'skill_run', input: { name: skill.name, task: args || skill.name } };
  return { tool: 'skill_activate', input: { name: skill.name, ...(args !== '' && { arguments: args }) } };
}
