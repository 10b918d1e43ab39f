/** Finding skills in folders, and noticing what changed. */

export { type CatalogOptions, openCatalog } from './catalog.ts';
export { Pace } from './pace.ts';
export { reasonOf, type SkillSetting } from './resolve.ts';
export { walk } from './walk.ts';
export { watchSkills } from './watch.ts';
