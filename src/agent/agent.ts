import { type AuditRow, append } from '../audit/index.ts';
import { deadline } from '../base/async.ts';
import { CodaError, messageOf } from '../base/errors.ts';
import { type Json, omitUndefined } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import { inSpan } from '../base/spans.ts';
import { type Card, type Item, isPrivate, isSaid, quotesOthers } from '../delivery/index.ts';
import { lockPerson } from '../people/index.ts';
import type { Transaction } from '../storage/index.ts';
import { toolSentence } from './approvals/index.ts';
import { type Counters, countersOf } from './counters.ts';
import { ModelError, NoModel } from './inference/model.ts';
import * as texts from './texts.ts';
import { runCall } from './tools/calls.ts';
import { isLookedAt, lookAtCall } from './tools/critique.ts';
import { PreparedCalls } from './tools/prepare.ts';
import { type RecordDetail, Recorder, recordRows } from './tools/record.ts';
import type { Call, CallContext, CallRunner, KeptUndo, Look, ToolResult, TxContext } from './tools/tool.ts';
import type { ValidCall } from './tools/toolbox.ts';
import { callContext } from './turn/call-context.ts';
import { runTurn } from './turn/loop.ts';
import { MessageTurn } from './turn/message-turn.ts';
import { answerOffline } from './turn/offline-turn.ts';
import type { AgentOptions, TurnOver } from './turn/options.ts';
import type { RefusedTurn, Step } from './turn/steps.ts';
import * as store from './turn/store.ts';
import { contextOf, type ItemContext, isQuoting } from './turn/store.ts';
import { Turn } from './turn/turn.ts';
import { LostTurn } from './turn/turn-run.ts';
import { HeldValues } from './turn/unsaved-values.ts';

/** Answers messages in turns, and carries out single calls for commands and buttons. */
export class Agent {
  readonly options: AgentOptions;
  private readonly counters: Counters;
  private readonly recorder: Recorder;
  private readonly heldValues: HeldValues;

  constructor(options: AgentOptions) {
    this.options = options;
    this.recorder = new Recorder(options.toolbox, options.world);
    this.counters = countersOf(options.world.metrics);
    this.heldValues = new HeldValues(options.world.clock, (name) => options.toolbox.get(name));
  }

  /**
   * Answers a message that holds its lane. Goes on where an earlier process, or a question to the person, left it. A turn
   * that begins now begins with `first`, which the person asked for by name; it ends when that fails.
   */
  answer(item: Item, signal: AbortSignal, first?: Call): Promise<void> {
    return inSpan(this.options.world, 'turn', {}, () => this.turn(item, signal, first));
  }

  private async turn(item: Item, signal: AbortSignal, first?: Call): Promise<void> {
    const { inference, turnTimeoutMs } = this.options;
    const turn = await this.open(item);
    if (first && turn.steps.length === 0) turn.add(byName(first, item), this.options.world.clock.now());
    using limit = deadline(turnTimeoutMs, signal);
    const { options, counters, heldValues } = this;
    const run = new MessageTurn({ options, counters, heldValues, item, turn, limit });
    let how: TurnOver['how'] = 'abandoned';
    try {
      how = await answer(run);
    } catch (error) {
      await run.settleDraft();
      // An answer that could not be stored has cost what it has cost.
      await inference.charge(item, turn, turn.rollBack());
      if (error instanceof LostTurn) return;
      const refused = limit.hasPassed() ? failure(texts.tookTooLong(turnTimeoutMs)) : this.refusal(error, item, signal);
      if (refused) how = await run.closeTurn(refused);
    } finally {
      await inference.closeLedger(turn);
      await tellOver(this.options, item, turn, how);
    }
  }

  /**
   * Carries out one call in the transaction that also ends the row and stores its answer: what a command, a button or
   * a typed choice does. `call` may give instead what there is to say (a button that is gone).
   */
  async act(name: string, item: Item, signal: AbortSignal, call: ActCall, recorded?: RecordDetail): Promise<void> {
    const prepared = new PreparedCalls();
    const { tainted } = item;
    // A schedule or webhook runs by itself: the person's next words do not refer to it.
    const asked = callContext(this.options, item, signal, tainted);
    const ctx = {
      ...asked,
      request: { ...asked.request, ...(!isSaid(item) && { byProgram: true as const }) },
      runner: { ...asked.runner, prepared, lookFirst: this.lookFor(item, asked) },
    };
    await prepared.run(() => this.actOnce(name, item, ctx, call, recorded));
  }

  private lookFor(item: Item, ctx: CallContext): NonNullable<CallRunner['lookFirst']> {
    const { critique, database, inference } = this.options;
    const look = async (valid: ValidCall): Promise<Look> => {
      const words = ctx.request.said.length > 0 ? ctx.request.said : [texts.pressedNote()];
      const verdict = await lookAtCall(inference.small, critique, valid, {
        ...ctx,
        request: { ...ctx.request, said: words },
      });
      const row = this.recorder.rowOfLook(valid, verdict, item, { path: '', tainted: ctx.tainted });
      await database.tx('act.critique', async (tx) => append(tx, [row]));
      return verdict;
    };
    return (tool, input) => {
      const valid = { tool, input, effect: tool.effect };
      return isLookedAt(valid, critique) ? look(valid) : undefined;
    };
  }

