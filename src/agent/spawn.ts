import { deadline } from '../base/async.ts';
import type { Item } from '../delivery/index.ts';
import { isData, refusedInput, runData, runOutside } from './calls.ts';
import { Clocks } from './context/index.ts';
import { ModelError, type ModelToolCall } from './model.ts';
import type { SpawnOptions } from './nested.ts';
import type { AgentOptions } from './options.ts';
import { type Step, Turn } from './steps.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { type CallContext, done, failed, type OutsideTool, type ToolResult } from './tool.ts';

const MAX_CALLS = 10;
const TIMEOUT_MS = 120_000;

/** What a nested turn needs of the one that it belongs to. */
export interface SpawnParent {
  options: AgentOptions;
  item: Item;
  turn: Turn;
  /** The call that it stands under. */
  callId: string;
  context(signal: AbortSignal): CallContext;
  signal: AbortSignal;
  /** Whether the row is still this process's. */
  held(): Promise<boolean>;
}

/**
 * Runs a nested turn to its answer. Its steps are stored under the parent's call, it passes the same policy, and what it
 * has read taints what it answers. It cannot ask the person: what would have to ask is told to it as not possible.
 */
export async function spawn(parent: SpawnParent, options: SpawnOptions): Promise<ToolResult> {
  using limit = deadline(options.timeoutMs ?? TIMEOUT_MS, parent.signal);
  try {
    return await new SubRun(parent, options, limit.signal).toEnd();
  } catch (error) {
    if (limit.passed()) return failed('TIMEOUT', texts.subagentTooSlow());
    if (error instanceof ModelError) return failed('NO_MODEL', error.said ?? texts.modelFault(error.fault));
    throw error;
  }
}

class SubRun {
  private readonly parent: SpawnParent;
  private readonly options: SpawnOptions;
  private readonly signal: AbortSignal;
  private readonly turn: Turn;

  constructor(parent: SpawnParent, options: SpawnOptions, signal: AbortSignal) {
    const { id, startedAt, tainted } = parent.turn;
    this.parent = parent;
    this.options = options;
    this.signal = signal;
    this.turn = new Turn({ id, steps: [], tainted, startedAt });
  }

  async toEnd(): Promise<ToolResult> {
    for (;;) {
      const calls = await this.ask();
      if (calls.length === 0) {
        const text = this.turn.lastAnswer()?.payload.text.trim() ?? '';
        return text === '' ? failed('EMPTY', texts.nothingToSay()) : done(text, { tainted: this.turn.tainted });
      }
      if (this.turn.toolCalls + calls.length > (this.options.maxToolCalls ?? MAX_CALLS)) {
        return failed('TOO_MANY_CALLS', texts.subagentTooBusy());
      }
      for (const call of calls)
        await this.record([{ kind: 'result', callId: call.id, payload: await this.carryOut(call) }]);
    }
  }

  private async ask(): Promise<ModelToolCall[]> {
    const { inference } = this.parent.options;
    const { prompt, task, tier = 'default', budget } = this.options;
    const { when } = this.parent.context(this.signal);
    const { step } = await inference.inferNested({
      item: this.parent.item,
      turn: this.parent.turn,
      request: {
        system: prompt,
        moving: new Clocks().line(this.turn.startedAt, when.zone),
        messages: [{ role: 'user', text: task }, ...this.turn.messages()],
        asked: 0,
        tools: this.tools(),
      },
      taken: new Set(
        this.turn.steps.flatMap(({ step }) => (step.kind === 'model' ? step.payload.calls : [])).map(({ id }) => id),
      ),
      tier,
      budget,
      signal: this.signal,
    });
    await this.record([{ kind: 'model', payload: step }]);
    return step.calls;
  }

  /** What it is offered: what was asked for, or whatever only reads; never what belongs to the conversation alone. */
  private tools() {
    const { toolbox } = this.parent.options;
    const { tools } = this.options;
    return toolbox.specs().filter(({ name }) => {
      const tool = toolbox.get(name);
      if (!tool || tool.mainAgentOnly) return false;
      return tools ? tools.includes(name) : tool.effect === 'read' || tool.effect === 'fetch';
    });
  }

  private async carryOut(call: ModelToolCall): Promise<ToolResult> {
    this.signal.throwIfAborted();
    const { toolbox, policy, database } = this.parent.options;
    const offered = this.tools().some(({ name }) => name === call.name);
    const valid = toolbox.check({ tool: call.name, input: call.input as Record<string, unknown> }, false);
    if ('ok' in valid) return refusedInput(valid, this.turn, call.name);
    if (!offered) return failed('DENIED', texts.denied('it was not given to you.'));
    if (this.turn.repeats(call) >= 2) return failed('REPEATED', texts.repeatedCall());
    const { tool, effect, input } = valid;
    const { person } = this.parent.item;
    const verdict = policy({ tool, effect, input, person, tainted: this.turn.tainted });
    if (verdict.kind === 'deny') return failed('DENIED', texts.denied(verdict.reason));
    if (verdict.kind === 'ask') return failed('MUST_ASK', texts.subagentCannotAsk(call.name));
    const ctx = { ...this.parent.context(this.signal), tainted: this.turn.tainted };
    if (!isData(valid)) {
      const outside = tool as OutsideTool;
      return runOutside({ tool: outside, input }, ctx);
    }
    const prepared = await valid.tool.prepare?.(input, ctx);
    return database.tx('turn.nested', (tx) => runData(tx, valid, prepared === undefined ? ctx : { ...ctx, prepared }));
  }

  /** Stores steps under the parent's call, and with them what they cost. */
  private async record(steps: readonly Step[]): Promise<void> {
    const { options, item, callId, turn } = this.parent;
    if (!(await this.parent.held())) throw new ModelError('cancelled', 'The turn is not this process’s any more.');
    const now = options.world.clock.now();
    for (const step of steps) {
      const tainted = step.kind === 'result' && step.payload.ok && step.payload.tainted === true;
      this.turn.add(step, now, tainted);
      if (step.kind === 'model') turn.nested.push(...(step.payload.used ?? []));
    }
    await store.saveNested(options.database, this.turn, item, callId);
    this.turn.stored = this.turn.steps.length;
  }
}
