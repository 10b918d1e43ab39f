/** Layouts of other assistants' folders, as their documentation and sources describe them. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf, systemCode } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { plural, shorten, withoutPairs } from '../../base/text.ts';

const isMarkdown = (name: string) => /\.(md|markdown|txt)$/i.test(name);

export const FORMATS: Readonly<Record<string, (root: string) => FoundData>> = {
  openclaw: readOpenclaw,
  hermes: readHermes,
  letta: readLetta,
  markdown: readMarkdown,
};

/** ~/.openclaw: a workspace of Markdown files, skills there and beside it, cron/jobs.json. */
function readOpenclaw(root: string): FoundData {
  const findings = nothing();
  const folder = new Folder(root, findings);
  const place = folder.files('workspace', isMarkdown).length > 0 ? 'workspace' : '.';
  personaFrom(folder, findings, [join(place, 'SOUL.md'), join(place, 'IDENTITY.md')]);
  for (const file of ['USER.md', 'MEMORY.md']) memoriesFrom(folder, findings, join(place, file));
  for (const file of folder.files(join(place, 'memory'), isMarkdown)) memoriesFrom(folder, findings, file);
  for (const file of ['AGENTS.md', 'TOOLS.md', 'HEARTBEAT.md']) {
    if (folder.text(join(place, file)) !== undefined) {
      folder.problem(join(place, file), 'has no counterpart: put what you want to keep into assistant.soul or a skill');
    }
  }
  skillsFrom(folder, findings, [join(place, 'skills'), ...(place === '.' ? [] : ['skills'])]);
  jobsFrom(folder, findings, join('cron', 'jobs.json'), openclawJob);
  return findings;
}

/** ~/.hermes: SOUL.md, memories/ with entries between § signs, skills/, cron/jobs.json. */
function readHermes(root: string): FoundData {
  const findings = nothing();
  const folder = new Folder(root, findings);
  personaFrom(folder, findings, ['SOUL.md']);
  for (const file of folder.files('memories', isMarkdown)) memoriesFrom(folder, findings, file);
  skillsFrom(folder, findings, ['skills']);
  jobsFrom(folder, findings, join('cron', 'jobs.json'), hermesJob);
  return findings;
}

const block = z.object({ label: z.string(), value: z.string() });
const agent = z.object({ core_memory: z.array(block).optional(), blocks: z.array(block).optional() });
const agentFile = z.object({
  blocks: z.array(block).optional(),
  core_memory: z.array(block).optional(),
  agents: z.array(agent).optional(),
});

/** Agent files (`.af`, `.json`): blocks of memory, the one labelled persona among them. */
function readLetta(root: string): FoundData {
  const findings = nothing();
  const folder = new Folder(root, findings);
  const personas: string[] = [];
  for (const file of folder.files('.', (name) => /\.(af|json)$/i.test(name))) {
    const json = folder.json(file);
    if (json === undefined) continue;
    const read = agentFile.safeParse(json);
    const { blocks = [], core_memory = [], agents = [] } = read.data ?? {};
    const all = [
      ...blocks,
      ...core_memory,
      ...agents.flatMap((each) => [...(each.core_memory ?? []), ...(each.blocks ?? [])]),
    ];
    if (all.length === 0) folder.problem(file, 'is no agent file, or one without blocks of memory');
    for (const { label, value } of all) {
      if (label === 'persona') personas.push(value.trim());
      else add(findings, value, file, [tagOf(label)]);
    }
    if (all.length > 0) folder.problem(file, 'messages and tools of the agent stay behind');
  }
  const text = [...new Set(personas)].filter(Boolean).join('\n\n');
  if (text !== '') findings.persona = { text, from: 'persona' };
  return findings;
}

