import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import { conversations } from '../../delivery/index.ts';
import { isScript } from '../../trust/index.ts';
import { SkillSearch } from '../find/search.ts';
import { readBody } from '../read/file.ts';
import { type AgentSkill, isTrusted, type SkillSnapshot } from '../skill.ts';
import { offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { skillName, skillThing, type ToolDeps } from './deps.ts';
import { fill } from './instructions.ts';
import { entryOf, offeredSkills } from './prompt.ts';
import { makeReady, type ReadySkill } from './ready.ts';

const SKILLS_A_PAGE = 25;
const page = z.int().min(1).max(10_000).default(1);

export function searchTool(deps: ToolDeps): AnyTool {
  const { views, search, host } = deps;
  return dataTool({
    name: 'skill_search',
    group: 'skills',
    description: 'Finds skills by what they are for, also those that are not listed. Pass a few words.',
    effect: 'read',
    flow: { impersonal: true },
    input: z.object({ words: z.string().min(1).max(400), most: z.int().min(1).max(20).default(8) }),
    // Also what would not be offered by itself: the model has asked, and chooses.
    async prepare({ words }, { turn: { key: turnKey }, place }) {
      const learned = host.decisions.learnedIn(place.space);
      return (await search.find(views.viewOf(turnKey).snapshot, words, { learned })).map(({ skill }) => skill);
    },
    async run({ words, most }, ctx) {
      const may = new Set(await offeredIn(deps, ctx));
      const skills = (ctx.prepared as AgentSkill[]).filter((skill) => may.has(skill)).slice(0, most);
      return skills.length === 0 ? done(texts.noneFound(words)) : answerWith(skills.map(entryOf), skills);
    },
  });
}

export function listTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return dataTool({
    name: 'skill_list',
    group: 'skills',
    description:
      'Lists the skills, or, with a name, the files of that skill with the first lines of what its scripts say of themselves.',
    effect: 'read',
    flow: { impersonal: true },
    policy: { thingsIn: ({ name }) => (name === undefined ? [] : [skillThing(views.viewOf(undefined), name)]) },
    input: z.object({ name: skillName.optional(), page }),
    async prepare({ name, page: wanted }, ctx) {
      if (name === undefined) return undefined;
      const ready = await makeReady(deps.reader, views.viewOf(ctx.turn.key), name, ctx);
      if (!ready.ok) return ready;
      const { directory } = ready.skill;
      const files = ready.all.at(-1)?.files ?? [];
      return { ready, lines: directory === undefined ? [] : await contents(directory, files, wanted) };
    },
    run: ({ name, page: wanted }, ctx) => (name === undefined ? listOffered(deps, wanted, ctx) : filesOf(wanted, ctx)),
  });
}

async function filesOf(wanted: number, ctx: TxContext): Promise<ToolResult> {
  const prepared = ctx.prepared as { ready: ReadySkill; lines: string[] } | Extract<ToolResult, { ok: false }>;
  if ('ok' in prepared) return prepared;
  const { ready, lines } = prepared;
  const { settings } = await conversations.stateOf(ctx.tx, ctx.conversationId);
  const { name } = ready.skill;
  if (offIn(settings).has(name)) return failed('OFF', texts.isOff(name));
  const trust = ready.all.at(-1)?.trust;
  // Unused so far, and unusable before an owner has looked.
  if (trust?.kind === 'first' && trust.suspicions.length > 0)
    return failed('NEEDS_APPROVAL', texts.blockedNotice(name, trust.suspicions));
  const pages = Math.ceil((ready.all.at(-1)?.files.length ?? 0) / FILES_A_PAGE);
  if (lines.length === 0) return done(texts.noFiles(name));
  return done([...lines, ...texts.page(wanted, pages)].join('\n'), ready.tainted ? { tainted: true } : {});
}

async function offeredIn({ views, denied }: ToolDeps, ctx: TxContext): Promise<AgentSkill[]> {
  const { settings } = await conversations.stateOf(ctx.tx, ctx.conversationId);
  const view = views.viewOf(ctx.turn.key);
  return offeredSkills(view, offIn(settings, denied(view, ctx.person)), ctx.turn.agent);
}

async function listOffered(deps: ToolDeps, wanted: number, ctx: TxContext): Promise<ToolResult> {
  const skills = await offeredIn(deps, ctx);
  if (skills.length === 0) return done(texts.noSkills());
  const pages = Math.ceil(skills.length / SKILLS_A_PAGE);
  const pageSkills = skills.slice((wanted - 1) * SKILLS_A_PAGE, wanted * SKILLS_A_PAGE);
  return answerWith([...pageSkills.map(entryOf), ...texts.page(wanted, pages)], pageSkills);
}

function answerWith(lines: readonly string[], of: readonly AgentSkill[]): ToolResult {
  return done(lines.join('\n'), of.every(({ source }) => isTrusted(source)) ? {} : { tainted: true });
}

const HELP_BYTES = 2_048;
const HELP_LINES = 3;
const LONGEST_LINE = 160;
const FILES_A_PAGE = 40;

