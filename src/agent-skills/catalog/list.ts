import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CodaError, systemCode } from '../../base/errors.ts';
import { didYouMean, listOf, plural, shorten } from '../../base/text.ts';
import { type LocalParts, operation, usage, type Wire } from '../../chat/operation.ts';
import { openDatabase, readerOf } from '../../storage/index.ts';
import { draftsOf, type RestingSkills, SkillDecisions } from '../live/decisions.ts';
import type { SkillHost } from '../live/host.ts';
import { readBody } from '../read/file.ts';
import {
  type AgentSkill,
  hasTags,
  idOf,
  nearSkills,
  type RescanReport,
  type SkillSnapshot,
  skillMeant,
} from '../skill.ts';
import * as texts from '../texts.ts';
import { isFor, modelDescription } from '../use/prompt.ts';
import { openAgentSkills } from './sources.ts';

const decided = operation({
  name: 'skills decided',
  input: z.object({}),
  async run(host: SkillHost): Promise<Decisions> {
    return {
      deprecations: await host.decisions.deprecations(),
      activations: await host.decisions.activations(),
      revoked: [...host.decisions.current.resting],
    };
  },
});

export const rescan = operation({
  name: 'skills rescan',
  input: z.object({}),
  run: (host: SkillHost) => host.rescan(),
});

export const tag = z.array(z.string()).optional().describe('only skills with this tag; a group is one');

const listWith = (resting: RestingSkills | undefined) =>
  operation({
    name: 'skills list',
    summary: 'show every skill that was found, also those that cannot be used',
    isDefault: true,
    example: 'coda skills list',
    input: z.object({ tag }),
    json: 'indented',
    needs: 'config',
    async conduct(_, { tag: tags }, { io, json, local }) {
      const { listed: all, locale, snapshot } = await readCatalog(local(), resting);
      const listed = all.filter(({ skill }) => hasTags(skill, tags));
      if (json) {
        const described: object[] = [];
        for (const one of listed) described.push(await listFields(one, locale));
        return `${JSON.stringify(described, null, 2)}\n`;
      }
      return {
        out:
          listed.length === 0
            ? 'There are no skills. docs/skills.md says how to add one.\n'
            : `${table(listed, locale, isColourful(io)).join('\n')}\n`,
        err: snapshot.diagnostics.map(({ message, file }) => `${file}: ${message}\n`).join(''),
      };
    },
  });

