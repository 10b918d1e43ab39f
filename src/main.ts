#!/usr/bin/env node
import { main } from './cli/index.ts';

// `coda … | head`: whoever read has ended. As with SIGPIPE the process ends, too; a daemon stops in order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.kill(process.pid, 'SIGTERM');
});

process.exitCode = await main(process);
// A part that still holds the process open was asked to close; one that does not must not keep a command from ending.
setTimeout(() => process.exit(), 2_000).unref();
