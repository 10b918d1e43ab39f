/** Agent skills and the values that they are run with, over HTTP. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { recordAct } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import { type AnyRoute, type Caller, route, type SkillDeps } from '../chat/index.ts';
import type { FolderDecision } from '../trust/index.ts';
import { lastMeasured, learnedWords } from './find/store.ts';
import type { SkillHost } from './live/host.ts';
import { type AgentSkill, isTrusted, SOURCE_KINDS, skillMeant } from './skill.ts';
import { uses } from './store.ts';
import { decidedAbout } from './use/trusted.ts';

interface RouteParts extends Pick<SkillDeps<unknown, 'countRuns'>, 'people' | 'world' | 'ports'> {
  host: SkillHost;
}

const TAG = 'skills';

export function skillRoutes(parts: RouteParts): AnyRoute[] {
  return [listRoute(parts), secretsRoute(parts), setSecretRoute(parts), removeSecretRoute(parts), detailRoute(parts)];
}

const STATES = [
  'in_use',
  'untrusted',
  'draft',
  'needs_approval',
  'deprecated',
  'revoked',
  'disabled',
  'invalid',
] as const;

const diagnostic = z.object({
  code: z.string(),
  level: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  file: z.string(),
  line: z.int().nullable(),
});

const skillSecret = z.object({
  name: z.string(),
  about: z.string().nullable(),
  required: z.boolean(),
  set: z.boolean().describe('For everybody.'),
});

const skill = z.object({
  name: z.string(),
  group: z.string().nullable(),
  description: z.string(),
  state: z.enum(STATES),
  why: z.string().nullable().describe('Why it is not in use, or not trusted.'),
  source: z.enum(SOURCE_KINDS),
  version: z.string().nullable(),
  uses: z.int(),
  words_learned: z.int().describe('From “Wrong skill” under answers.'),
  runs: z.object({ done: z.int(), failed: z.int() }).optional(),
  secrets: z.array(skillSecret),
  diagnostics: z.array(diagnostic),
});

type SkillLine = z.output<typeof skill>;

const measured = z.object({
  file: z.string(),
  at: z.iso.datetime(),
  requests: z.int(),
  first: z.number().describe('Share of requests for which the right skill came first.'),
  among_five: z.number(),
  for_none: z.int().describe('Requests for which no skill is right.'),
  offered_for_none: z.int(),
});

type LastMeasured = NonNullable<Awaited<ReturnType<typeof lastMeasured>>>;

function measuredOf({ file, at, requests, ...scores }: LastMeasured): z.output<typeof measured> {
  return {
    file,
    requests,
    at: at.toISOString(),
    first: scores.accuracyAt1,
    among_five: scores.accuracyAt5,
    for_none: scores.forNone,
    offered_for_none: scores.offeredForNothing,
  };
}

interface SkillStanding {
  state: (typeof STATES)[number];
  why: string | undefined;
}

/** State of a skill of the catalog; `decided`: of its files, undefined where nobody has used it. */
function standingOf(
  { decisions }: SkillHost,
  { name, source }: AgentSkill,
  decided: FolderDecision | undefined,
): SkillStanding {
  const { drafts, blocked, deprecated, resting } = decisions.current;
  const revoked = resting.get(name);
  if (revoked !== undefined) return { state: 'revoked', why: revoked };
  if (drafts.has(name)) return { state: 'draft', why: 'An owner has not activated it yet.' };
  if (blocked.has(name)) return { state: 'needs_approval', why: 'An owner has to look at its files first.' };
  const old = deprecated.get(name);
  if (old) return { state: 'deprecated', why: old.reason };
  if (decided === 'waits') return { state: 'needs_approval', why: 'Its files have changed since they were trusted.' };
  const isTheirs = isTrusted(source) || decided === 'approved';
  return isTheirs ? { state: 'in_use', why: undefined } : { state: 'untrusted', why: UNTRUSTED };
}

const UNTRUSTED = 'Nobody has trusted it yet: its words count as a stranger’s, and its scripts ask before they run.';

async function allSkills({ host, ports }: RouteParts, db: Parameters<typeof uses>[0]): Promise<SkillLine[]> {
  const { skills, invalid, disabled } = host.catalog.current();
  const [used, learned, storedSecrets] = await Promise.all([uses(db), learnedWords(db), host.secrets.list()]);
  const decided = await decidedAbout(db, [...skills.values()]);
  const ran = await ports.countRuns(db);
  const set = new Set(
    storedSecrets.flatMap(({ skill: of, name, person, space }) => ((person ?? space) === null ? `${of} ${name}` : [])),
  );
  const show = (each: AgentSkill, { state, why }: SkillStanding): SkillLine => {
    const { name, group, description, source, version, secrets, diagnostics, directory } = each;
    return {
      name: name || (directory ?? '?'),
      group: group ?? null,
      description,
      state,
      why: why ?? null,
      source: source.kind,
      version: version ?? null,
      uses: used.get(name) ?? 0,
      words_learned: learned.get(name) ?? 0,
      runs: ran.get(name) ?? { done: 0, failed: 0 },
      secrets: secrets.map(({ name: secret, description: about, required }) => {
        return { name: secret, about: about ?? null, required, set: set.has(`${name} ${secret}`) };
      }),
      diagnostics: diagnostics.map(({ code, level, message, file, line }) => {
        return { code, level, message, file, line: line ?? null };
      }),
    };
  };
  return [
    ...[...skills.values()].map((each) => show(each, standingOf(host, each, decided.get(each.name)))),
    ...disabled.map((each) => show(each, { state: 'disabled', why: 'Switched off in skills.settings.' })),
    ...invalid.map((each) => show(each, { state: 'invalid', why: 'Its files are not as they must be.' })),
  ];
}

