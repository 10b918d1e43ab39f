export type * from './adapter.ts';
export type * from './content.ts';
