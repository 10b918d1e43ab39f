export * from './model.ts';
export type * from './phrase.ts';
export * from './tool.ts';
