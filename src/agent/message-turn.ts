import type { Deadline } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import { type Draft, type End, type Item, isPrivate, isSaid } from '../delivery/index.ts';
import type { Transaction } from '../storage/index.ts';
import { LONGEST_SHOWN } from './asking.ts';
import { isData, runData, TookTooLong } from './calls.ts';
import type { Counters } from './counters.ts';
import { fresh } from './dialogue/dialogue.ts';
import { NOT_UNDERSTOOD } from './dialogue/names.ts';
import { considered, Lost, type OpenCall, type Outcome, type Running, resultOf, withReady } from './loop.ts';
import { type Model, type ModelError, type ModelToolCall, NoModel } from './model.ts';
import type { AgentOptions } from './options.ts';
import type { TurnOver } from './over.ts';
import { progressLine } from './progress.ts';
import { isQuoting, ownWords } from './quotes.ts';
import { Spawning } from './spawn.ts';
import { INTERPRETER, type ModelStep } from './steps.ts';
import * as store from './store.ts';
import { asBrought, asPlanned, refusedBecause } from './texts.ts';
import type { CallContext } from './tool.ts';
import type { Turn } from './turn.ts';
import { endOfAnswer, endOfParking, endOfRefusal } from './turn-end.ts';
import type { HeldValues } from './unstored.ts';

/** What the turn of a message needs of the agent. */
export interface TurnHost {
  readonly options: AgentOptions;
  readonly counters: Counters;
  readonly heldValues: HeldValues;
  callContext(item: Item, signal: AbortSignal, tainted: boolean): CallContext;
}

/** The turn that talks to the person: how it is answered, what it shows meanwhile, and how it ends. */
export class MessageTurn implements Running {
  readonly options: AgentOptions;
  readonly item: Item;
  readonly turn: Turn;
  private readonly limit: Deadline;
  private readonly host: TurnHost;
  /** Undefined where none is configured. */
  private readonly model: Model | undefined;
  private draft: Draft | undefined;

  constructor(host: TurnHost, item: Item, turn: Turn, limit: Deadline) {
    this.host = host;
    this.options = host.options;
    this.item = item;
    this.turn = turn;
    this.limit = limit;
    this.model = host.options.model(item);
  }

  get maxToolCalls(): number {
    return this.options.maxToolCalls;
  }

  get signal(): AbortSignal {
    return this.limit.signal;
  }

  holdTime(): () => void {
    return this.limit.hold();
  }

  context(signal = this.signal): CallContext {
    const person = this.turn
      .results()
      .reduce((asker, result) => (result.ok && result.asker) || asker, this.item.person);
    const context = this.host.callContext({ ...this.item, person }, signal, this.turn.tainted);
    return {
      ...context,
      // What is written from the person's files inherits that they were read.
      tainted: this.turn.tainted || context.ownFiles,
      said: [...context.said, ...this.turn.saidMeanwhile().map(ownWords)],
      turnKey: this.item,
      ...(this.turn.isByName && { byName: true }),
    };
  }

  /** Not stored by itself but with what follows from it: asking again would be harmless. */
  async infer(): Promise<void> {
    const { step, tainted } = await this.answer();
    this.turn.add({ kind: 'model', payload: step }, this.options.world.clock.now(), tainted);
  }

  show(doing: string): void {
    // An answer that comes at once has nothing to show meanwhile.
    if (!this.model || this.model.streams === false) return;
    const line = progressLine(doing);
    const said = this.turn.lastAnswer()?.payload.text.trim();
    this.grow(said ? `${said}\n\n${line}` : line);
    if (!this.draft) this.type();
  }

  /** With the steps; at this border the asker's follow-ups come in, where a model takes them up. */
  async save(tx: Transaction, now: Instant): Promise<void> {
    const { delivery, steer } = this.options;
    const takesUp = steer && this.item.origin === 'person' && this.model && !this.turn.isInterpreted;
    const heard = takesUp ? await delivery.steer(tx, this.item, this.turn.id) : [];
    const texts = heard.map(({ text }) => text);
    if (texts.length > 0) this.turn.add({ kind: 'steered', payload: { texts } }, now, texts.some(isQuoting));
    store.saveTurn(tx, this.turn, this.item, 'running', now);
  }

  spawning(call: ModelToolCall, signal: AbortSignal): Spawning {
    const { options, item, turn } = this;
    const holdTime = () => this.holdTime();
    return new Spawning({ options, item, turn, call, context: (inner) => this.context(inner), signal, holdTime });
  }

  /** What the interpreter understood: effects, record and answer in one transaction, unless a call has to ask or to wait. */
  async endWith(calls: readonly OpenCall[]): Promise<boolean> {
    const { turn, item, options } = this;
    const valids = calls.flatMap(({ call, state }) => {
      const { verdict, valid } = considered(this, call, state);
      return verdict.kind === 'allow' && valid && isData(valid) ? [valid] : [];
    });
    if (valids.length < calls.length) return false;
    await this.settleDraft();
    const added = turn.steps.length;
    const end = (ctx: CallContext) =>
      options.database.tx('turn.finish', async (tx) => {
        turn.steps.length = added;
        for (const { call, state } of calls) {
          const { verdict, valid } = considered(this, call, state);
          if (verdict.kind !== 'allow' || !valid || !isData(valid)) throw new NotAtOnce();
          const result = await runData(tx, valid, { ...this.context(), ...(ctx.ready && { ready: ctx.ready }) });
          turn.addAll([resultOf(call, result)], options.world.clock.now());
        }
        const ended = await options.delivery.endIn(tx, item, this.endOf(turn.lastResults().join('\n')));
        if (!ended) throw new Lost();
        return ended;
      });
    try {
      const { sent } = await withReady(this, valids, end);
      turn.stored = turn.steps.length;
      this.host.counters.turns.add({ outcome: 'done' });
      await sent;
      return true;
    } catch (error) {
      turn.steps.length = added;
      if (error instanceof NotAtOnce || error instanceof TookTooLong) return false;
      throw error;
    }
  }

