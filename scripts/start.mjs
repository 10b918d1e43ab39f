/** `npm start`: from a clone to a prompt. Arguments after `--` go to coda, also another command than the usual one. */

import { existsSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './files.mjs';
import { build, install, requireNode } from './setup.mjs';

requireNode();
install();
if (!(await build())) process.exit(70);

const given = process.argv.slice(2);
// "--help" is asked of coda, not of its usual command.
const isCommand = given[0] !== undefined && (!given[0].startsWith('-') || /^(-h|--help|-V|--version)$/.test(given[0]));
const main = join(root, 'dist', 'main.js');

const isConfigured =
  given.some((arg) => arg.startsWith('--config')) ||
  process.env.CODA_CONFIG ||
  existsSync(join('config', 'config.yaml'));
// Whoever pipes words in wants them answered, beside a daemon or not; a service manager gives neither a pipe nor a file.
const usual = process.stdin.isTTY || isPiped() ? 'chat' : 'run';
// Who has used it here, or chosen to go on without a model in the browser, has begun.
const hasBegun = existsSync(process.env.CODA_DATA || 'data');
if (!isCommand && process.stdin.isTTY && !isConfigured && !hasBegun) {
  process.stderr.write('Nothing is set up yet: "npm start -- init" asks one question; without it coda chats here.\n');
}

// In this process: another one would cost 40 ms and stand between a signal and who handles it.
process.argv = [process.execPath, main, ...(isCommand ? [] : [usual]), ...given];
await import(pathToFileURL(main).href);

/** Whether words come in: a pipe or a file, and not what a service manager gives a daemon. */
function isPiped() {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile();
  } catch {
    return false;
  }
}
