/** Agent skills: folders with a `SKILL.md`, on demand. */

export type { Diagnostic, Level } from './diagnostic.ts';
export {
  type AgentSkill,
  type AssistantBlock,
  type BodyPlace,
  DISPLAYS,
  type Display,
  isTrusted,
  type SkillDependencies,
  type SkillSecret,
  type SkillSource,
  SOURCE_KINDS,
  type SourceKind,
} from './skill.ts';
export {
  pipDependencies,
  type RescanReport,
  type Shadowed,
  type SkillCatalog,
  type SkillSnapshot,
  skillDependencies,
} from './snapshot.ts';
