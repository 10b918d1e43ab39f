import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  contentsOf,
  done,
  type Failed,
  failed,
  filesNamed,
  outsideTool,
  type StoredFile,
  type ToolResult,
} from '../../agent/index.ts';
import { label } from '../../base/frames.ts';
import { omitUndefined } from '../../base/json.ts';
import type { SkillsInUse } from '../../chat/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import { reportRun, type Workspace, type Workspaces } from '../../sandbox/index.ts';
import type { Artifacts, Database } from '../../storage/index.ts';
import * as texts from './texts.ts';

export interface CodeDeps {
  workspaces: Workspaces;
  artifacts: Artifacts;
  database: Pick<Database, 'tx'>;
  /** Milliseconds: of a call that asks for nothing else, and the longest that one may ask for. */
  timeoutMs: number;
  longestMs: number;
  /** True if the workspace of this conversation (`adapter:channel`) outlasts its turns. */
  lasts(channel: string): boolean;
  inUse(ctx: CallContext, ownImage?: string): Promise<SkillsInUse>;
  /** Hosts that code reaches; none: it has no network. */
  hosts: readonly string[];
  /** Without Docker nothing is offered; a call says what is missing. */
  isOn: boolean;
}

export const hostsOf = (settings: { network_enabled: boolean; allowed_hosts: readonly string[] }): readonly string[] =>
  settings.network_enabled ? settings.allowed_hosts : [];

/** For the container to be made, and its files to come out. Milliseconds. */
const MARGIN_MS = 60_000;

export function workspaceOf(
  { workspaces, lasts }: Pick<CodeDeps, 'workspaces' | 'lasts'>,
  ctx: CallContext,
): Workspace {
  const {
    turn: { key: turn = ctx, sandboxTimeoutMs: timeoutMs },
    conversationId,
    place,
  } = ctx;
  const channel = `${place.adapter}:${place.channel}`;
  const workspace = workspaces.of({ turn, conversationId, lasts: lasts(channel), channel, timeoutMs });
  workspace.tainted ||= ctx.tainted || ctx.request.files.length > 0;
  return workspace;
}

const WITHOUT_SKILLS = { skills: [], onlySkills: true };

/** Skills' files and image in the container of the workspace, and no others. */
function broughtBy({ files, image, tainted }: SkillsInUse, workspace: Workspace) {
  workspace.tainted ||= tainted;
  return { image, skills: files, onlySkills: true };
}

/** Milliseconds that a call may take which asks for this many seconds. */
const limitOf = ({ timeoutMs, longestMs }: CodeDeps, timeout: number | undefined) =>
  Math.min(timeout === undefined ? timeoutMs : timeout * 1_000, longestMs);

export function executeTool(deps: CodeDeps): AnyTool {
  const { artifacts } = deps;
  return outsideTool({
    name: 'code_execute',
    group: 'code',
    description: `Runs a shell command, or code of a language, in a sandbox ${texts.networkTold(deps.hosts)}. Files that came with the message are in /workspace, those of skills in use in /skills/NAME with their packages; what you write to /workspace/output is handed to the person. Calls of one answer share the files. \`files\` names further files of this conversation to be put there.`,
    effect: 'external',
    does: ['code'],
    callers: deps.isOn ? undefined : 'buttons',
    display: { as: 'stream', text: () => 'running code', asks: (input) => texts.asksToRun(input, deps.hosts) },
    outlasts: true,
    timeoutOf: ({ timeout }) => limitOf(deps, timeout) + MARGIN_MS,
    input: z.object({
      command: z.string().min(1).max(100_000).optional(),
      language: z.enum(LANGUAGES).optional(),
      code: z.string().min(1).max(1_000_000).optional(),
      files: z.array(z.string().min(1).max(255)).max(20).optional(),
      image: z.string().min(1).max(512).optional(),
      timeout: z.number().min(1).max(3_600).optional().describe('Seconds.'),
    }),
    policy: {
      // A person who says yes has seen which skills' files and image it runs with.
      async binds(input, ctx) {
        const material = await materialOf(deps, input, ctx);
        return material.ok ? (await deps.inUse(ctx, input.image)).binding : material;
      },
    },
    async run({ image, timeout, ...input }, ctx) {
      const material = await materialOf(deps, input, ctx);
      if (!material.ok) return material;
      const { program, named } = material;
      const skills = await deps.inUse(ctx, image);
      if (ctx.approval.bound !== undefined && ctx.approval.bound !== skills.binding?.hash)
        return failed('GONE', texts.skillsChanged());
      // Activated after the question: nobody has said yes to code that runs with them.
      const isLate = skills.binding !== undefined && ctx.approval.bound === undefined;
      const workspace = workspaceOf(deps, ctx);
      workspace.tainted ||= named.some(({ tainted }) => tainted);
      const ran = await workspace.run(program.command, {
        ...(isLate ? WITHOUT_SKILLS : broughtBy(skills, workspace)),
        ...(image !== undefined && { image }),
        files: [...(await contentsOf(artifacts, named)), ...program.files],
        atStart: () => contentsOf(artifacts, ctx.request.files),
        timeoutMs: limitOf(deps, timeout),
        signal: ctx.signal,
        onLine: (line) => ctx.turn.progress?.(line),
      });
      if (!ran.ok) return failed(ran.code, ran);
      const {
        text,
        inWords,
        files: made,
        pictures,
        kept,
      } = reportRun(ran, ran.id, isLate ? [texts.skillsLate()] : skills.notes);
      return { ...filesResult(text, made, pictures, kept, workspace.tainted), inWords };
    },
  });
}

