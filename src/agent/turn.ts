import type { Instant } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import type { Card, Choice, Draft, End, Item } from '../delivery/index.ts';
import type { Transaction } from '../storage/index.ts';
import { ask, expiryOf, type Question } from './approvals/index.ts';
import { LONGEST_SHOWN } from './asking.ts';
import { isData, runData, runOutside, TookTooLong } from './calls.ts';
import { choicesOf } from './choices.ts';
import { type Considered, consider } from './consider.ts';
import type { Sections } from './context/index.ts';
import type { Counters } from './counters.ts';
import { isInterpreter, type Model, type ModelToolCall } from './model.ts';
import type { AgentOptions } from './options.ts';
import { progressLine, progressOf } from './progress.ts';
import { Spawning } from './spawn.ts';
import type { CallState, Step, Turn } from './steps.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { type Call, type CallContext, type DataTool, failed, type OutsideTool, type ToolResult } from './tool.ts';
import type { ValidCall } from './toolbox.ts';
import { UNDO_ALL } from './undo.ts';

/** One button for everything that was deleted. */
function undoAll(deleted: readonly Call[]): Choice {
  const calls = deleted.map(({ tool, input }) => ({ tool, input }));
  return { label: deleted.length === 1 ? 'Undo' : 'Undo all', tool: UNDO_ALL, input: { calls } };
}

/** What a turn needs of the agent that runs it. */
export interface TurnHost {
  readonly options: AgentOptions;
  readonly counters: Counters;
  callContext(item: Item, signal: AbortSignal, tainted: boolean): CallContext;
  sections(item: Item, model: Model): Promise<Sections>;
  say(item: Item, turn: Turn, state: 'failed' | 'cancelled', text: string): Promise<void>;
}

/** The turn is not this process's any more: nothing of it may be committed here. */
class Lost extends Error {}

/**
 * The loop of a turn: ask the model, carry out its calls, until it answers. Everything is stored as it happens, so
 * that the loop can begin anywhere: it looks at the steps and does what they lack.
 */
export class TurnRun {
  private readonly agent: TurnHost;
  private readonly item: Item;
  private readonly turn: Turn;
  private readonly signal: AbortSignal;
  private draft: Draft | undefined;
  private ended = false;

  constructor(agent: TurnHost, item: Item, turn: Turn, signal: AbortSignal) {
    this.agent = agent;
    this.item = item;
    this.turn = turn;
    this.signal = signal;
  }

  /** Runs until the turn has ended or is parked. Throws what the model or a bug throws. */
  async toEnd(): Promise<void> {
    try {
      while (await this.step());
    } catch (error) {
      await this.agent.options.inference.charge(this.item, this.turn, this.turn.rollBack());
      if (!(error instanceof Lost)) throw error;
    } finally {
      await this.settleDraft();
    }
  }

  /** One step; whether there is another. */
  private async step(): Promise<boolean> {
    this.signal.throwIfAborted();
    const { maxToolCalls } = this.agent.options;
    const calls = this.turn.calls();
    const open = calls.filter(({ state }) => state.kind !== 'done');
    const room = maxToolCalls - this.turn.toolCalls;
    if (open.length > 0 && room > 0) return this.carryOut(open.slice(0, room));
    const answer = this.turn.lastAnswer();
    if (answer && calls.length === 0) {
      await this.finish(answer.payload.text);
      return false;
    }
    const refused = this.turn.refusedByName();
    if (refused !== undefined) {
      await this.agent.say(this.item, this.turn, 'failed', refused);
      return false;
    }
    const stuck = this.turn.stuckOn();
    if (stuck !== undefined) {
      await this.settleDraft();
      await this.agent.say(this.item, this.turn, 'failed', texts.loopBroken(stuck));
      return false;
    }
    if (this.turn.toolCalls >= maxToolCalls) {
      await this.settleDraft();
      await this.agent.say(this.item, this.turn, 'failed', texts.tooManyCalls(maxToolCalls));
      return false;
    }
    await this.ask();
    return true;
  }

