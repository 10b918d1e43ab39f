import { build } from '../app/index.ts';
import { CodaError, ERRORS } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Finding } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { callDaemon } from './daemon.ts';
import type { Flags } from './flags.ts';
import { readiness } from './ready.ts';
import { identity, prepare } from './serve.ts';

/** Who asks what is wrong does not wait as long as a start does for a database that is still coming up. */
const PATIENCE_MS = 5_000;

/** `coda doctor`: every check of every part, by the running daemon or, when none runs, right here. */
export async function doctor(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io, { logTo: () => ({ write: () => {} }) });
  const file = config.file ?? 'no file, defaults only';
  const findings: Finding[] = [{ name: 'configuration', ok: true, says: `in order (${file})` }];
  const answer: Json | undefined = await callDaemon(config.dataDir, 'doctor');
  const runs = answer !== undefined;
  findings.push({ name: 'daemon', ok: true, says: `${runs ? 'runs' : 'does not run'} on ${config.dataDir}` });
  if (runs) findings.push(...(answer as unknown as Finding[]));
  else findings.push(...(await checkHere(config, world)));
  io.stdout.write(`${findings.flatMap(findingLines).join('\n')}\n`);
  for (const line of readiness(config).off) io.stdout.write(`– ${line}\n`);
  return findings.every(({ ok }) => ok) ? 0 : ERRORS.NO_DAEMON.exit;
}

/** Every check by this process. What keeps coda from being built at all is a finding too. */
async function checkHere(config: Config, world: World): Promise<Finding[]> {
  const storage = { ...config.storage, connect_timeout: Math.min(config.storage.connect_timeout, PATIENCE_MS) };
  try {
    const app = await build({ ...config, storage }, world, { ...identity(config), onFatal: () => {} });
    try {
      return await app.checks.run();
    } finally {
      await app.stop(0);
    }
  } catch (error) {
    if (!(error instanceof CodaError)) throw error;
    return [{ name: 'start', ok: false, says: error.message, remedy: error.remedy }];
  }
}

function findingLines({ name, ok, says, remedy }: Finding): string[] {
  return [`${ok ? '✓' : '✗'} ${name}: ${says}`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}
