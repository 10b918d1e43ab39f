/** `coda skills run`, `coda skills pipeline` and `coda ask`: runs of skills, by the daemon or in this process. */

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { sleep } from '../../base/async.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { oneLine } from '../../base/text.ts';
import { type Conversation, type Heard, withConversation } from '../conversation.ts';
import { withVerbs } from '../daemon/verbs.ts';
import type { AskFlags, RunFlags } from '../flags.ts';
import { usage } from '../texts.ts';

const MOST_PAYLOAD = 100_000;
/** Milliseconds: how often a run is looked at that goes on after a decision, and for how long. */
const LOOK_EVERY_MS = 250;
const GOES_ON_MS = 3_600_000;
const APPROVE = 'Approve';

/** A run as the verb `runs-show` tells it. */
interface ShownRun {
  run: string;
  name: string | null;
  state: 'running' | 'done' | 'failed' | 'paused';
  message: string | null;
  steps: { skill: string; state: string; output: string | null; place: number }[];
  output: string | null;
}

/** `coda skills run ID [words…]` */
export async function skillsRun(flags: RunFlags, io: NodeJS.Process): Promise<number> {
  const [id = '', ...words] = flags.args;
  return runSteps(flags, io, { steps: [id], payload: payloadOf(flags.payload ?? words.join(' ')) });
}

/** `coda skills pipeline --step … --payload …`, or `--resume RUN` */
export async function skillsPipeline(flags: RunFlags, io: NodeJS.Process): Promise<number> {
  const { resume, step: steps } = flags;
  if (resume !== undefined) return runSteps(flags, io, { resume });
  if (!steps) throw usage('There are no steps.', 'Name them with --step a --step "b|c", or a run with --resume.');
  return runSteps(flags, io, { steps, payload: payloadOf(flags.payload ?? '') });
}

type RunInput = { resume: string } | { steps: readonly string[]; payload: string };

function runSteps(flags: RunFlags, io: NodeJS.Process, input: RunInput): Promise<number> {
  return withConversation(flags, io, flags.approvalToken, async (conversation) => {
    if ('steps' in input) await conversation.ask('runs-steps', { steps: [...input.steps] });
    else await conversation.ask('runs-show', { run: input.resume });
    const run = 'resume' in input ? input.resume : randomUUID();
    const asked = 'resume' in input ? { resume: run } : { ...input, run };
    return end(await carryOut(conversation, flags, io, run, asked), flags, io);
  });
}

/** Has the run done, in steps where somebody looks at each. */
async function carryOut(
  conversation: Conversation,
  flags: RunFlags,
  io: NodeJS.Process,
  run: string,
  input: Record<string, unknown>,
): Promise<ShownRun> {
  if (!flags.stepThrough) return begin(conversation, flags, run, input);
  const answers = createInterface({ input: io.stdin })[Symbol.asyncIterator]();
  let shown = await begin(conversation, flags, run, { ...input, until: 1 });
  while (shown.state === 'paused') {
    const last = shown.steps.filter(({ state }) => state === 'done').at(-1);
    io.stderr.write(`[${last?.skill}]\n${last?.output ?? ''}\nGo on? [y/N] `);
    const { value = '' } = await answers.next();
    if (!/^y(?:es)?$/i.test(String(value).trim())) return shown;
    shown = await begin(conversation, flags, run, { resume: run, until: 1 });
  }
  return shown;
}

async function begin(
  conversation: Conversation,
  flags: RunFlags,
  run: string,
  input: Record<string, unknown>,
): Promise<ShownRun> {
  const heard = await conversation.say(`/pipeline ${JSON.stringify(input)}`);
  const pressed = new Set<string>();
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const shown = await shownRun(conversation, run);
    if (shown && shown.state !== 'running') return shown;
    const question = conversation.open().findLast(({ buttons }) => buttons.every(({ id }) => !pressed.has(id)));
    const button = question?.buttons.find(({ label }) => label === APPROVE);
    if (question && button) {
      if (flags.approval !== 'approved') throw waits(run, question.text);
      pressed.add(button.id);
      await conversation.press(button.id);
    } else if (!shown) throw refused(heard);
    // Only after a press it goes on beside what was said.
    else if (pressed.size === 0 || waited > GOES_ON_MS) return shown;
    await sleep(LOOK_EVERY_MS);
  }
}

