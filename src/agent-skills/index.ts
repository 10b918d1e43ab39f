/** Agent skills: folders with a `SKILL.md`, on demand. */

import { fileOperations } from './bundle/operations.ts';
import { listOperations } from './catalog/list.ts';
import { judging, looking } from './catalog/look.ts';
import { routing } from './find/operations.ts';
import { imageOperations } from './images/operations.ts';
import { decisionOperations } from './live/operations.ts';

export { agentSkills, skillListFor, toolDeps } from './agent-skills.ts';
export * as bundles from './bundle/bundle.ts';
export * as skillInstall from './bundle/install.ts';
export { isRead as isSkillFolder, ownFolders } from './catalog/sources.ts';
export * as skillSteps from './catalog/steps.ts';
export { config as agentSkillsConfig } from './config.ts';
export * as skillSearch from './find/operations.ts';
export type { ReadSkillFiles, SkillFiles, SkillHost, View } from './live/host.ts';
export { LiveSkills } from './live/live.ts';
export type { AgentSkill, SkillSnapshot } from './skill.ts';
export * as skillFacts from './skill.ts';
export { deniedBy, skillTools } from './use/deps.ts';
export { testSkill } from './use/find.ts';
export { skillsInUse } from './use/in-use.ts';
export * as skillReadiness from './use/ready.ts';
export * as skillCalls from './use/tools.ts';
export * as skillTrust from './use/trusted.ts';

export const folderOperations = (resting?: Parameters<typeof listOperations>[0]) => [
  ...decisionOperations,
  ...listOperations(resting),
  ...looking,
  ...routing,
  ...imageOperations,
  ...judging,
  ...fileOperations,
];
