import { deferred, withTimeout } from '../../base/async.ts';
import { ownCommand } from '../../base/root.ts';
import type { Flags } from '../flags.ts';
import { logFile } from '../logs/file.ts';
import { prettyLine } from '../logs/pretty.ts';
import { readiness } from './ready.ts';
import { serve } from './serve.ts';
import { catchSignals, exitCodeOf, type Stopping } from './signals.ts';

/** Time that a start may still take once it is asked to stop, so that it can be stopped in order. */
const PATIENCE_MS = 3_000;

/** A coda that nobody has configured serves its page, on which that is done. */
const WITHOUT_FILE = { 'http.listen': '127.0.0.1:8321' };

export async function run(flags: Flags, io: NodeJS.Process): Promise<number> {
  // Without a terminal nothing hangs up: `nohup` asks for exactly that, but Node forgets it, and units send it to say “read anew”.
  const ignoresHangup = ![io.stdin, io.stdout, io.stderr].some(({ isTTY }) => isTTY);
  const stopping = catchSignals(io, { ignoresHangup });
  let ended: RunEnd;
  do ended = await runOnce(flags, io, stopping);
  while (ended === 'again');
  if (ended === 'early') return 0;
  stopping.release();
  // Only what was asked to stop stays down: what watches over it starts it again.
  return ended === 'SIGHUP' ? exitCodeOf(ended) : 0;
}

/** `again`: the configuration was written, and is to be read anew; `early`: it was asked to stop before it had started. */
type RunEnd = Awaited<Stopping['asked']> | 'again' | 'early';

async function runOnce(flags: Flags, io: NodeJS.Process, stopping: Stopping): Promise<RunEnd> {
  const again = deferred<'again'>();
  const starting = serve(flags, io, {
    logTo: ({ dataDir }) => logOf(dataDir, io),
    watched: false,
    withoutFile: WITHOUT_FILE,
    onRestart: () => again.resolve('again'),
  });
  // A start may wait half a minute for its database. Leaving in the middle of one is what a kill is, and it stands that.
  const coda = await Promise.race([starting, stopping.asked.then(() => withTimeout(PATIENCE_MS, starting))]);
  if (!coda) return 'early';
  const { app, config, log, stop } = coda;
  const { on, off } = readiness(config);
  for (const line of off) log.info(line);
  if (app.http?.url) log.info(`the page is at ${app.http.url}/; "${ownCommand(io.env)} open" signs your browser in`);
  log.info({ on, data: config.dataDir, config: config.file ?? null, status: await app.status() }, 'ready');
  const ended = await Promise.race([stopping.asked, again.promise]);
  log.info(ended === 'again' ? 'the configuration is read anew' : 'stopping');
  await stop();
  log.info('stopped');
  return ended;
}

/** On stderr, for people where they look at it and as JSON else; and in the data folder, for `coda logs`. */
function logOf(dataDir: string, { stderr }: NodeJS.Process): { write(line: string): void } {
  const file = logFile(dataDir);
  return {
    write(line) {
      stderr.write(stderr.isTTY ? prettyLine(line) : line);
      file.write(line);
    },
  };
}