/** The run as it stands; undefined: it has not begun. */
async function shownRun({ ask }: Conversation, run: string): Promise<ShownRun | undefined> {
  try {
    return (await ask('runs-show', { run })) as ShownRun;
  } catch (error) {
    if (error instanceof CodaError && error.code === 'SKILL_RUN_NOT_FOUND') return undefined;
    throw error;
  }
}

function waits(run: string, question: string): CodaError {
  return new CodaError('SKILL_RUN_WAITS', {
    message: `The run ${run} waits for a decision: ${oneLine(question, 500)}`,
    remedy: '"coda approvals list" shows it; --approval approved says yes to whatever the run asks.',
  });
}

function refused({ parts }: Heard): CodaError {
  const said = parts.map(({ text }) => text).join(' ');
  return new CodaError('SKILL_RUN_FAILED', {
    message: oneLine(said, 2_000) || 'The run did not begin.',
    remedy: '"coda logs" tells more.',
  });
}

/** Shows what came of it. */
function end(shown: ShownRun, flags: RunFlags, io: NodeJS.Process): number {
  const { run, state, message, output } = shown;
  if (flags.json) io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (state === 'done') io.stdout.write(`${output ?? ''}\n`);
  else if (state === 'paused') io.stdout.write(`The run ${run} rests: coda skills pipeline --resume ${run}\n`);
  if (state === 'done' || state === 'paused') return 0;
  throw new CodaError('SKILL_RUN_FAILED', {
    message: message ?? `The run ${run} has not come to its end.`,
    remedy: `Go on with: coda skills pipeline --resume ${run}`,
  });
}

/** The text itself, or what stands in the file of that name. */
function payloadOf(given: string): string {
  const text = given !== '' && given.length < 1_024 && existsSync(given) ? readFileSync(given, 'utf8') : given;
  if (text.length <= MOST_PAYLOAD) return text;
  throw usage(`The payload has ${text.length} characters.`, `Give at most ${MOST_PAYLOAD}.`);
}

interface Planned {
  plan: { query: string; mode: string; skills: { id: string; score: number }[]; effects: string[] };
  candidates: { id: string; description: string; score: number; offered: boolean; deprecated: boolean }[];
}

/** `coda ask QUERY`: shows the plan; with --execute carries it out. */
export async function askSkills(flags: AskFlags, io: NodeJS.Process): Promise<number> {
  const query = flags.args.join(' ');
  const isKept = flags.planPath !== undefined && !flags.dryRun;
  if (query.trim() === '' && !isKept) throw usage('The query is missing.', 'Try: coda ask "plan four days in Rome"');
  if (flags.jwt !== undefined) return askAsSubject(flags, query, isKept, io);
  if (!flags.execute) return withVerbs(flags, io, (ask) => look(flags, io, query, ask));
  return withConversation(flags, io, flags.approvalToken, async (conversation) => {
    const plan = isKept ? readPlan(flags.planPath ?? '') : await planTold(flags, query, conversation.ask, io);
    if ((plan as Planned['plan']).skills.length === 0) throw nothingFits(query);
    const role = flags.role === undefined ? {} : { role: flags.role };
    const input = (await conversation.ask('runs-input', { plan: plan as Json, ...role })) as Record<string, unknown>;
    const run = randomUUID();
    const shown = await timed(flags, io, 'run', () => carryOut(conversation, flags, io, run, { ...input, run }));
    if (flags.trace) io.stderr.write(`${JSON.stringify(shown.steps, null, 2)}\n`);
    return end(shown, flags, io);
  });
}

/** As the subject of a token. */
async function askAsSubject(flags: AskFlags, query: string, isKept: boolean, io: NodeJS.Process): Promise<number> {
  const { askOverHttp } = await import('./ask-http.ts');
  const asked = isKept ? { plan: readPlan(flags.planPath ?? '') } : { query };
  const said = await timed(flags, io, flags.execute ? 'run' : 'plan', () => askOverHttp(flags, asked, io));
  const { answer, plan, executed, skills } = said;
  if (flags.dryRun) return writePlan(flags, query, plan, io);
  if (flags.execute && !executed) throw nothingFits(query);
  if (flags.json) io.stdout.write(`${JSON.stringify(said, null, 2)}\n`);
  else if (answer) io.stdout.write(`${answer.text}\n`);
  else if (isKept) io.stdout.write(UNCHANGED);
  else {
    const lines = skills.map(({ name, score, description }) => `  ${name}  ${score}  ${oneLine(description, 100)}`);
    io.stdout.write(`${lines.join('\n') || NONE_FITS}\n`);
  }
  if (!answer || answer.status === 'done') return 0;
  throw new CodaError(
    answer.status === 'waiting' || answer.status === 'running' ? 'SKILL_RUN_WAITS' : 'SKILL_RUN_FAILED',
    {
      message: `What was asked for is ${answer.status}.`,
      remedy: 'GET /v1/messages tells what comes of it; "coda approvals list" shows what waits for a decision.',
    },
  );
}

