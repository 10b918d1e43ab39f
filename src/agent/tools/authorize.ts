import { NOBODY } from '../approvals/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { CallState } from '../turn/steps.ts';
import type { CallHistory, Turn } from '../turn/turn.ts';
import { isGone } from '../turn/unsaved-values.ts';
import { hashOfCall, refusedInput } from './calls.ts';
import { type Decision, follows, type Policy, type PolicyQuestion, standIn, textsIn } from './policy.ts';
import { type CallContext, failed, isNestedOnly, LONGEST_SHOWN, type ToolResult, wholeOf } from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';

const MOST_REPEATS = 2;

export interface JudgeContext {
  toolbox: Toolbox;
  policy: Policy;
  turn: Turn;
  context: CallContext;
  /** True if tools that no model is offered may be called: the person asked for the call. */
  hidden?: boolean;
  parent?: Turn;
  /** True if a tool was given to the turn; default: every one. */
  isOffered?(tool: string): boolean;
}

/** A call's fate, and the reason for it. */
export type Judgement =
  | { kind: 'run'; valid: ValidCall }
  | { kind: 'ask'; valid: ValidCall; reason: string; rest?: true }
  | { kind: 'refuse'; result: ToolResult };

/** Decides if a call may run: its input has the right form, policy and person agree, and it has not begun before. */
export function judgeCall(call: ModelToolCall, state: CallState, on: JudgeContext): Judgement {
  const { toolbox, turn, context, isOffered: offered, hidden = false } = on;
  const named = toolbox.get(call.name);
  const goesOn = turn.goesOnUnder(call.id) || isNestedOnly(named);
  if (state.kind === 'started' && !goesOn) {
    // The call acted outside, and the process died: whether it happened can only be looked up.
    return refuse(failed('OUTCOME_UNKNOWN', texts.outcomeUnknown(call.name)));
  }
  if (state.kind === 'open' && turn.repeats(call) >= MOST_REPEATS) {
    return refuse(failed('REPEATED', texts.repeatedCall()));
  }
  // Some models say each call twice; to read twice does no harm.
  const resolvedTool = toolbox.get(
    toolbox.resolveCall({ tool: call.name, input: call.input as Record<string, unknown> }).tool,
  );
  const isOnce = resolvedTool && resolvedTool.effect !== 'read' && !resolvedTool.policy?.mayRepeat;
  if (state.kind === 'open' && isOnce && turn.isSaidTwice(call)) {
    return refuse(failed('SAID_TWICE', texts.saidTwice()));
  }
  const isDeclined = state.kind === 'decided' && !state.approved;
  if (!isDeclined && isGone(call, named)) {
    return refuse(failed('VALUE_GONE', texts.valueGone(), { remedy: texts.valueGoneRemedy() }));
  }
  if (offered && named && !offered(named.name)) return deny(texts.notOffered());
  if (state.kind !== 'started' && named && turn.forbids(named)) return deny(texts.forbidden());
  const asked = { tool: call.name, input: call.input as Record<string, unknown> };
  // A call that was asked about, or had begun, was checked then: an earlier version's is still carried out.
  const valid = toolbox.check(asked, hidden || state.kind === 'decided' || state.kind === 'started');
  if ('ok' in valid) return refuse(refusedInput(valid, turn, call.name));
  // A name of an earlier version stands for another tool.
  if (offered && !(offered(call.name) && offered(valid.tool.name))) return deny(texts.notOffered());
  // The call was judged before it began.
  if (state.kind === 'started') return { kind: 'run', valid };
  if (turn.forbids(valid.tool)) return deny(texts.forbidden());
  const unready = turn.unready.get(call.id);
  if (state.kind === 'decided') {
    if (state.approved && unready) return refuse(unready);
    const granted = state.approved && state.hash === hashOfCall(turn, call, context, toolbox.get(call.name));
    if (state.approved && !granted) return refuse(failed('CHANGED', texts.changedSinceAsked()));
    const note = state.by === NOBODY ? texts.unansweredNote() : texts.declinedNote(state.because);
    if (!granted) return refuse(failed('DECLINED', note));
  }
  const { tells } = context.request;
  if (tells && !mayTell(valid, tells, toolbox)) return deny(texts.notToldThere(toolbox.skillOf(valid.tool.name)));
  const look = turn.looked.get(call.id);
  if (look && !look.ok && !look.byPerson) return deny(texts.lookedAt(look));
  const verdict = askPolicy(valid, call, on);
  if (verdict.kind === 'deny') return deny(verdict.reason);
  if (unready) return refuse(unready);
  // A yes answers a question, and nothing else: what is denied by now does not run.
  if (state.kind === 'decided') return { kind: 'run', valid };
  if (verdict.kind === 'ask') return { ...verdict, valid };
  return look?.byPerson ? { kind: 'ask', valid, reason: '' } : { kind: 'run', valid };
}

