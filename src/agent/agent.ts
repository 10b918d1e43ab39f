import { deadline } from '../base/async.ts';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import { type Card, type Item, isPrivate } from '../delivery/index.ts';
import { NotPrepared, type Preparation, runCall, runPrepared } from './calls.ts';
import type { Sections } from './context/index.ts';
import { type Counters, countersOf } from './counters.ts';
import { fresh } from './dialogue/dialogue.ts';
import { closed } from './dialogue/texts.ts';
import { type Model, ModelError } from './model.ts';
import type { AgentOptions } from './options.ts';
import { type Step, Turn } from './steps.ts';
import type { ItemContext } from './store.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import type { Call, CallContext, ToolResult, TxContext } from './tool.ts';
import { type TurnHost, TurnRun } from './turn.ts';

/** Answers messages in turns, and carries out single calls for commands and buttons. */
export class Agent implements TurnHost {
  readonly options: AgentOptions;
  readonly counters: Counters;

  constructor(options: AgentOptions) {
    this.options = options;
    this.counters = countersOf(options.world.metrics);
  }

  /**
   * Answers a message that holds its lane. Goes on where an earlier process, or a question to the person, left it. A turn
   * that begins now begins with `first`, which the person asked for by name; it ends when that fails.
   */
  async answer(item: Item, signal: AbortSignal, first?: Call): Promise<void> {
    const turn = await this.open(item);
    if (first && turn.steps.length === 0) turn.add(byName(first), this.options.world.clock.now());
    const { turnTimeoutMs } = this.options;
    using limit = deadline(turnTimeoutMs, signal);
    const run = new TurnRun(this, item, turn, limit.signal);
    try {
      await run.toEnd();
    } catch (error) {
      if (limit.passed()) return await this.say(item, turn, 'failed', texts.tookTooLong(turnTimeoutMs));
      // The row says that it is to be stopped before the hint has come, or when that was lost.
      if (signal.aborted || isStop(error))
        return await this.stopped(item, turn, signal.aborted ? signal.reason : error);
      if (!(error instanceof ModelError)) throw error;
      this.options.world.log.warn(
        { model: this.options.model(item).name, fault: error.fault },
        'no answer from the model',
      );
      await this.say(item, turn, 'failed', texts.modelFault(error));
    } finally {
      await this.options.inference.settle(turn);
    }
  }

  /**
   * Carries out one call in the transaction that also ends the row and stores its answer: what a command, a button or
   * a typed choice does. `before` may say instead what there is to say (a button that is gone).
   */
  async act(name: string, item: Item, signal: AbortSignal, call: ActCall): Promise<void> {
    try {
      await this.actOnce(name, item, signal, call);
    } catch (error) {
      if (!(error instanceof NotPrepared)) throw error;
      // The transaction was rolled back: files are read and services asked while nobody waits for it.
      await this.actOnce(name, item, signal, call, await error.prepare());
    }
  }

  private async actOnce(
    name: string,
    item: Item,
    signal: AbortSignal,
    call: ActCall,
    prepared?: Preparation,
  ): Promise<void> {
    const { database, delivery } = this.options;
    await database.tx(name, async (tx) => {
      const { held } = await delivery.hold(tx, item);
      if (!held) return;
      const ctx = this.callContext(item, signal, item.tainted);
      const wanted = await call({ ...ctx, tx });
      const { toolbox } = this.options;
      const result = 'tool' in wanted ? await runPrepared(tx, toolbox, wanted, ctx, prepared) : wanted;
      if ('tool' in wanted) await wanted.after?.(result);
      const asker = result.ok && result.asker ? result.asker : item.person;
      await delivery.endIn(
        tx,
        { ...item, person: asker },
        {
          state: 'done',
          cards: [cardOf(result)],
          tainted: result.ok && result.tainted === true,
        },
      );
      // A command may have written without a tool.
      tx.afterCommit(() => this.options.changed(asker.id));
    });
  }

