/** Agent skills: folders with a `SKILL.md`, on demand. */

import { fileOperations } from './bundle/operations.ts';
import { listOperations } from './catalog/list.ts';
import { judging, looking } from './catalog/look.ts';
import { routing } from './find/operations.ts';
import { imageOperations } from './images/operations.ts';
import { decisionOperations } from './live/operations.ts';

export { agentSkills, skillListFor, toolDeps } from './agent-skills.ts';
export { BUNDLE_LIMITS, bundleContent, folderContent, type SkillContent } from './bundle/bundle.ts';
export { installedSkills, installSkill, lookInside, removeSkill, usableSkillIn } from './bundle/install.ts';
export { isRead as isSkillFolder, ownFolders } from './catalog/sources.ts';
export { resolveSteps, stepsOf } from './catalog/steps.ts';
export { config as agentSkillsConfig } from './config.ts';
export { rankByMeaning } from './find/operations.ts';
export type { SkillFiles, SkillHost, View } from './live/host.ts';
export { LiveSkills } from './live/live.ts';
export { type AgentSkill, idOf as skillId, plainName, type SkillSnapshot, skillMeant } from './skill.ts';
export { deniedBy, skillTools } from './use/deps.ts';
export { testSkill } from './use/find.ts';
export { skillsInUse } from './use/in-use.ts';
export { makeReady, type ReadySkill } from './use/ready.ts';
export { admitTo, spawnSkill } from './use/tools.ts';
export { folderOf, hashOf as skillHash, inquireAbout, installedFolder } from './use/trusted.ts';

export const folderOperations = (resting?: Parameters<typeof listOperations>[0]) => [
  ...decisionOperations,
  ...listOperations(resting),
  ...looking,
  ...routing,
  ...imageOperations,
  ...judging,
  ...fileOperations,
];