const MOST = 500;

function listRoute(parts: RouteParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/skills',
    scope: 'admin',
    tag: TAG,
    summary: 'Every skill that was found, with its state, its uses, and what is wrong with it.',
    answers: {
      200: {
        description: 'At most 500.',
        schema: z.object({
          skills: z.array(skill),
          folders: z.array(diagnostic).describe('What is wrong with folders.'),
          measured: measured.nullable().describe('The last `coda skills metrics`.'),
        }),
      },
    },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const { db } = await parts.people.readCaller(request);
      const skills = (await allSkills(parts, db)).slice(0, MOST);
      const folders = parts.host.catalog.current().diagnostics.map(({ code, level, message, file, line }) => {
        return { code, level, message, file, line: line ?? null };
      });
      const last = await lastMeasured(db);
      return { body: { json: { skills, folders, measured: last ? measuredOf(last) : null } } };
    },
  });
}

const trust = z.object({
  hash: z.string().describe('Of all its files, which a yes is bound to: POST /v1/skills/trust or /activate.'),
  approved: z.boolean().describe('As it is now, by an owner.'),
  before: z.enum(['pinned', 'approved', 'blocked']).nullable().describe('The last decision; null: there is none yet.'),
  may: z.array(z.string()).describe('What it may do; where it was trusted before, what is new.'),
  findings: z.array(z.object({ level: z.string(), file: z.string(), line: z.int(), why: z.string() })),
  difference: z
    .object({
      added: z.array(z.string()),
      changed: z.array(z.string()),
      removed: z.array(z.string()),
      lines: z
        .string()
        .nullable()
        .describe('The unified difference of its texts; null: none was kept, or they are the same.'),
    })
    .nullable()
    .describe('Files since it was trusted; null: it never was.'),
});

const detail = skill.extend({
  author: z.string().nullable(),
  license: z.string().nullable(),
  homepage: z.string().nullable(),
  tags: z.array(z.string()),
  tools: z.array(z.string()).nullable().describe('Tools that it asks for.'),
  forbidden_tools: z.array(z.string()),
  directory: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), bytes: z.int() })),
  trust: trust.nullable().describe('null: it ships with coda, or stands in the configuration.'),
  trust_problem: z.string().nullable(),
});

function detailRoute(parts: RouteParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/skills/:name',
    scope: 'admin',
    tag: TAG,
    summary: 'One skill: what it may do, its files, and what has changed since it was trusted.',
    params: z.object({
      name: z.string().min(1).max(400).describe('A group before the name is one part: travel%2Fflights.'),
    }),
    answers: {
      200: { description: 'It.', schema: detail },
      404: { description: 'There is no such skill.' },
    },
    async answerRequest(request) {
      const { db } = await parts.people.readCaller(request);
      const { name } = request.params;
      const listed = (await allSkills(parts, db)).find((each) => each.name === name);
      if (!listed) throw noSuch();
      return { body: { json: { ...listed, ...(await aboutSkill(parts, name)) } } };
    },
  });
}

async function aboutSkill({ host }: RouteParts, name: string) {
  const { skills, disabled, invalid } = host.catalog.current();
  const agentSkill =
    skills.get(name) ?? [...disabled, ...invalid].find((each) => each.name === name || each.directory === name);
  const needsTrust = skills.has(name) && agentSkill !== undefined && !isTrusted(agentSkill.source);
  const inquest = needsTrust ? await host.decisions.inquire(name) : undefined;
  const isKnown = inquest !== undefined && typeof inquest !== 'string';
  return {
    author: agentSkill?.author ?? null,
    license: agentSkill?.license ?? null,
    homepage: agentSkill?.homepage ?? null,
    tags: [...(agentSkill?.tags ?? [])],
    tools: agentSkill?.allowedTools ? [...agentSkill.allowedTools] : null,
    forbidden_tools: [...(agentSkill?.forbiddenTools ?? [])],
    directory: agentSkill?.directory ?? null,
    files: agentSkill?.directory === undefined ? [] : await filesIn(agentSkill.directory),
    trust: isKnown ? trustOf(inquest) : null,
    trust_problem: typeof inquest === 'string' ? inquest : null,
  };
}

type Inquest = Exclude<Awaited<ReturnType<SkillHost['decisions']['inquire']>>, string>;

