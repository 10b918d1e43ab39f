/** Agent skills: folders with a `SKILL.md`, on demand. */

export { type Deprecation, deprecate, deprecations, undeprecate } from './deprecation/store.ts';
export type { Diagnostic, Level } from './diagnostic.ts';
export { type Refusal, readBody } from './read/index.ts';
export { type CatalogOptions, openCatalog, reasonOf, type SkillSetting, watchSkills } from './scan/index.ts';
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
export { installedFolder, type Surroundings, skillSources } from './sources.ts';
export { type ValidateOptions, type Verdict, validateSkills } from './validate/validate.ts';