/** True if a turn whose answer others read may know the result: it is not the person's own, or they have allowed it by name. */
function mayTell({ tool }: ValidCall, allowed: readonly string[], toolbox: Toolbox): boolean {
  if (tool.flow?.impersonal || tool.flow?.readsOn) return true;
  const skill = toolbox.skillOf(tool.name);
  return allowed.some((name) => name === skill || name === tool.name);
}

/** The policy's decision now: also after a yes, for role, permission and taint may have changed since the question. */
function askPolicy(valid: ValidCall, call: ModelToolCall, on: JudgeContext): Decision {
  return on.policy(policyQuestionOf(valid, call, on));
}

const refuse = (result: ToolResult): Judgement => ({ kind: 'refuse', result });

const deny = (reason: string): Judgement => refuse(failed('DENIED', texts.deniedNotice(reason)));

interface QuestionSource {
  toolbox: Toolbox;
  turn: Turn;
  context: CallContext;
  parent?: Turn;
}

function policyQuestionOf(
  valid: ValidCall,
  call: ModelToolCall,
  { toolbox, turn, context, parent }: QuestionSource,
): PolicyQuestion {
  const { tool, effect, input } = valid;
  const { person, place, request, approval } = context;
  const { origin, byName = false, said, ownFiles: files } = request;
  // Deletions of nested turns count too: who is led to delete everything may be led to share it out.
  const before = (parent ?? turn).allTurns().flatMap((each) => each.madeBefore(each === turn ? call.id : undefined));
  const deletions = before.filter((priorCall) => deletes(toolbox, priorCall) && !isNamed(priorCall, said));
  return {
    tool,
    effect,
    input,
    person,
    place,
    origin,
    agent: context.turn.agent,
    byName,
    said,
    files,
    gate: toolbox.admits(person, { tool, input }),
    private: context.private,
    tainted: turn.tainted,
    targets: tool.flow?.targets?.(input),
    elsewhere: tool.policy?.sendsTo?.(input, { place, conversationId: context.conversationId }) ?? [],
    persons: [...(tool.policy?.persons?.(input) ?? []), ...personsIn(input)],
    found: [...(parent ? foundBy(parent, toolbox, said) : []), ...foundBy(turn, toolbox, said)],
    ...trailOf(valid, historyBefore(call, turn, parent), { toolbox, said, files }),
    named: isNamed(call, said),
    deletions: deletions.length,
    remembered: approval.remembered.includes(tool.name),
  };
}

function deletes(toolbox: Toolbox, { name, input }: ModelToolCall): boolean {
  const { tool } = toolbox.resolveCall({ tool: name, input: input as Record<string, unknown> });
  return toolbox.get(tool)?.policy?.deletes !== undefined;
}

/**
 * Results of calls whose targets stood in the words, or that show what was asked for there, as far as the model was shown
 * them: targets that they name were asked for. Targets that those name were not.
 */