function trustOf({ pin, isApproved, before, changes, findings, difference }: Inquest): z.output<typeof trust> {
  return {
    hash: pin.hash,
    approved: isApproved,
    before: before?.state ?? null,
    may: [...changes],
    findings: findings.map(({ level, file, line, why }) => ({ level, file, line, why })),
    difference: before ? { ...filesBetween(before.pinned.files, pin.files), lines: difference ?? null } : null,
  };
}

function filesBetween(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>) {
  const paths = Object.keys(now);
  return {
    added: paths.filter((path) => before[path] === undefined),
    changed: paths.filter((path) => before[path] !== undefined && before[path] !== now[path]),
    removed: Object.keys(before).filter((path) => now[path] === undefined),
  };
}

const MOST_FILES = 200;

async function filesIn(directory: string): Promise<{ path: string; bytes: number }[]> {
  const all = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = all.filter((each) => each.isFile()).slice(0, MOST_FILES);
  const sizes = await Promise.all(
    files.map(async (each) => {
      const path = join(each.parentPath, each.name);
      const about = await stat(path).catch(() => undefined);
      return about ? [{ path: relative(directory, path), bytes: about.size }] : [];
    }),
  );
  return sizes.flat().sort((one, other) => one.path.localeCompare(other.path));
}

const secret = z.object({
  skill: z.string().describe('A skill, or connectors.'),
  name: z.string(),
  person: z.string().nullable(),
  space: z.string().nullable(),
  updated_at: z.iso.datetime(),
});

function secretsRoute({ host }: RouteParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/secrets',
    scope: 'admin',
    tag: TAG,
    summary: 'The values that are set, without them.',
    answers: { 200: { description: 'All.', schema: z.object({ secrets: z.array(secret) }) } },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest() {
      const all = await host.secrets.list();
      const secrets = all.map(({ skill: of, name, person, space, updatedAt }) => {
        return { skill: of, name, person, space, updated_at: new Date(updatedAt).toISOString() };
      });
      return { body: { json: { secrets } } };
    },
  });
}

const secretNamed = {
  skill: z.string().trim().min(1).max(200).describe('A skill, or connectors.'),
  name: z
    .string()
    .trim()
    .max(200)
    .regex(/^[A-Z_][A-Z0-9_]*$/, { error: 'expected a name of A–Z, 0–9 and _' }),
  person: z.string().trim().min(1).max(200).optional().describe("One person's, by id, account or name."),
  space: z.string().trim().min(1).max(200).optional().describe("A space's, such as discord:123."),
};
const MOST_BYTES = 262_144;
const done = { 200: { description: 'It is done.', schema: z.object({ done: z.literal(true) }) } };

/** The person or the token that has it done, for the audit log. */
function doer(caller: Caller | undefined) {
  const isInPerson = caller?.inPerson === true;
  return { personId: caller?.personId, origin: isInPerson ? ('dashboard' as const) : ('http' as const) };
}

function setSecretRoute({ host, world }: RouteParts): AnyRoute {
  return route({
    method: 'PUT',
    path: '/v1/secrets',
    scope: 'admin',
    tag: TAG,
    summary: 'Seals a value that a skill is run with, in the place of the one before; it is never shown again.',
    maxBytes: MOST_BYTES,
    body: z.strictObject({ ...secretNamed, value: z.string().min(1).max(32_768) }),
    answers: done,
    async answerRequest({ body, caller }) {
      const { value, ...fields } = body;
      const asked = { ...fields, skill: await programNamed(host, fields.skill) };
      const act = recordAct<void>(world, 'secrets set', () => asked, doer(caller));
      await host.secrets.set(asked, value, act);
      return { body: { json: { done: true } } };
    },
  });
}

function removeSecretRoute({ host, world }: RouteParts): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/secrets',
    scope: 'admin',
    tag: TAG,
    summary: 'Removes a value that a skill is run with.',
    query: z.strictObject({ ...secretNamed, name: z.string().min(1).max(200) }),
    answers: { ...done, 409: { description: 'It is not set.' } },
    async answerRequest({ query, caller }) {
      const act = recordAct<boolean>(world, 'secrets remove', (was) => (was ? query : undefined), doer(caller));
      if (await host.secrets.remove(query, act)) return { body: { json: { done: true } } };
      throw new CodaError('HTTP_CONFLICT', {
        message: 'This secret is not there any more.',
        remedy: 'Look at the list again.',
      });
    },
  });
}

/** Programs that are no skills, and have values under this name. */
const BESIDE_SKILLS = 'connectors';

/** The name under which a program's values are kept. Throws `SKILL_NOT_FOUND`, which repeats nothing that was sent. */
async function programNamed({ catalog, secrets }: SkillHost, typed: string): Promise<string> {
  const snapshot = catalog.current();
  const namedSkill = skillMeant(snapshot, typed) ?? snapshot.disabled.find(({ name }) => name === typed);
  if (namedSkill) return namedSkill.name;
  if (typed === BESIDE_SKILLS || (await secrets.list()).some((storedSecret) => storedSecret.skill === typed))
    return typed;
  throw noSuch();
}

function noSuch(): CodaError {
  return new CodaError('SKILL_NOT_FOUND', {
    message: 'There is no skill of that name.',
    remedy: 'GET /v1/skills lists them.',
  });
}
