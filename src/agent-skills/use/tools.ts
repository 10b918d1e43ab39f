import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  dataTool,
  done,
  type Failed,
  failed,
  outsideTool,
  type SpawnOptions,
  type ToolResult,
} from '../../agent/index.ts';
import { withTimeout } from '../../base/async.ts';
import { omitUndefined } from '../../base/json.ts';
import { conversations } from '../../delivery/index.ts';
import type { Ran, Workspace } from '../../sandbox/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { approveLooked, type InspectedFolder, lookForApproval } from '../../trust/index.ts';
import { stepsOf } from '../catalog/steps.ts';
import type { SkillHost } from '../live/host.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import { offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { bundleOf, mayRunUnasked } from './bundle.ts';
import { ACTIVATE, APART, skillName, skillThing, type ToolDeps } from './deps.ts';
import { commandsIn, instructions } from './instructions.ts';
import { admit, makeReady, type ReadSkill, type ReadySkill } from './ready.ts';
import { folderOf } from './trusted.ts';
import { wrongChoice } from './wrong.ts';

const LONGEST_ARGUMENTS = 8_000;

/** Reads a skill's instructions into the turn. What it forbids stays forbidden until the turn has ended. */
export function activateTool(deps: ToolDeps): AnyTool {
  const { views, host } = deps;
  return dataTool({
    name: ACTIVATE,
    group: 'always',
    description: 'Gives you a skill’s instructions to follow.',
    effect: 'write',
    flow: { impersonal: true },
    policy: { thingsIn: ({ name }) => [skillThing(views.viewOf(undefined), name)] },
    timeoutMs: 5_000,
    display: { text: ({ name }) => displayOf(views.viewOf(undefined).snapshot.skills.get(name)) },
    input: z.object({
      name: skillName.describe('Its name.'),
      arguments: z.string().max(LONGEST_ARGUMENTS).optional().describe('Words for it.'),
    }),
    async prepare({ name }, ctx) {
      const ready = await makeReady(deps.reader, views.viewOf(ctx.turn.key), name, ctx);
      if (!ready.ok || ready.skill.forkAgent) return ready;
      const who = { personId: ctx.person.id, spaceId: ctx.place.space };
      const secure = await Promise.all(ready.all.map(({ skill }) => host.secrets.isConfigured(skill, who)));
      return { ...ready, ran: await runCommands(deps, ready, ctx), isSecure: secure.includes(true) };
    },
    async run({ arguments: args }, ctx) {
      const ready = ctx.prepared as Failed | (ReadySkill & { ran?: CommandsRan; isSecure?: boolean });
      if (!ready.ok) return ready;
      if (stepsOf(ready.skill)) return failed('RUNS_ALONE', texts.isComposed(ready.skill.name));
      if (ready.skill.forkAgent) return failed('RUNS_ALONE', texts.runsAlone(ready.skill.name));
      const refused = await admitTo(ctx.tx, deps, ready, ctx);
      if (refused) return refused;
      const choices = await wrongChoice(ready.skill.name, ctx);
      const offers = ctx.tools.toolsMeant(ready.all.flatMap(({ skill }) => skill.allowedTools ?? []));
      return done(texts.activatedNotice(ready.all.map(({ skill }) => skill.name)), {
        ...omitUndefined({
          choices: choices.length > 0 ? choices : undefined,
          offers: offers.length > 0 ? offers : undefined,
        }),
        material: instructionsFor(deps, ready, args, ready.ran?.outputs ?? new Map(), ctx),
        forbids: [...forbiddenBy(ready), ...(ready.isSecure ? APART : [])],
        ...((ready.tainted || ready.ran?.tainted) && { tainted: true }),
      });
    },
  });
}

/** A skill whose dependency the person may not use cannot be used either. */
export function admitTo(tx: Transaction, { views, denied, host }: ToolDeps, ready: ReadySkill, ctx: CallContext) {
  const view = views.viewOf(ctx.turn.key);
  return admit(tx, ready, { ...ctx, view, denied: denied(view, ctx.person) }, () => host.onDecision());
}