function foundBy(turn: Turn, toolbox: Toolbox, utterances: readonly string[]): string[] {
  const validCalls = turn.madeCalls().flatMap(({ call, result }) => {
    const valid = validCall(call, toolbox);
    return valid ? [{ call, result, valid }] : [];
  });
  const reads = validCalls.flatMap(({ valid }) => valid.tool.flow?.readsOn?.(valid.input) ?? []);
  return validCalls.flatMap(({ call, result, valid }) => {
    const named =
      valid.effect === 'fetch' && !valid.tool.flow?.types ? valid.tool.flow?.targets?.(valid.input) : undefined;
    const from = result.address === undefined ? named : [result.address];
    if (!from || !standIn(from, utterances)) return [];
    const own = reads.filter(({ handle }) => handle.endsWith(`/${call.id}`));
    return [wholeOf(result).slice(0, Math.max(LONGEST_SHOWN, ...own.map(({ to }) => to)))];
  });
}

function validCall({ name, input }: ModelToolCall, toolbox: Toolbox): ValidCall | undefined {
  const valid = toolbox.check({ tool: name, input: input as Record<string, unknown> }, true);
  return 'ok' in valid ? undefined : valid;
}

function historyBefore({ id }: ModelToolCall, turn: Turn, parent: Turn | undefined): CallHistory[] {
  return (parent ?? turn).allTurns().flatMap((each) => {
    const history = each.history();
    const end = each === turn ? history.findIndex(({ call }) => call.id === id) : -1;
    return end < 0 ? history : history.slice(0, end);
  });
}

type Trail = Pick<PolicyQuestion, 'own' | 'followed' | 'rest'>;

function trailOf(
  { tool, input }: ValidCall,
  before: readonly CallHistory[],
  on: { toolbox: Toolbox; said: readonly string[]; files: boolean },
): Trail {
  const decision = before.flatMap(({ steps }) =>
    steps.some((step) => step.kind === 'asked' && step.payload.rest)
      ? steps.flatMap((step) => (step.kind === 'decided' ? [step.payload.approved] : []))
      : [],
  );
  return {
    own: before.some((history) => isOwn(history, on.toolbox, tool.flow?.service?.(input))),
    followed: before.filter((history) => hasFollowed(history, on)).length,
    rest: decision.length === 0 ? undefined : decision.every((approved) => approved) ? 'approved' : 'declined',
  };
}

/**
 * True if the call has brought something of the person's own that `service` does not know; a failure may name it, too.
 */
function isOwn({ call, steps }: CallHistory, toolbox: Toolbox, service: string | undefined): boolean {
  const hasBroughtOwn = steps.some((step) => step.kind === 'result' && !(step.payload.ok && step.payload.impersonal));
  const valid = validCall(call, toolbox);
  if (!hasBroughtOwn || !valid || valid.tool.flow?.impersonal) return false;
  return service === undefined || valid.tool.flow?.service?.(valid.input) !== service;
}

/**
 * True if the call has been sent, or is about to be, to where nobody but others named, and no person decided about it.
 */
function hasFollowed(
  { call, steps, tainted }: CallHistory,
  { toolbox, said, files }: { toolbox: Toolbox; said: readonly string[]; files: boolean },
): boolean {
  const wasRefused = steps.some(({ kind }) => kind === 'result') && !steps.some(({ kind }) => kind === 'started');
  if (!(tainted || files) || wasRefused || steps.some(({ kind }) => kind === 'decided')) return false;
  const valid = validCall(call, toolbox);
  if (valid?.effect !== 'fetch') return false;
  return follows({ tool: valid.tool, targets: valid.tool.flow?.targets?.(valid.input), said });
}

const DELETING = /\b(?:delete|remove|cancel|drop|clear|erase|discard|trash|throw away|get rid of)\b/i;

/** True if the words ask for a deletion, and for this one: all that it names stands in them. */
function isNamed({ input }: ModelToolCall, utterances: readonly string[]): boolean {
  const names = textsIn(input);
  return names.length > 0 && utterances.some((words) => DELETING.test(words)) && standIn(names, utterances);
}

const PERSON = /^(?:person|owner|user|member)(?:_?id)?$/i;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function personsIn(input: unknown): string[] {
  if (input === null || typeof input !== 'object') return [];
  return Object.entries(input).flatMap(([key, value]) =>
    typeof value === 'string' && PERSON.test(key) && ID.test(value) ? [value.toLowerCase()] : personsIn(value),
  );
}
