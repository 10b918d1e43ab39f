/** `npm run build`: leaves `dist/main.js`, and that it is up to date, so that the next start does not build again. */
import { build, install, requireNode } from './setup.mjs';

requireNode();
install();
process.exit((await build()) ? 0 : 70);
