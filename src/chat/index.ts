/** What a stored message becomes: a command, a pressed button, or a turn; and what a skill is. */
export { coreCommands, coreTools } from './core.ts';
export { choiceMeant, kindOf, Router } from './router.ts';
export type * from './skill.ts';
