import { shorten, visible } from '../../../base/text.ts';
import type { View } from '../host.ts';
import type { AgentSkill } from '../skill.ts';

/** The one that talks to people; a skill may be for other specialists only. */
const MAIN_AGENT = 'main';

const LONGEST_DESCRIPTION = 300;

/** What the model is offered as `agent` in a conversation where `off` are off, in order of name. */
export function offered({ snapshot, decisions }: View, off: ReadonlySet<string>, agent?: string): AgentSkill[] {
  return [...snapshot.skills.values()].filter(
    (skill) =>
      skill.modelInvocable &&
      isFor(skill, agent) &&
      !off.has(skill.name) &&
      !decisions.deprecated.has(skill.name) &&
      !decisions.blocked.has(skill.name),
  );
}

export function isFor({ agents }: AgentSkill, agent = MAIN_AGENT): boolean {
  return agents === 'all' || agents.some((name) => name.toLowerCase() === agent.toLowerCase());
}

/** Third parties' words on one line, without what nobody sees. */
function oneLine(text: string): string {
  return shorten(
    visible(text)
      .replace(/\p{Cf}/gu, '')
      .replace(/\s+/g, ' ')
      .trim(),
    LONGEST_DESCRIPTION,
  );
}

/** One skill as the model is shown it. */
export function entryOf({ name, description, forkAgent }: AgentSkill): string {
  const alone = forkAgent ? ' use="skill_run"' : '';
  return `<skill name="${escaped(name)}"${alone}>${escaped(oneLine(description))}</skill>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
