import type { AuditRow } from '../../audit/index.ts';
import { Sequence } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { canonicalJson, omitUndefined } from '../../base/json.ts';
import type { FileRef, Item } from '../../delivery/index.ts';
import type { Situation } from '../context/index.ts';
import type { ModelMessage, ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { isForbidden, type ToolLabel } from '../tools/forbidden.ts';
import { type Done, done, type Failed, failed, type Look, type ToolResult, wholeOf } from '../tools/tool.ts';
import type { ValidCall } from '../tools/toolbox.ts';
import type { UsageRow } from '../usage/index.ts';
import { type AnsweredTurn, type CallState, type RefusedTurn, type Step, type StoredStep, stateOf } from './steps.ts';

const MOST_CORRECTIONS = 2;
const CORRECTION_CODES: readonly Failed['code'][] = ['REPEATED', 'STILL_INVALID'];
const WRONG_INPUT_CODES: readonly Failed['code'][] = ['INVALID_INPUT', 'STILL_INVALID'];

export interface CallRecorder {
  ofTurn(turn: Turn, item: Item): AuditRow[];
  storableCall(call: ModelToolCall): ModelToolCall;
  rowOfLook(valid: ValidCall, look: Look, item: Item, of: { path: string; tainted: boolean }): AuditRow;
}

export interface CallHistory {
  call: ModelToolCall;
  tainted: boolean;
  steps: readonly Step[];
}

export interface SentMessage {
  /** Undefined where its middle was left out. */
  text: string | undefined;
  pictures: readonly FileRef[];
  show(steps: readonly ModelMessage[]): readonly ModelMessage[];
}

const isOf = (step: Step, { id }: ModelToolCall) => 'callId' in step && step.callId === id;

export interface TurnInit {
  id: string;
  tainted: boolean;
  startedAt: Instant;
  recorder: CallRecorder;
  /** For a resumed turn: the milliseconds worked so far, and the instant since which it is worked on again. */
  before?: { elapsedMs: number; since: Instant };
}

/** A turn in this process: its steps, and how many of them are stored. */
export class Turn {
  readonly id: string;
  /** Position of a nested turn: the call that it stands under and its number there; empty for any other turn. */
  readonly path: string;
  readonly under = new Map<string, Turn>();
  readonly steps: StoredStep[];
  /** Steps from here on are not stored yet. */
  stored: number;
  tainted: boolean;
  /** Number of parts of its answer that may have been shown already. */
  drafted = 0;
  readonly startedAt: Instant;
  private readonly before: { elapsedMs: number; since: Instant };
  /** Usage of nested turns so far; already written. */
  readonly nested: UsageRow[] = [];
  readonly reserved: string[] = [];
  /** Another process may have begun it, and reserved something. */
  isResumed = false;
  readonly recorder: CallRecorder;
  /** Its transactions: calls that run side by side store their steps one after another. */
  readonly commits = new Sequence();
  /** Failures of open calls that have nothing to run, by call: nobody is asked about these. */
  readonly unready = new Map<string, Failed>();
  /** Bindings of its open calls' approvals besides their arguments, by call. */
  readonly bound = new Map<string, { hash: string; says?: string }>();
  /** Keys of what approvals of its open calls bind to, by call, where values of theirs are stored nowhere. */
  readonly keys = new Map<string, string>();
  readonly looked = new Map<string, Look>();
  /** Stands beside its message, from the first request on. */
  situation: Situation | undefined;
  /** The message as the last request showed it, and how that shows the steps behind it. */
  sentMessage: SentMessage | undefined;

  constructor(init: TurnInit & { path?: string; steps: StoredStep[] }) {
    this.id = init.id;
    this.recorder = init.recorder;
    this.path = init.path ?? '';
    this.steps = init.steps;
    this.stored = init.steps.length;
    this.tainted = init.tainted || init.steps.some((step) => step.tainted);
    this.startedAt = init.startedAt;
    this.before = init.before ?? { elapsedMs: 0, since: init.startedAt };
    this.situation = init.steps.flatMap(({ step }) => (step.kind === 'model' && step.payload.situation) || [])[0];
  }

  /** True if none of its steps holds the situation. */
  get isUnsituated(): boolean {
    return !this.steps.some(({ step }) => step.kind === 'model' && step.payload.situation);
  }

  /** Milliseconds of work so far: waiting for a person does not count. */
  elapsedMs(now: Instant): number {
    return this.before.elapsedMs + Math.max(0, now.getTime() - this.before.since.getTime());
  }

  add(step: Step, at: Instant, tainted: boolean | undefined = false): void {
    this.tainted ||= tainted;
    this.steps.push({ seq: this.steps.length, step, tainted: this.tainted, at });
  }

  addAll(steps: readonly Step[], at: Instant): void {
    for (const step of steps) this.add(step, at, step.kind === 'result' && step.payload.tainted);
  }

  /** All steps are stored when the transaction has committed; if it fails, those from `added` on did not happen. */
  async store(transaction: Promise<void>, added: number): Promise<void> {
    try {
      await transaction;
    } catch (error) {
      this.steps.length = added;
      throw error;
    }
    this.stored = this.steps.length;
  }

  unstoredSteps(): StoredStep[] {
    return this.steps.slice(this.stored);
  }

  /** Drops steps that were added but not stored: their transaction did not happen. Returns what they took. */
  rollBack(): UsageRow[] {
    return this.steps
      .splice(this.stored)
      .flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : []));
  }

  get toolCalls(): number {
    return this.steps.filter(({ step }) => step.kind === 'result').length;
  }

  allTurns(): Turn[] {
    return [this, ...this.under.values()];
  }

  /** The nested turn that the call began as its `index`th, from 0; begun now if it was not. */
  nestedUnder(callId: string, index: number): Turn {
    const path = index === 0 ? callId : `${callId}#${index}`;
    const earlierTurn = this.under.get(path);
    if (earlierTurn) return earlierTurn;
    const { id, tainted, startedAt, recorder } = this;
    const newTurn = new Turn({ id, path, steps: [], tainted, startedAt, recorder });
    this.under.set(path, newTurn);
    return newTurn;
  }

  /** True if a nested turn under the call has not come to its end: running the call again goes on with it. */
  goesOnUnder(callId: string): boolean {
    return [...this.under].some(
      ([path, nested]) => (path === callId || path.startsWith(`${callId}#`)) && !nested.outcome(),
    );
  }

  /** The outcome of a nested turn: its answer, or the reason for none; undefined while it has not ended. */
  outcome(): ToolResult | undefined {
    const results = this.steps.flatMap(({ step }) =>
      step.kind === 'result' && step.callId === this.path ? [step.payload] : [],
    );
    if (results[0]) return results[0];
    const answer = this.lastAnswer();
    if (!answer || answer.payload.calls.length > 0) return undefined;
    const text = answer.payload.text.trim();
    return text === '' ? failed('EMPTY', texts.nothingToSay()) : done(text, { tainted: this.tainted });
  }

  lastAnswer(): Extract<Step, { kind: 'model' }> | undefined {
    for (let at = this.steps.length - 1; at >= 0; at--) {
      const step = this.steps[at]?.step;
      if (step?.kind === 'model') return step;
    }
    return undefined;
  }

  calls(): { call: ModelToolCall; state: CallState }[] {
    const from = this.steps.findLastIndex(({ step }) => step.kind === 'model');
    const answer = this.steps[from]?.step;
    if (answer?.kind !== 'model') return [];
    const after = this.steps.slice(from + 1).map(({ step }) => step);
    return answer.payload.calls.map((call) => ({ call, state: stateOf(call.id, after) }));
  }

  private came: readonly string[] | undefined;

  /**
   * Names of the tools that came to the conversation, in that order: `keptNames` from earlier turns, those that calls have
   * found, and now `newNames`. Undefined: none did.
   */
  bringTools(
    keptNames: readonly string[] | undefined,
    newNames: readonly string[] = [],
  ): readonly string[] | undefined {
    const offeredNames = this.results().flatMap((result) => (result.ok && result.offers) || []);
    const all = [...new Set([...(this.came ?? keptNames ?? []), ...offeredNames, ...newNames])];
    this.came = all.length > 0 ? all : undefined;
    return this.came;
  }

  results(): ToolResult[] {
    return this.steps.flatMap(({ step }) => (step.kind === 'result' ? [step.payload] : []));
  }

  madeCalls(): { call: ModelToolCall; result: Done }[] {
    const callsById = new Map(
      this.steps.flatMap(({ step }) =>
        step.kind === 'model' ? step.payload.calls.map((call) => [call.id, call] as const) : [],
      ),
    );
    return this.steps.flatMap(({ step }) => {
      const call = step.kind === 'result' && step.payload.ok ? callsById.get(step.callId) : undefined;
      return call && step.kind === 'result' && step.payload.ok ? [{ call, result: step.payload }] : [];
    });
  }

  saidMeanwhile(): string[] {
    return this.steps.flatMap(({ step }) => (step.kind === 'steered' ? step.payload.texts : []));
  }

  /** Instants that the answer may speak of: of all that was changed, and of what was read right before it. */
  times(): string[] {
    const asked = this.steps.findLastIndex(({ step }) => step.kind === 'model' && step.payload.calls.length > 0);
    const times = this.steps.flatMap(({ step }, index) => {
      if (step.kind !== 'result' || !step.payload.ok) return [];
      return index > asked || step.payload.undo ? (step.payload.times ?? []) : [];
    });
    return [...new Set(times)];
  }

  /** Words that were shown last, with a call behind them. */
  lastWords(): string {
    const answers = this.steps.flatMap(({ step }) => (step.kind === 'model' ? step.payload.text.trim() : []));
    return answers.findLast((text) => text !== '') ?? '';
  }

  notices(): string[] {
    const lastChange = this.steps.findLastIndex(
      ({ step }) => step.kind === 'result' && step.payload.ok && step.payload.undo,
    );
    const all = this.steps.flatMap(({ step }, index) => {
      if (step.kind === 'model') return step.payload.notices ?? [];
      // A question before something else was done instead is answered.
      return step.kind === 'result' && (step.payload.ok || index > lastChange) ? (step.payload.notices ?? []) : [];
    });
    return [...new Set(all)];
  }

  allCalls(): ModelToolCall[] {
    return this.steps.flatMap(({ step }) => (step.kind === 'model' ? step.payload.calls : []));
  }

  history(): CallHistory[] {
    const after = this.steps.map(({ step }) => step);
    return this.steps.flatMap(({ step, tainted }) =>
      step.kind !== 'model'
        ? []
        : step.payload.calls.map((call) => ({ call, tainted, steps: after.filter((each) => isOf(each, call)) })),
    );
  }

  madeBefore(callId?: string): ModelToolCall[] {
    const calls = this.allCalls();
    const end = callId === undefined ? -1 : calls.findIndex(({ id }) => id === callId);
    const failed = new Set(
      this.steps.flatMap(({ step }) => (step.kind === 'result' && !step.payload.ok ? [step.callId] : [])),
    );
    return calls.slice(0, end < 0 ? undefined : end).filter(({ id }) => !failed.has(id));
  }

  repeats(call: ModelToolCall): number {
    const calls = this.allCalls();
    const at = calls.findIndex(({ id }) => id === call.id);
    const unmade = new Set(this.failedCalls(['SAID_TWICE']).map(({ id }) => id));
    return calls.slice(0, at).filter((other) => !unmade.has(other.id) && isSameCall(other, call)).length;
  }

  /** True if the same call stands before it in the same answer. */
  isSaidTwice(call: ModelToolCall): boolean {
    const calls = this.lastAnswer()?.payload.calls ?? [];
    const before = calls.slice(
      0,
      Math.max(
        0,
        calls.findIndex(({ id }) => id === call.id),
      ),
    );
    return before.some((other) => isSameCall(other, call));
  }

  private stuckOn(): string | undefined {
    const corrections = this.failedCalls(CORRECTION_CODES);
    return corrections.length < MOST_CORRECTIONS ? undefined : corrections.at(-1)?.name;
  }

  wasCorrected(tool: string): boolean {
    const calls = this.allCalls();
    const ids = new Set(calls.flatMap(({ id, name }) => (name === tool ? [id] : [])));
    const last = this.steps.findLast(({ step }) => step.kind === 'result' && ids.has(step.callId))?.step;
    return last?.kind === 'result' && !last.payload.ok && WRONG_INPUT_CODES.includes(last.payload.code);
  }

  corrections(): ('wrong_call' | 'loop')[] {
    return this.calls().flatMap(({ state }) => {
      if (state.kind !== 'done' || state.result.ok) return [];
      const { code } = state.result;
      if (code === 'REPEATED') return ['loop'];
      return [...WRONG_INPUT_CODES, 'UNKNOWN_TOOL'].includes(code) ? ['wrong_call'] : [];
    });
  }

  /** Calls of which nobody knows whether they happened, each with the words that the model was told. */
  unknownCalls(): { name: string; message: string }[] {
    const calls = this.allCalls();
    return this.steps.flatMap(({ step }) => {
      if (step.kind !== 'result' || step.payload.ok || step.payload.code !== 'OUTCOME_UNKNOWN') return [];
      const { message } = step.payload;
      return calls.flatMap(({ id, name }) => (id === step.callId ? [{ name, message }] : []));
    });
  }

  private failedCalls(codes: readonly Failed['code'][]): ModelToolCall[] {
    const ids = this.steps.flatMap(({ step }) =>
      step.kind === 'result' && !step.payload.ok && codes.includes(step.payload.code) ? [step.callId] : [],
    );
    const calls = this.allCalls();
    return ids.flatMap((id) => calls.find((call) => call.id === id) ?? []);
  }

  /** Calls and results before its answer, as a request shows them; undefined where no request was made. */
  shownSteps(): readonly ModelMessage[] | undefined {
    const end = this.steps.findLastIndex(({ step }) => step.kind === 'result' || step.kind === 'steered');
    if (end < 0) return undefined;
    return this.sentMessage?.show(this.messages(this.steps.slice(0, end + 1)));
  }

  messages(steps: readonly StoredStep[] = this.steps): ModelMessage[] {
    const names = new Map<string, string>();
    return steps.flatMap(({ step }): ModelMessage[] => {
      if (step.kind === 'model') {
        for (const call of step.payload.calls) names.set(call.id, call.name);
        const { text, calls, keep } = step.payload;
        return [{ role: 'assistant', text, calls, ...(keep && { keep }) }];
      }
      if (step.kind === 'steered') return step.payload.texts.map((text) => ({ role: 'user', text }));
      if (step.kind !== 'result') return [];
      const { callId, payload } = step;
      return [toolMessage(callId, names.get(callId) ?? '', payload)];
    });
  }

  openCalls(): { call: ModelToolCall; state: CallState }[] {
    return this.calls().filter(({ state }) => state.kind !== 'done');
  }

  steeredTexts(): string[] {
    const from = this.steps.findLastIndex(({ step }) => step.kind === 'model');
    return this.steps.slice(from + 1).flatMap(({ step }) => (step.kind === 'steered' ? step.payload.texts : []));
  }

  lastResults(): string[] {
    return this.calls().flatMap(({ state }) => (state.kind === 'done' ? [textOf(state.result)] : []));
  }

  forbids(tool: ToolLabel): boolean {
    return this.results().some((result) => result.ok && isForbidden(tool, result.forbids ?? []));
  }

  get isByName(): boolean {
    return this.lastAnswer()?.payload.by === 'person';
  }

  get isSilent(): boolean {
    const results = this.calls().map(({ state }) => (state.kind === 'done' ? state.result : undefined));
    return results.every((result) => result !== undefined) && results.some((result) => result.ok && result.silent);
  }

  /**
   * The outcome of the turn; undefined while a model has to be asked or a call is open. `most`: calls that it may make.
   */
  cameTo(most: number): AnsweredTurn | RefusedTurn | undefined {
    if (this.steps.length === 0 && most > 0) return undefined;
    const answer = this.lastAnswer()?.payload;
    const calls = this.calls();
    if (answer && (calls.length === 0 || this.isSilent)) return { kind: 'answered', text: answer.text };
    const failed = calls.some(({ state }) => state.kind === 'done' && !state.result.ok);
    if (this.isByName && failed) return { kind: 'failed', code: 'REFUSED', text: this.lastResults().join('\n') };
    const toolName = this.stuckOn();
    if (toolName !== undefined) return { kind: 'failed', code: 'LOOP', text: texts.loopBroken(toolName) };
    return this.toolCalls < most
      ? undefined
      : { kind: 'failed', code: 'TOO_MANY_CALLS', text: texts.tooManyCalls(most) };
  }
}

function isSameCall(one: ModelToolCall, other: ModelToolCall): boolean {
  return one.name === other.name && canonicalJson(one.input) === canonicalJson(other.input);
}

// Results of calls as people and models read them.

function textOf(result: ToolResult): string {
  return result.ok ? result.text : [result.message, result.remedy].filter(Boolean).join(' ');
}

function toolMessage(callId: string, name: string, result: ToolResult): ModelMessage {
  const text = textOf(result);
  const message = { role: 'tool' as const, callId, name, ok: result.ok };
  if (!result.ok) return { ...message, text };
  return {
    ...message,
    text: wholeOf(result),
    ...omitUndefined({
      offers: result.offers,
      files: result.pictures && result.pictures.length > 0 ? result.pictures : undefined,
    }),
  };
}
