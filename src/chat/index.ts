export type * from './skill.ts';
