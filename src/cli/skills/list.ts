/** `coda skills list` and `coda skills show`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAgentSkills } from '../../app/index.ts';
import { CodaError, systemCode } from '../../base/errors.ts';
import { didYouMean, shorten } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import {
  type AgentSkill,
  draftsOf,
  hasTags,
  idOf,
  isFor,
  modelDescription,
  nearSkills,
  readBody,
  SkillDecisions,
  type SkillSnapshot,
  skillMeant,
  skillTexts,
} from '../../skills/agent-skills/index.ts';
import { type Database, openDatabase } from '../../storage/index.ts';
import { callDaemon } from '../daemon/daemon.ts';
import { prepare } from '../daemon/serve.ts';
import type { Flags, TagFlags } from '../flags.ts';
import { usage } from '../texts.ts';

type State = 'active' | 'draft' | 'deprecated' | 'disabled' | 'shadowed' | 'invalid';

interface Listed {
  skill: AgentSkill;
  state: State;
  /** Why it is not offered. */
  why?: string | undefined;
}

/** `coda skills list`: everything that was found. */
export async function skillsList(flags: TagFlags, io: NodeJS.Process): Promise<number> {
  const { listed: all, locale, snapshot } = await look(flags, io);
  const listed = all.filter(({ skill }) => hasTags(skill, flags.tag));
  if (flags.json) {
    const described: object[] = [];
    for (const one of listed) described.push(await describe(one, locale));
    io.stdout.write(`${JSON.stringify(described, null, 2)}\n`);
    return 0;
  }
  if (listed.length === 0) io.stdout.write('There are no skills. docs/skills.md says how to add one.\n');
  else io.stdout.write(`${table(listed, locale, isColourful(io)).join('\n')}\n`);
  for (const { message, file } of snapshot.diagnostics) io.stderr.write(`${file}: ${message}\n`);
  return 0;
}

