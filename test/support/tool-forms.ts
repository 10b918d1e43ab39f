import type { AnyTool } from '../../src/agent/index.ts';
import { builtInSkills } from '../../src/app/skills.ts';
import type { AllSkills, SkillDeps } from '../../src/chat/index.ts';

/** Only the forms of the tools matter here: what they work with is nothing. */
export const nothing: unknown = new Proxy(() => {}, {
  // A description names the hosts that code reaches.
  get: (_, key) => (key === Symbol.iterator ? undefined : key === 'allowed_hosts' ? [] : nothing),
  apply: () => nothing,
});

/** Tools of the built-in skills, but of those that read their settings to make them. */
export const toolForms = (): AnyTool[] =>
  builtInSkills
    .filter(({ name }) => !['web', 'firecrawl', 'improvement', 'self-coding'].includes(name))
    .flatMap(({ tools }) => tools?.(nothing as SkillDeps, nothing as AllSkills) ?? []);