type Outputs = CommandsRan['outputs'];

function instructionsFor(
  { exposed, code }: ToolDeps,
  ready: ReadySkill,
  args: string | undefined,
  outputs: Outputs,
  ctx: CallContext,
) {
  return instructions(ready, { args, values: valuesFor(ready.skill, args, ctx), exposed, runs: code.isOn, outputs });
}

function forbiddenBy({ all }: Pick<ReadySkill, 'all'>): string[] {
  return [...new Set(all.flatMap(({ skill }) => skill.forbiddenTools))];
}

function displayOf(skill: AgentSkill | undefined): string | undefined {
  if (!skill || skill.display === 'hidden') return undefined;
  return skill.display === 'description' ? skill.description : skill.name;
}

function valuesFor(
  skill: AgentSkill,
  args: string | undefined,
  { person, when }: Pick<CallContext, 'person' | 'when'>,
): Record<string, string> {
  const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: when.zone });
  const [date = '', time = ''] = local.format(when.now).split(' ');
  return {
    name: skill.name,
    skill: skill.name,
    version: skill.version ?? '',
    arguments: args ?? '',
    user: person.name,
    date,
    time,
    timezone: when.zone,
    locale: person.locale ?? when.locale ?? '',
  };
}

/** Characters: what is longer is summed up for the conversation. */
const SHORT = 2_000;
/** Characters of a skill's instructions in the prompt; the model reads on in its SKILL.md. */
const MOST_INSTRUCTIONS = 60_000;
const MOST_CALLS = 25;
/** Added to the time limit for admission and summary. Milliseconds. */
const MARGIN_MS = 60_000;

export function delegateTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return outsideTool({
    name: 'skill_delegate',
    group: 'skills',
    description:
      'Has a skill that is marked use="skill_delegate" do a task on its own, and gives you the result. It knows nothing of the conversation: pass everything that it needs in the task.',
    effect: 'fetch',
    flow: { impersonal: true },
    does: ['agents'],
    // Its own calls are judged one by one, as those of the turn are.
    effectOf: () => 'read',
    policy: { thingsIn: ({ name }) => [skillThing(views.viewOf(undefined), name)] },
    callers: 'main-agent',
    display: { as: 'stream', text: ({ name }) => displayOf(views.viewOf(undefined).snapshot.skills.get(name)) },
    timeoutMs: deps.alone.timeoutMs + MARGIN_MS,
    input: z.object({ name: skillName, task: z.string().min(1).max(20_000) }),
    async run({ name, task }, ctx) {
      const ready = await makeReady(deps.reader, views.viewOf(ctx.turn.key), name, ctx);
      if (!ready.ok) return ready;
      if (!ready.skill.forkAgent) return failed('NOT_ALONE', texts.notAlone(name));
      if (!ctx.turn.spawn) return failed('NOT_HERE', texts.noSpawn());
      const refused = await deps.database.tx('skills.run', (tx) => admitTo(tx, deps, ready, ctx));
      if (refused) return refused;
      const ran = await runCommands(deps, ready, ctx);
      const tainted = ready.tainted || ran.tainted;
      const outcome = await spawnSkill(deps, ready, { task, tainted, outputs: ran.outputs }, ctx);
      const result = await summedUp(ready.skill, outcome, ctx);
      return tainted && result.ok ? { ...result, tainted: true } : result;
    },
  });
}

interface SkillTask {
  task: string;
  tainted: boolean;
  outputs?: Outputs;
  /** Tools where the skill names none; left out: none. */
  tools?: string[];
  /** Besides what the skill itself forbids. */
  forbidden?: readonly string[];
}

