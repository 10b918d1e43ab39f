/** Values that skills, hooks and MCP servers run with: sealed in the database, opened for whoever runs them and nobody else. */

export { commitHints as secretHints, type ListedSecret, SkillSecrets } from './secrets.ts';
export { deletionRules as secretDeletionRules, mergeRules as secretMergeRules, table as secretTable } from './store.ts';