/** Any folder of Markdown: its files are memories, its folders with a SKILL.md are skills. */
function readMarkdown(root: string): FoundData {
  const findings = nothing();
  const folder = new Folder(root, findings);
  skillsFrom(folder, findings, ['.']);
  const inSkill = (file: string) => findings.skills.some(({ from }) => file.startsWith(`${from}/`));
  for (const file of folder.files('.', isMarkdown)) {
    if (basename(file).toUpperCase() === 'SOUL.MD') personaFrom(folder, findings, [file]);
    else if (!inSkill(file)) memoriesFrom(folder, findings, file);
  }
  return findings;
}

function personaFrom(folder: Folder, findings: FoundData, files: readonly string[]): void {
  const texts = files.flatMap((file) => {
    const text = folder.text(file)?.trim();
    return text ? [{ text, file }] : [];
  });
  if (texts.length === 0) return;
  findings.persona = {
    text: texts.map(({ text }) => text).join('\n\n'),
    from: texts.map(({ file }) => file).join(', '),
  };
}

function memoriesFrom(folder: Folder, findings: FoundData, file: string): void {
  const text = folder.text(file);
  if (text === undefined) return;
  const date = /(?:^|\D)(\d{4}-\d{2}-\d{2})(?:\D|$)/.exec(basename(file))?.[1];
  const isDate = date !== undefined && z.iso.date().safeParse(date).success;
  add(findings, text, file, [tagOf(basename(file).replace(/\.\w+$/, ''))], isDate ? date : undefined);
}

function add(findings: FoundData, text: string, from: string, tags: string[], date?: string): void {
  for (const each of memoriesIn(text)) {
    if (findings.memories.some((memory) => memory.text === each)) continue;
    findings.memories.push({ text: each, tags, from, ...(date && { date }) });
  }
}

const tagOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50) || 'imported';

function skillsFrom(folder: Folder, findings: FoundData, places: readonly string[]): void {
  for (const place of places) {
    for (const file of folder.files(place, (name) => name === 'SKILL.md')) {
      const from = dirname(file);
      const name = basename(from === '.' ? folder.root : from);
      if (!/^[\w.-]{1,64}$/.test(name) || name.startsWith('.')) folder.problem(from, 'is no name for a skill');
      else if (findings.skills.some((skill) => skill.name === name))
        folder.problem(from, `is a second skill ${name}; the first is taken`);
      else findings.skills.push({ name, folder: join(folder.root, from), from });
    }
  }
}

interface Job {
  name: string;
  prompt: string;
  when: string | undefined;
  zone?: string | undefined;
  enabled: boolean;
}

const openclawShape = z.object({
  name: z.string().default(''),
  enabled: z.boolean().default(true),
  schedule: z.object({
    kind: z.string(),
    expr: z.string().optional(),
    tz: z.string().optional(),
    everyMs: z.number().optional(),
    at: z.string().optional(),
    atMs: z.number().optional(),
  }),
  payload: z.object({ message: z.string().optional(), text: z.string().optional() }).default({}),
});

function openclawJob(value: unknown): Job | undefined {
  const { data } = openclawShape.safeParse(value);
  if (!data) return undefined;
  const { kind, expr = '', everyMs = 0, at, atMs, tz } = data.schedule;
  const once = at ?? (atMs === undefined ? undefined : isoOf(atMs));
  const when =
    kind === 'cron' ? wordsOfCron(expr) : kind === 'every' ? wordsOfMinutes(everyMs / 60_000) : once && `at ${once}`;
  return {
    name: data.name,
    enabled: data.enabled,
    prompt: data.payload.message ?? data.payload.text ?? '',
    when,
    zone: tz,
  };
}

const hermesShape = z.object({
  name: z.string().nullish(),
  prompt: z.string().nullish(),
  enabled: z.boolean().default(true),
  schedule: z.object({
    kind: z.string(),
    expr: z.string().optional(),
    minutes: z.number().optional(),
    run_at: z.string().optional(),
  }),
});

