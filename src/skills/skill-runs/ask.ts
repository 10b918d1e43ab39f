/** `coda ask`: finds the skills that a request is for, and with --execute runs them. */

import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { rankByMeaning } from '../../agent-skills/index.ts';
import { CodaError, ERRORS, type ErrorCode, messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { oneLine } from '../../base/text.ts';
import {
  type AskFor,
  type CommandOutput,
  type LocalParts,
  operation,
  usage,
  type View,
  type Wire,
} from '../../chat/operation.ts';
import { carryOut, plan, planned, runFlags, runOutput } from './operations.ts';
import { type Candidate, MODES, type Plan } from './plan.ts';

const input = z.object({
  query: z.array(z.string()).default([]),
  mode: z.string().default('single').describe('single, pipeline or parallel'),
  tag: z.string().optional().describe('only skills with this tag, or of this group'),
  execute: z.boolean().optional().describe('run what is found; without it nothing runs'),
  dryRun: z.boolean().optional().describe('write the plan, with the hash of each skill'),
  planPath: z
    .string()
    .optional()
    .meta({ description: 'where the plan is written to, or the plan that is carried out', value: 'file' }),
  role: z.string().optional().describe('with no more than this role holds'),
  jwt: z.string().optional().meta({ description: 'as the subject of a token, over HTTP', value: 'token' }),
  debug: z.boolean().optional().describe('show also what does not fit well enough'),
  profile: z.boolean().optional().describe('say how long it takes'),
  trace: z.boolean().optional().describe('show what each step gave'),
  ...runFlags,
});

type AskFlags = z.output<typeof input>;

type HttpOf = (parts: LocalParts) => { listen: string; jwt?: unknown } | undefined;

const askOperation = (httpOf: HttpOf) =>
  operation({
    name: 'ask',
    example: 'coda ask "plan four days in Rome" --dry-run --plan-path plan.json',
    input,
    args: ['query'],
    json: 'indented',
    async conduct(ask, flags, view) {
      const query = flags.query.join(' ');
      const isKept = flags.planPath !== undefined && !flags.dryRun;
      if (query.trim() === '' && !isKept)
        throw usage('The query is missing.', 'Try: coda ask "plan four days in Rome"');
      if (flags.jwt !== undefined) return askAsSubject(flags, query, isKept, view, httpOf);
      if (!flags.execute || flags.dryRun) return showPlan(flags, query, ask, view);
      return view.converse(async (conversation) => {
        const { io } = view;
        const runPlan = isKept ? readPlan(flags.planPath ?? '') : await planTold(flags, query, conversation.ask, io);
        const role = flags.role === undefined ? {} : { role: flags.role };
        const asked = (await conversation.ask(planned, { plan: runPlan, ...role })) as object;
        const run = randomUUID();
        const result = await timeWork(flags, io, 'run', () =>
          carryOut(conversation, flags, view, run, { ...asked, run }),
        );
        if (flags.trace) io.stderr.write(`${JSON.stringify(result.steps, null, 2)}\n`);
        return runOutput(result, view);
      });
    },
  });

export const askOperations = (httpOf: HttpOf) => [askOperation(httpOf)];

interface PlannedQuery {
  plan: Wire<Plan>;
  candidates: Wire<Candidate>[];
}

async function askAsSubject(
  flags: AskFlags,
  query: string,
  isKept: boolean,
  view: View,
  httpOf: HttpOf,
): Promise<CommandOutput> {
  const { io } = view;
  const asked = isKept ? { plan: readPlan(flags.planPath ?? '') } : { query };
  const response = await timeWork(flags, io, flags.execute ? 'run' : 'plan', () =>
    askOverHttp(flags, asked, httpOf(view.local())),
  );
  const { answer, plan, executed, skills } = response;
  if (flags.dryRun) return writePlan(flags, query, plan);
  if (flags.execute && !executed) throw nothingFits(query);
  const out = () => {
    if (view.json) return `${JSON.stringify(response, null, 2)}\n`;
    if (answer) return `${answer.text}\n`;
    if (isKept) return UNCHANGED;
    const lines = skills.map(({ name, score, description }) => `  ${name}  ${score}  ${oneLine(description, 100)}`);
    return `${lines.join('\n') || NONE_FITS}\n`;
  };
  if (!answer || answer.status === 'done') return out();
  io.stdout.write(out());
  throw new CodaError(
    answer.status === 'waiting' || answer.status === 'running' ? 'SKILL_RUN_WAITS' : 'SKILL_RUN_FAILED',
    {
      message: `What was asked for is ${answer.status}.`,
      remedy: 'GET /v1/messages tells what comes of it; "coda approvals list" shows what waits for a decision.',
    },
  );
}

const UNCHANGED = 'Every skill of the plan is as it was; --execute carries it out.\n';
const NONE_FITS = 'No skill fits well enough.';

async function showPlan(flags: AskFlags, query: string, ask: AskFor, { io, json }: View): Promise<CommandOutput> {
  if (flags.planPath !== undefined && !flags.dryRun) {
    await ask(planned, { plan: readPlan(flags.planPath) });
    return UNCHANGED;
  }
  const outcome = await timeWork(flags, io, 'plan', () => planFor(flags, query, ask, io));
  if (flags.dryRun) return writePlan(flags, query, outcome.plan);
  const candidates = flags.debug ? outcome.candidates : outcome.candidates.filter(({ offered }) => offered);
  if (json) return `${JSON.stringify({ plan: outcome.plan, candidates }, null, 2)}\n`;
  const effects = outcome.plan.effects.map((effect) => `  ${effect}`);
  return `${[...linesOf({ plan: outcome.plan, candidates }), ...effects].join('\n') || NONE_FITS}\n`;
}

/** Candidates for a request; chosen ones with a star, those that do not fit well enough with a dash. */
function linesOf({ plan, candidates }: PlannedQuery): string[] {
  return candidates.map(({ id, score, offered, description }) => {
    const isTaken = plan.skills.some((skill) => skill.id === id);
    return `${isTaken ? '*' : offered ? ' ' : '-'} ${id}  ${score}  ${oneLine(description, 100)}`;
  });
}

function writePlan(flags: AskFlags, query: string, runPlan: HttpRun['plan'] | PlannedQuery['plan']): CommandOutput {
  if (!runPlan || runPlan.skills.length === 0) throw nothingFits(query);
  const text = `${JSON.stringify(runPlan, null, 2)}\n`;
  if (flags.planPath === undefined) return text;
  writeFileSync(flags.planPath, text);
  return `The plan is in ${flags.planPath}.\n`;
}

async function planTold(flags: AskFlags, query: string, ask: AskFor, io: View['io']): Promise<PlannedQuery['plan']> {
  const outcome = await timeWork(flags, io, 'plan', () => planFor(flags, query, ask, io));
  if (flags.debug) io.stderr.write(`${linesOf(outcome).join('\n')}\n`);
  if (outcome.plan.skills.length === 0) throw nothingFits(query);
  return outcome.plan;
}

async function planFor(
  { mode: named, tag, role }: AskFlags,
  query: string,
  ask: AskFor,
  io: View['io'],
): Promise<PlannedQuery> {
  const mode = MODES.find((each) => each === named);
  if (!mode) throw usage(`There is no mode ${named}.`, 'Use single, pipeline or parallel.');
  return rankByMeaning(
    ask,
    io,
    () => ask(plan, { query, mode, tag, role }),
    ({ candidates }) => candidates,
  );
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

async function timeWork<T>(flags: AskFlags, io: View['io'], what: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await work();
  if (flags.profile) io.stderr.write(`${what}: ${Math.round(performance.now() - since)} ms\n`);
  return result;
}

type HttpAsked = { query: string } | { plan: Json };

interface HttpPlan {
  query: string;
  mode: string;
  skills: { id: string; score: number }[];
  effects: string[];
}

interface HttpRun {
  skills: { name: string; description: string; score: number }[];
  executed: boolean;
  plan?: HttpPlan;
  answer?: { status: string; text: string };
}

/** Options that need the run itself, which HTTP does not show. */
const NOT_OVER_HTTP = ['stepThrough', 'trace', 'approval', 'debug'] as const;

/** Asks `POST /run` of the running coda, which checks the token, with no more than its subject may. Throws what it refuses. */
async function askOverHttp(flags: AskFlags, asked: HttpAsked, http: ReturnType<HttpOf>): Promise<HttpRun> {
  const other = NOT_OVER_HTTP.find((name) => flags[name] !== undefined);
  if (other !== undefined) {
    const option = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usage(`${option} cannot be used with --jwt.`, 'The token says what its subject may; leave one of them out.');
  }
  if (!http?.jwt) {
    throw new CodaError('CONFIG_INVALID', {
      message: 'Nobody could check the token: the configuration names no issuer of tokens.',
      remedy: 'Set http.jwt (docs/http.md), and start coda again.',
    });
  }
  const { mode, tag, role, execute = false, dryRun = false } = flags;
  const how = 'query' in asked ? { mode, ...(tag !== undefined && { tag }) } : {};
  const answer = await fetch(`http://${http.listen}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${flags.jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...asked, ...how, ...(role !== undefined && { role }), execute, dry_run: dryRun }),
  }).catch((cause) => {
    throw new CodaError('NO_DAEMON', {
      message: `Nothing answers at ${http.listen}.`,
      remedy: 'Start "coda run": only a running coda checks tokens.',
      cause,
    });
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && body) return body as HttpRun;
  throw refusedError(answer.status, body as Refusal | undefined);
}

interface Refusal {
  code?: string;
  detail?: string;
  title?: string;
  remedy?: string;
}

function refusedError(status: number, { code = '', detail, title, remedy }: Refusal = {}): CodaError {
  const ownCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'HTTP_FORBIDDEN';
  return new CodaError(ownCode, {
    message: oneLine(detail ?? title ?? `The running coda answered with ${status}.`, 500),
    remedy: oneLine(remedy ?? 'See docs/http.md.', 500),
  });
}