function filesResult(
  text: string,
  files: FileRef[],
  pictures: FileRef[],
  kept: FileRef[],
  tainted: boolean,
): ToolResult {
  return done(text, {
    ...omitUndefined({
      files: files.length > 0 ? files : undefined,
      pictures: pictures.length > 0 ? pictures : undefined,
      kept: kept.length > 0 ? kept : undefined,
      tainted: tainted ? true : undefined,
    }),
  });
}

interface CodeInput {
  command?: string | undefined;
  language?: Language | undefined;
  code?: string | undefined;
  files?: readonly string[] | undefined;
}

/** The program and the files that a call names, or why it cannot run. */
async function materialOf(
  deps: Pick<CodeDeps, 'database'>,
  { command, language, code, files = [] }: CodeInput,
  ctx: CallContext,
): Promise<{ ok: true; program: Program; named: readonly StoredFile[] } | Failed> {
  const program = programIn(command, language, code);
  if (!program) return failed('INVALID_INPUT', texts.eitherOr());
  const named = await namedFiles(deps, files, ctx);
  return 'ok' in named ? named : { ok: true, program, named };
}

function programIn(
  command: string | undefined,
  language: (typeof LANGUAGES)[number] | undefined,
  code: string | undefined,
) {
  if (command !== undefined) return code === undefined ? programOf('sh', command) : undefined;
  return language !== undefined && code !== undefined ? programOf(language, code) : undefined;
}

async function namedFiles(
  { database }: Pick<CodeDeps, 'database'>,
  names: readonly string[],
  ctx: CallContext,
): Promise<readonly StoredFile[] | Failed> {
  const isMeant = (file: FileRef, name: string) => file.name === name || label(file.name) === name;
  const sentFiles = names.flatMap((name) => ctx.request.files.find((file) => isMeant(file, name)) ?? []);
  const rest = names.filter((name) => !sentFiles.some((file) => isMeant(file, name)));
  const whose = { personId: ctx.person.id, conversationId: ctx.conversationId };
  const storedFiles =
    rest.length === 0 ? [] : await database.tx('artifacts.use', (tx) => filesNamed(tx, whose, rest, ctx.clock.now()));
  const missing = rest.find((name) => !storedFiles.some((file) => file.name === name || file.hash === name));
  if (missing !== undefined) return failed('NOT_FOUND', texts.noFile(missing));
  return [...sentFiles.map((file): StoredFile => ({ ...file, tainted: true })), ...storedFiles];
}

export function writeTool(deps: CodeDeps): AnyTool {
  return outsideTool({
    name: 'file_write',
    group: 'code',
    description: 'Writes a text file into /workspace of the sandbox; below output/ it is handed to the person.',
    effect: 'fetch',
    // Reaches nothing but a container that goes with the turn.
    effectOf: () => 'read',
    does: ['file_write'],
    callers: deps.isOn ? undefined : 'buttons',
    outlasts: true,
    timeoutMs: MARGIN_MS,
    input: z.object({ path: z.string().min(1).max(1_024), content: z.string().max(2_000_000) }),
    async run({ path, content }, ctx) {
      const inside = relative(path);
      if (inside === undefined) return failed('REFUSED', texts.badPath(path));
      const workspace = workspaceOf(deps, ctx);
      const outcome = await workspace.write([{ path: inside, content }], {
        // The code that reads it finds it in the same container.
        ...broughtBy(await deps.inUse(ctx), workspace),
        atStart: () => contentsOf(deps.artifacts, ctx.request.files),
        signal: ctx.signal,
      });
      if (!outcome.ok) return failed(outcome.code, outcome);
      return done(texts.writtenNotice(path, Buffer.byteLength(content), outcome.isRenewed));
    },
  });
}

/** The path below `/workspace`; undefined where it leads elsewhere. */
export function relative(path: string): string | undefined {
  const inside = path.replace(/^\/workspace\//, '').replace(/^\.\//, '');
  const names = inside.split('/');
  return inside.startsWith('/') || names.some((name) => name === '' || name === '.' || name === '..')
    ? undefined
    : inside;
}

const LANGUAGES = ['python', 'javascript', 'bash', 'sh'] as const;

type Language = (typeof LANGUAGES)[number];

/** Longer code does not fit into an argument of a program. */
const LONGEST_ARGUMENT = 100_000;

const PROGRAMS: Readonly<Record<Language, { name: string; inline: string; file: string }>> = {
  python: { name: 'python3', inline: '-c', file: '.code/main.py' },
  javascript: { name: 'node', inline: '-e', file: '.code/main.js' },
  bash: { name: 'bash', inline: '-c', file: '.code/main.sh' },
  sh: { name: 'sh', inline: '-c', file: '.code/main.sh' },
};

interface Program {
  command: string[];
  files: { path: string; content: string }[];
}

function programOf(language: Language, code: string): Program {
  const { name, inline, file } = PROGRAMS[language];
  const isShort = Buffer.byteLength(code) <= LONGEST_ARGUMENT && !code.includes('\0');
  if (isShort) return { command: [name, inline, code], files: [] };
  return { command: [name, file], files: [{ path: file, content: code }] };
}
