/** The loop of a turn: a model answers, its calls are carried out, until it answers without one. */

import { append } from '../../audit/index.ts';
import { unlessAborted } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { stripEnd } from '../../base/text.ts';
import type { Item } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { ApprovalQuestion } from '../approvals/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { type Authorization, authorize } from '../tools/authorize.ts';
import {
  type DataCall,
  isData,
  PreparedInputs,
  prepareInput,
  retryPrepared,
  runData,
  runOutside,
  TookTooLong,
} from '../tools/calls.ts';
import { isLookedAt, lookAtCall } from '../tools/critique.ts';
import { type CallContext, failed, isNestedOnly, type OutsideTool, type ToolResult } from '../tools/tool.ts';
import type { ValidCall } from '../tools/toolbox.ts';
import type { SpawnOptions } from './nested.ts';
import type { AgentOptions } from './options.ts';
import type { AnsweredTurn, CallState, RefusedTurn, Step } from './steps.ts';
import type { Turn } from './turn.ts';

export interface Running {
  readonly options: AgentOptions;
  readonly item: Item;
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly maxToolCalls: number;
  /** Stops the time of the turn's limit until what it returns is called. */
  holdTime(): () => void;
  readonly parent?: Turn;
  readonly under?: string;
  /** The name of the transactions in which steps are stored; each step's own when left out. */
  readonly commits?: string;
  /** True if a tool was given to the turn; every one when left out. */
  isOffered?(tool: string): boolean;
  context(signal?: AbortSignal): CallContext;
  infer(): Promise<void>;
  show(doing: string): void;
  /** Writes the new steps in `tx`, which holds the inbox row: it is this process's until the commit. */
  save(tx: Transaction, now: Instant): Promise<void>;
  /** Lets a call begin nested turns. They themselves cannot. */
  spawnFor?(call: ModelToolCall, signal: AbortSignal): Spawns;
}

export interface Spawns {
  spawn(options: SpawnOptions): Promise<ToolResult>;
  /** Resolves when the call cannot go on without the person; else never. */
  readonly whenAsked: Promise<readonly ApprovalQuestion[]>;
}

export interface OpenCall {
  call: ModelToolCall;
  state: CallState;
}

export interface NeedsApproval {
  kind: 'waiting';
  questions: readonly ApprovalQuestion[];
}

export type Outcome = AnsweredTurn | RefusedTurn | NeedsApproval;

/** Another process has the turn: nothing of it may be committed here. */
export class LostTurn extends Error {}

/**
 * Runs the turn to what it comes to. Everything is stored as it happens, so that the loop can begin anywhere: it looks at
 * the steps and does what they lack. Throws what the model or a bug throws, `LostTurn`, and `CANCELLED` when it is stopped.
 */
export async function runTurn(run: Running): Promise<Outcome> {
  for (;;) {
    run.signal.throwIfAborted();
    const open = run.turn.openCalls();
    const room = run.maxToolCalls - run.turn.toolCalls;
    const isCalling = open.length > 0 && room > 0;
    const outcome = isCalling ? await carryOut(run, open.slice(0, room)) : run.turn.cameTo(run.maxToolCalls);
    if (outcome) return outcome;
    if (!isCalling) await run.infer();
  }
}

/** Carries out calls in order; only reads run side by side. When some must be asked first, none has run. */
async function carryOut(run: Running, open: readonly OpenCall[]): Promise<Outcome | undefined> {
  await bind(run, open);
  await critique(run, open);
  const checked = open.map(({ call, state }) => ({ call, ...authorizeCall(run, call, state) }));
  const { turn, under } = run;
  const questions = checked.flatMap(({ call, verdict }) =>
    verdict.kind === 'ask' ? [questionOf(verdict, { turn, call, ...(under !== undefined && { under }) })] : [],
  );
  if (questions.length > 0) return { kind: 'waiting', questions };
  const reads = checked.flatMap(({ call, valid, verdict }) =>
    verdict.kind === 'allow' && valid && isData(valid) && valid.tool.effect === 'read' ? [{ call, valid }] : [],
  );
  if (reads.length > 1 && reads.length === checked.length && (await readAll(run, reads))) return undefined;
  return inOrder(run, open);
}

const questionOf = (
  { reason, rest }: Extract<Authorization['verdict'], { kind: 'ask' }>,
  of: Pick<ApprovalQuestion, 'turn' | 'call' | 'under'>,
): ApprovalQuestion => ({ ...of, reason, ...(rest && { rest }) });

