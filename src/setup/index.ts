/** A setting up by cards: forms of an owner, checked, and written into the configuration and its `.env`. */

export { SetupCards } from './cards.ts';
export { openSetupFiles, type SetupFiles, writeWhole } from './files.ts';
export { type SetupParts, setupRoutes } from './routes.ts';
