import { relative } from 'node:path';
import { ERRORS } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import { validateSkills } from '../../skills/agent-skills/index.ts';
import type { ValidateFlags } from '../flags.ts';
import { usage } from '../texts.ts';

type Verdict = Awaited<ReturnType<typeof validateSkills>>[number];

const PROFILES = ['upsonic'] as const;

/** `coda skills validate`: exit status 0 when all can be used, with `--strict` when all are in the standard's form. */
export async function skillsValidate(flags: ValidateFlags, io: NodeJS.Process): Promise<number> {
  const profile = PROFILES.find((name) => name === flags.profile);
  if (flags.profile !== undefined && profile === undefined) {
    throw usage(`There is no profile ${flags.profile}.`, `There is ${PROFILES.join(', ')}.`);
  }
  const verdicts = await validateSkills(flags.args, { profile, checkEntrypoints: flags.checkEntrypoints });
  if (flags.json) io.stdout.write(`${JSON.stringify(verdicts.map(inFull), null, 2)}\n`);
  else io.stdout.write(`${report(verdicts, flags.strict ?? false, io.cwd()).join('\n')}\n`);
  return verdicts.every((verdict) => passes(verdict, flags)) ? 0 : ERRORS.INPUT_INVALID.exit;
}

/** Programs are promised a line of every problem; what is wrong with a file as a whole is wrong from its first line on. */
function inFull(verdict: Verdict) {
  const problems = verdict.problems.map(({ code, level, message, file, line = 1 }) => ({
    code,
    level,
    message,
    file,
    line,
  }));
  return { ...verdict, problems };
}

function passes({ usable, strict, problems }: Verdict, flags: ValidateFlags): boolean {
  if (flags.checkEntrypoints && problems.some(({ code }) => code === 'entrypoint_missing')) return false;
  return usable && (strict || !flags.strict);
}

function report(verdicts: readonly Verdict[], isStrict: boolean, cwd: string): string[] {
  const lines = verdicts.flatMap(({ path, name, usable, strict, problems }) => {
    const verdict = usable ? (strict ? 'ok' : 'usable, not in the standard form') : 'cannot be used';
    const details = problems.map(({ level, message, file, line, code }) => {
      const place = `${relative(cwd, file) || file}${line === undefined ? '' : `:${line}`}`;
      return `  ${level}: ${message} [${code}] ${place}`;
    });
    return [`${name}: ${verdict} (${relative(cwd, path) || '.'})`, ...details];
  });
  const count = (good: (verdict: Verdict) => boolean) => verdicts.filter(good).length;
  const standard = isStrict ? `, ${count(({ strict }) => strict)} in the standard's form` : '';
  return [...lines, `${plural(verdicts.length, 'skill')}: ${count(({ usable }) => usable)} can be used${standard}.`];
}
