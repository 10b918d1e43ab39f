/** Puts coda together. */
export { type App, type BuildOptions, build } from './build.ts';
export { type Control, openControl, type Verb } from './control.ts';
export { createWorld, type WorldOptions } from './world.ts';
