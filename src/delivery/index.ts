export type * from './adapter.ts';
export type * from './content.ts';
export type * from './outgoing.ts';