  /** What a call knows of who asks and where. */
  callContext(item: Item, signal: AbortSignal, tainted: boolean): CallContext {
    const { world, time, defaultZone, toolbox } = this.options;
    const { person, conversation, payload } = item;
    const { place } = conversation;
    const { question } = fresh((item.context as unknown as ItemContext | null)?.dialogue, world.clock.now());
    return {
      person,
      identity: { adapter: place.adapter, externalId: payload.from },
      private: isPrivate(item),
      place,
      conversationId: conversation.id,
      clock: world.clock,
      when: {
        ...time,
        now: world.clock.now(),
        zone: person.zone ?? defaultZone,
        ...(person.locale && { locale: person.locale }),
        ...(person.weekStart && { weekStart: person.weekStart }),
      },
      signal,
      tainted,
      turn: item,
      changed: () => this.options.changed(person.id),
      ...(question && {
        answers: { question, close: (tx, card) => this.options.delivery.outbox.close(tx, card, closed()) },
      }),
      offered: () => toolbox.specs(),
      call: (call, ctx, undoable) => runCall(ctx.tx, toolbox, call, ctx, undoable),
    };
  }

  /** Whether what answers here can follow instructions, and does not only understand requests. */
  thinks(item: Item): boolean {
    return this.options.model(item).interpreter === undefined;
  }

  async sections(item: Item, model: Model): Promise<Sections> {
    const tools = this.options.toolbox.specs();
    if (model.interpreter) return { system: '', sections: [], tools };
    const [system, sections] = await Promise.all([this.options.system(item), this.options.sections(item)]);
    return { system, sections, tools };
  }

  /** Ends a turn with words of coda's own. */
  async say(item: Item, turn: Turn, state: 'failed' | 'cancelled', text: string): Promise<void> {
    const now = this.options.world.clock.now();
    turn.rollBack();
    const card: Card = { kind: state === 'failed' ? 'error' : 'notice', text };
    const ended = await this.options.delivery.end('turn.fail', item, {
      state,
      cards: [card],
      turnId: turn.id,
      tainted: turn.tainted,
      drafted: turn.drafted,
      also: store.turnRecord(turn, item, state, now, { answer: text }),
    });
    if (ended) this.counters.turns.add({ outcome: state });
  }

  private async open(item: Item): Promise<Turn> {
    const { database, world } = this.options;
    const { turn: id, recalled } = item.context as unknown as ItemContext;
    const tainted = item.tainted || recalled.history.some((entry) => entry.tainted);
    const begun = id ? await store.loadTurn(database, id, tainted) : undefined;
    if (begun) {
      begun.drafted = Number.POSITIVE_INFINITY;
      begun.isResumed = true;
      return begun;
    }
    const now = world.clock.now();
    return new Turn({ id: uuid(now), steps: [], tainted, startedAt: now });
  }

  /** A person stopped it: said so. The process stops, or was taken over: left as it stands, to go on elsewhere. */
  private async stopped(item: Item, turn: Turn, reason: unknown): Promise<void> {
    if (isStop(reason)) await this.say(item, turn, 'cancelled', texts.stopped());
  }
}

/** What stands in a turn where a model would have made the call. */
function byName({ tool, input }: Call): Step {
  const calls = [{ id: 'by-name', name: tool, input }];
  return { kind: 'model', payload: { text: '', calls, model: 'none', by: 'person' } };
}

/** Decides, in the transaction, which call is wanted, or answers by itself. */
export type ActCall = (ctx: TxContext) => Promise<WantedCall | ToolResult>;

/** `after` hears what became of it, still in the transaction. */
export type WantedCall = Call & { after?(result: ToolResult): Promise<void> };

function isStop(reason: unknown): boolean {
  return reason instanceof CodaError && reason.code === 'CANCELLED';
}

/** What a result looks like to a person. */
function cardOf(result: ToolResult): Card {
  const text = result.ok ? result.text : [result.message, result.remedy].filter(Boolean).join(' ');
  return {
    kind: result.ok || result.choices ? 'answer' : 'error',
    text,
    ...(result.choices && { choices: result.choices }),
    ...(result.ok && result.files && { files: result.files }),
    ...(result.ok && result.times && { times: result.times }),
  };
}
