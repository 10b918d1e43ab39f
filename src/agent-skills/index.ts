/** Agent skills: folders with a `SKILL.md`, on demand. */

import { runOperations } from '../skills/skill-runs/operations.ts';
import { fileOperations } from './bundle/operations.ts';
import { listing } from './catalog/list.ts';
import { judging, looking } from './catalog/look.ts';
import { routing } from './find/operations.ts';
import { imageOperations } from './images/operations.ts';

export { MARKET_TASK } from '../skills/skill-market/market.ts';
export {
  marketOperations,
  type ShownCatalog,
  type ShownLook,
  type ShownSkill,
  type ShownUpdates,
} from '../skills/skill-market/operations.ts';
export { askOperations } from '../skills/skill-runs/ask.ts';
export {
  type Candidate,
  candidatesFor,
  inputOf as planInput,
  MODES as RUN_MODES,
  type Plan,
  planFile,
  planFor,
  staleIn,
  whoWithin,
} from '../skills/skill-runs/plan.ts';
export { LEAST_RUNS } from '../skills/skill-trials/store.ts';
export {
  type Optimize,
  type OptimizeAct,
  type Optimized,
  optimizeArguments,
  resultIn,
  SkillVariants,
  variantIn,
} from '../skills/skill-trials/variants.ts';
export { agentSkills, skillListFor } from './agent-skills.ts';
export * as bundles from './bundle/bundle.ts';
export * as installed from './bundle/install.ts';
export { openCatalog, watchSkills } from './catalog/catalog.ts';
export { configuredSources, openAgentSkills, ownFolders, skillSources } from './catalog/sources.ts';
export { validateSkills } from './catalog/validate.ts';
export { config as agentSkillsConfig } from './config.ts';
export { goldenFile, measure as measureRouting, type RankedSkill } from './find/operations.ts';
export { OFFERED_FROM, SkillSearch } from './find/search.ts';
export { embedSkillsSoon, SkillVectors } from './find/vectors.ts';
export { SkillDecisions, type SkillHost, type View, Views } from './host.ts';
export { SkillImages } from './images/images.ts';
export { isBuilt as isSkillImage } from './images/store.ts';
export { readBody } from './read/file.ts';
export {
  type AgentSkill,
  idOf,
  nearSkills,
  type RescanReport,
  type SkillCatalog,
  type SkillSnapshot,
  skillMeant,
} from './skill.ts';
export { activate as activateDraft } from './store.ts';
export { deniedBy } from './use/deps.ts';
export { testSkill } from './use/find.ts';
export { skillsInUse } from './use/in-use.ts';
export { folderOf } from './use/trusted.ts';

export const folderOperations = [
  ...listing,
  ...looking,
  ...routing,
  ...imageOperations,
  ...judging,
  ...fileOperations,
  ...runOperations,
];
