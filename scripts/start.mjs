/** `npm start`: from a clone to a prompt. Arguments after `--` go to coda, also another command than the usual one. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, requireNode, root } from './setup.mjs';

requireNode();
install();
if (!(await build())) process.exit(70);

const given = process.argv.slice(2);
const isCommand = given[0] !== undefined && !given[0].startsWith('-');
const usual = process.stdin.isTTY ? 'chat' : 'run';
const main = join(root, 'dist', 'main.js');

// In this process: another one would cost 40 ms and stand between a signal and who handles it.
process.argv = [process.execPath, main, ...(isCommand ? [] : [usual]), ...given];
await import(pathToFileURL(main).href);
