/** Values that skills, hooks and MCP servers are run with: sealed in the database, opened for nobody but who runs them. */

export { type ListedSecret, SkillSecrets } from './secrets.ts';
export { deletionRules as secretDeletionRules, mergeRules as secretMergeRules } from './store.ts';
