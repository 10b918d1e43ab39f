/** Looks at a source once. Failures of the source are values. */
import type { Failed } from '../../../agent/index.ts';
import { shorten } from '../../../base/text.ts';
import type { ScriptAsker, ScriptRan, SkillDeps } from '../../../chat/index.ts';
import type { Observation } from './evaluate.ts';
import type { Source } from './rule.ts';
import { texts } from './texts.ts';

export type Sighting = Observation & {
  /** The same look may go well a little later. */
  mayPass?: boolean;
  bytes?: number;
};

export type ObserveDeps = Pick<SkillDeps, 'scripts'>;

export function observe(deps: ObserveDeps, source: Source, asker: ScriptAsker, signal: AbortSignal): Promise<Sighting> {
  switch (source.kind) {
    case 'script':
      return runScript(deps, source, asker, signal);
    default:
      return Promise.resolve({ ok: false, sign: 'unknown', message: texts.noSource(source.kind) });
  }
}

/** Failures of the sandbox and of services that the next attempt may be spared. */
const MAY_PASS: ReadonlySet<string> = new Set([
  'SANDBOX_UNREACHABLE',
  'SANDBOX_ENGINE',
  'SANDBOX_ENDED',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
]);

function failedSighting({ code, message }: Failed): Sighting {
  return { ok: false, sign: code, message, mayPass: MAY_PASS.has(code) };
}

async function runScript(
  { scripts }: ObserveDeps,
  { script: id, args, input }: Extract<Source, { kind: 'script' }>,
  asker: ScriptAsker,
  signal: AbortSignal,
): Promise<Sighting> {
  const found = await scripts.find(id, asker, signal);
  if (!found.ok) return failedSighting(found);
  const { skill, script } = found;
  const ran = await scripts.run({ ...asker, skill, script, args, ...(input !== undefined && { input }) }, signal);
  return ran.ok ? sightingOf(ran) : failedSighting(ran);
}

/** Numbers change from one failure to the next of the same kind: they are not part of what it is. */
const signOf = (text: string): string => text.replace(/\d+/g, '#').slice(0, 300);

function sightingOf({ exitCode, stdout, stderr, bytes, isCut, hash, ended }: ScriptRan): Sighting {
  const text = isCut ? `${stdout.trimEnd()}\n${texts.cut(bytes)}` : stdout;
  if (ended === 'itself' && exitCode === 0) return { ok: true, text, hash, bytes };
  const said = stderr.trim() || stdout.trim();
  const sign = `${ended} ${exitCode} ${signOf(said)}`;
  return {
    ok: false,
    sign,
    message: `${texts.ended[ended](exitCode)}${said === '' ? '' : `\n${shorten(said, 1_500)}`}`,
    bytes,
  };
}