  /** One answer of the model. It is stored with what follows from it: asking again would be harmless. */
  private async ask(): Promise<void> {
    const { model, inference, world, delivery } = this.agent.options;
    const chosen = model(this.item);
    if (chosen.streams !== false) delivery.typing(this.item.conversation.place);
    const request = {
      item: this.item,
      turn: this.turn,
      when: this.context().when,
      sections: await this.agent.sections(this.item, chosen),
      signal: this.signal,
      onText: (text: string) => this.show(text),
    };
    const infer = () => inference.infer(request);
    const { step, tainted } = await (chosen.interpreter ? infer() : delivery.outside(this.item, infer));
    this.turn.add({ kind: 'model', payload: step }, world.clock.now(), tainted);
  }

  /** Shows the answer while it grows, where the platform can. */
  private show(text: string): void {
    if (text.length > LONGEST_SHOWN) return;
    this.draft ??= this.agent.options.delivery.draft(this.item, this.turn.id, () => this.turn.tainted);
    this.draft?.show(text);
  }

  /** Shows beside what was said so far what is being done, or at least that something is. */
  private progress(line: string | undefined): void {
    const { model, delivery } = this.agent.options;
    // What answers at once has nothing to show meanwhile.
    if (line === undefined || model(this.item).streams === false) return;
    const said = this.turn.lastAnswer()?.payload.text.trim();
    this.show(said ? `${said}\n\n${line}` : line);
    if (!this.draft) delivery.typing(this.item.conversation.place);
  }

  /** Nothing may be shown once the end of the turn is being written. */
  private async settleDraft(): Promise<void> {
    await this.draft?.settle();
    this.turn.drafted = Math.max(this.turn.drafted, this.draft?.parts ?? 0);
    this.draft = undefined;
  }

  private async carryOut(open: readonly { call: ModelToolCall; state: CallState }[]): Promise<boolean> {
    const { turn } = this;
    const checked = open.map((each) => ({ ...each, ...this.consider(each.call, each.state) }));
    const asking = checked.flatMap(({ call, verdict }) =>
      verdict.kind === 'ask' ? [{ turn, call, reason: verdict.reason }] : [],
    );
    if (asking.length > 0) {
      await this.park(asking);
      return false;
    }
    const reads = checked.flatMap(({ call, valid, verdict }) =>
      verdict.kind === 'allow' && valid && isData(valid) && valid.tool.effect === 'read' ? [{ call, valid }] : [],
    );
    if (reads.length > 1 && reads.length === checked.length) {
      await this.runReads(reads);
      return !this.ended;
    }
    for (const [index, { call, state }] of checked.entries()) {
      this.signal.throwIfAborted();
      const isLast = index === checked.length - 1;
      // What came before it in the same step may have ruled it out, or brought untrusted text: then it asks after all.
      const { valid, verdict } = this.consider(call, state);
      if (verdict.kind === 'ask') return true;
      if (verdict.kind === 'result') await this.record(call.id, verdict.result, isLast);
      else if (valid && isData(valid)) await this.runData(call, valid, isLast);
      else if (valid) await this.runOutside(call, valid, state);
      if (this.ended) return false;
    }
    return true;
  }

  private consider(call: ModelToolCall, state: CallState): Considered {
    const hidden = isInterpreter(this.turn.lastAnswer()?.payload.model);
    return consider(call, state, { ...this.agent.options, turn: this.turn, context: this.context(), hidden });
  }

  /** Effect and record in one transaction. */
  private async runData(call: ModelToolCall, valid: ValidCall & { tool: DataTool }, isLast: boolean) {
    const ctx = this.context();
    this.progress(progressOf(valid));
    const prepared = await valid.tool.prepare?.(valid.input, ctx);
    const work = async (tx: Transaction): Promise<Step[]> => {
      const result = await runData(tx, valid, prepared === undefined ? ctx : { ...ctx, prepared });
      return [{ kind: 'result', callId: call.id, payload: result }];
    };
    try {
      await (isLast ? this.conclude('turn.tool', work) : this.commit('turn.tool', work));
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      await this.record(call.id, failed('TIMEOUT', texts.toolTooSlow(call.name)), isLast);
    }
  }