async function inOrder(run: Running, open: readonly OpenCall[]): Promise<NeedsApproval | undefined> {
  for (let next = 0; next < open.length; next++) {
    run.signal.throwIfAborted();
    const { call, state } = open[next] as OpenCall;
    // An earlier call of the same step may have ruled it out, or brought untrusted text: then it asks after all.
    const { valid, verdict } = authorizeCall(run, call, state);
    if (verdict.kind === 'ask') return undefined;
    if (verdict.kind === 'result') await record(run, call, verdict.result);
    else if (valid && isData(valid)) await change(run, call, valid);
    else if (valid) {
      const beside = besideFrom(run, open, next);
      next += Math.max(beside.length, 1) - 1;
      const asking = await (beside.length > 1 ? reachOutAll(run, beside) : reachOut(run, call, valid, state));
      if (asking) return asking;
    }
  }
  return undefined;
}

interface AllowedCall extends OpenCall {
  valid: ValidCall;
}

const MOST_SIDE_BY_SIDE = 8;

function besideFrom(run: Running, open: readonly OpenCall[], from: number): AllowedCall[] {
  const beside: AllowedCall[] = [];
  for (const { call, state } of open.slice(from, from + MOST_SIDE_BY_SIDE)) {
    const { valid, verdict } = authorizeCall(run, call, state);
    if (verdict.kind !== 'allow' || !valid || !isNestedOnly(valid.tool)) break;
    beside.push({ call, state, valid });
  }
  return beside;
}

/** Runs them side by side. What some of them ask is asked once, when all others have done what they can. */
async function reachOutAll(run: Running, beside: readonly AllowedCall[]): Promise<NeedsApproval | undefined> {
  const came = await Promise.allSettled(beside.map(({ call, valid, state }) => reachOut(run, call, valid, state)));
  const threw = came.find((each) => each.status === 'rejected');
  if (threw) throw threw.reason;
  const questions = came.flatMap((each) => (each.status === 'fulfilled' && each.value ? each.value.questions : []));
  return questions.length === 0 ? undefined : { kind: 'waiting', questions };
}

async function bind(run: Running, open: readonly OpenCall[]): Promise<void> {
  const { toolbox } = run.options;
  for (const { call } of open) {
    await unlessAborted(run.signal, toolbox.whenKnown(call.name));
    const valid = toolbox.check({ tool: call.name, input: call.input as Record<string, unknown> }, false);
    if ('ok' in valid || !valid.tool.policy?.binds) continue;
    const bound = await valid.tool.policy.binds(valid.input, run.context());
    if (bound === undefined) run.turn.bound.delete(call.id);
    else run.turn.bound.set(call.id, typeof bound === 'string' ? { hash: bound } : bound);
  }
}

async function critique(run: Running, open: readonly OpenCall[]): Promise<void> {
  const { options, turn } = run;
  for (const { call, state } of open) {
    const { valid, verdict } = authorizeCall(run, call, state);
    if (state.kind !== 'open' || verdict.kind === 'result' || turn.looked.has(call.id)) continue;
    if (!valid || !isLookedAt(valid, options.critique)) continue;
    const look = await lookAtCall(options.inference.small, options.critique, valid, run.context());
    run.signal.throwIfAborted();
    await commit(run, 'turn.critique', async (tx) => {
      append(tx, [turn.recorder.rowOfLook(valid, look, run.item, turn)]);
      return [];
    });
    turn.looked.set(call.id, look);
  }
}

export function authorizeCall(run: Running, call: ModelToolCall, state: CallState): Authorization {
  const { options, turn, parent, isOffered: offered } = run;
  return authorize(call, state, {
    ...options,
    turn,
    context: run.context(),
    // The person may ask for what no model is offered.
    hidden: turn.isByName,
    ...(parent && { parent }),
    ...(offered && { isOffered: (tool) => offered.call(run, tool) }),
  });
}

export async function withPreparedInputs<T>(
  run: Running,
  calls: readonly DataCall[],
  work: (ctx: CallContext) => Promise<T>,
) {
  const ready = new PreparedInputs();
  const context = run.context();
  const ctx = { ...context, runner: { ...context.runner, ready } };
  await Promise.all(calls.map((valid) => prepareInput(ready, valid, ctx)));
  return retryPrepared(ready, () => work(ctx));
}