/** Has a skill do a task in a nested turn, which begins before anything is awaited, and notes how it ended. */
export async function spawnSkill(
  deps: ToolDeps,
  ready: ReadySkill,
  asked: SkillTask,
  ctx: CallContext,
): Promise<ToolResult> {
  const { skill } = ready;
  const { task, tainted, outputs = new Map(), tools, forbidden = [] } = asked;
  const all = instructionsFor(deps, ready, task, outputs, ctx);
  const outcome =
    (await ctx.turn.spawn?.({
      ...spawnOptions(skill, deps),
      ...omitUndefined({
        tools: skill.allowedTools === undefined && !skill.forkAgent ? tools : undefined,
        onDoing:
          skill.display === 'stream' ? (doing: string) => ctx.turn.progress?.(`${skill.name}: ${doing}`) : undefined,
      }),
      prompt: texts.alone(skill.name, all.slice(0, MOST_INSTRUCTIONS), all.length > MOST_INSTRUCTIONS),
      task,
      forbidden: [...forbiddenBy(ready), ...forbidden],
      tainted,
    })) ?? failed('NOT_HERE', texts.noSpawn());
  await deps.views.viewOf(ctx.turn.key).files.noteEnd(deps.database, skill, ctx, outcome.ok);
  return outcome;
}

function spawnOptions(skill: AgentSkill, { alone }: ToolDeps): Omit<SpawnOptions, 'prompt' | 'task'> {
  const model = skill.model?.trim().toLowerCase();
  return {
    besides: skill.allowedTools ?? [],
    maxToolCalls: MOST_CALLS,
    timeoutMs: alone.timeoutMs,
    ...omitUndefined({
      budget: alone.budget,
      tier: model ? tierOf(model) : undefined,
      model: skill.model?.includes('/') ? skill.model.trim() : undefined,
    }),
  };
}

/** The tier that a model's name, in small letters, speaks of; other programs name models of their own here. */
function tierOf(model: string): 'light' | 'heavy' | undefined {
  if (/opus|heavy|large|pro\b/.test(model)) return 'heavy';
  return /haiku|mini|light|small|fast|flash/.test(model) ? 'light' : undefined;
}

/**
 * The part of the result that reaches the conversation: a summary where it is long, unless the skill wants all of it
 * there.
 */
async function summedUp(skill: AgentSkill, outcome: ToolResult, { turn: { spawn } }: CallContext): Promise<ToolResult> {
  if (!outcome.ok || !skill.autoSummarize || outcome.text.length <= SHORT || !spawn) return outcome;
  const summary = await spawn({
    prompt: texts.summingTask(),
    task: outcome.text,
    tools: [],
    tier: 'light',
    tainted: outcome.tainted === true,
  });
  if (!summary.ok) return outcome;
  return done(summary.text, outcome.tainted ? { tainted: true } : {});
}

/** The answer waits at most so long, which is enough for 10,000 skills; the scan continues. */
const ANSWER_WITHIN_MS = 3_000;

export async function rescanSoon(host: SkillHost): Promise<string> {
  const report = await withTimeout(ANSWER_WITHIN_MS, host.rescan());
  return report ? texts.rescanReport(report) : texts.stillReading();
}

export function rescanTool({ host }: { host: SkillHost }): AnyTool {
  return dataTool({
    name: 'skill_rescan',
    // People say it by /rescan-skills.
    group: 'unshown',
    description: 'Reads the folders of the skills again, when the person says that skills were changed or added.',
    effect: 'read',
    flow: { impersonal: true },
    input: z.object({}),
    prepare: () => rescanSoon(host),
    // Names and reasons come out of the skills' files.
    run: async (_, { prepared }) => done(prepared as string, { tainted: true }),
  });
}