  /** Calls that only read run side by side, and are recorded together. */
  private async runReads(reads: readonly { call: ModelToolCall; valid: ValidCall & { tool: DataTool } }[]) {
    const ctx = this.context();
    const prepared = await Promise.all(reads.map(({ valid }) => valid.tool.prepare?.(valid.input, ctx)));
    try {
      await this.conclude('turn.tool', async (tx) => {
        const results = await Promise.all(
          reads.map(({ valid }, index) => runData(tx, valid, { ...ctx, prepared: prepared[index] })),
        );
        return reads.map(({ call }, index) => ({
          kind: 'result',
          callId: call.id,
          payload: results[index] as ToolResult,
        }));
      });
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      // One of them was too slow: each by itself, so that the others have their results.
      for (const [index, { call, valid }] of reads.entries()) {
        if (!this.ended) await this.runData(call, valid, index === reads.length - 1);
      }
    }
  }

  /** That it begins is stored first: without a result after it, it may only go on with what it has begun itself. */
  private async runOutside(call: ModelToolCall, valid: ValidCall, state: CallState): Promise<void> {
    const { item, turn } = this;
    if (state.kind !== 'started') {
      await this.commit('turn.call', async () => [{ kind: 'started', callId: call.id, payload: {} }]);
    }
    const tool = valid.tool as OutsideTool;
    // One that was given up may go on and speak when the answer is being written.
    const given = new AbortController();
    const signal = AbortSignal.any([this.signal, given.signal]);
    const tell = (doing: string) => signal.aborted || this.progress(progressLine(doing));
    const context = (inner: AbortSignal) => this.context(inner);
    const nested = new Spawning({ options: this.agent.options, item, turn, call, context, signal });
    const ctx: CallContext = {
      ...context(signal),
      spawn: (options) => nested.spawn(options),
      ...(tool.display === 'stream' && { progress: (doing) => void tell(doing) }),
    };
    this.progress(progressOf(valid));
    const came = await Promise.race([runOutside({ tool, input: valid.input }, ctx), nested.asked]);
    given.abort();
    if (!('ok' in came)) return this.park(came);
    // What was cut off goes on where it stood, elsewhere or later.
    if (turn.goesOnUnder(call.id)) this.signal.throwIfAborted();
    await this.record(call.id, came);
  }

  private async record(callId: string, result: ToolResult, isLast = false): Promise<void> {
    const work = async (): Promise<Step[]> => [{ kind: 'result', callId, payload: result }];
    await (isLast ? this.conclude('turn.result', work) : this.commit('turn.result', work));
  }

  /** The last call's transaction: a model whose answer follows from the results ends the turn in it. */
  private async conclude(name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
    const { database, delivery, world, model } = this.agent.options;
    const { interpreter, name: by } = model(this.item);
    if (!interpreter) return this.commit(name, work);
    await this.settleDraft();
    const added = this.turn.steps.length;
    const ended = await database.tx('turn.finish', async (tx) => {
      this.turn.steps.length = added;
      this.append(await work(tx));
      const text = interpreter.settle(this.turn.lastResults());
      const now = world.clock.now();
      this.turn.add({ kind: 'model', payload: { text, calls: [], model: by } }, now);
      const ending = await delivery.endIn(tx, this.item, this.ending(text, now));
      if (!ending) throw new Lost();
      return ending;
    });
    this.turn.stored = this.turn.steps.length;
    this.ended = true;
    this.agent.counters.turns.add({ outcome: 'done' });
    await ended.sent;
  }

  private append(steps: readonly Step[]): void {
    const now = this.agent.options.world.clock.now();
    for (const step of steps) {
      this.turn.add(step, now, step.kind === 'result' && step.payload.ok && step.payload.tainted === true);
    }
  }

