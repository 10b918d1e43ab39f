#!/usr/bin/env node
import { main } from './cli/index.ts';

process.exitCode = await main(process);
// What still holds the process open has been asked to close; a part that does not must not keep a command from ending.
setTimeout(() => process.exit(), 2_000).unref();
