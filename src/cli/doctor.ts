import { build, runChecks } from '../app/index.ts';
import { ERRORS } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Finding } from '../chat/index.ts';
import { callDaemon } from './daemon.ts';
import type { Flags } from './flags.ts';
import { readiness } from './ready.ts';
import { identity, prepare } from './serve.ts';

/** `coda doctor`: every check of every part, by the running daemon or, when none runs, right here. */
export async function doctor(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io, { logTo: () => ({ write: () => {} }) });
  const file = config.file ?? 'no file, defaults only';
  const findings: Finding[] = [{ name: 'configuration', ok: true, says: `in order (${file})` }];
  const answer: Json | undefined = await callDaemon(config.dataDir, 'doctor');
  const runs = answer !== undefined;
  findings.push({ name: 'daemon', ok: true, says: `${runs ? 'runs' : 'does not run'} on ${config.dataDir}` });
  if (runs) {
    findings.push(...(answer as unknown as Finding[]));
  } else {
    const app = await build(config, world, { ...identity(config), onFatal: () => {} });
    findings.push(...(await runChecks(app)));
    await app.stop(0);
  }
  io.stdout.write(`${findings.flatMap(findingLines).join('\n')}\n`);
  for (const line of readiness(config).off) io.stdout.write(`– ${line}\n`);
  return findings.every(({ ok }) => ok) ? 0 : ERRORS.NO_DAEMON.exit;
}

function findingLines({ name, ok, says, remedy }: Finding): string[] {
  return [`${ok ? '✓' : '✗'} ${name}: ${says}`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}
