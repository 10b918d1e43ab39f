import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { CodaError, ERRORS } from '../../base/errors.ts';
import { didYouMean, plural } from '../../base/text.ts';
import { type LocalParts, operation, usage } from '../../chat/operation.ts';
import { auditFolder, pinReport } from '../../trust/index.ts';
import { type AgentSkill, hasTags, skillMeant } from '../skill.ts';
import { testSkill } from '../use/find.ts';
import { folderOf } from '../use/trusted.ts';
import { openCatalog } from './catalog.ts';
import { tag } from './list.ts';
import { openAgentSkills } from './sources.ts';
import { validateSkills } from './validate.ts';

const PROFILES = ['upsonic'] as const;

/** Exit status 0 when all can be used, with `--strict` when all are in the standard's form. */
const validate = operation({
  name: 'skills validate',
  summary: 'find everything that is wrong with the skills below some folders',
  example: 'coda skills validate ~/.agents/skills --strict',
  input: z.object({
    dir: z.array(z.string()).default([]),
    root: z.string().optional().meta({ description: 'the same as a folder', value: 'dir' }),
    strict: z.boolean().optional().describe("fail where one is not in the Agent Skills standard's form"),
    profile: z
      .string()
      .optional()
      .meta({ description: 'the form of another house instead of the standard: upsonic', value: 'name' }),
    checkEntrypoints: z.boolean().optional().describe('fail where the scripts that the instructions name are missing'),
  }),
  args: ['dir'],
  json: 'indented',
  needs: 'nothing',
  async run(_: Pick<LocalParts, 'io'>, { dir, root, profile: named, checkEntrypoints }) {
    const folders = root === undefined ? dir : [...dir, root];
    if (folders.length === 0) throw usage('The folder is missing.', 'Try: coda skills validate ~/.agent-skills');
    const profile = PROFILES.find((name) => name === named);
    if (named !== undefined && profile === undefined)
      throw usage(`There is no profile ${named}.`, `There is ${PROFILES.join(', ')}.`);
    return (await validateSkills(folders, { profile, checkEntrypoints })).map(inFull);
  },
  show: (verdicts, flags, { io }) => ({
    out: `${report(verdicts, flags.strict ?? false, io.cwd()).join('\n')}\n`,
    status: verdicts.every((verdict) => passes(verdict, flags)) ? 0 : ERRORS.INPUT_INVALID.exit,
  }),
});

/** Programs are promised a line of every problem; what is wrong with a file as a whole is wrong from its first line on. */
function inFull(verdict: Awaited<ReturnType<typeof validateSkills>>[number]) {
  const problems = verdict.problems.map(({ code, level, message, file, line = 1 }) => ({
    code,
    level,
    message,
    file,
    line,
  }));
  return { ...verdict, problems };
}

type Verdict = ReturnType<typeof inFull>;

