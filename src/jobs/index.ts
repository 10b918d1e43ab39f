export type * from './due.ts';
