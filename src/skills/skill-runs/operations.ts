import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { resolveSteps } from '../../agent-skills/index.ts';
import { sleep } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { oneLine, plural } from '../../base/text.ts';
import { type CommandOutput, type Conversation, operation, usage, type View, YES } from '../../chat/operation.ts';
import { candidatesFor, inputOf, MODES, planFile, planFor, staleIn, type ToolDeps, whoWithin } from './plan.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** Whoever has this machine is its owner. */
const OWNER = { role: 'owner' } as const;

/** Each reads the folders first where nobody has read them yet. */
export const plan = operation({
  name: 'runs plan',
  input: z.object({
    query: z.string().min(1).max(20_000),
    mode: z.enum(MODES).default('single'),
    tag: z.string().max(100).optional(),
    role: z.string().max(100).optional(),
  }),
  async run(deps: ToolDeps, { role, ...asked }) {
    const view = await viewOf(deps);
    const who = whoWithin(OWNER, role, { gate: deps.gate, code: 'USAGE' });
    const planDeps = { ...deps, view };
    const candidates = await candidatesFor(planDeps, { ...asked, who });
    return { plan: await planFor(planDeps, { ...asked, who }), candidates };
  },
});

/** The input of a run that a plan stands for, if its skills are as they were. */
export const planned = operation({
  name: 'runs input',
  input: z.object({ plan: z.unknown(), role: z.string().optional() }),
  async run(deps: ToolDeps, { plan: rawPlan, role }) {
    const read = planFile.safeParse(rawPlan, { error: inputWords });
    if (!read.success) throw notAPlan(read.error);
    whoWithin(OWNER, role, { gate: deps.gate, code: 'USAGE' });
    const stale = await staleIn(await viewOf(deps), read.data);
    if (stale.length > 0) throw staleSkills(stale);
    return inputOf(read.data, role);
  },
});

const steps = operation({
  name: 'runs steps',
  input: z.object({ steps: z.array(z.string()).max(40) }),
  run: (deps: ToolDeps, asked) => resolveGroups(deps, asked.steps),
});

const show = operation({
  name: 'runs show',
  input: z.object({ run: z.string() }),
  run: (deps: ToolDeps, { run }) => showRun(deps, run),
});

async function viewOf({ host, views }: ToolDeps) {
  if (host.catalog.current().version === 0) await host.rescan();
  return views.viewOf(undefined);
}

/** The groups that steps stand for. Throws where one of them is missing, or they are in a circle. */
async function resolveGroups(deps: ToolDeps, steps: readonly string[]): Promise<store.Run['steps']> {
  const { snapshot, decisions } = await viewOf(deps);
  const groups = resolveSteps(snapshot, steps, decisions.drafts);
  if (Array.isArray(groups)) return groups;
  throw new CodaError(groups.code === 'NOT_FOUND' ? 'SKILL_NOT_FOUND' : 'INPUT_INVALID', {
    message: groups.message,
    remedy: '"coda skills list" shows what there is.',
  });
}

async function showRun({ reader }: ToolDeps, id: string): Promise<ShownRun> {
  if (!z.uuid().safeParse(id).success) throw noRun(id);
  const run = await store.runOf(reader, id);
  if (!run) throw noRun(id);
  const steps = store.stepStates(run.steps, await store.stepsDone(reader, id));
  const last = steps.filter(({ place }) => place === run.steps.length - 1);
  const output = texts.joinOutputs(last.map(({ skill, output: text }) => ({ skill, output: text ?? '' })));
  const { state, name = null, message = null } = run;
  return { run: id, name, state, message, steps, output: state === 'done' ? output : null };
}

function noRun(id: string): CodaError {
  return new CodaError('SKILL_RUN_NOT_FOUND', {
    message: `There is no run ${id}.`,
    remedy: 'Runs are kept for 30 days; name one that a command has shown.',
  });
}

function notAPlan(error: z.ZodError): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `That is no plan: ${faultsOf(error, 'the plan', 1)}.`,
    remedy: 'Make one with "coda ask QUERY --dry-run --plan-path FILE".',
  });
}

function staleSkills(names: readonly string[]): CodaError {
  return new CodaError('SKILL_PLAN_STALE', {
    message: names.map((name) => texts.changedSkill(name)).join(' '),
    remedy: 'Make a new plan with "coda ask QUERY --dry-run", and look at it.',
  });
}

const MOST_PAYLOAD = 100_000;
/** Milliseconds: how often a run is looked at that goes on after a decision, and for how long. */
const LOOK_EVERY_MS = 250;
const GOES_ON_MS = 3_600_000;
const APPROVE = 'Approve';

export interface ShownRun {
  run: string;
  name: string | null;
  state: 'running' | 'done' | 'failed' | 'paused';
  message: string | null;
  steps: { skill: string; state: string; output: string | null; place: number }[];
  output: string | null;
}

export const runFlags = {
  approval: z.enum(YES).optional().meta({ description: 'say yes to whatever the run asks', value: 'answer' }),
  stepThrough: z.boolean().optional().describe('show the result of each step, and ask before the next'),
};

interface RunFlags {
  stepThrough?: boolean | undefined;
}

const payloadFlag = (description: string) => z.string().optional().meta({ description, value: 'text|file' });

const runOne = operation({
  name: 'skills run',
  summary: 'run one skill, or a composed one, and show its result',
  example: 'coda skills run meeting-notes notes.txt --json',
  input: z.object({
    id: z.string(),
    words: z.array(z.string()).default([]).describe('what it is about'),
    payload: payloadFlag('the same as a text, or a file that holds it'),
    ...runFlags,
  }),
  args: ['id', 'words'],
  json: 'indented',
  needs: 'config',
  conduct: (_, { id, words, payload, ...flags }, view) =>
    runSteps(flags, view, { steps: [id], payload: payloadOf(payload ?? words.join(' ')) }),
});

