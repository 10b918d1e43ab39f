/** The loop of a turn: a model answers, its calls are carried out, until it answers without one. */

import { stripEnd } from '../../base/text.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { isData, runData, runOutside } from '../tools/calls.ts';
import { type DataCall, PreparedCalls, TookTooLong } from '../tools/prepare.ts';
import { type CallContext, failed, isNestedOnly, type OutsideTool, type ToolResult } from '../tools/tool.ts';
import type { ValidCall } from '../tools/toolbox.ts';
import { judge, prepareJudgement, questionOf } from './judge.ts';
import type { CallState } from './steps.ts';
import { commit, type NeedsApproval, type OpenCall, type Outcome, resultOf, type TurnRun } from './turn-run.ts';

/**
 * Runs the turn to what it comes to. Everything is stored as it happens, so that the loop can begin anywhere: it looks at
 * the steps and does what they lack. Throws what the model or a bug throws, `LostTurn`, and `CANCELLED` when it is stopped.
 */
export async function runTurn(run: TurnRun): Promise<Outcome> {
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
async function carryOut(run: TurnRun, open: readonly OpenCall[]): Promise<Outcome | undefined> {
  await prepareJudgement(run, open);
  const judged = open.map((each) => ({ call: each.call, judgement: judge(run, each) }));
  const questions = judged.flatMap(({ call, judgement }) =>
    judgement.kind === 'ask' ? [questionOf(run, call, judgement)] : [],
  );
  if (questions.length > 0) return { kind: 'waiting', questions };
  const reads = judged.flatMap(({ call, judgement }) =>
    judgement.kind === 'run' && isData(judgement.valid) && judgement.valid.tool.effect === 'read'
      ? [{ call, valid: judgement.valid }]
      : [],
  );
  if (reads.length > 1 && reads.length === judged.length && (await runReads(run, reads))) return undefined;
  return runInOrder(run, open);
}

async function runInOrder(run: TurnRun, open: readonly OpenCall[]): Promise<NeedsApproval | undefined> {
  for (let next = 0; next < open.length; next++) {
    run.signal.throwIfAborted();
    const { call, state } = open[next] as OpenCall;
    // An earlier call may have made ready what it runs: a skill is activated.
    if (next > 0 && run.turn.unready.has(call.id)) await prepareJudgement(run, [{ call, state }]);
    const judgement = judge(run, { call, state });
    // An earlier call has made this one a question after all.
    if (judgement.kind === 'ask') return undefined;
    if (judgement.kind === 'refuse') await recordResult(run, call, judgement.result);
    else if (isData(judgement.valid)) await runDataCall(run, { call, state, valid: judgement.valid });
    else {
      const beside = sideBySideFrom(run, open, next);
      next += Math.max(beside.length, 1) - 1;
      const asking = await (beside.length > 1
        ? runSideBySide(run, beside)
        : runOutsideCall(run, { call, state, valid: judgement.valid }));
      if (asking) return asking;
    }
  }
  return undefined;
}

interface AllowedCall extends OpenCall {
  valid: ValidCall;
}

const MOST_SIDE_BY_SIDE = 8;

function sideBySideFrom(run: TurnRun, open: readonly OpenCall[], from: number): AllowedCall[] {
  const beside: AllowedCall[] = [];
  for (const each of open.slice(from, from + MOST_SIDE_BY_SIDE)) {
    const judgement = judge(run, each);
    if (judgement.kind !== 'run' || !isNestedOnly(judgement.valid.tool)) break;
    beside.push({ ...each, valid: judgement.valid });
  }
  return beside;
}

/** Runs them side by side. What some of them ask is asked once, when all others have done what they can. */
async function runSideBySide(run: TurnRun, beside: readonly AllowedCall[]): Promise<NeedsApproval | undefined> {
  const outcomes = await Promise.allSettled(beside.map((each) => runOutsideCall(run, each)));
  const threw = outcomes.find((each) => each.status === 'rejected');
  if (threw) throw threw.reason;
  const questions = outcomes.flatMap((each) => (each.status === 'fulfilled' && each.value ? each.value.questions : []));
  return questions.length === 0 ? undefined : { kind: 'waiting', questions };
}

export async function withPreparedInputs<T>(
  run: TurnRun,
  calls: readonly DataCall[],
  work: (ctx: CallContext) => Promise<T>,
  context = run.context(),
) {
  const prepared = new PreparedCalls();
  const ctx = { ...context, runner: { ...context.runner, prepared } };
  await Promise.all(calls.map((call) => prepared.prepare(call, ctx)));
  return prepared.run(() => work(ctx));
}

/** A call on the person's own data: effect and record in one transaction. */
async function runDataCall(run: TurnRun, { call, state, valid }: OpenCall & { valid: ValidCall & DataCall }) {
  const doing = doingOf(valid);
  if (doing !== undefined) run.show(doing);
  try {
    await withPreparedInputs(
      run,
      [valid],
      (ctx) =>
        commit(run, 'turn.tool', async (tx) => [
          resultOf(call, await runData(tx, valid, withChosen(run, call, state, ctx))),
        ]),
      contextOf(run, call),
    );
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    await recordResult(run, call, failed('TIMEOUT', texts.toolTooSlow(call.name)));
  }
}

/** With the binding for which an approval of the call holds. */
function contextOf(run: TurnRun, call: ModelToolCall, signal?: AbortSignal): CallContext {
  const context = run.context(signal);
  return { ...context, approval: { ...context.approval, bound: run.turn.bound.get(call.id)?.hash } };
}

/** With the act that the model has chosen, where the person may have meant another one. */
function withChosen(run: TurnRun, call: ModelToolCall, state: CallState, ctx: CallContext): CallContext {
  const wordsAnswered = state.kind === 'decided' ? undefined : run.wordsAnswered?.();
  const input = call.input as Record<string, unknown>;
  const chosenAct = wordsAnswered && { ...run.options.toolbox.actOf({ tool: call.name, input }), ...wordsAnswered };
  return chosenAct ? { ...ctx, turn: { ...ctx.turn, chosen: chosenAct } } : ctx;
}

/** Calls that only read run side by side and are recorded together; false when one of them was too slow. */
async function runReads(run: TurnRun, reads: readonly { call: ModelToolCall; valid: ValidCall & DataCall }[]) {
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

/** A call that reaches outside. That it begins is stored first: without a result after it, nobody knows what happened. */
async function runOutsideCall(run: TurnRun, { call, valid, state }: AllowedCall): Promise<NeedsApproval | undefined> {
  const { tool, input } = valid;
  if (state.kind !== 'started') {
    await commit(run, 'turn.call', async () => [{ kind: 'started', callId: call.id, payload: {} }]);
  }
  // An abandoned tool may still report progress when the answer is being written.
  const closing = new AbortController();
  const signal = AbortSignal.any([run.signal, closing.signal]);
  const nested = run.spawnFor?.(call, signal);
  const context = contextOf(run, call, signal);
  const ctx: CallContext = {
    ...context,
    turn: {
      ...context.turn,
      callKey: `${run.item.id} ${call.id}`,
      ...(nested && { spawn: (options) => nested.spawn(options) }),
      ...(nested && tool.display?.as === 'stream' && { progress: (words) => void (signal.aborted || run.show(words)) }),
    },
  };
  const doing = doingOf(valid);
  if (doing !== undefined) run.show(doing);
  const goOn = 'outlasts' in tool && tool.outlasts ? run.holdTime() : undefined;
  const working = runOutside({ tool: tool as OutsideTool, input }, ctx);
  const outcome = await (nested ? Promise.race([working, nested.whenAsked]) : working).finally(goOn);
  closing.abort();
  if (!('ok' in outcome)) return { kind: 'waiting', questions: outcome };
  // A nested turn that was cut off goes on where it stood, elsewhere or later.
  if (run.turn.goesOnUnder(call.id) || isNestedOnly(tool)) run.signal.throwIfAborted();
  await recordResult(run, call, outcome);
  return undefined;
}

async function recordResult(run: TurnRun, call: ModelToolCall, result: ToolResult): Promise<void> {
  await commit(run, 'turn.result', async () => [resultOf(call, result)]);
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

export function progressLine(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return texts.workingNotice(line.length > LONGEST_PROGRESS ? line.slice(0, LONGEST_PROGRESS) : stripEnd(line, '.…'));
}