/** `coda skills show NAME`: all of one skill but its instructions. */
export async function skillsShow(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { listed, locale, snapshot } = await look(flags, io);
  const [name = ''] = flags.args;
  const meant = skillMeant(snapshot, name);
  const found = listed.find(({ skill }) => skill === meant);
  const one = found ?? listed.find(({ skill }) => nameOf(skill) === name);
  if (!one) {
    const all = [...new Set(listed.map(({ skill }) => nameOf(skill)))];
    const near = nearSkills(snapshot, name).join(' or ') || didYouMean(name, all);
    throw usage(`There is no skill ${name}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');
  }
  const all = { ...(await describe(one, locale)), ...more(one.skill) };
  if (flags.json) io.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else io.stdout.write(`${lines(all).join('\n')}\n`);
  return 0;
}

async function look(flags: Flags, io: NodeJS.Process) {
  const { config, world } = prepare(flags, io);
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const snapshot = catalog.current();
  const listed = listAll(snapshot, await decidedAbout(snapshot, config, world));
  return { listed, snapshot, locale: config.assistant.locale ?? localeOf(world.env.LC_ALL || world.env.LANG) };
}

function listAll(snapshot: SkillSnapshot, { deprecated, drafts }: Decided): Listed[] {
  const active = [...snapshot.skills.values()].map((skill): Listed => {
    const why = deprecated.get(skill.name);
    if (why !== undefined) return { skill, state: 'deprecated', why };
    if (drafts.has(skill.name)) return { skill, state: 'draft', why: 'coda skills activate offers it' };
    const isOffered = skill.agents === 'all' || isFor(skill);
    return { skill, state: 'active', ...(!isOffered && { why: skillTexts.forSpecialists(skill.agents) }) };
  });
  return [
    ...active,
    ...snapshot.disabled.map((skill): Listed => ({ skill, state: 'disabled', why: 'switched off in skills.settings' })),
    ...snapshot.shadowed.map(({ skill, by }): Listed => {
      return { skill, state: 'shadowed', why: `hidden by the one in ${by.directory ?? 'skills.inline'}` };
    }),
    ...snapshot.invalid.map((skill): Listed => ({ skill, state: 'invalid', why: skillTexts.reasonOf(skill) })),
  ];
}

/** Fields of `--json` for each skill. */
async function describe({ skill, state, why }: Listed, locale: string | undefined) {
  const body = state === 'invalid' ? '' : await readBody(skill);
  return {
    id: idOf({ ...skill, name: nameOf(skill) }),
    name: nameOf(skill),
    group: skill.group ?? null,
    tags: skill.tags,
    localised_name: inLanguage(skill.names, locale) ?? nameOf(skill),
    description: skill.description,
    localised_description: inLanguage(skill.descriptions, locale) ?? skill.description,
    model_description: modelDescription(skill),
    name_zh: inLanguage(skill.names, 'zh-cn') ?? null,
    description_zh: inLanguage(skill.descriptions, 'zh-cn') ?? null,
    directory: skill.directory ?? null,
    source_path: skill.file ?? skill.directory ?? null,
    file: skill.file ?? null,
    source: skill.source.kind,
    state,
    usable: skill.usable,
    reason: why ?? null,
    user_invocable: skill.userInvocable,
    model_invocation_allowed: skill.modelInvocable,
    fork_agent: skill.forkAgent,
    model: skill.model ?? null,
    subagent_model: skill.model ?? null,
    allowed_tools: skill.allowedTools ?? null,
    forbidden_tools: skill.forbiddenTools,
    argument_hint: skill.argumentHint ?? null,
    content_length: typeof body === 'string' ? body.length : 0,
    warnings: skill.diagnostics.map(({ code, level, message, file, line = 1 }) => ({
      code,
      level,
      message,
      file,
      line,
    })),
  };
}

/** Further fields of `show`. */
function more(skill: AgentSkill) {
  return {
    declared_name: skill.declaredName ?? null,
    names: skill.names,
    descriptions: skill.descriptions,
    license: skill.license ?? null,
    compatibility: skill.compatibility ?? null,
    metadata: skill.metadata,
    version: skill.version ?? null,
    author: skill.author ?? null,
    homepage: skill.homepage ?? null,
    triggers: skill.triggers,
    docker_image: skill.dockerImage ?? null,
    dependencies: skill.dependencies,
    secrets: skill.secrets,
    tool_aliases: aliases([...(skill.allowedTools ?? []), ...skill.forbiddenTools]),
    agents: skill.agents,
    context: skill.context ?? null,
    auto_summarize: skill.autoSummarize,
    display: skill.display,
    hooks: skill.hooks ?? null,
    assistants: skill.assistants,
    needs_approval: skill.forbiddenToolsUnreadable,
    other: skill.other,
  };
}

/** Equivalents of other assistants' tools, by name. */
function aliases(tools: readonly string[]): Record<string, string> {
  const meanings = tools.flatMap((tool) => {
    const meaning = skillTexts.toolMeaning(tool);
    return meaning === undefined ? [] : [[tool, meaning] as const];
  });
  return Object.fromEntries(meanings);
}

/** An invalid skill may have no name; its folder's tells which one is meant. */
function nameOf(skill: AgentSkill): string {
  return skill.name || skill.declaredName || skill.directory?.split('/').at(-1) || '';
}

/** `de` and `de-AT` for somebody who speaks `de-AT`. */
function inLanguage(texts: Readonly<Record<string, string>>, locale: string | undefined): string | undefined {
  const tag = locale?.toLowerCase() ?? '';
  const language = tag.split('-')[0] ?? '';
  return [tag, language].map((key) => (Object.hasOwn(texts, key) ? texts[key] : undefined)).find((text) => text);
}

/** `de_AT.UTF-8` as a language tag. */
function localeOf(lang: string | undefined): string | undefined {
  const tag = lang?.split(/[.@]/)[0]?.replaceAll('_', '-');
  return tag === 'C' || tag === 'POSIX' || tag === '' ? undefined : tag;
}

const isColourful = (io: NodeJS.Process): boolean => io.stdout.isTTY === true && !io.env.NO_COLOR;

function table(listed: readonly Listed[], locale: string | undefined, isColourful: boolean): string[] {
  const width = Math.min(40, Math.max(...listed.map(({ skill }) => nameOf(skill).length)));
  return listed.map(({ skill, state, why }) => {
    const description = inLanguage(skill.descriptions, locale) ?? skill.description;
    const about = state === 'active' ? [why, description].filter(Boolean).join(': ') : `${state}: ${why}`;
    const line = `${nameOf(skill).padEnd(width)}  ${skill.source.kind.padEnd(15)}  ${shorten(about.replace(/\s+/g, ' '), 100)}`;
    return isColourful && state !== 'active' ? `\u001b[2m${line}\u001b[22m` : line;
  });
}

/** One line for each thing that there is to say. */
function lines(values: object): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) return [];
    const line = (text: string) => `${key.replaceAll('_', ' ').padEnd(24)} ${text}`;
    if (key === 'warnings') return (value as Warning[]).map((warning) => line(warningText(warning)));
    return [line(isTexts(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value))];
  });
}

type Warning = Awaited<ReturnType<typeof describe>>['warnings'][number];

const warningText = ({ level, message, code, file, line }: Warning) => `${level}: ${message} [${code}] ${file}:${line}`;

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

// Decisions on skills for lists: from the daemon when one runs, else from its storage.

/** Decisions on skills, as lists show them. */
interface Decided {
  /** Why, by name. */
  deprecated: ReadonlyMap<string, string>;
  drafts: ReadonlySet<string>;
}

/** Decisions on skills. One that cannot be read now counts as none: a list must still come. */
async function decidedAbout(snapshot: SkillSnapshot, config: Config, world: World): Promise<Decided> {
  const { deprecations, activations } = await decisionsOf(config, world).catch((error: unknown) => {
    if (!(error instanceof CodaError)) throw error;
    world.log.warn({ error: error.message }, 'what was decided about skills could not be looked up');
    return NONE;
  });
  return {
    deprecated: new Map(deprecations.map((one) => [one.name, whyText(one)])),
    drafts: draftsOf(snapshot, activations),
  };
}

async function decisionsOf(config: Config, world: World): Promise<Decisions> {
  const deprecations = await callDaemon(config.dataDir, 'skills-deprecated');
  if (deprecations === undefined) return readHere(config, world);
  const activations = (await callDaemon(config.dataDir, 'skills-activated')) ?? [];
  return { deprecations, activations } as unknown as Decisions;
}

interface Decisions {
  deprecations: readonly Deprecation[];
  activations: Awaited<ReturnType<SkillDecisions['activations']>>;
}

const NONE: Decisions = { deprecations: [], activations: [] };

type Deprecation = Awaited<ReturnType<SkillDecisions['deprecations']>>[number];

const whyText = ({ reason, replacement }: Deprecation): string =>
  replacement === undefined ? reason : `${reason} (use ${replacement})`;

/** Looking at skills must not make a database where none is. */
async function readHere(config: Config, world: World): Promise<Decisions> {
  if (config.storage.url === undefined && !existsSync(join(config.dataDir, 'db'))) return NONE;
  const database = await open(config, world);
  try {
    const catalog = openAgentSkills(config, world.env);
    const decisions = new SkillDecisions({ catalog, database, clock: world.clock });
    return { deprecations: await decisions.deprecations(), activations: await decisions.activations() };
  } catch (error) {
    if (systemCode(error) === '42P01') return NONE; // an older coda's tables
    throw error;
  } finally {
    await database.close();
  }
}

function open(config: Config, world: World): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  return openDatabase({ url, directUrl, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir }, world);
}