const pipeline = operation({
  name: 'skills pipeline',
  summary: 'run several skills, each with the result of the one before',
  example: 'coda skills pipeline --step search --step "flights|hotels" --payload "Rome in May"',
  input: z.object({
    step: z.array(z.string()).optional().meta({ description: 'a skill; "a|b" run side by side', value: 'id' }),
    payload: payloadFlag('what the first one is given'),
    resume: z.string().optional().meta({ description: 'do what is left of a run that failed, or rests', value: 'run' }),
    ...runFlags,
  }),
  json: 'indented',
  needs: 'config',
  conduct(_, { step, payload, resume, ...flags }, view) {
    if (resume !== undefined) return runSteps(flags, view, { resume });
    if (!step) throw usage('There are no steps.', 'Name them with --step a --step "b|c", or a run with --resume.');
    return runSteps(flags, view, { steps: step, payload: payloadOf(payload ?? '') });
  },
});

export const runOperations = [plan, planned, steps, show, runOne, pipeline];

type RunInput = { resume: string } | { steps: string[]; payload: string };

function runSteps(flags: RunFlags, view: View, input: RunInput): Promise<CommandOutput> {
  return view.converse(async (conversation) => {
    if ('steps' in input) await conversation.ask(steps, { steps: input.steps });
    else await conversation.ask(show, { run: input.resume });
    const run = 'resume' in input ? input.resume : randomUUID();
    const asked = 'resume' in input ? { resume: run } : { ...input, run };
    return runOutput(await carryOut(conversation, flags, view, run, asked), view);
  });
}

export async function carryOut(
  conversation: Conversation,
  flags: RunFlags,
  { io, approves }: Pick<View, 'io' | 'approves'>,
  run: string,
  input: object,
): Promise<ShownRun> {
  if (!flags.stepThrough) return begin(conversation, approves, run, input);
  const answers = createInterface({ input: io.stdin })[Symbol.asyncIterator]();
  let progress = await begin(conversation, approves, run, { ...input, until: 1 });
  while (progress.state === 'paused') {
    const last = progress.steps.filter(({ state }) => state === 'done').at(-1);
    io.stderr.write(`[${last?.skill}]\n${last?.output ?? ''}\nGo on? [y/N] `);
    const { value = '' } = await answers.next();
    if (!/^y(?:es)?$/i.test(String(value).trim())) return progress;
    progress = await begin(conversation, approves, run, { resume: run, until: 1 });
  }
  return progress;
}

async function begin(
  conversation: Conversation,
  approves: View['approves'],
  run: string,
  input: object,
): Promise<ShownRun> {
  const replies = await conversation.say(`/pipeline ${JSON.stringify(input)}`);
  const pressed = new Set<string>();
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const progress = await shownRun(conversation, run);
    if (progress && progress.state !== 'running') return progress;
    const question = conversation.open().findLast(({ buttons }) => buttons.every(({ id }) => !pressed.has(id)));
    const button = question?.buttons.find(({ label }) => label === APPROVE);
    if (question && button) {
      if (!approves()) throw waits(run, question.text);
      pressed.add(button.id);
      await conversation.press(button.id);
    } else if (!progress) throw refusedRun(replies);
    // Only after a press it goes on beside what was said.
    else if (pressed.size === 0 || waited > GOES_ON_MS) return progress;
    await sleep(LOOK_EVERY_MS);
  }
}

async function shownRun({ ask }: Conversation, run: string): Promise<ShownRun | undefined> {
  try {
    return await ask(show, { run });
  } catch (error) {
    if (error instanceof CodaError && error.code === 'SKILL_RUN_NOT_FOUND') return undefined;
    throw error;
  }
}

function waits(run: string, question: string): CodaError {
  return new CodaError('SKILL_RUN_WAITS', {
    // The sentence alone: a script is shown the call by "coda approvals".
    message: `The run ${run} waits for a decision: ${oneLine(question.split('\n\n```')[0] ?? '', 500)}`,
    remedy:
      '"coda approvals" shows it, "coda approvals approve ID" decides; --approval approved says yes to whatever the run asks.',
  });
}

function refusedRun(replies: readonly string[]): CodaError {
  return new CodaError('SKILL_RUN_FAILED', {
    message: oneLine(replies.join(' '), 2_000) || 'The run did not begin.',
    remedy: '"coda logs" tells more.',
  });
}

/** Text of what came of it. Throws for a run that has failed. */
export function runOutput(result: ShownRun, { io, json }: View): CommandOutput {
  const { run, state, message, output } = result;
  const full = `${JSON.stringify(result, null, 2)}\n`;
  if (state === 'done') return json ? full : `${output ?? ''}\n`;
  if (state === 'paused') return json ? full : `The run ${run} rests: coda skills pipeline --resume ${run}\n`;
  if (json) io.stdout.write(full);
  throw new CodaError('SKILL_RUN_FAILED', {
    message: message ?? `The run ${run} has not come to its end.`,
    remedy: `Go on with: coda skills pipeline --resume ${run}`,
  });
}

function payloadOf(argument: string): string {
  const text =
    argument !== '' && argument.length < 1_024 && existsSync(argument) ? readFileSync(argument, 'utf8') : argument;
  if (text.length <= MOST_PAYLOAD) return text;
  throw usage(`The payload has ${plural(text.length, 'character')}.`, `Give at most ${MOST_PAYLOAD}.`);
}
