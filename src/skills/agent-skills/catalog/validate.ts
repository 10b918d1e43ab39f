/** `coda skills validate`: every skill below some folders, with everything that is wrong with it. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CodaError } from '../../../base/errors.ts';
import { Pace } from '../../../base/pace.ts';
import { bodyIn, readHead } from '../read/file.ts';
import type { AgentSkill, Diagnostic, SkillSource } from '../skill.ts';
import { judge } from './standard.ts';
import { walk } from './walk.ts';

export interface ValidateOptions {
  /** `upsonic`: no `<` and `>` in descriptions. */
  profile?: 'upsonic' | undefined;
  /** True if the scripts that the instructions name must be there. */
  checkEntrypoints?: boolean | undefined;
}

/** One skill's verdict. */
export interface Verdict {
  /** The skill's folder, absolute. */
  readonly path: string;
  readonly name: string;
  /** It loads: coda can use it. */
  readonly usable: boolean;
  /** It is in the standard's form. */
  readonly strict: boolean;
  readonly problems: readonly Diagnostic[];
}

/**
 * Looks at every skill below `paths`: folders, or a `SKILL.md`. Throws `INPUT_INVALID` for a path that is not there.
 * In order of the folders; a folder that is reached twice comes once.
 */
export async function validateSkills(paths: readonly string[], options: ValidateOptions = {}): Promise<Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  const pace = new Pace();
  for (const path of paths) {
    const source: SkillSource = { kind: 'configured', directory: folderOf(path) };
    const { skills, linked } = await walk([source], new Map(), pace);
    for (const skill of skills) {
      if (pace.isUp) await pace.rest();
      const verdict = verdictOn(skill, linked.get(skill.directory ?? ''), options);
      if (!verdicts.has(verdict.path)) verdicts.set(verdict.path, verdict);
    }
  }
  return [...verdicts.values()];
}

function folderOf(path: string): string {
  const absolute = resolve(path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return absolute;
  if (stats !== undefined && /^skill\.md$/i.test(basename(absolute))) return dirname(absolute);
  throw new CodaError('INPUT_INVALID', {
    message: stats === undefined ? `There is no ${path}.` : `${path} is neither a folder nor a SKILL.md.`,
    remedy: 'Name the folder of a skill, or one that holds skills.',
  });
}

function verdictOn(skill: AgentSkill, linkedAs: string | undefined, options: ValidateOptions): Verdict {
  const { file = '', directory: path = '' } = skill;
  const folderName = linkedAs ?? basename(path);
  const name = skill.name || skill.declaredName || folderName;
  const head = readHead(file);
  if (!('bytes' in head)) return { path, name, usable: false, strict: false, problems: skill.diagnostics };
  const fileName = basename(file);
  const judged = judge({ file, fileName, folderName, head });
  if (options.profile === 'upsonic' && /[<>]/.test(skill.description)) {
    const line = head.document.fields.find(({ key }) => key === 'description')?.line;
    judged.warn('angle_brackets', 'The profile "upsonic" allows no < or > in a description.', line);
  }
  // The standard asks for no instructions; a skill without any is of no use all the same.
  const isRefused = skill.diagnostics.some(
    ({ level, code }) => code === 'encoding' || (level === 'error' && code !== 'no_content'),
  );
  const strict = !isRefused && judged.list.every(({ level }) => level === 'note');
  const known = new Set(judged.list.map(({ code }) => code));
  const problems = [...skill.diagnostics.filter(({ code }) => !known.has(code)), ...judged.list];
  if (options.checkEntrypoints) problems.push(...missingScripts(file, path, head.parts.bodyLine));
  return { path, name, usable: skill.usable, strict, problems: problems.sort(byPlace) };
}

const byPlace = (a: Diagnostic, b: Diagnostic): number => (a.line ?? 0) - (b.line ?? 0);

function missingScripts(file: string, directory: string, bodyLine: number): Diagnostic[] {
  const body = bodyIn(readFileSync(file));
  return namedScripts(body)
    .filter(({ path }) => !existsSync(join(directory, path)))
    .map(({ path, line }) => ({
      code: 'entrypoint_missing',
      level: 'error',
      message: `The instructions name ${path}, which is not there.`,
      file,
      line: bodyLine + line - 1,
    }));
}

/** `scripts/rotate.py`, also behind `./` and `{baseDir}/`; not what stands in another folder or at an address. */
const NAMED =
  /(^|[\s`"'(=<[]|\{baseDir\}\/|\$\{?[A-Z_]+\}?\/|\.\/)(scripts\/[\w./-]*\w\.(?:py|sh|bash|js|mjs|cjs|ts|rb|pl))\b/gm;

/** The scripts that `body` names, each with its first line (from 1) in it. */
function namedScripts(body: string): { path: string; line: number }[] {
  const scripts = new Map<string, number>();
  for (const [index, line] of body.split('\n').entries()) {
    for (const [, , path] of line.matchAll(NAMED)) {
      if (path !== undefined && !path.split('/').includes('..') && !scripts.has(path)) scripts.set(path, index + 1);
    }
  }
  return [...scripts].map(([path, line]) => ({ path, line }));
}
