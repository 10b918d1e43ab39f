import { type Deadline, deadline, deferred, unlessAborted } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import type { FaultKind } from '../../base/errors.ts';
import type { Item } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { ApprovalQuestion } from '../approvals/index.ts';
import { ModelError, type ModelToolCall, type ToolSpec } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { isAllowed, isForbidden } from '../tools/forbidden.ts';
import { type CallContext, type Failed, failed, type ToolResult } from '../tools/tool.ts';
import { runTurn } from './loop.ts';
import type { SpawnOptions } from './nested.ts';
import type { AgentOptions } from './options.ts';
import { saveNested } from './record/store.ts';
import type { Turn } from './turn.ts';
import { commit, type Outcome, resultOf, type Spawns, type TurnRun } from './turn-run.ts';

const TIMEOUT_MS = 120_000;
const MAX_CALLS = 10;

export interface SpawnParent {
  options: AgentOptions;
  item: Item;
  turn: Turn;
  call: ModelToolCall;
  context(signal: AbortSignal): CallContext;
  signal: AbortSignal;
  holdTime(): () => void;
  wordsAnswered: TurnRun['wordsAnswered'];
}

/**
 * The nested turns of one call. When none of them can go on before the person has decided, all that they ask is asked
 * at once, and the call is given up: it is run again after the decision, and each goes on from its stored steps.
 */
export class Spawning implements Spawns {
  private readonly parent: SpawnParent;
  private begun = 0;
  private running = 0;
  private readonly questions: ApprovalQuestion[] = [];
  private readonly waiting = deferred<readonly ApprovalQuestion[]>();

  constructor(parent: SpawnParent) {
    this.parent = parent;
  }

  get whenAsked(): Promise<readonly ApprovalQuestion[]> {
    return this.waiting.promise;
  }

  async spawn(options: SpawnOptions): Promise<ToolResult> {
    const { turn, call, signal } = this.parent;
    const nested = turn.nestedUnder(call.id, this.begun++);
    this.running++;
    try {
      const outcome = nested.outcome() ?? (await this.run(nested, options));
      if ('ok' in outcome) return outcome;
      this.questions.push(...outcome);
    } finally {
      this.running--;
      if (this.running === 0 && this.questions.length > 0) this.waiting.resolve(this.questions);
    }
    return unlessAborted(signal, deferred<ToolResult>().promise);
  }

  private async run(nested: Turn, options: SpawnOptions): Promise<ToolResult | readonly ApprovalQuestion[]> {
    const { signal } = this.parent;
    using limit = deadline(options.timeoutMs ?? TIMEOUT_MS, signal);
    const run = new NestedTurn(this.parent, nested, options, limit);
    try {
      return await run.closeNested(await runTurn(run));
    } catch (error) {
      await run.giveUp();
      signal.throwIfAborted();
      if (error instanceof OutOfTokens) return run.fail('BUDGET', texts.subagentOutOfTokens(options.tokenBudget ?? 0));
      if (limit.hasPassed()) return run.fail('TIMEOUT', texts.subagentTooSlow());
      if (error instanceof ModelError)
        return run.fail(FAULT_CODES[error.fault] ?? 'NOT_CONFIGURED', texts.modelFault(error));
      throw error;
    }
  }
}

/** Whoever asked for the subagent tells by its code if the same may work later. */
const FAULT_CODES: Partial<Record<FaultKind, Failed['code']>> = {
  transient: 'UNAVAILABLE',
  rate_limited: 'RATE_LIMITED',
  auth_expired: 'AUTH_EXPIRED',
  budget: 'BUDGET',
};

class OutOfTokens extends Error {}

/** A nested turn passes the same policy as the one that it belongs to, and what it has read taints what it answers. */
class NestedTurn implements TurnRun {
  readonly options: AgentOptions;
  readonly item: Item;
  readonly turn: Turn;
  readonly parent: Turn;
  readonly under: string;
  readonly maxToolCalls: number;
  readonly commitName = 'turn.nested';
  private readonly spawned: SpawnOptions;
  private readonly above: SpawnParent;
  private readonly limit: Deadline;

  constructor(above: SpawnParent, turn: Turn, spawned: SpawnOptions, limit: Deadline) {
    this.above = above;
    this.options = above.options;
    this.item = above.item;
    this.parent = above.turn;
    this.under = above.call.name;
    this.turn = turn;
    this.spawned = spawned;
    this.limit = limit;
    this.maxToolCalls = spawned.maxToolCalls ?? MAX_CALLS;
    turn.tainted ||= spawned.tainted === true;
  }

  get signal(): AbortSignal {
    return this.limit.signal;
  }