type AskVerb = Conversation['ask'];

const UNCHANGED = 'Every skill of the plan is as it was; --execute carries it out.\n';
const NONE_FITS = 'No skill fits well enough.';

/** Without --execute nothing runs. */
async function look(flags: AskFlags, io: NodeJS.Process, query: string, ask: AskVerb): Promise<number> {
  if (flags.planPath !== undefined && !flags.dryRun) {
    await ask('runs-input', { plan: readPlan(flags.planPath) });
    io.stdout.write(UNCHANGED);
    return 0;
  }
  const { plan, candidates } = await timed(flags, io, 'plan', () => planned(flags, query, ask));
  if (flags.dryRun) return writePlan(flags, query, plan, io);
  const shown = flags.debug ? candidates : candidates.filter(({ offered }) => offered);
  if (flags.json) io.stdout.write(`${JSON.stringify({ plan, candidates: shown }, null, 2)}\n`);
  else {
    const effects = plan.effects.map((effect) => `  ${effect}`);
    io.stdout.write(`${[...linesOf({ plan, candidates: shown }), ...effects].join('\n') || NONE_FITS}\n`);
  }
  return 0;
}

/** Candidates for a request; chosen ones with a star, those that do not fit well enough with a dash. */
function linesOf({ plan, candidates }: Planned): string[] {
  return candidates.map(({ id, score, offered, description }) => {
    const isTaken = plan.skills.some((skill) => skill.id === id);
    return `${isTaken ? '*' : offered ? ' ' : '-'} ${id}  ${score}  ${oneLine(description, 100)}`;
  });
}

function writePlan(flags: AskFlags, query: string, plan: Planned['plan'] | undefined, io: NodeJS.Process): number {
  if (!plan || plan.skills.length === 0) throw nothingFits(query);
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  if (flags.planPath === undefined) io.stdout.write(text);
  else writeFileSync(flags.planPath, text);
  if (flags.planPath !== undefined) io.stdout.write(`The plan is in ${flags.planPath}.\n`);
  return 0;
}

/** The plan of what is carried out at once; --debug and --profile tell of it on stderr. */
async function planTold(flags: AskFlags, query: string, ask: AskVerb, io: NodeJS.Process): Promise<Planned['plan']> {
  const found = await timed(flags, io, 'plan', () => planned(flags, query, ask));
  if (flags.debug) io.stderr.write(`${linesOf(found).join('\n')}\n`);
  return found.plan;
}

async function planned(flags: AskFlags, query: string, ask: AskVerb): Promise<Planned> {
  const { mode = 'single', tag, role } = flags;
  if (!['single', 'pipeline', 'parallel'].includes(mode)) {
    throw usage(`There is no mode ${mode}.`, 'Use single, pipeline or parallel.');
  }
  const asked = { query, mode, ...(tag !== undefined && { tag }), ...(role !== undefined && { role }) };
  return (await ask('runs-plan', asked)) as Planned;
}

function readPlan(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (error) {
    throw new CodaError('INPUT_INVALID', {
      message: `${file} holds no plan: ${messageOf(error)}.`,
      remedy: 'Make one with "coda ask QUERY --dry-run --plan-path FILE".',
      cause: error,
    });
  }
}

function nothingFits(query: string): CodaError {
  return new CodaError('SKILL_NOT_FOUND', {
    message: `No skill fits “${oneLine(query, 200)}” well enough.`,
    remedy: '"coda ask QUERY --debug" shows what shares words with it.',
  });
}

/** Says how long `work` took, where --profile wants that. */
async function timed<T>(flags: AskFlags, io: NodeJS.Process, what: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await work();
  if (flags.profile) io.stderr.write(`${what}: ${Math.round(performance.now() - since)} ms\n`);
  return result;
}
