/** Puts coda together. */
export { type App, type BuildOptions, build } from './build.ts';
export { createWorld, type WorldOptions } from './world.ts';