/** A page of `files`, each on a line; scripts with the first lines of their help. */
async function contents(directory: string, files: readonly string[], page: number): Promise<string[]> {
  const pageFiles = files.slice((page - 1) * FILES_A_PAGE, page * FILES_A_PAGE);
  const lines: string[] = [];
  for (const path of pageFiles) {
    const help = isScript({ path, executable: false }) ? await helpOf(directory, path) : [];
    lines.push(`- ${path}${help.length > 0 ? `: ${help.join(' / ')}` : ''}`);
  }
  return lines;
}

async function helpOf(directory: string, path: string): Promise<string[]> {
  const read = await readInside(directory, path, { maxBytes: HELP_BYTES });
  return read.ok ? helpIn(read.content.toString('utf8')) : [];
}

const CLOSING_QUOTE = /(?:"""|'''|\*\/).*$/s;

function helpIn(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const from = lines.findIndex((line) => !/^(?:#!|#\s*-\*-|\s*$|['"]use strict)/.test(line));
  if (from < 0) return [];
  const opening = /^\s*(?:"""|'''|\/\*\*?)/;
  const quoted = opening.test(lines[from] ?? '');
  const help: string[] = [];
  for (const [index, sourceLine] of lines.slice(from).entries()) {
    if (!quoted && !/^\s*(?:#|\/\/|--|;)/.test(sourceLine)) break;
    const line = quoted && index === 0 ? sourceLine.replace(opening, '') : sourceLine;
    const comment = line.replace(/^\s*(?:#+|\/\/+|--+|;+|\*+(?!\/))?\s*/, '').replace(CLOSING_QUOTE, '');
    if (comment.trim() !== '') help.push(comment.trim().slice(0, LONGEST_LINE));
    if (help.length === HELP_LINES || (quoted && CLOSING_QUOTE.test(line))) break;
  }
  return help;
}

// The cases in a skill's `tests/`: what should call for it, and what its instructions should say.

const MAX_CASES_BYTES = 262_144;

const textsCases = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const testCase = z
  .strictObject({
    name: z.string().optional(),
    prompt: z.string().optional(),
    found: z.boolean().default(true),
    args: z.string().default(''),
    contains: textsCases.default([]),
    lacks: textsCases.default([]),
  })
  .refine(({ prompt, contains, lacks }) => prompt !== undefined || contains.length + lacks.length > 0, {
    error: 'expected "prompt", "contains" or "lacks"',
  });

const casesFile = z.union([
  z.array(testCase),
  z.strictObject({ cases: z.array(testCase) }).transform(({ cases }) => cases),
]);

type TestCase = z.output<typeof testCase>;

/** Reads `tests/*.json` in a skill's folder. What is not in their form is told, and does not stop the others. */
async function readCases(directory: string) {
  const listing = await listInside(directory);
  const files = listing.files.map(({ path }) => path).filter((path) => /^tests\/[^/]+\.json$/.test(path));
  const cases: { file: string; test: TestCase }[] = [];
  const others: { file: string; why: string }[] = [];
  for (const file of files.sort()) {
    const read = await readInside(directory, file, { maxBytes: MAX_CASES_BYTES });
    const result = read.ok && !read.truncated ? parse(read.content.toString()) : 'it cannot be read';
    if (typeof result === 'string') others.push({ file, why: result });
    else cases.push(...result.map((test) => ({ file, test })));
  }
  return { cases, others };
}

function parse(text: string): TestCase[] | string {
  try {
    const { success, data, error } = casesFile.safeParse(parseJson(text), { error: inputWords });
    return success ? data : `it holds no cases (${faultsOf(error, 'the whole', 1)})`;
  } catch {
    return 'it is no JSON';
  }
}

/** Plays the cases of `skill`. Without a model: what is asked is whether it can be found, and what it then says. */
export async function testSkill(
  snapshot: SkillSnapshot,
  skill: AgentSkill,
): Promise<{ outcomes: Outcome[]; others: { file: string; why: string }[] }> {
  if (skill.directory === undefined) return { outcomes: [], others: [] };
  const { cases, others } = await readCases(skill.directory);
  const search = new SkillSearch();
  const body = readBody(skill);
  const outcomes: Outcome[] = [];
  for (const { file, test } of cases) {
    const wrong = [
      ...(test.prompt === undefined
        ? []
        : checkPlace(
            test,
            (await search.find(snapshot, test.prompt)).findIndex((fit) => fit.skill === skill),
          )),
      ...checkWords(test, typeof body === 'string' ? body : '', skill.name),
    ];
    const name = test.name ?? shorten(test.prompt ?? (test.args || 'called without arguments'), 60);
    outcomes.push({ file, name, ok: wrong.length === 0, says: wrong.join('; ') });
  }
  return { outcomes, others };
}

interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

/** A model looks at about so many when it searches. */
const LOOKED_AT = 5;

function checkPlace({ found }: TestCase, place: number): string[] {
  const isFound = place >= 0 && place < LOOKED_AT;
  if (isFound === found) return [];
  if (isFound) return [`it is found, at place ${place + 1}`];
  return [place < 0 ? 'it is not found' : `it is found at place ${place + 1} only`];
}

function checkWords({ args, contains, lacks }: TestCase, body: string, name: string): string[] {
  const { text } = fill(body, { args, values: {}, exposed: {}, baseDir: `/skills/${name}` });
  return [
    ...contains.filter((part) => !text.includes(part)).map((part) => `it does not say "${part}"`),
    ...lacks.filter((part) => text.includes(part)).map((part) => `it says "${part}"`),
  ];
}
