/** Agent skills: folders with a `SKILL.md`, on demand. */

export { agentSkills } from './agent-skills.ts';
export { type Audit, auditSkill, type Finding, type FindingLevel } from './audit/index.ts';
export {
  BUNDLE_LIMITS,
  bundleContent,
  folderContent,
  type InstalledSkill,
  inspectSkill,
  installedSkills,
  installSkill,
  packSkill,
  removeSkill,
  type SkillContent,
} from './bundle/index.ts';
export { fill } from './calling/fill.ts';
export { readDecisions, UNDECIDED } from './decisions.ts';
export { type Deprecation, deprecate, deprecations, undeprecate } from './deprecation/store.ts';
export type { Diagnostic, Level } from './diagnostic.ts';
export type { Decisions, SkillHost } from './host.ts';
export { describeChange, type Pin, type Pinned, pinSkill, type Unpinnable } from './pin/index.ts';
export { isFor } from './prompt/offered.ts';
export { SkillSearch } from './prompt/search.ts';
export { type Refusal, readBody } from './read/index.ts';
export { addSkill } from './scaffold/index.ts';
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
export { readCases, runCase } from './testing/index.ts';
export { forSpecialists, inquest as inquestText, toolMeaning } from './texts.ts';
export { approveSkill, type Inquest, inquire } from './trust/index.ts';
export { type ValidateOptions, type Verdict, validateSkills } from './validate/validate.ts';