  /** Stores steps in one transaction with what makes them true; at this border the asker's follow-ups come in. */
  private async commit(name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
    const { database, delivery, world, model } = this.agent.options;
    const steer = this.agent.options.steer && !model(this.item).interpreter;
    const added = this.turn.steps.length;
    await database.tx(name, async (tx) => {
      this.turn.steps.length = added;
      const { held, cancel } = await delivery.hold(tx, this.item);
      if (!held) throw new Lost();
      if (cancel) throw new CodaError('CANCELLED', { message: texts.stopped(), remedy: '' });
      this.append(await work(tx));
      const now = world.clock.now();
      const heard = steer ? await delivery.steer(tx, this.item, this.turn.id) : [];
      if (heard.length > 0) this.turn.add({ kind: 'steered', payload: { texts: heard.map(({ text }) => text) } }, now);
      store.saveTurn(tx, this.turn, this.item, 'running', now);
    });
    this.turn.stored = this.turn.steps.length;
  }

  /** The lane is free while the person thinks; the decision brings the row back. */
  private async park(questions: readonly Question[]): Promise<void> {
    const { world, delivery, wakeAt } = this.agent.options;
    await this.settleDraft();
    this.ended = true;
    const cards = questions.map((question) => ask(question, this.context()));
    const [first] = questions.map(({ turn, call }) => (turn.path === '' ? call.id : `${turn.path}/${call.id}`));
    const now = world.clock.now();
    const expiresAt = expiryOf(now);
    const asking = new Set(questions.flatMap(({ turn }) => (turn === this.turn ? [] : [turn])));
    const parking = { expiresAt, asking: [...asking] };
    const parked = await delivery.end('turn.park', this.item, {
      state: 'waiting',
      cards,
      key: `ask:${this.turn.id}:${first}`,
      turnId: this.turn.id,
      tainted: this.turn.tainted,
      also: store.turnRecord(this.turn, this.item, 'waiting', now, { parking }),
    });
    if (parked) this.agent.counters.turns.add({ outcome: 'waiting' });
    wakeAt(expiresAt);
  }

  private async finish(answer: string): Promise<void> {
    const { world, delivery } = this.agent.options;
    await this.settleDraft();
    const ended = await delivery.end('turn.finish', this.item, this.ending(answer, world.clock.now()));
    if (ended) this.agent.counters.turns.add({ outcome: 'done' });
  }

  /** What ends the turn with `answer`. */
  private ending(answer: string, now: Instant): End {
    const text = answer.trim() || texts.nothingToSay();
    const results = this.turn.results();
    const choices = choicesOf(results);
    const files = results.flatMap((result) => (result.ok ? (result.files ?? []) : []));
    const times = this.turn.times();
    const deleted = this.deletions();
    if (deleted.length > 0) choices.push(undoAll(deleted));
    const card: Card = {
      kind: 'answer',
      text: [text, ...this.notices(deleted)].join('\n\n'),
      ...(choices.length > 0 && { choices }),
      ...(files.length > 0 && { files }),
      ...(times.length > 0 && { times }),
    };
    return {
      state: 'done',
      cards: [...this.interrupted(), card],
      turnId: this.turn.id,
      tainted: this.turn.tainted,
      drafted: this.turn.drafted,
      also: store.turnRecord(this.turn, this.item, 'done', now, { answer: text }),
    };
  }

  private notices(deleted: readonly { label: string }[]): string[] {
    const said = deleted.length > 0 ? [texts.deletedMeanwhile(deleted.map(({ label }) => label))] : [];
    return [...said, ...this.turn.notices()].map((notice) => `_${notice}_`);
  }

  /** What was deleted in a turn that untrusted text could have led: shown, whatever the model says about it. */
  private deletions(): (Call & { label: string })[] {
    const { toolbox } = this.agent.options;
    if (!this.turn.tainted) return [];
    return this.turn.all().flatMap((turn) => turn.undosOf((name) => toolbox.get(name)?.deletes !== undefined));
  }

  /** What the person must know even if the model keeps silent about it. */
  private interrupted(): Card[] {
    const names = this.turn.all().flatMap((turn) => turn.unknownCalls());
    return names.map((name) => ({ kind: 'notice', text: texts.outcomeUnknownToPerson(name) }));
  }

  private context(signal = this.signal): CallContext {
    const person = this.turn
      .results()
      .reduce((asker, result) => (result.ok && result.asker) || asker, this.item.person);
    const context = this.agent.callContext({ ...this.item, person }, signal, this.turn.tainted);
    return this.turn.isByName ? { ...context, byName: true } : context;
  }
}
