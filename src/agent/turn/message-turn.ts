import type { Deadline } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { type Choice, closeText, type Draft, type End, type Item } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Counters } from '../counters.ts';
import { type Model, ModelError, type ModelToolCall, NoModel } from '../inference/model.ts';
import { LONGEST_SHOWN } from '../inference/request-model.ts';
import * as texts from '../texts.ts';
import type { CallContext } from '../tools/tool.ts';
import { callContext, readerOf } from './call-context.ts';
import { progressLine } from './loop.ts';
import type { AgentOptions, TurnOver } from './options.ts';
import { saveTurn } from './record/store.ts';
import { Spawning } from './spawn.ts';
import type { ModelStep } from './steps.ts';
import { hasFiles, isQuoting, ownWords, recalledOf } from './store.ts';
import type { Turn } from './turn.ts';
import { endOfAnswer, endOfParking, endOfRefusal } from './turn-end.ts';
import type { Outcome, TurnRun } from './turn-run.ts';
import type { HeldValues } from './unsaved-values.ts';

interface MessageTurnOptions {
  options: AgentOptions;
  counters: Counters;
  heldValues: HeldValues;
  item: Item;
  turn: Turn;
  limit: Deadline;
}

/** The turn that talks to the person: how it is answered, what it shows meanwhile, and how it ends. */
export class MessageTurn implements TurnRun {
  readonly options: AgentOptions;
  readonly item: Item;
  readonly turn: Turn;
  readonly maxToolCalls: number;
  readonly signal: AbortSignal;
  private readonly limit: Deadline;
  private readonly counters: Counters;
  private readonly heldValues: HeldValues;
  private readonly model: Model | undefined;
  private draft: Draft | undefined;
  /** Words of the answer that have come so far. */
  private growing = '';

  constructor({ options, counters, heldValues, item, turn, limit }: MessageTurnOptions) {
    this.options = options;
    this.counters = counters;
    this.heldValues = heldValues;
    this.item = item;
    this.turn = turn;
    this.limit = limit;
    this.maxToolCalls = options.maxToolCalls;
    this.signal = limit.signal;
    this.model = options.model(item);
  }

  holdTime(): () => void {
    return this.limit.hold();
  }

  context(signal = this.signal): CallContext {
    const context = callContext(this.options, { ...this.item, person: this.asker }, signal, this.turn.tainted);
    return {
      ...context,
      // Writes from the person's files inherit that they were read.
      tainted: this.turn.tainted || context.request.ownFiles,
      request: {
        ...context.request,
        said: [...context.request.said, ...this.turn.saidMeanwhile().map(ownWords)],
        ...(this.turn.isByName && { byName: true }),
      },
      turn: { ...context.turn, key: this.item },
    };
  }

  wordsAnswered() {
    const { item, turn } = this;
    if (item.origin !== 'person' || turn.isByName) return undefined;
    const { history } = recalledOf(item);
    const asked = history.findLast(({ role, tainted }) => role === 'user' && !tainted);
    const answer = history.at(-1);
    const textOf = (entry: typeof answer) => entry?.content.text ?? [];
    return {
      said: [...(item.tainted ? [] : [item.payload.text]), ...turn.saidMeanwhile()].map(ownWords),
      before: [asked].flatMap(textOf),
      answer: [answer?.role === 'assistant' && !answer.tainted ? answer : undefined].flatMap(textOf),
    };
  }

  private get asker(): Item['person'] {
    return this.turn.results().reduce((asker, result) => (result.ok && result.asker) || asker, this.item.person);
  }

  /** Not stored by itself but with what follows from it: asking again would be harmless. */
  async infer(): Promise<void> {
    const { step, tainted } = await this.answer();
    this.growing = '';
    this.turn.add({ kind: 'model', payload: step }, this.options.world.clock.now(), tainted);
  }

  show(doing: string): void {
    // An answer that comes at once has nothing to show meanwhile.
    if (!this.model || this.model.streams === false) return;
    const line = progressLine(doing);
    const text = this.turn.lastAnswer()?.payload.text.trim();
    this.grow(text ? `${text}\n\n${line}` : line);
    if (!this.draft) this.type();
  }

  /** With the steps; at this border the asker's follow-ups come in, where a model takes them up. */
  async save(tx: Transaction, now: Instant): Promise<void> {
    const { delivery, steer } = this.options;
    const takesUp = steer && this.item.origin === 'person' && this.model && !this.turn.isByName;
    const followUps = takesUp ? await delivery.steer(tx, this.item, this.turn.id) : [];
    const texts = followUps.map(({ text }) => text);
    if (texts.length > 0) this.turn.add({ kind: 'steered', payload: { texts } }, now, texts.some(isQuoting));
    saveTurn(tx, this.turn, this.item, 'running', now);
  }