function passes(
  { usable, strict, problems }: Verdict,
  flags: { strict?: boolean | undefined; checkEntrypoints?: boolean | undefined },
): boolean {
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

const chosenInput = z.object({
  skills: z
    .array(z.string())
    .optional()
    .meta({ description: 'default: every skill that was found', value: 'name or dir' }),
  tag,
});

/** Exit status 65 when an owner has to approve one of them first. */
const audit = operation({
  name: 'skills audit',
  summary: 'look into skills for what a careful person would want to know before using them',
  input: chosenInput,
  args: ['skills'],
  json: 'indented',
  needs: 'config',
  async run(parts: LocalParts, asked) {
    const audits: (Audit & { name: string; path: string })[] = [];
    for (const { name, directory } of await chooseSkills(parts, asked)) {
      audits.push({ name, path: directory, ...(await auditFolder(directory)) });
    }
    return audits;
  },
  show(audits) {
    const lines = audits.flatMap((each) => [auditSummary(each.name, each), ...each.findings.map(findingLine)]);
    return {
      out: `${[...lines, total(audits)].join('\n')}\n`,
      status: audits.some(({ blocked }) => blocked) ? ERRORS.INPUT_INVALID.exit : 0,
    };
  },
});

const pin = operation({
  name: 'skills pin',
  summary: 'show the hash of all files of skills, and what they may do',
  input: chosenInput,
  args: ['skills'],
  json: 'indented',
  needs: 'config',
  async run(parts: LocalParts, asked) {
    const pins: { name: string; path: string; hash: string | null; may: string[] }[] = [];
    for (const { name, directory, skill } of await chooseSkills(parts, asked)) {
      pins.push({ name, path: directory, ...(await pinReport(directory, folderOf(skill)?.declared ?? {})) });
    }
    return pins;
  },
  show(pins) {
    const lines = pins.flatMap(({ name, hash, may }) => [
      `${name}: ${hash ?? 'cannot be pinned'}`,
      ...may.map((one) => `  ${one}`),
    ]);
    return {
      out: `${lines.length > 0 ? lines.join('\n') : 'There are no skills.'}\n`,
      status: pins.every(({ hash }) => hash !== null) ? 0 : ERRORS.SKILL_REFUSED.exit,
    };
  },
});

/** Exit status 0 when all cases are as they should be. */
const test = operation({
  name: 'skills test',
  summary: "play the cases in a skill's tests/",
  input: z.object({ name: z.string() }),
  args: ['name'],
  json: 'indented',
  needs: 'config',
  async run({ config, world }: LocalParts, { name }) {
    const catalog = openAgentSkills(config, world.env);
    await catalog.rescan();
    const snapshot = catalog.current();
    const skill = skillMeant(snapshot, name);
    if (!skill) {
      const near = didYouMean(name, [...snapshot.skills.keys()]);
      throw usage(`There is no skill ${name}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');
    }
    return { name: skill.name, ...(await testSkill(snapshot, skill)) };
  },
  show({ outcomes, others }, { name }) {
    const failed = outcomes.filter(({ ok }) => !ok).length;
    const lines = outcomes.map(({ ok, name: about, says }) => `${ok ? '✓' : '✗'} ${about}${ok ? '' : `: ${says}`}`);
    const passed = `${plural(outcomes.length - failed, 'case')} passed, ${failed} failed.`;
    const count = outcomes.length === 0 ? `${name} has no cases in tests/*.json.` : passed;
    return {
      out: `${[...lines, ...others.map(({ file, why }) => `${file}: ${why}`), count].join('\n')}\n`,
      status: failed === 0 ? 0 : ERRORS.INPUT_INVALID.exit,
    };
  },
});

export function auditSummary(name: string, { findings, blocked, complete }: Audit): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const parts = [
    ...(count('block') > 0 ? [plural(count('block'), 'grave finding')] : []),
    ...(count('warn') > 0 ? [plural(count('warn'), 'warning')] : []),
    ...(complete ? [] : ['only a part of it was read']),
  ];
  const verdict = blocked ? 'an owner has to approve it before it is used' : 'nothing stands against it';
  return `${name}: ${parts.length === 0 ? 'nothing was found' : `${parts.join(', ')}; ${verdict}`}.`;
}

function findingLine({ level, rule, file, line, excerpt, why }: Finding): string {
  return `  ${level} ${rule} ${file}${line > 0 ? `:${line}` : ''}\n    ${why}\n    ${excerpt}`;
}

function total(audits: readonly Audit[]): string {
  const blocked = audits.filter((audit) => audit.blocked).length;
  const warned = audits.filter(
    (audit) => !audit.blocked && audit.findings.some(({ level }) => level === 'warn'),
  ).length;
  return `${plural(audits.length, 'skill')}: ${blocked} blocked, ${warned} with warnings.`;
}

type Audit = Awaited<ReturnType<typeof auditFolder>>;
type Finding = Audit['findings'][number];

interface ChosenSkill {
  name: string;
  directory: string;
  skill: AgentSkill;
}

async function chooseSkills(
  { config, world }: LocalParts,
  asked: z.output<typeof chosenInput>,
): Promise<ChosenSkill[]> {
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const snapshot = catalog.current();
  const { skills } = snapshot;
  const { skills: named = [], tag: tags } = asked;
  if (named.length === 0) return withFolder([...skills.values()].filter((skill) => hasTags(skill, tags)));
  const chosenSkills: ChosenSkill[] = [];
  for (const each of named) {
    const skill = skillMeant(snapshot, each);
    chosenSkills.push(...(skill ? withFolder([skill]) : await skillsBelow(each, [...skills.keys()])));
  }
  return chosenSkills;
}

function withFolder(skills: readonly AgentSkill[]): ChosenSkill[] {
  return skills.flatMap((skill) => {
    const { directory, name, declaredName } = skill;
    return directory === undefined ? [] : [{ name: name || declaredName || directory, directory, skill }];
  });
}

async function skillsBelow(path: string, names: readonly string[]): Promise<ChosenSkill[]> {
  const directory = resolve(path);
  const isFolder = await stat(directory).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    const near = didYouMean(path, names);
    throw new CodaError('SKILL_NOT_FOUND', {
      message: `There is neither a skill nor a folder ${path}.`,
      remedy: near ? `Did you mean ${near}?` : '"coda skills list" shows the skills.',
    });
  }
  const source = { kind: 'configured', directory } as const;
  const catalog = openCatalog({ sources: [source], inline: [], settings: {}, commands: () => new Set() });
  await catalog.rescan();
  const { skills, shadowed, invalid } = catalog.current();
  return withFolder([...skills.values(), ...shadowed.map(({ skill }) => skill), ...invalid]);
}

export const looking = [validate, test];

export const judging = [audit, pin];