  /** Ends the turn with what it came to, or parks it: then the lane is free while the person thinks. */
  async end(outcome: Outcome): Promise<TurnOver['how']> {
    await this.settleDraft();
    if (outcome.kind === 'answer') {
      return this.write('turn.finish', this.endOf(outcome.text), 'done', 'answered');
    }
    if (outcome.kind === 'failed') {
      const end = endOfRefusal(this.endInput, outcome, this.options.world.clock.now());
      return this.write('turn.fail', end, end.state, outcome.cancelled ? 'cancelled' : 'failed');
    }
    if (outcome.kind === 'ended') return 'answered';
    const { expiresAt, ...end } = endOfParking(this.endInput, outcome, this.context(), this.options.world.clock.now());
    // Before the commit: the decision may come at once.
    this.host.heldValues.hold(this.turn);
    const how = await this.write('turn.park', end, 'waiting', 'parked');
    this.options.wakeAt(expiresAt);
    return how;
  }

  /** Nothing may be shown once the end of the turn is being written. */
  async settleDraft(): Promise<void> {
    await this.draft?.settle();
    this.turn.drafted = Math.max(this.turn.drafted, this.draft?.parts ?? 0);
    this.draft = undefined;
  }

  private async answer(): Promise<{ step: ModelStep; tainted?: boolean }> {
    const { inference, delivery, toolbox, system, sections } = this.options;
    const { model, item } = this;
    if (!model) return { step: await this.interpret() };
    if (model.streams !== false) this.type();
    const [rules, added] = await Promise.all([system(item), sections(item)]);
    const inquiry = {
      item,
      turn: this.turn,
      when: this.context().when,
      sections: { system: rules, sections: added, tools: toolbox.specs(item.person) },
      signal: this.signal,
      onText: (text: string) => this.grow(text),
    };
    try {
      return await delivery.outside(item, () => inference.infer(inquiry));
    } catch (error) {
      if (error instanceof NoModel) return { step: await this.interpret(withReason(error.why, error, item)) };
      throw error;
    }
  }

  /** What plain English says of the last words, or of what calls have given already; `why`: why no model answers. */
  private async interpret(why?: string): Promise<ModelStep> {
    const { turn, item } = this;
    const steered = turn.steered();
    const results = steered.length === 0 ? turn.lastResults() : [];
    if (results.length > 0) {
      return { text: results.join('\n'), calls: [], model: INTERPRETER, ...(why !== undefined && { notices: [why] }) };
    }
    const said = steered.length > 0 ? steered.join('\n') : item.payload.text;
    const dialogue = isSaid(item) ? fresh(store.contextOf(item).dialogue, turn.startedAt) : { unsaid: true as const };
    const { text, calls, notices } = (await this.options.interpreter()).answer(said, dialogue, why);
    // Nobody is there to be asked what was meant: the words are said at the time that they were meant for.
    if (dialogue.unsaid && (calls.length === 0 || calls.some(({ tool }) => tool === NOT_UNDERSTOOD))) {
      const words = item.origin === 'schedule' ? asPlanned(said, why) : asBrought(said, why);
      return { text: words, calls: [], model: INTERPRETER };
    }
    return {
      text,
      calls: calls.map(({ tool, input }, index) => ({ id: `call_${turn.steps.length}_${index}`, name: tool, input })),
      model: INTERPRETER,
      ...(notices.length > 0 && { notices: [...notices] }),
    };
  }

  /** Shows that somebody is at work; nobody watches what a schedule does. */
  private type(): void {
    if (this.item.origin === 'person') this.options.delivery.typing(this.item.conversation.place);
  }

  /** Shows the answer while it grows, where the platform can. */
  private grow(text: string): void {
    if (text.length > LONGEST_SHOWN) return;
    this.draft ??= this.options.delivery.draft(this.item, this.turn.id, () => this.context().tainted);
    this.draft?.show(text);
  }

  private get endInput() {
    const { turn, item, options } = this;
    return { turn, item, toolbox: options.toolbox, files: this.context().ownFiles, approvals: options.approvals };
  }

  private endOf(text: string): End {
    return endOfAnswer(this.endInput, text, this.options.world.clock.now());
  }

  /** `how` it is over, unless another process has it. */
  private async write(name: string, end: End, outcome: string, how: TurnOver['how']): Promise<TurnOver['how']> {
    const ended = await this.options.delivery.end(name, this.item, end);
    if (ended) this.host.counters.turns.add({ outcome });
    return ended ? how : 'left';
  }
}

/** `words`, with what the model's service says of it where an owner reads it alone. */
export function withReason(words: string, { details: { told } }: ModelError, item: Item): string {
  return told === undefined || item.person.role !== 'owner' || !isPrivate(item)
    ? words
    : `${words} ${refusedBecause(told)}`;
}

/** Rolls the one transaction of an interpreted message back: a call has to ask, after what the one before it brought. */
class NotAtOnce extends Error {}