  spawnFor(call: ModelToolCall, signal: AbortSignal): Spawning {
    const { options, item, turn } = this;
    const holdTime = () => this.holdTime();
    const wordsAnswered = () => this.wordsAnswered();
    const context = (inner: AbortSignal) => this.context(inner);
    return new Spawning({ options, item, turn, call, context, signal, holdTime, wordsAnswered });
  }

  /** Ends the turn with what it came to, or parks it: then the lane is free while the person thinks. */
  async closeTurn(outcome: Outcome): Promise<TurnOver['how']> {
    if (this.draft) await this.settleDraft();
    if (outcome.kind === 'answered') {
      return this.write('turn.finish', this.endOf(outcome.text, outcome.choices), 'done', 'answered');
    }
    if (outcome.kind === 'failed') {
      const words = this.growing.trim() || this.turn.lastAnswer()?.payload.text.trim() || '';
      const read = outcome.cancelled && this.turn.drafted > 0 ? closeText(words) : '';
      const end = endOfRefusal(this.endInput, { ...outcome, read }, this.options.world.clock.now());
      return this.write('turn.fail', end, end.state, outcome.cancelled ? 'cancelled' : 'failed');
    }
    const { expiresAt, ...end } = endOfParking(this.endInput, outcome, this.context(), this.options.world.clock.now());
    // Before the commit: the decision may come at once.
    this.heldValues.hold(this.turn);
    const how = await this.write('turn.park', end, 'waiting', 'waiting');
    this.options.wakeAt(expiresAt);
    return how;
  }

  /** Nothing may be shown once the end of the turn is being written. */
  async settleDraft(): Promise<void> {
    await this.draft?.stopAndWait();
    this.turn.drafted = Math.max(this.turn.drafted, this.draft?.parts ?? 0);
    this.draft = undefined;
  }

  private async answer(): Promise<{ step: ModelStep; tainted?: boolean }> {
    const { inference, delivery, toolbox, system, sections, showFile } = this.options;
    const { model, item } = this;
    if (!model) throw new NoModel(new ModelError('not_found', 'No model is configured.'));
    if (model.streams !== false) this.type();
    const [rules, added] = await Promise.all([system(item), sections(item)]);
    const inquiry = {
      item,
      turn: this.turn,
      when: readerOf(this.options, this.asker),
      sections: { system: rules, sections: [...added, ...sectionsOf(item)], tools: toolbox.specs(item.person) },
      signal: this.signal,
      onText: (text: string) => {
        this.growing = text;
        this.grow(text);
      },
      ...(showFile && { showFile }),
    };
    return delivery.waitOutside(item, () => inference.infer(inquiry));
  }

  /** Shows that somebody is at work; nobody watches what a schedule does. */
  private type(): void {
    if (this.item.origin === 'person') this.options.delivery.showTyping(this.item.conversation.place);
  }

  private grow(text: string): void {
    if (text.length > LONGEST_SHOWN) return;
    this.draft ??= this.options.delivery.draft(this.item, this.turn.id, () => this.turn.tainted || hasFiles(this.item));
    this.draft?.show(text);
  }

  private get endInput() {
    const { turn, item, options } = this;
    const choices = options.offersFor?.(item) ?? [];
    return {
      turn,
      item,
      choices,
      toolbox: options.toolbox,
      files: hasFiles(item),
      approvals: options.approvals,
    };
  }

  endOf(text: string, choices: readonly Choice[] = []): End {
    const { choices: offered, ...input } = this.endInput;
    return endOfAnswer({ ...input, choices: [...choices, ...offered] }, text, this.options.world.clock.now());
  }

  noteEnd(): void {
    this.turn.stored = this.turn.steps.length;
    this.counters.turns.add({ outcome: 'done' });
  }

  /** `how` it is over, unless another process has it. */
  private async write(name: string, end: End, outcome: string, how: TurnOver['how']): Promise<TurnOver['how']> {
    const ended = await this.options.delivery.endItem(name, this.item, end);
    if (ended) this.counters.turns.add({ outcome });
    return ended ? how : 'abandoned';
  }
}

/** Beside a message that is asked again. */
function sectionsOf({ payload: { again } }: Item): { title: string; text: string; stands: boolean }[] {
  return again === undefined ? [] : [{ title: 'Asked again', text: texts.askedAgain(), stands: false }];
}
