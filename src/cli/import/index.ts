/** `coda import`: what another assistant knew. Run twice, nothing is there twice. */

import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { plural, shorten, visible } from '../../base/text.ts';
import { prepare } from '../daemon/serve.ts';
import { ask, withVerbs } from '../daemon/verbs.ts';
import type { ImportFlags } from '../flags.ts';
import { usage } from '../texts.ts';
import { FORMATS, type FoundData, type FoundJob, type FoundMemory, type FoundSkill } from './formats.ts';

const SHOWN = 70;
const LONGEST_TITLE = 80;
/** A request to the daemon holds 64 kB. */
const AT_ONCE = 10;
const NOT_WHOLE = 65;
const MOST_SKILL_FILES = 500;
const LARGEST_SKILL = 20_000_000;

export async function importFrom(flags: ImportFlags, io: NodeJS.Process): Promise<number> {
  const [format = '', dir = ''] = flags.args;
  const read = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!read) throw usage(`There is no import of ${format}.`, `One of: ${Object.keys(FORMATS).join(', ')}.`);
  const root = resolve(dir);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw usage(`${dir} is no folder.`, `Name the folder of ${format}, such as ~/.${format}.`);
  }
  const findings = read(root);
  const { lines, isWhole } = flags.apply
    ? await apply(findings, { format, flags, io })
    : { lines: planLines(findings), isWhole: true };
  io.stdout.write(`${lines.join('\n')}\n`);
  return isWhole ? 0 : NOT_WHOLE;
}

function planLines(findings: FoundData): string[] {
  return [
    ...findings.memories.map(({ text, from }) => `memory   ${from}: ${shorten(text, SHOWN)}`),
    ...(findings.persona
      ? [`persona  ${findings.persona.from}: ${plural(findings.persona.text.length, 'character')}`]
      : []),
    ...findings.skills.map(({ name, from }) => `skill    ${from}: ${name}`),
    ...findings.jobs.flatMap(({ name, plan, from }) =>
      // Whole: these words are said to the model in the owner's name.
      plan ? [`schedule ${from}: ${name}: ${plan.when}: ${visible(plan.prompt).replace(/\s+/g, ' ')}`] : [],
    ),
    ...rest(findings),
    `${counts(findings)}. Nothing was changed: --apply brings them.`,
  ];
}

function rest({ jobs, problems }: FoundData): string[] {
  return [
    ...jobs.flatMap(({ name, plan, why, from }) => (plan ? [] : [`left     ${from}: ${name} (${why})`])),
    ...problems.map(({ from, what }) => `left     ${from} ${what}`),
  ];
}

function counts({ memories, skills, jobs, persona }: FoundData): string {
  const parts = [
    plural(memories.length, 'memory', 'memories'),
    plural(skills.length, 'skill'),
    plural(jobs.length, 'job'),
  ];
  return [...parts, persona ? 'a persona' : 'no persona'].join(', ');
}

interface Applying {
  format: string;
  flags: ImportFlags;
  io: NodeJS.Process;
}

async function apply(
  findings: FoundData,
  { format, flags, io }: Applying,
): Promise<{ lines: string[]; isWhole: boolean }> {
  const { config } = prepare(flags, io);
  const lines: string[] = [];
  lines.push(await keepMemories(findings.memories, flags, io));
  if (findings.persona) lines.push(keepPersona(findings.persona.text, join(config.dataDir, 'imported'), format));
  const home = join(io.env.HOME ?? io.env.USERPROFILE ?? config.dataDir, '.coda', 'skills');
  for (const skill of findings.skills) lines.push(copySkill(skill, home));
  const jobs = await planJobs(findings.jobs, flags, io);
  return { lines: [...lines, ...jobs.lines, ...rest(findings)], isWhole: jobs.isWhole };
}

/** Schedules of the owner at this machine, by the names that the other gave them; the same at the same times stays. */
async function planJobs(jobs: readonly FoundJob[], flags: ImportFlags, io: NodeJS.Process) {
  const planned = jobs.flatMap(({ name, plan }) => (plan ? [{ title: shorten(name, LONGEST_TITLE), ...plan }] : []));
  if (planned.length === 0) return { lines: [], isWhole: true };
  return withVerbs(flags, io, async (own) => {
    const lines: string[] = [];
    let isWhole = true;
    for (const { title, when, prompt } of planned) {
      const answer = await own('schedules-import', { title, when, prompt });
      const { made, isKnown, text } = answer as { made: boolean; isKnown?: true; text: string };
      const prefix = made ? '' : 'not made. ';
      lines.push(`Schedule ${title}: ${isKnown ? 'is there already.' : `${prefix}${text.replace(/\s+/g, ' ')}`}`);
      isWhole &&= made || isKnown === true;
    }
    return { lines, isWhole };
  });
}

/** Whoever has never spoken with coda is nobody yet; the rest is brought all the same. */
async function keepMemories(memories: readonly FoundMemory[], flags: ImportFlags, io: NodeJS.Process): Promise<string> {
  try {
    const added = await addMemories(memories, flags, io);
    return `${plural(added, 'memory', 'memories')} added, ${memories.length - added} known already.`;
  } catch (error) {
    if (!(error instanceof CodaError) || error.code !== 'INPUT_INVALID') throw error;
    return `Memories: not brought. ${error.message} Say something to coda first, or name a person with --person; then run this again.`;
  }
}

async function addMemories(memories: readonly FoundMemory[], flags: ImportFlags, io: NodeJS.Process): Promise<number> {
  let added = 0;
  for (let at = 0; at < memories.length; at += AT_ONCE) {
    const lines = memories
      .slice(at, at + AT_ONCE)
      .map(({ text, tags, date }): Json => ({ text, tags, ...(date && { date }) }));
    added += Number(await ask(flags, io, 'memory-import', { person: flags.person ?? null, lines }));
  }
  return added;
}

/** Beside what coda is told itself: who the other was is read before it is used. */
function keepPersona(text: string, folder: string, format: string): string {
  const file = join(folder, `soul-${format}.md`);
  const there = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const use = `read it, and set assistant.soul to it in the configuration`;
  if (there === `${text}\n`) return `Persona: ${file} is there already; ${use}.`;
  if (there !== undefined) return `Persona: ${file} is another one and stays; move it away to have this one.`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return `Persona: written to ${file}; ${use}.`;
}

/** Copied as it is; coda asks before it lets a skill do anything. */
function copySkill({ name, folder }: FoundSkill, home: string): string {
  const target = join(home, name);
  const wrong = tooMuch(folder);
  if (wrong) return `Skill ${name}: ${wrong}; left out.`;
  if (existsSync(target)) {
    const same = filesIn(folder).every((file) => sameFile(join(folder, file), join(target, file)));
    return same ? `Skill ${name}: is there already.` : `Skill ${name}: another one of that name is there, and stays.`;
  }
  mkdirSync(home, { recursive: true });
  cpSync(folder, target, { recursive: true, filter: (source) => !lstatSync(source).isSymbolicLink() });
  return `Skill ${name}: copied to ${target}; "coda skills approve ${name}" shows what it may do.`;
}

function tooMuch(folder: string): string | undefined {
  const files = filesIn(folder);
  if (files.length > MOST_SKILL_FILES) return `more than ${MOST_SKILL_FILES} files`;
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  return bytes > LARGEST_SKILL ? 'more than 20 MB' : undefined;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function sameFile(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}
