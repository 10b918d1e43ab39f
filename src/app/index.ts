/** Puts coda together. */

export { httpConfig } from '../adapters/http/index.ts';
export { type App, type BuildOptions, build } from './build.ts';
export { type AppConfigRequest, configDocuments, openConfigFiles, readConfig, setupCards } from './config.ts';
export { type ControlService, openControl } from './control.ts';
export { needsToken, type OperationParts } from './operations/parts.ts';
export { verbFinder } from './operations/verbs.ts';
export { platforms } from './platforms.ts';
export type { ProgramTool } from './programs.ts';
export { householdOf } from './settings.ts';
export { skillSwitches } from './skills.ts';
export { isNewer, newestVersion } from './updates.ts';
export { createWorld, type WorldOptions } from './world.ts';
