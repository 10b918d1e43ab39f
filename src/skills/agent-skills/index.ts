/** Agent skills: folders with a `SKILL.md`, on demand. */

export { agentSkills } from './agent-skills.ts';
export { type Audit, auditSkill } from './audit/audit.ts';
export type { Finding, FindingLevel } from './audit/finding.ts';
export { type CatalogOptions, openCatalog, watchSkills } from './catalog/catalog.ts';
export { reasonOf, type SkillSetting } from './catalog/resolve.ts';
export { installedFolder, type Surroundings, skillSources } from './catalog/sources.ts';
export { inspectSkill, type ValidateOptions, type Verdict, validateSkills } from './catalog/validate.ts';
export { BUNDLE_LIMITS, bundleContent, folderContent, packSkill, type SkillContent } from './files/bundle.ts';
export { type InstalledSkill, installedSkills, installSkill, removeSkill } from './files/install.ts';
export { type Decisions, readDecisions, type SkillHost, UNDECIDED } from './host.ts';
export { type Refusal, readBody } from './read/file.ts';
export { addSkill } from './read/scaffold.ts';
export {
  type AgentSkill,
  type AssistantBlock,
  type BodyPlace,
  DISPLAYS,
  type Diagnostic,
  type Display,
  isTrusted,
  type Level,
  pipDependencies,
  type RescanReport,
  type Shadowed,
  type SkillCatalog,
  type SkillDependencies,
  type SkillSecret,
  type SkillSnapshot,
  type SkillSource,
  SOURCE_KINDS,
  type SourceKind,
  skillDependencies,
} from './skill.ts';
export { forSpecialists, inquest as inquestText, toolMeaning } from './texts.ts';
export { describeChange, type Pin, type Pinned, pinSkill, type Unpinnable } from './trust/pin.ts';
export { type Deprecation, deprecate, deprecations, undeprecate } from './trust/store.ts';
export { approveSkill, type Inquest, inquire } from './trust/trust.ts';
export { readCases, runCase } from './use/cases.ts';
export { fill } from './use/instructions.ts';
export { isFor } from './use/prompt.ts';
export { SkillSearch } from './use/search.ts';
