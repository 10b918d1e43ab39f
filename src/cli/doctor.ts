import { build } from '../app/index.ts';
import { CodaError, ERRORS } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { inOwnCommands, ownCommand } from '../base/root.ts';
import { plural } from '../base/text.ts';
import type { World } from '../base/world.ts';
import { type Finding, findingOf, type Severity, type Verdict, worstFirst } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { callDaemon } from './daemon/daemon.ts';
import { readiness } from './daemon/ready.ts';
import { aboutItself, prepare } from './daemon/serve.ts';
import type { Flags } from './flags.ts';

const PATIENCE_MS = 5_000;

const MARKS: Record<Severity, string> = { ok: '✓', off: '–', notice: 'ℹ', warning: '⚠', error: '✗' };

/** `coda doctor`: every check of every part, by the running daemon or, when none runs, right here. */
export async function doctor(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { findings: results, off } = await examine(flags, io);
  const findings = worstFirst(results);
  if (flags.json) io.stdout.write(`${JSON.stringify({ findings, off }, null, 2)}\n`);
  else {
    const lines = [...findings.flatMap(findingLines), ...off.map((line) => `– ${line}`), summary(findings)];
    io.stdout.write(`${inOwnCommands(lines.join('\n'), ownCommand(io.env))}\n`);
  }
  return exitOf(findings);
}

async function examine(flags: Flags, io: NodeJS.Process): Promise<{ findings: Finding[]; off: string[] }> {
  let prepared: { config: Config; world: World };
  try {
    prepared = prepare(flags, io, { logTo: () => ({ write: () => {} }) });
  } catch (error) {
    return { findings: [brokenFinding('configuration', error)], off: [] };
  }
  const { config, world } = prepared;
  const file = config.file ?? 'no file, defaults only';
  const findings = [findingOf('configuration', { ok: true, says: `in order (${file})` })];
  let isServed = false;
  try {
    const answer: Json | undefined = await callDaemon(config.dataDir, 'doctor');
    const runs = answer !== undefined;
    isServed = runs && (await isPageServed(config.dataDir));
    findings.push(findingOf('daemon', runs ? { ok: true, says: `runs on ${config.dataDir}` } : isOff(config.dataDir)));
    findings.push(...(runs ? (answer as unknown as Finding[]) : await checkHere(config, world)));
  } catch (error) {
    findings.push(brokenFinding('daemon', error));
  }
  return { findings, off: readiness(config, isServed).off };
}

/** True where the daemon serves its page, also without a configuration that says so. */
async function isPageServed(dataDir: string): Promise<boolean> {
  const status = await callDaemon(dataDir, 'status');
  const { adapters } = (typeof status === 'object' && !Array.isArray(status) ? status : {}) as { adapters?: Json };
  return Array.isArray(adapters) && adapters.includes('http');
}

/** Every check by this process. What keeps coda from being built at all is a finding too. */
async function checkHere(config: Config, world: World): Promise<Finding[]> {
  const storage = { ...config.storage, connect_timeout: Math.min(config.storage.connect_timeout, PATIENCE_MS) };
  try {
    const app = await build({ ...config, storage }, world, { ...aboutItself(config), onFatal: () => {} });
    try {
      return await app.checks.run();
    } finally {
      await app.stop(0);
    }
  } catch (error) {
    return [brokenFinding('start', error)];
  }
}

const isOff = (dataDir: string): Verdict => ({
  ok: true,
  code: 'DAEMON_OFF',
  severity: 'off',
  says: `does not run on ${dataDir}; its parts are looked at from here`,
  remedy: 'Start it with "coda run".',
});

function brokenFinding(name: string, error: unknown): Finding {
  if (!(error instanceof CodaError)) throw error;
  const { code, message, remedy } = error;
  return findingOf(name, { ok: false, code, says: message, remedy });
}

function findingLines({ name, ok, code, severity, says, remedy }: Finding): string[] {
  const what = `${MARKS[severity]} ${name}: ${says}${['ok', 'off'].includes(severity) ? '' : ` [${code}]`}`;
  return [what, ...(remedy === undefined || (ok && severity === 'ok') ? [] : [`  ${remedy}`])];
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notices] = [count('error'), count('warning'), count('notice')];
  const noticed = notices === 0 ? '' : `, ${plural(notices, 'notice')}`;
  if (errors + warnings > 0) return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}${noticed}.`;
  return notices === 0 ? 'Everything is in order.' : `Nothing is broken; ${plural(notices, 'notice')} above.`;
}

/** 69 with an error, 1 with a warning, else 0. */
function exitOf(findings: readonly Finding[]): number {
  if (findings.some(({ severity }) => severity === 'error')) return ERRORS.NO_DAEMON.exit;
  return findings.some(({ severity }) => severity === 'warning') ? 1 : 0;
}