  /**
   * Carries out one call that a program asks for, in one transaction with what `answer` stores and gives back: there is no
   * row of the inbox, and nothing is said. `call` may give no call where there is nothing to do (any more). `confirmed`:
   * the program decides in its person's place. `inPerson`: the person does it themselves, so that nobody else's words are in
   * it. Throws `HTTP_FORBIDDEN` where the person was erased meanwhile.
   */
  async actAside<T>(
    name: string,
    { item: asked, signal, confirmed, inPerson }: ActsAside,
    call: (tx: Transaction) => Promise<Call | undefined>,
    answer: (tx: Transaction, result: ToolResult | undefined, undo: KeptUndo | undefined) => Promise<T>,
  ): Promise<T> {
    const { database, toolbox, world } = this.options;
    const item = { ...asked, context: NOT_RECALLED as unknown as Json, ...(inPerson && { tainted: false }) };
    const prepared = new PreparedCalls();
    const context = callContext(this.options, item, signal, !inPerson);
    let undo: KeptUndo | undefined;
    const onUndo = (keptUndo: KeptUndo) => {
      undo = keptUndo;
    };
    const ctx = {
      ...context,
      request: { ...context.request, byProgram: true as const },
      approval: { ...context.approval, ...(confirmed && { confirmed: true as const }) },
      runner: { ...context.runner, prepared, onUndo },
    };
    return prepared.run(() =>
      database.tx(name, async (tx) => {
        undo = undefined;
        if (!(await lockPerson(tx, asked.person.id))) throw erasedError();
        const wanted = await call(tx);
        const result = wanted && (await runCall(tx, toolbox, wanted, ctx));
        if (wanted && result) append(tx, [this.recorder.call(wanted, result, item, world.clock.now())]);
        return answer(tx, result, undo);
      }),
    );
  }

  private async actOnce(
    name: string,
    item: Item,
    ctx: CallContext,
    call: ActCall,
    recorded: RecordDetail | undefined,
  ): Promise<void> {
    const { database, delivery, toolbox } = this.options;
    await database.tx(name, async (tx) => {
      const { owned, cancel } = await delivery.lockItem(tx, item);
      if (!owned) return;
      if (cancel && item.inLane) {
        const cards = [{ kind: 'notice' as const, text: texts.stoppedNotice() }];
        await delivery.endIn(tx, item, { state: 'cancelled', cards });
        return;
      }
      const wanted = await call({ ...ctx, tx });
      // A button of a card that untrusted text went into writes what that text has chosen.
      const fromElsewhere = 'tool' in wanted && wanted.tainted === true;
      const asked = fromElsewhere ? { ...ctx, tainted: true } : ctx;
      const result = 'tool' in wanted ? await runCall(tx, toolbox, wanted, asked) : wanted;
      if ('tool' in wanted) await wanted.after?.(result);
      const asker = result.ok && result.asker ? result.asker : item.person;
      const tainted = result.tainted === true || fromElsewhere;
      const ended = { ...item, person: asker };
      const also = recordRows(this.record(wanted, result, ended, recorded));
      const isSilent = item.origin === 'schedule' && result.ok && result.silent === true;
      const cards = isSilent ? [] : [cardOf(result)];
      await delivery.endIn(tx, ended, { state: 'done', cards, tainted, ...(also && { also }) });
      // A command may have written without a tool.
      tx.afterCommit(() => this.options.onChange(asker.id));
    });
  }

  private record(wanted: WantedCall | ToolResult, result: ToolResult, item: Item, recorded?: RecordDetail): AuditRow[] {
    const now = this.options.world.clock.now();
    if ('tool' in wanted) {
      return this.options.toolbox.get(wanted.tool)?.record?.records
        ? []
        : [this.recorder.call(wanted, result, item, now)];
    }
    const denied = !result.ok && ['DENIED', 'NOT_YOURS'].includes(result.code);
    if (item.kind === 'press') return denied ? [this.recorder.act('press.refuse', {}, result, item, now)] : [];
    return recorded ? [this.recorder.act('command.run', recorded, result, item, now)] : [];
  }

  mayUse(person: Item['person'], tool: string): boolean {
    return this.options.toolbox.mayUse(person, tool);
  }

  /** The words for a tool, as they stand on approvals; undefined for one that is not there, or that others describe. */
  toolWords(name: string): string | undefined {
    const tool = this.options.toolbox.get(name);
    return tool && tool.form?.by === undefined ? toolSentence(tool).replace(/\.$/, '') : undefined;
  }

  /** A model is configured, whichever. */
  get hasModel(): boolean {
    return this.options.inference.small.available;
  }

  thinks(item: Item): boolean {
    return this.options.model(item) !== undefined;
  }

