import { z } from 'zod';
import { type AnyTool, type CallContext, done, type Failed, failed, outsideTool } from '../../agent/index.ts';
import { pathProblem } from '../../base/folders/folder.ts';
import { omitUndefined } from '../../base/json.ts';
import { conversations } from '../../delivery/index.ts';
import { type Ran, reportRun, type SandboxFailure } from '../../sandbox/index.ts';
import { isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { type Bundle, bundleOf, type Runner, runnerOf } from './bundle.ts';
import { APART, skillName, type ToolDeps } from './deps.ts';
import { offerOf } from './install.ts';
import { notInUse } from './resource.ts';

const STANDARD_S = 30;
const LONGEST_S = 3_600;
/** For a container to be made, and its files to come out. Milliseconds. */
const MARGIN_MS = 60_000;

interface Input {
  name: string;
  script: string;
  args: readonly string[];
  input?: Record<string, unknown> | undefined;
  timeout: number;
}

export function runTool(deps: ToolDeps): AnyTool {
  return outsideTool({
    name: 'skill_run',
    description:
      'Runs a script of a skill that you have activated, in a sandbox (its network is that of code_execute): its path below scripts/, arguments, and `input` as JSON on its standard input. What it writes to $OUTPUT_DIR is handed to the person.',
    effect: 'external',
    does: ['code'],
    callers: deps.code.isOn ? undefined : 'buttons',
    display: { as: 'stream', text: ({ name, script }) => `${name}: ${script}`, asks: texts.asksToRun },
    outlasts: true,
    timeoutOf: ({ timeout }) => timeout * 1_000 + MARGIN_MS,
    form: { formerly: (input) => asDelegation(input) },
    input: z.object({
      name: skillName,
      script: z.string().min(1).max(1_024),
      args: z.array(z.string().max(32_000)).max(100).default([]),
      input: z.record(z.string(), z.unknown()).optional(),
      timeout: z.number().min(1).max(LONGEST_S).default(STANDARD_S).describe('Seconds.'),
    }),
    policy: {
      // A person who says yes has seen these files of the skill, and no others.
      async binds(input, ctx) {
        const bundle = await inUse(deps, input.name, ctx);
        if (!('files' in bundle)) return bundle;
        const script = scriptIn(bundle, input.script);
        if ('code' in script) return script;
        const values = await valuesFor(deps, bundle, input, ctx);
        return values.ok ? bundle.hash : values;
      },
    },
    async run(input, ctx) {
      const bundle = await inUse(deps, input.name, ctx);
      if (!('files' in bundle)) return bundle;
      if (ctx.approval.bound !== undefined && ctx.approval.bound !== bundle.hash)
        return failed('GONE', texts.scriptsChanged(input.name));
      const script = scriptIn(bundle, input.script);
      if ('code' in script) return script;
      const outcome = await runScript(deps, input, bundle, script, ctx);
      if (!outcome.ok)
        return failed(outcome.code, outcome.message, outcome.remedy === undefined ? {} : { remedy: outcome.remedy });
      const tainted = outcome.tainted || !isTrusted(bundle.skill.source);
      const offer = offerOf(outcome.files, ctx, tainted);
      const notes = [...(outcome.wrong ? [texts.wrongImage[outcome.wrong](input.name)] : []), ...offer.notes];
      const { text, inWords, files, pictures, kept } = reportRun(outcome, outcome.id, notes, {
        returncode: outcome.exitCode,
      });
      return done(text, {
        inWords,
        files,
        pictures,
        kept,
        ...omitUndefined({
          choices: offer.choices.length > 0 ? offer.choices : undefined,
          tainted: tainted ? true : undefined,
          forbids: outcome.isSecure ? APART : undefined,
        }),
      });
    },
  });
}

/** Input of an earlier version under this name: a skill that works on its own. */
function asDelegation(input: unknown) {
  const { name, task } = (input ?? {}) as Record<string, unknown>;
  if (typeof task !== 'string' || typeof name !== 'string') return undefined;
  return { tool: 'skill_delegate', input: { name, task } };
}

async function inUse(deps: ToolDeps, name: string, ctx: CallContext): Promise<Bundle | Failed> {
  const view = deps.views.viewOf(ctx.turn.key);
  const skill = view.snapshot.skills.get(name);
  if (!skill || deps.denied(view, ctx.person).has(name)) return failed('NOT_FOUND', texts.noSkill(name, undefined));
  const why = view.decisions.resting.get(name);
  if (why !== undefined) return failed('REVOKED', texts.rests(name, why));
  const refused = notInUse(name, await conversations.stateOf(deps.reader, ctx.conversationId));
  if (refused) return refused;
  return bundleOf(deps.reader, await view.files.inUse(deps.reader, skill, ctx.conversationId), ctx.signal);
}

export interface Script {
  path: string;
  runner: Runner;
}

export function scriptIn({ files, name }: Bundle, asked: string): Script | Failed {
  const plain = asked.replace(/^\.\//, '').replace(new RegExp(`^/skills/${name}/`), '');
  const path = plain.startsWith('scripts/') ? plain : `scripts/${plain}`;
  const problem = pathProblem(path);
  if (problem !== undefined) return failed('REFUSED', texts.badPath(problem));
  const file = files.find((each) => each.path === path);
  if (!file) {
    const scripts = files.flatMap((each) => (each.path.startsWith('scripts/') ? [each.path] : []));
    return failed('NOT_FOUND', texts.noScript(path, scripts));
  }
  const runner = runnerOf(path, file.content);
  return runner ? { path, runner } : failed('REFUSED', texts.noRunner(path));
}

type ScriptRan = Ran & { tainted: boolean; isSecure: boolean; wrong: 'stale' | 'gone' | undefined };

/** The secrets that the script runs with, or why it cannot run with them. */
async function valuesFor(
  { host }: Pick<ToolDeps, 'host'>,
  { skill }: Bundle,
  { name, args }: Pick<Input, 'name' | 'args'>,
  ctx: CallContext,
): Promise<{ ok: true; values: Readonly<Record<string, string>> } | Failed> {
  const values = await host.secrets.valuesFor(skill, { personId: ctx.person.id, spaceId: ctx.place.space });
  const missing = skill.secrets.find(({ name: secret, required }) => required && values[secret] === undefined);
  if (missing) return failed('MISSING_SECRET', texts.missingSecret(name, missing.name));
  const hasValues = Object.keys(values).length > 0;
  return hasValues && args.length > 0 ? failed('NO_ARGUMENTS', texts.noArguments(name)) : { ok: true, values };
}

/** With secrets it runs in a container of its own, which nothing else ever runs in. */
async function runScript(
  { code, host }: ToolDeps,
  { name, args, input, timeout }: Input,
  bundle: Bundle,
  { path, runner }: Script,
  ctx: CallContext,
): Promise<ScriptRan | SandboxFailure | Failed> {
  const { skill } = bundle;
  const resolution = await valuesFor({ host }, bundle, { name, args }, ctx);
  if (!resolution.ok) return resolution;
  const { values } = resolution;
  const isSecure = Object.keys(values).length > 0;
  const shared = code.workspaceOf(ctx, name);
  shared.tainted ||= !isTrusted(skill.source);
  // Its place is needed, and nothing may be left in it that looks at the next one.
  if (isSecure) await shared.close();
  const workspace = isSecure ? code.alone() : shared;
  const { image, wrong } = await code.imageOf(skill);
  try {
    const ran = await workspace.run([...runner.command, `/skills/${name}/${path}`, ...args], {
      image,
      cwd: `/skills/${name}`,
      env: { ...values, PYTHONDONTWRITEBYTECODE: '1' },
      secrets: Object.values(values),
      skills: [bundle],
      ...(input !== undefined && { stdin: JSON.stringify(input) }),
      atStart: () => code.attachedFiles(ctx),
      timeoutMs: timeout * 1_000,
      signal: ctx.signal,
      onLine: (line) => ctx.turn.progress?.(`${name}: ${line}`),
    });
    return ran.ok ? { ...ran, tainted: shared.tainted, isSecure, wrong } : ran;
  } finally {
    if (isSecure) await workspace.close();
  }
}
