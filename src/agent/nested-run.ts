import { CodaError } from '../base/errors.ts';
import type { Item } from '../delivery/index.ts';
import type { Transaction } from '../storage/index.ts';
import type { Question } from './approvals/index.ts';
import { isData, runData, runOutside } from './calls.ts';
import { type Considered, consider } from './consider.ts';
import { Clocks } from './context/index.ts';
import { isAllowed, isForbidden } from './forbidden.ts';
import type { ModelToolCall } from './model.ts';
import type { SpawnOptions } from './nested.ts';
import type { AgentOptions } from './options.ts';
import { doingOf } from './progress.ts';
import type { CallState, Step, Turn } from './steps.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { type CallContext, failed, type OutsideTool, type ToolResult } from './tool.ts';
import type { ValidCall } from './toolbox.ts';

const MAX_CALLS = 10;

/** What nested turns need of the call that they stand under. */
export interface SpawnParent {
  options: AgentOptions;
  item: Item;
  turn: Turn;
  call: ModelToolCall;
  context(signal: AbortSignal): CallContext;
  signal: AbortSignal;
}

/**
 * The loop of a nested turn: like that of the turn that it belongs to it begins anywhere, looks at the stored steps and
 * does what they lack. It passes the same policy, and what it has read taints what it answers.
 */
export class NestedRun {
  private readonly parent: SpawnParent;
  private readonly turn: Turn;
  private readonly options: SpawnOptions;
  private readonly signal: AbortSignal;

  constructor(parent: SpawnParent, turn: Turn, options: SpawnOptions, signal: AbortSignal) {
    this.parent = parent;
    this.turn = turn;
    this.options = options;
    this.signal = signal;
    turn.tainted ||= options.tainted === true;
  }

  /** Runs to its answer, or until it cannot go on without the person: then it returns what is to be asked. */
  async toEnd(): Promise<ToolResult | readonly Question[]> {
    for (;;) {
      this.signal.throwIfAborted();
      const open = this.turn.calls().filter(({ state }) => state.kind !== 'done');
      if (this.turn.toolCalls + open.length > (this.options.maxToolCalls ?? MAX_CALLS)) {
        return this.end(failed('TOO_MANY_CALLS', texts.subagentTooBusy()));
      }
      if (open.length === 0) await this.ask();
      else {
        const questions = await this.carryOut(open);
        if (questions.length > 0) return questions;
      }
      const outcome = this.turn.outcome();
      if (outcome) return outcome;
    }
  }

  /** Ends it without an answer. Stored, so that a call that is run again is told the same. */
  async end(result: ToolResult): Promise<ToolResult> {
    await this.commit(async () => [{ kind: 'result', callId: this.turn.path, payload: result }]);
    return result;
  }

  private async ask(): Promise<void> {
    const { options, item, turn, context } = this.parent;
    const { prompt, task, tier = 'default', model, budget } = this.options;
    const { path, startedAt, steps } = this.turn;
    const made = steps.flatMap(({ step }) => (step.kind === 'model' ? step.payload.calls : []));
    const { step } = await options.inference.inferNested({
      item,
      turn,
      nested: this.turn,
      request: {
        system: prompt,
        moving: new Clocks().line(startedAt, context(this.signal).when.zone),
        messages: [{ role: 'user', text: task }, ...this.turn.messages()],
        asked: 0,
        tools: this.tools(),
      },
      // Under its own path stands what the whole of it came to.
      taken: new Set([path, ...made.map((call) => call.id)]),
      tier,
      model,
      budget,
      signal: this.signal,
    });
    try {
      await this.commit(async () => [{ kind: 'model', payload: step }]);
    } catch (error) {
      await options.inference.charge(item, turn, step.used ?? []);
      throw error;
    }
    turn.nested.push(...(step.used ?? []));
  }

  /** What it is offered: what was asked for, or whatever only reads; never what belongs to the conversation alone. */
  private tools() {
    const { toolbox } = this.parent.options;
    return toolbox.specs().filter(({ name }) => this.offers(name));
  }

  private offers(name: string): boolean {
    const tool = this.parent.options.toolbox.get(name);
    if (!tool || tool.mainAgentOnly) return false;
    const { tools, besides = [], forbidden = [] } = this.options;
    if (isForbidden(tool, forbidden) || this.parent.turn.forbids(tool)) return false;
    if (tools) return tools.includes(name);
    return tool.effect === 'read' || tool.effect === 'fetch' || isAllowed(tool, besides);
  }

  /** Carries out calls in order. Returns what must be asked first; then none of them has run. */
  private async carryOut(open: readonly { call: ModelToolCall; state: CallState }[]): Promise<Question[]> {
    const { turn } = this;
    const under = this.parent.call.name;
    const checked = open.map(({ call, state }) => ({ call, ...this.consider(call, state) }));
    const asking = checked.flatMap(({ call, verdict }) =>
      verdict.kind === 'ask' ? [{ turn, call, reason: verdict.reason, under }] : [],
    );
    if (asking.length > 0) return asking;
    for (const { call, state } of open) {
      this.signal.throwIfAborted();
      // What came before it in the same step may have ruled it out, or brought untrusted text: then it asks after all.
      const { valid, verdict } = this.consider(call, state);
      if (verdict.kind === 'ask') return [];
      const doing = verdict.kind === 'allow' && valid ? doingOf(valid) : undefined;
      if (doing !== undefined) this.options.onDoing?.(doing);
      if (verdict.kind === 'result') await this.record(call, async () => verdict.result);
      else if (valid && isData(valid)) {
        const ctx = this.context();
        const prepared = await valid.tool.prepare?.(valid.input, ctx);
        await this.record(call, (tx) => runData(tx, valid, prepared === undefined ? ctx : { ...ctx, prepared }));
      } else if (valid) await this.runOutside(call, valid);
    }
    return [];
  }

  private consider(call: ModelToolCall, state: CallState): Considered {
    const offered = (name: string) => this.offers(name);
    return consider(call, state, {
      ...this.parent.options,
      turn: this.turn,
      parent: this.parent.turn,
      context: this.context(),
      offered,
    });
  }

  private async runOutside(call: ModelToolCall, { tool, input }: ValidCall): Promise<void> {
    await this.commit(async () => [{ kind: 'started', callId: call.id, payload: {} }]);
    const result = await runOutside({ tool: tool as OutsideTool, input }, this.context());
    await this.record(call, async () => result);
  }

  private context(): CallContext {
    // The person asked for the call that it stands under, not for those that it makes.
    const { agent } = this.options;
    return { ...this.parent.context(this.signal), tainted: this.turn.tainted, byName: undefined, agent };
  }

  private async record(call: ModelToolCall, work: (tx: Transaction) => Promise<ToolResult>): Promise<void> {
    await this.commit(async (tx) => [{ kind: 'result', callId: call.id, payload: await work(tx) }]);
  }

  /** Stores steps in one transaction with what makes them true, under the parent's call, and what they cost. */
  private async commit(work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
    const { options, item } = this.parent;
    try {
      await options.database.tx('turn.nested', async (tx) => {
        this.turn.rollBack();
        const { held, cancel } = await options.delivery.hold(tx, item);
        if (!held || cancel) throw new CodaError('CANCELLED', { message: texts.stopped(), remedy: '' });
        const now = options.world.clock.now();
        for (const step of await work(tx)) {
          this.turn.add(step, now, step.kind === 'result' && step.payload.ok && step.payload.tainted === true);
        }
        store.saveNested(tx, this.turn, item);
      });
    } catch (error) {
      this.turn.rollBack();
      throw error;
    }
    this.turn.stored = this.turn.steps.length;
  }
}
