/** From the calls that a model has made to what becomes of each, and why: the one place where the loop asks. */

import { append } from '../../audit/index.ts';
import { unlessAborted } from '../../base/async.ts';
import { omitUndefined } from '../../base/json.ts';
import type { ApprovalQuestion } from '../approvals/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import { type Judgement, judgeCall } from '../tools/authorize.ts';
import { isLookedAt, lookAtCall } from '../tools/critique.ts';
import { commit, type OpenCall, type TurnRun } from './turn-run.ts';

/** Judges a call as things stand now: an earlier one of the same step may have ruled it out, or brought untrusted text. */
export function judge(run: TurnRun, { call, state }: OpenCall): Judgement {
  const { options, turn, parent, isOffered: offered } = run;
  return judgeCall(call, state, {
    ...options,
    turn,
    context: run.context(),
    // The person may ask for what no model is offered.
    hidden: turn.isByName,
    ...(parent && { parent }),
    ...(offered && { isOffered: (tool) => offered.call(run, tool) }),
  });
}

/** Awaits what the judgement of these calls takes: the contents that they would run, and a light model's look at them. */
export async function prepareJudgement(run: TurnRun, open: readonly OpenCall[]): Promise<void> {
  for (const { call } of open) await bindContent(run, call);
  for (const each of open) await reviewCall(run, each);
}

export function questionOf(
  { turn, under }: TurnRun,
  call: ModelToolCall,
  { reason, rest }: Extract<Judgement, { kind: 'ask' }>,
): ApprovalQuestion {
  return { turn, call, reason, ...omitUndefined({ under, rest }) };
}

/** Keeps the hash of the content that the call would run: an approval holds for that content alone. */
async function bindContent(run: TurnRun, call: ModelToolCall): Promise<void> {
  const { toolbox } = run.options;
  await unlessAborted(run.signal, toolbox.whenKnown(call.name));
  const valid = toolbox.check({ tool: call.name, input: call.input as Record<string, unknown> }, false);
  if ('ok' in valid || !valid.tool.policy?.binds) return;
  const binding = await valid.tool.policy.binds(valid.input, run.context());
  run.turn.bound.delete(call.id);
  run.turn.unready.delete(call.id);
  if (binding === undefined) return;
  if (typeof binding === 'string') run.turn.bound.set(call.id, { hash: binding });
  else if ('ok' in binding) run.turn.unready.set(call.id, binding);
  else run.turn.bound.set(call.id, binding);
}

async function reviewCall(run: TurnRun, each: OpenCall): Promise<void> {
  const { options, turn } = run;
  const { call, state } = each;
  const judged = judge(run, each);
  if (state.kind !== 'open' || judged.kind === 'refuse' || turn.looked.has(call.id)) return;
  const { valid } = judged;
  if (!isLookedAt(valid, options.critique)) return;
  const look = await lookAtCall(options.inference.small, options.critique, valid, run.context());
  run.signal.throwIfAborted();
  await commit(run, 'turn.critique', async (tx) => {
    append(tx, [turn.recorder.rowOfLook(valid, look, run.item, turn)]);
    return [];
  });
  turn.looked.set(call.id, look);
}
