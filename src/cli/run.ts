import type { Flags } from './flags.ts';
import { readiness } from './ready.ts';
import { serve } from './serve.ts';
import { catchSignals } from './signals.ts';

/** `coda run`: runs until it is asked to stop. */
export async function run(flags: Flags, io: NodeJS.Process): Promise<number> {
  const stopping = catchSignals(io);
  const { app, config, log, stop } = await serve(flags, io);
  const { on, off } = readiness(config);
  for (const line of off) log.info(line);
  log.info({ on, data: config.dataDir, config: config.file ?? null, status: await app.status() }, 'ready');
  await stopping.asked;
  log.info('stopping');
  await stop();
  log.info('stopped');
  stopping.release();
  return 0;
}