const showWith = (resting: RestingSkills | undefined) =>
  operation({
    name: 'skills show',
    summary: 'show one skill with all it says of itself',
    input: z.object({ name: z.string() }),
    args: ['name'],
    json: 'indented',
    needs: 'config',
    async run(parts: LocalParts, { name }) {
      const { listed, locale, snapshot } = await readCatalog(parts, resting);
      const namedSkill = skillMeant(snapshot, name);
      const entry = listed.find(({ skill }) => skill === namedSkill);
      const one = entry ?? listed.find(({ skill }) => nameOf(skill) === name);
      if (one) return { ...(await listFields(one, locale)), ...detailFields(one.skill) };
      const all = [...new Set(listed.map(({ skill }) => nameOf(skill)))];
      const near = nearSkills(snapshot, name).join(' or ') || didYouMean(name, all);
      throw usage(`There is no skill ${name}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');
    },
    show: (all) => `${lines(all).join('\n')}\n`,
  });

const rescanning = operation({
  name: 'skills rescan',
  summary: 'have the running coda read what changed',
  input: z.object({}),
  json: 'indented',
  needs: 'config',
  async conduct(_, __, { json, local }) {
    const { config, world, daemon } = local();
    const answer = await daemon(rescan, {});
    const report = answer ?? (await openAgentSkills(config, world.env).rescan());
    if (json) return `${JSON.stringify(report, null, 2)}\n`;
    const note = answer === undefined ? ['No coda is running here: this is what one would find.'] : [];
    return `${[...note, ...reportLines(report)].join('\n')}\n`;
  },
});

/** `resting` says which skills rest where no daemon does. */
export const listOperations = (resting?: RestingSkills) => [
  decided,
  rescan,
  listWith(resting),
  showWith(resting),
  rescanning,
];

type State = 'active' | 'draft' | 'revoked' | 'deprecated' | 'disabled' | 'shadowed' | 'invalid';

interface ListedSkill {
  skill: AgentSkill;
  state: State;
  why?: string | undefined;
}

async function readCatalog(parts: LocalParts, resting: RestingSkills | undefined) {
  const { config, world } = parts;
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const snapshot = catalog.current();
  const listed = listAll(snapshot, await decidedAbout(snapshot, parts, resting));
  return { listed, snapshot, locale: config.assistant.locale ?? localeOf(world.env.LC_ALL || world.env.LANG) };
}

function listAll(snapshot: SkillSnapshot, { deprecated, drafts, revoked }: KnownDecisions): ListedSkill[] {
  const active = [...snapshot.skills.values()].map((skill): ListedSkill => {
    const reason = revoked.get(skill.name);
    if (reason !== undefined) return { skill, state: 'revoked', why: texts.revokedBecause(reason) };
    const why = deprecated.get(skill.name);
    if (why !== undefined) return { skill, state: 'deprecated', why };
    if (drafts.has(skill.name)) return { skill, state: 'draft', why: 'coda skills activate offers it' };
    const isOffered = skill.agents === 'all' || isFor(skill);
    return { skill, state: 'active', ...(!isOffered && { why: texts.forSpecialists(skill.agents) }) };
  });
  return [
    ...active,
    ...snapshot.disabled.map(
      (skill): ListedSkill => ({ skill, state: 'disabled', why: 'switched off in skills.settings' }),
    ),
    ...snapshot.shadowed.map(({ skill, by }): ListedSkill => {
      return { skill, state: 'shadowed', why: `hidden by the one in ${by.directory ?? 'skills.inline'}` };
    }),
    ...snapshot.invalid.map((skill): ListedSkill => ({ skill, state: 'invalid', why: texts.reasonOf(skill) })),
  ];
}

async function listFields({ skill, state, why }: ListedSkill, locale: string | undefined) {
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

function detailFields(skill: AgentSkill) {
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

function aliases(tools: readonly string[]): Record<string, string> {
  const meanings = tools.flatMap((tool) => {
    const meaning = texts.toolMeaning(tool);
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

function localeOf(lang: string | undefined): string | undefined {
  const tag = lang?.split(/[.@]/)[0]?.replaceAll('_', '-');
  return tag === 'C' || tag === 'POSIX' || tag === '' ? undefined : tag;
}

const isColourful = (io: NodeJS.Process): boolean => io.stdout.isTTY === true && !io.env.NO_COLOR;

function table(listed: readonly ListedSkill[], locale: string | undefined, isColourful: boolean): string[] {
  const width = Math.min(40, Math.max(...listed.map(({ skill }) => nameOf(skill).length)));
  return listed.map(({ skill, state, why }) => {
    const description = inLanguage(skill.descriptions, locale) ?? skill.description;
    const about = state === 'active' ? [why, description].filter(Boolean).join(': ') : `${state}: ${why}`;
    const line = `${nameOf(skill).padEnd(width)}  ${skill.source.kind.padEnd(15)}  ${shorten(about.replace(/\s+/g, ' '), 100)}`;
    return isColourful && state !== 'active' ? `\u001b[2m${line}\u001b[22m` : line;
  });
}

function lines(values: object): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) return [];
    const line = (text: string) => `${key.replaceAll('_', ' ').padEnd(24)} ${text}`;
    if (key === 'warnings') return (value as Warning[]).map((warning) => line(warningText(warning)));
    return [line(isTexts(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value))];
  });
}

type Warning = Awaited<ReturnType<typeof listFields>>['warnings'][number];

const warningText = ({ level, message, code, file, line }: Warning) => `${level}: ${message} [${code}] ${file}:${line}`;

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

// Decisions on skills for lists: from the daemon when one runs, else from its storage.

interface KnownDecisions {
  deprecated: ReadonlyMap<string, string>;
  drafts: ReadonlySet<string>;
  /** Reasons of the catalogs that have revoked skills, by name. */
  revoked: ReadonlyMap<string, string>;
}

/** Decisions that cannot be read now count as none: a list must still come. */
async function decidedAbout(
  snapshot: SkillSnapshot,
  parts: LocalParts,
  resting: RestingSkills | undefined,
): Promise<KnownDecisions> {
  const { deprecations, activations, revoked } = await decisionsOf(snapshot, parts, resting).catch((error: unknown) => {
    if (!(error instanceof CodaError)) throw error;
    parts.world.log.warn({ error: error.message }, 'what was decided about skills could not be looked up');
    return NONE;
  });
  return {
    deprecated: new Map(deprecations.map((one) => [one.name, whyText(one)])),
    drafts: draftsOf(snapshot, activations),
    revoked: new Map(revoked),
  };
}

async function decisionsOf(
  snapshot: SkillSnapshot,
  parts: LocalParts,
  resting: RestingSkills | undefined,
): Promise<Wire<Decisions>> {
  return (await parts.daemon(decided, {})) ?? readHere(snapshot, parts, resting);
}

interface Decisions {
  deprecations: readonly Deprecation[];
  activations: Awaited<ReturnType<SkillDecisions['activations']>>;
  revoked: [name: string, reason: string][];
}

const NONE: Wire<Decisions> = { deprecations: [], activations: [], revoked: [] };

type Deprecation = Awaited<ReturnType<SkillDecisions['deprecations']>>[number];

const whyText = ({ reason, replacement }: Wire<Deprecation>): string =>
  replacement === undefined ? reason : `${reason} (use ${replacement})`;

/** Looking at skills must not make a database where none is. */
async function readHere(
  snapshot: SkillSnapshot,
  { config, world }: LocalParts,
  resting: RestingSkills | undefined,
): Promise<Wire<Decisions>> {
  if (config.storage.url === undefined && !existsSync(join(config.dataDir, 'db'))) return NONE;
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const place = { url, directUrl, schema, connectTimeoutMs, poolSize, dataDir: config.dataDir };
  const database = await openDatabase(place, world);
  try {
    const catalog = openAgentSkills(config, world.env);
    const decisions = new SkillDecisions({ catalog, database, clock: world.clock });
    return {
      deprecations: await decisions.deprecations(),
      activations: await decisions.activations(),
      revoked: [...((await resting?.(readerOf(database), snapshot)) ?? [])],
    };
  } catch (error) {
    if (systemCode(error) === '42P01') return NONE; // an older coda's tables
    throw error;
  } finally {
    await database.close();
  }
}

function reportLines({
  added,
  changed,
  removed,
  shadowed,
  invalid,
  warnings,
  beside = [],
  total,
  took,
}: RescanReport | Wire<RescanReport>): string[] {
  const names = (what: string, list: readonly string[]) => (list.length === 0 ? [] : [`${what}: ${listOf(list)}`]);
  return [
    ...names('added', added),
    ...names('changed', changed),
    ...names('removed', removed),
    ...shadowed.map(({ name, directory, by }) => `shadowed: ${name} in ${directory}, by ${by}`),
    ...invalid.map(({ name, directory, reason }) => `cannot be used: ${name} in ${directory}: ${reason}`),
    ...warnings.map(({ directory, message }) => `${directory}: ${message}`),
    `${plural(total, 'skill')} can be used (${took} ms).`,
    ...beside,
  ];
}
