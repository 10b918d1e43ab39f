import { NOBODY } from '../approvals/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { CallState } from '../turn/steps.ts';
import type { Turn } from '../turn/turn.ts';
import { isGone } from '../turn/unsaved-values.ts';
import { hashOfCall, refusedInput } from './calls.ts';
import type { Decision, Policy } from './policy.ts';
import { policyQuestionOf } from './policy-question.ts';
import { type CallContext, failed, isNestedOnly, type ToolResult } from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';

/** The same call with the same arguments may be made so often; then the model is told, and then it is stopped. */
const MOST_REPEATS = 2;

export interface AuthorizeContext {
  toolbox: Toolbox;
  policy: Policy;
  /** The turn of the call. */
  turn: Turn;
  context: CallContext;
  /** True if tools that no model is offered may be called: the person asked for the call. */
  hidden?: boolean;
  /** The turn that a nested one belongs to. */
  parent?: Turn;
  /** True if a tool was given to the turn; default: every one. */
  offered?(tool: string): boolean;
}

/** The verdict on a call: it runs, it asks first, or this is its result. */
export type Verdict =
  | { kind: 'allow' }
  | { kind: 'ask'; reason: string; rest?: true }
  | { kind: 'result'; result: ToolResult };

export interface Authorization {
  verdict: Verdict;
  valid?: ValidCall;
}

/** True if a call may run: its input has the right form, policy and person agree, and it has not begun before. */
export function authorize(call: ModelToolCall, state: CallState, on: AuthorizeContext): Authorization {
  const { toolbox, turn, context, offered, hidden = false } = on;
  const goesOn = turn.goesOnUnder(call.id) || isNestedOnly(toolbox.get(call.name));
  if (state.kind === 'started' && !goesOn) {
    // It acted outside, and the process died: whether it happened can only be looked up.
    return { verdict: result(failed('OUTCOME_UNKNOWN', texts.outcomeUnknown(call.name))) };
  }
  if (state.kind === 'open' && turn.repeats(call) >= MOST_REPEATS) {
    return { verdict: result(failed('REPEATED', texts.repeatedCall())) };
  }
  const isDeclined = state.kind === 'decided' && !state.approved;
  if (!isDeclined && isGone(call, toolbox.get(call.name))) {
    return { verdict: result(failed('VALUE_GONE', texts.valueGone(), { remedy: texts.valueGoneRemedy() })) };
  }
  const asked = { tool: call.name, input: call.input as Record<string, unknown> };
  const valid = toolbox.check(asked, hidden);
  if ('ok' in valid) return { verdict: result(refusedInput(valid, turn, call.name)) };
  // A name of an earlier version stands for another tool.
  if (offered && !(offered(call.name) && offered(valid.tool.name)))
    return { verdict: denied('it was not given to you.') };
  // It was looked at before it began.
  if (state.kind === 'started') return { valid, verdict: { kind: 'allow' } };
  if (turn.forbids(valid.tool)) return { verdict: forbidden() };
  if (state.kind === 'decided') {
    const granted = state.approved && state.hash === hashOfCall(turn, call, context, toolbox.get(call.name));
    const said = state.by === NOBODY ? texts.unanswered() : texts.declined();
    if (!granted) return { valid, verdict: result(failed('DECLINED', said)) };
  }
  const look = turn.looked.get(call.id);
  if (look && !look.ok && !look.byPerson) return { valid, verdict: denied(texts.lookedAt(look)) };
  const verdict = judge(valid, call, on);
  if (verdict.kind === 'deny') return { valid, verdict: denied(verdict.reason) };
  // A yes answers a question, and nothing else: what is denied by now does not run.
  if (state.kind === 'decided') return { valid, verdict: { kind: 'allow' } };
  return { valid, verdict: look?.byPerson && verdict.kind === 'allow' ? { kind: 'ask', reason: '' } : verdict };
}

/** The policy's decision now: also after a yes, for role, permission and taint may have changed since the question. */
function judge(valid: ValidCall, call: ModelToolCall, on: AuthorizeContext): Decision {
  return on.policy(policyQuestionOf(valid, call, on));
}

/** An earlier call of the turn rules it out. */
function forbidden(): Verdict & { kind: 'result' } {
  return denied(texts.forbidden());
}

function result(said: ToolResult): Verdict & { kind: 'result' } {
  return { kind: 'result', result: said };
}

function denied(reason: string): Verdict & { kind: 'result' } {
  return result(failed('DENIED', texts.denied(reason)));
}