/** Tool of the button under a skill's inquest: an owner approves exactly the files that were shown. */
export function approveTool(deps: ToolDeps): AnyTool {
  const { views, host } = deps;
  const folder = (name: string, source: string) => {
    const skill = views.viewOf(undefined).snapshot.skills.get(name);
    return skill?.source.kind === source ? folderOf(skill) : undefined;
  };
  return dataTool({
    name: 'skill_approve',
    description: 'Approves a skill as its files are.',
    effect: 'write',
    callers: 'person',
    timeoutMs: 5_000,
    input: z.object({ name: skillName, source: z.string(), hash: z.string() }),
    async prepare({ name, source, hash }) {
      const asked = folder(name, source);
      return asked && lookForApproval(deps.reader, asked, hash);
    },
    async run({ name, source }, { tx, person, clock, prepared }) {
      const asked = folder(name, source);
      if (!asked) return failed('GONE', texts.noSuchSkill(name));
      const looked = prepared as InspectedFolder | undefined;
      const by = { personId: person.id, now: clock.now() };
      if (!looked || !(await approveLooked(tx, asked, looked, by))) return failed('GONE', texts.changedMeanwhile(name));
      tx.afterCommit(() => host.onDecision());
      return done(texts.approvedNotice(name));
    },
  });
}

const WITHIN_MS = 10_000;
const MOST_COMMANDS = 10;
const LONGEST_OUTPUT = 4_000;

interface CommandsRan {
  /** By skill and command. */
  outputs: Map<string, Map<string, string>>;
  /** Untrusted text was in a workspace that one of them ran in. */
  tainted: boolean;
}

/**
 * Runs what skills want to have run when they are activated, in the sandbox of the turn: of coda's own, and of those whose
 * files, as they are, an owner has approved.
 */
async function runCommands(deps: ToolDeps, { all }: ReadySkill, ctx: CallContext): Promise<CommandsRan> {
  const ran: CommandsRan = { outputs: new Map(), tainted: false };
  if (!deps.code.isOn) return ran;
  const wanting = all.filter(({ body }) => commandsIn(body).length > 0);
  if (wanting.length === 0) return ran;
  const { settings } = await conversations.stateOf(deps.reader, ctx.conversationId);
  const off = offIn(settings, deps.denied(deps.views.viewOf(ctx.turn.key), ctx.person));
  for (const one of wanting) {
    const who = { personId: ctx.person.id, spaceId: ctx.place.space };
    if (await deps.host.secrets.isConfigured(one.skill, who)) continue;
    if (off.has(one.skill.name) || !mayRunUnasked(one.skill, one.trust)) continue;
    const workspace = deps.code.workspaceOf(ctx, one.skill.name);
    workspace.tainted ||= !isTrusted(one.skill.source);
    ran.outputs.set(one.skill.name, await outputsOf(deps, one, workspace, ctx));
    ran.tainted ||= workspace.tainted;
  }
  return ran;
}

async function outputsOf(
  deps: ToolDeps,
  { skill, body }: ReadSkill,
  workspace: Workspace,
  ctx: CallContext,
): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  // A skill that stands in the configuration has no files.
  const bundle = skill.directory === undefined ? undefined : await bundleOf(deps.reader, skill, ctx.signal);
  if (bundle?.ok === false) return outputs;
  const { image } = await deps.code.imageOf(skill);
  for (const command of commandsIn(body).slice(0, MOST_COMMANDS)) {
    const ran = await workspace.run(['sh', '-c', command], {
      image,
      ...(bundle && { cwd: `/skills/${skill.name}`, skills: [bundle] }),
      atStart: () => deps.code.attachedFiles(ctx),
      timeoutMs: WITHIN_MS,
      signal: ctx.signal,
    });
    if (!ran.ok) return outputs;
    outputs.set(command, outputOf(ran));
  }
  return outputs;
}

function outputOf({ stdout, stderr, exitCode, timedOut }: Ran): string {
  const complaint = stderr.text.trim().slice(0, LONGEST_OUTPUT);
  const ended = timedOut ? texts.commandTooSlow() : exitCode === 0 ? '' : texts.commandFailed(exitCode, complaint);
  const cut = stdout.text.length > LONGEST_OUTPUT || stdout.isCut ? texts.commandCut(stdout.bytes) : '';
  return [stdout.text.trimEnd().slice(0, LONGEST_OUTPUT), cut, ended].filter(Boolean).join('\n');
}