  holdTime(): () => void {
    const [own, above] = [this.limit.hold(), this.above.holdTime()];
    return () => {
      own();
      above();
    };
  }

  context(signal = this.signal): CallContext {
    // The person asked for the call that it stands under, not for those that it makes.
    const { agent, sandboxTimeoutMs } = this.spawned;
    const context = this.above.context(signal);
    const tainted = this.turn.tainted || context.request.ownFiles;
    return {
      ...context,
      tainted,
      request: { ...context.request, byName: undefined },
      turn: { ...context.turn, agent, sandboxTimeoutMs },
    };
  }

  wordsAnswered() {
    return this.above.wordsAnswered?.();
  }

  /**
   * True for tools it is offered: those asked for, or whatever only reads; never those that belong to the conversation
   * alone.
   */
  isOffered(name: string): boolean {
    const tool = this.options.toolbox.get(name);
    if (!tool || tool.callers === 'main-agent') return false;
    const { tools, besides = [], forbidden = [] } = this.spawned;
    if (this.tokensLeft <= 0) return false;
    if (isForbidden(tool, forbidden) || this.parent.forbids(tool)) return false;
    const isFor = (each: string) => this.options.toolbox.get(each)?.form?.short?.standsFor?.includes(name);
    if (tools) return tools.includes(name) || tools.some(isFor);
    return tool.effect === 'read' || tool.effect === 'fetch' || isAllowed(tool, besides) || besides.some(isFor);
  }

  /** Tools that no model is shown by itself are shown where they are named, and the one that reads a long result on. */
  private isShown({ name, group }: ToolSpec): boolean {
    if (!this.isOffered(name)) return false;
    const tool = this.options.toolbox.get(name);
    const { tools = [], besides = [] } = this.spawned;
    const isNamed = tools.includes(name) || (tool !== undefined && isAllowed(tool, besides));
    return group !== 'unshown' || isNamed || name === 'result_read';
  }

  private get tokensLeft(): number {
    const { tokenBudget = Number.POSITIVE_INFINITY } = this.spawned;
    return tokenBudget - tokensOf(this.turn).reduce((sum, each) => sum + each, 0);
  }

  /** True if the next answer is likely to use up its tokens: it reads at least what the one before it has read. */
  private get isClosing(): boolean {
    const last = tokensOf(this.turn).at(-1);
    return last !== undefined && this.tokensLeft <= last;
  }

  /** Stored at once: its caller's answer is not. */
  async infer(): Promise<void> {
    const { inference, toolbox } = this.options;
    const { prompt, task, tier = 'default', model, budget } = this.spawned;
    if (this.tokensLeft <= 0) throw new OutOfTokens();
    const { step } = await inference.infer({
      item: this.item,
      turn: this.parent,
      when: this.context().when,
      sections: {
        system: prompt,
        sections: this.isClosing ? [texts.answerNow()] : [],
        tools: toolbox.specs(this.item.person).filter((tool) => this.isShown(tool)),
      },
      signal: this.signal,
      nested: { turn: this.turn, task, tier, model, budget },
    });
    this.turn.add({ kind: 'model', payload: step }, this.options.world.clock.now());
    await commit(this, this.commitName, async () => []);
    this.parent.nested.push(...(step.used ?? []));
  }

  show(doing: string): void {
    this.spawned.onDoing?.(doing);
  }

  async save(tx: Transaction, _now: Instant): Promise<void> {
    saveNested(tx, this.turn, this.item);
  }

  /** Drops what could not be stored; an answer among it has cost what it has cost. */
  async giveUp(): Promise<void> {
    await this.options.inference.charge(this.item, this.parent, this.turn.rollBack());
  }

  async closeNested(outcome: Outcome): Promise<ToolResult | readonly ApprovalQuestion[]> {
    if (outcome.kind === 'waiting') return outcome.questions;
    const result = this.turn.outcome();
    if (result || outcome.kind !== 'failed') return result ?? failed('EMPTY', texts.nothingToSay());
    const isBusy = outcome.code === 'TOO_MANY_CALLS';
    return this.fail(outcome.code, isBusy ? texts.subagentTooBusy() : outcome.text);
  }

  /** Ends it without an answer. Stored, so that a call that is run again is told the same. */
  async fail(code: Failed['code'], text: string): Promise<ToolResult> {
    const result = failed(code, text);
    await commit(this, this.commitName, async () => [resultOf({ id: this.turn.path }, result)]);
    return result;
  }
}

function tokensOf({ steps }: Turn): number[] {
  return steps.flatMap(({ step }) =>
    step.kind === 'model'
      ? [(step.payload.used ?? []).reduce((sum, { input, output }) => sum + input + output, 0)]
      : [],
  );
}