/** One call on the person's own data: effect and record in one transaction. */
async function change(run: Running, call: ModelToolCall, valid: ValidCall & DataCall): Promise<void> {
  const doing = doingOf(valid);
  if (doing !== undefined) run.show(doing);
  try {
    await withPreparedInputs(run, [valid], (ctx) =>
      commit(run, 'turn.tool', async (tx) => [resultOf(call, await runData(tx, valid, ctx))]),
    );
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    await record(run, call, failed('TIMEOUT', texts.toolTooSlow(call.name)));
  }
}

/** Calls that only read run side by side and are recorded together; false when one of them was too slow. */
async function readAll(run: Running, reads: readonly { call: ModelToolCall; valid: ValidCall & DataCall }[]) {
  const valids = reads.map(({ valid }) => valid);
  try {
    await withPreparedInputs(run, valids, (ctx) =>
      commit(run, 'turn.tool', (tx) =>
        Promise.all(reads.map(async ({ call, valid }) => resultOf(call, await runData(tx, valid, ctx)))),
      ),
    );
    return true;
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    // Each by itself, so that the others have their results.
    return false;
  }
}

/** One call that reaches outside. That it begins is stored first: without a result after it, nobody knows what happened. */
async function reachOut(
  run: Running,
  call: ModelToolCall,
  valid: ValidCall,
  state: CallState,
): Promise<NeedsApproval | undefined> {
  const { tool, input } = valid;
  if (state.kind !== 'started') {
    await commit(run, 'turn.call', async () => [{ kind: 'started', callId: call.id, payload: {} }]);
  }
  // An abandoned tool may still report progress when the answer is being written.
  const given = new AbortController();
  const signal = AbortSignal.any([run.signal, given.signal]);
  const nested = run.spawnFor?.(call, signal);
  const context = run.context(signal);
  const ctx: CallContext = {
    ...context,
    approval: { ...context.approval, bound: run.turn.bound.get(call.id)?.hash },
    turn: {
      ...context.turn,
      callKey: `${run.item.id} ${call.id}`,
      ...(nested && { spawn: (options) => nested.spawn(options) }),
      ...(nested && tool.display?.as === 'stream' && { progress: (said) => void (signal.aborted || run.show(said)) }),
    },
  };
  const doing = doingOf(valid);
  if (doing !== undefined) run.show(doing);
  const goOn = 'outlasts' in tool && tool.outlasts ? run.holdTime() : undefined;
  const working = runOutside({ tool: tool as OutsideTool, input }, ctx);
  const came = await (nested ? Promise.race([working, nested.whenAsked]) : working).finally(goOn);
  given.abort();
  if (!('ok' in came)) return { kind: 'waiting', questions: came };
  // A nested turn that was cut off goes on where it stood, elsewhere or later.
  if (run.turn.goesOnUnder(call.id) || isNestedOnly(tool)) run.signal.throwIfAborted();
  await record(run, call, came);
  return undefined;
}

async function record(run: Running, call: ModelToolCall, result: ToolResult): Promise<void> {
  await commit(run, 'turn.result', async () => [resultOf(call, result)]);
}

export function resultOf({ id }: Pick<ModelToolCall, 'id'>, payload: ToolResult): Step {
  return { kind: 'result', callId: id, payload };
}

/** Stores steps in one transaction with what makes them true. Answers that were added before are stored with them. */
export function commit(run: Running, name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
  return run.turn.commits.run(() => commitNext(run, name, work));
}

async function commitNext(run: Running, name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
  const { options, item, turn, commits = name } = run;
  const { database, delivery, world } = options;
  const added = turn.steps.length;
  const storing = database.tx(commits, async (tx) => {
    turn.steps.length = added;
    const { owned, cancel } = await delivery.lockItem(tx, item);
    if (!owned) throw new LostTurn();
    if (cancel) throw new CodaError('CANCELLED', { message: texts.stoppedNotice(), remedy: '' });
    const now = world.clock.now();
    turn.addAll(await work(tx), now);
    await run.save(tx, now);
  });
  await turn.store(storing, added);
}

/** Characters: it is one line beside what was said. */
const LONGEST_PROGRESS = 100;

function doingOf(valid: ValidCall): string | undefined {
  const { name, description, display } = valid.tool;
  if (display?.text) return display.text(valid.input);
  const as = display?.as ?? (isData(valid) ? 'hidden' : 'name');
  if (as === 'hidden') return undefined;
  if (as === 'name') return name.replaceAll('_', ' ');
  return description.split(/(?<=\w)[.;:](?:\s|$)/, 1)[0];
}

export function progressLine(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim();
  return texts.workingNotice(line.length > LONGEST_PROGRESS ? line.slice(0, LONGEST_PROGRESS) : stripEnd(line, '.…'));
}