function hermesJob(value: unknown): Job | undefined {
  const { data } = hermesShape.safeParse(value);
  if (!data) return undefined;
  const { kind, expr = '', minutes = 0, run_at } = data.schedule;
  const when =
    kind === 'cron' ? wordsOfCron(expr) : kind === 'interval' ? wordsOfMinutes(minutes) : run_at && `at ${run_at}`;
  return { name: data.name ?? '', enabled: data.enabled, prompt: data.prompt ?? '', when };
}

const isoOf = (ms: number) => (Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : undefined);

function jobsFrom(folder: Folder, findings: FoundData, file: string, jobOf: (value: unknown) => Job | undefined): void {
  const json = folder.json(file);
  if (json === undefined) return;
  const list = Array.isArray(json) ? json : (json as { jobs?: unknown } | null)?.jobs;
  if (!Array.isArray(list)) {
    folder.problem(file, 'holds no list of jobs');
    return;
  }
  for (const [index, value] of list.entries()) {
    const job = jobOf(value);
    if (!job) folder.problem(file, `job ${index + 1} has not the form that was expected`);
    else findings.jobs.push({ name: nameOf(job), from: file, ...planOf(job) });
  }
}

const nameOf = ({ name, prompt }: Job) => name.trim() || shorten(prompt.replace(/\s+/g, ' ').trim(), 60) || 'a job';

function planOf({ prompt, when, zone, enabled }: Job): Omit<FoundJob, 'name' | 'from'> {
  const words = prompt.trim();
  if (!enabled) return { plan: undefined, why: 'it is switched off' };
  if (words === '') return { plan: undefined, why: 'it says nothing to be done' };
  if (!when) return { plan: undefined, why: 'its times cannot be said in words' };
  return { plan: { when: zone ? `${when} ${zone}` : when, prompt: words } };
}

/** A memory is no longer; a longer text is cut at its sentences. Characters. */
const LONGEST = 2_000;

export function memoriesIn(markdown: string): string[] {
  const body = withoutPairs(markdown, '<!--', '-->')
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')

    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '');
  const texts: string[] = [];
  let open = false;
  for (const line of body.split('\n')) {
    const item = /^\s*(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)/.exec(line)?.[1];
    const isBreak = /^(?:#{1,6}(?:\s.*)?|[-*_=]{3,}|>?|§+)$/s.test(line.trim());
    if (item !== undefined) texts.push(item);
    else if (!isBreak && open) texts.push(`${texts.pop()} ${line.trim()}`);
    else if (!isBreak) texts.push(line.trim());
    open = !isBreak;
  }
  return texts
    .map(plain)
    .filter((text) => text.length > 1 && !/^\S+:$/.test(text))
    .flatMap(pieces);
}

const plain = (text: string) =>
  text
    .replace(/\*\*|__|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();

function pieces(text: string): string[] {
  if (text.length <= LONGEST) return [text];
  const cut = Math.max(text.lastIndexOf('. ', LONGEST - 1) + 1, text.lastIndexOf(' ', LONGEST - 1));
  const at = cut > 0 ? cut : LONGEST;
  return [text.slice(0, at).trim(), ...pieces(text.slice(at).trim())];
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Words for five cron fields: fixed times, on all days, weekdays, or one day of the month; undefined for any other. */
export function wordsOfCron(expression: string): string | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = expression.trim().split(/\s+/);
  if (more.length > 0 || month !== '*') return undefined;
  const every = /^\*\/(\d{1,2})$/;
  if (day === '*' && weekday === '*' && hour === '*') {
    const step = every.exec(minute)?.[1];
    if (step) return `every ${step} minutes`;
    return minute === '0' ? 'every hour' : undefined;
  }
  const step = every.exec(hour)?.[1];
  if (step && minute === '0' && day === '*' && weekday === '*') return `every ${step} hours`;
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour) || Number(minute) > 59 || Number(hour) > 23)
    return undefined;
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return `every day ${at}`;
  if (day === '*') return onDays(weekday, at);
  if (weekday !== '*' || !/^\d{1,2}$/.test(day) || Number(day) < 1 || Number(day) > 31) return undefined;
  return `every month on the ${ordinal(Number(day))} ${at}`;
}