  private async open(item: Item): Promise<Turn> {
    const { database, world } = this.options;
    const { turn: id, recalled } = contextOf(item);
    const tainted =
      item.tainted ||
      quotesOthers(item) ||
      isQuoting(item.payload.text) ||
      recalled.history.some((entry) => entry.tainted && !entry.content.led);
    const storedTurn = id ? await store.loadTurn(database, id, tainted, this.recorder, world.clock.now()) : undefined;
    if (storedTurn) {
      storedTurn.drafted = Number.POSITIVE_INFINITY;
      storedTurn.isResumed = true;
      this.heldValues.restore(storedTurn);
      return storedTurn;
    }
    // The row's own id: one that was begun before, and had stored nothing yet, is the same turn.
    const turn = new Turn({ id: item.id, steps: [], tainted, startedAt: world.clock.now(), recorder: this.recorder });
    turn.isResumed = item.attempts > 0 || item.payload.suspect === true;
    return turn;
  }

  /** The text of an error for the person; undefined where the turn is left as it stands, to go on elsewhere. */
  private refusal(error: unknown, item: Item, signal: AbortSignal): RefusedTurn | undefined {
    // The row says that it is to be stopped before the hint has come, or when that was lost.
    const reason = signal.aborted ? signal.reason : error;
    if (isStop(reason)) return { ...failure(texts.stoppedNotice()), cancelled: true };
    if (signal.aborted) return undefined;
    if (!(error instanceof ModelError)) throw error;
    const { world, model } = this.options;
    world.log.warn({ model: model(item)?.name, fault: error.fault }, 'no answer from the model');
    const refused = failure(withReason(texts.modelFault(error), error, item));
    return error.fault === 'refused' ? { ...refused, declined: true } : refused;
  }
}

async function answer(run: MessageTurn): Promise<TurnOver['how']> {
  for (;;) {
    try {
      return await run.closeTurn(await runTurn(run));
    } catch (error) {
      if (!(error instanceof NoModel)) throw error;
      const how = await answerOffline(run, error.why && withReason(error.why, error, run.item));
      // Calls that it began the turn with run as any others.
      if (how !== undefined) return how;
    }
  }
}

function withReason(words: string, { details: { told } }: ModelError, item: Item): string {
  return told === undefined || item.person.role !== 'owner' || !isPrivate(item)
    ? words
    : `${words} ${texts.refusedBecause(told)}`;
}

const NOT_RECALLED: ItemContext = {
  recalled: { summary: null, history: [] },
  buttons: [],
  dialogue: null,
  turn: null,
  spent: null,
};

function byName({ tool, input }: Call, { id }: Item): Step {
  // Unique in the conversation: the call stays in view, beside those of other turns.
  const calls = [{ id: `by-name-${id.slice(-12)}`, name: tool, input }];
  return { kind: 'model', payload: { text: '', calls, model: 'none', by: 'person' } };
}

/** A call that no message asks for, and in whose name. */
export interface ActsAside {
  item: Item;
  signal: AbortSignal;
  confirmed: boolean;
  inPerson?: boolean | undefined;
}

export type ActCall = (ctx: TxContext) => Promise<WantedCall | ToolResult>;

/** `after` is told the result, still in the transaction. `tainted`: untrusted text has chosen what is called. */
export type WantedCall = Call & { after?(result: ToolResult): Promise<void>; tainted?: boolean };

function isStop(reason: unknown): boolean {
  return reason instanceof CodaError && reason.code === 'CANCELLED';
}

function erasedError(): CodaError {
  return new CodaError('HTTP_FORBIDDEN', {
    message: 'The person in whose name this was asked has been erased.',
    remedy: 'They are somebody new when they write to coda again.',
  });
}

function failure(text: string): RefusedTurn {
  return { kind: 'failed', code: 'FAILED', text };
}

function cardOf(result: ToolResult): Card {
  const text = result.ok ? result.text : [result.message, result.remedy].filter(Boolean).join(' ');
  return {
    kind: result.ok || result.choices ? 'answer' : 'error',
    text,
    ...omitUndefined({
      choices: result.choices,
      files: result.ok && result.files ? result.files : undefined,
      times: result.ok && result.times ? result.times : undefined,
    }),
  };
}

/** Tells the skills; what one of them throws is logged and stops nothing. */
async function tellOver(
  { turnOver, world }: { turnOver(over: TurnOver): Promise<void>; world: { log: Log } },
  item: Item,
  turn: Turn,
  how: TurnOver['how'],
): Promise<void> {
  const answer = how === 'answered' ? turn.lastAnswer()?.payload.text : undefined;
  const over: TurnOver = {
    how,
    turnKey: item,
    id: turn.id,
    person: item.person,
    place: item.conversation.place,
    private: isPrivate(item),
    conversationId: item.conversation.id,
    tainted: turn.tainted,
    said: item.payload.text,
    ...(answer !== undefined && { answer, says: answer.trim() || turn.lastResults().join('\n') }),
    origin: item.origin,
    isSpoken: item.payload.heard !== undefined,
    settings: item.conversation.settings,
  };
  try {
    await turnOver(over);
  } catch (error) {
    world.log.error({ error: messageOf(error) }, 'a skill failed after a turn');
  }
}
