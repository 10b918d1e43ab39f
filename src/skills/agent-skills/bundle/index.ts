/** Skills as bundles (`.skill`, a ZIP archive): packed, checked, installed and removed. */

export { BUNDLE_LIMITS, type BundleLimits } from './check.ts';
export { bundleContent, type ContentFile, folderContent, type SkillContent } from './content.ts';
export { inspectSkill } from './inspect.ts';
export { type InspectSkill, type InstalledSkill, installedSkills, installSkill, removeSkill } from './install.ts';
export { packSkill } from './pack.ts';