function onDays(field: string, at: string): string | undefined {
  if (/^(1-5|mon-fri)$/i.test(field)) return `every weekday ${at}`;
  const names = field.split(',').map((each) => {
    const index = /^[0-7]$/.test(each) ? Number(each) % 7 : NAMES.indexOf(each.toLowerCase());
    return DAYS[index];
  });
  return names.every((name) => name !== undefined) ? `every ${names.join(' and ')} ${at}` : undefined;
}

export function wordsOfMinutes(minutes: number): string | undefined {
  if (!Number.isInteger(minutes) || minutes < 1) return undefined;
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'every day' : `every ${plural(minutes / 1_440, 'day')}`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${plural(minutes / 60, 'hour')}`;
  return `every ${plural(minutes, 'minute')}`;
}

function ordinal(day: number): string {
  const tail = day % 100 > 10 && day % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${tail}`;
}

const LARGEST_FILE = 5_000_000;
const MOST_ENTRIES = 20_000;
const DEEPEST = 6;

/** Reads a folder of strangers: bounded, regular files only, and nothing that leads out of it. */
class Folder {
  readonly root: string;
  private readonly found: FoundData;

  constructor(root: string, findings: FoundData) {
    this.root = root;
    this.found = findings;
  }

  /** The text of a file; undefined where there is none, and where it cannot be read, which becomes a problem. */
  text(path: string): string | undefined {
    const file = join(this.root, path);
    try {
      const stat = lstatSync(file);
      if (!stat.isFile()) return this.problem(path, 'is no regular file');
      if (stat.size > LARGEST_FILE) return this.problem(path, 'is larger than 5 MB');
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
      return this.problem(
        path,
        error instanceof TypeError ? 'is no text (UTF-8)' : `cannot be read (${messageOf(error)})`,
      );
    }
  }

  /** The JSON of a file; what is none becomes a problem. */
  json(path: string): unknown {
    const text = this.text(path);
    if (text === undefined) return undefined;
    try {
      return parseJson(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      return this.problem(path, `is no JSON (${messageOf(error)})`);
    }
  }

  files(path: string, fits: (name: string) => boolean): string[] {
    const files: string[] = [];
    let count = 0;
    const walk = (folder: string, depth: number): void => {
      for (const entry of entriesOf(join(this.root, folder))) {
        if (++count > MOST_ENTRIES || entry.name === 'node_modules' || entry.name === '.git') continue;
        const inside = join(folder, entry.name);
        if (entry.isDirectory() && depth < DEEPEST) walk(inside, depth + 1);
        if (entry.isFile() && fits(entry.name)) files.push(inside);
      }
    };
    walk(path, 0);
    if (count > MOST_ENTRIES) this.problem(path, `holds more than ${MOST_ENTRIES} files; the rest is left out`);
    return files.sort();
  }

  problem(from: string, what: string): undefined {
    this.found.problems.push({ from: from, what });
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

export interface FoundMemory {
  text: string;
  tags: string[];
  date?: string;
  /** The file that it stands in, relative. */
  from: string;
}

export interface FoundSkill {
  name: string;
  /** Its folder, absolute. */
  folder: string;
  from: string;
}

/** A job of the other's scheduler: when coda is to do what, in words, or why that cannot be said. */
export interface FoundJob {
  name: string;
  plan: { when: string; prompt: string } | undefined;
  why?: string;
  from: string;
}

export interface FoundData {
  memories: FoundMemory[];
  persona: { text: string; from: string } | undefined;
  skills: FoundSkill[];
  jobs: FoundJob[];
  problems: { from: string; what: string }[];
}

const nothing = (): FoundData => ({ memories: [], persona: undefined, skills: [], jobs: [], problems: [] });
