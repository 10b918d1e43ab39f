/** An answer of a model, from what it may cost to what it took: read `infer` from top to bottom. */

import { unlessAborted } from '../../base/async.ts';
import { omitUndefined } from '../../base/json.ts';
import { inSpan } from '../../base/spans.ts';
import type { World } from '../../base/world.ts';
import { type FileRef, type Item, isPrivate, maySaySilence } from '../../delivery/index.ts';
import type { Database } from '../../storage/index.ts';
import type { WhenContext } from '../../time/index.ts';
import {
  type AttachedFiles,
  type HistoryEntry,
  NOTHING,
  type PastPictures,
  type Sections,
  type ShowFile,
} from '../context/index.ts';
import { type Counters, countersOf } from '../counters.ts';
import type { Models, Tier } from '../models/index.ts';
import * as texts from '../texts.ts';
import type { ModelStep } from '../turn/steps.ts';
import { recalledOf } from '../turn/store.ts';
import type { Turn } from '../turn/turn.ts';
import type { Limit, UsageRow } from '../usage/index.ts';
import { Compaction, ContextWindows, Estimates, type FittedPlan, type ShownTurn } from './context-window.ts';
import { Ledger, type Money } from './ledger.ts';
import { type LightModels, lightModels } from './light.ts';
import { type Model, ModelError, type ModelMessage, type ModelRequest, NoModel } from './model.ts';
import { type Answer, type AnswerCost, requestModel } from './request-model.ts';
import type { ThoughtFormat } from './strip-thinking/thought-formats.ts';

export interface InferenceOptions {
  database: Database;
  world: World;
  /** Answers where no models are configured; it costs nothing. */
  alone: Model | undefined;
  models?: Models | undefined;
  /** The household's zone: its days and months are those of the budgets. */
  zone: string;
  attach(item: Item, showFile?: ShowFile): Promise<AttachedFiles>;
  addPictures(messages: readonly ModelMessage[], by: string): Promise<ModelMessage[]>;
  pastPictures(history: readonly HistoryEntry[], by: string): Promise<PastPictures>;
  /** Stores the bytes of a picture that a model has made. */
  store?(bytes: Buffer): Promise<{ hash: string; size: number }>;
  /** Ends the process that makes pictures smaller, if it runs. */
  close?(): Promise<void>;
}

export interface Inquiry {
  item: Item;
  turn: Turn;
  when: WhenContext;
  sections: Sections;
  signal: AbortSignal;
  onText?(text: string): void;
  showFile?: ShowFile;
  /** The nested turn that asks, and its task: it sees nothing else of the conversation. */
  nested?: NestedTask;
}

interface NestedTask {
  turn: Turn;
  task: string;
  tier: Tier;
  /** `provider/model` instead of the tier's. */
  model?: string | undefined;
  /** The most that all nested turns may cost; undefined: what the answer may cost. */
  budget?: number | undefined;
}

export interface InferredStep {
  step: ModelStep;
  tainted: boolean;
}

/** Pictures of one answer that are kept. */
const MOST_PICTURES = 8;

/** Number of times that a request that is too long after all is sent again, each time half as long. */
const HALVED = 2;

export class Inference {
  readonly small: LightModels;
  private readonly options: InferenceOptions;
  private readonly counters: Counters;
  private readonly ledger: Ledger;
  private readonly estimates: Estimates;
  private readonly windows: ContextWindows;
  private readonly compaction: Compaction | undefined;
  private readonly swallowing = new Map<string, ThoughtFormat>();

  constructor(options: InferenceOptions) {
    const { database, world, models, zone } = options;
    this.options = options;
    this.estimates = new Estimates(world.log);
    this.counters = countersOf(world.metrics);
    this.ledger = new Ledger({ database, world, models, zone, counters: this.counters });
    this.windows = new ContextWindows({
      models,
      clock: world.clock,
      log: world.log,
      estimates: this.estimates,
      compaction: () => this.compaction,
    });
    const limits: ContextWindows['limits'] = (name, most) => this.windows.limits(name, most);
    const worst = (name: string) => this.worst(name);
    this.small = lightModels({ world, models, alone: options.alone, ledger: this.ledger, worst });
    this.compaction = models && new Compaction({ database, world, models, ledger: this.ledger, limits });
  }

  async close(): Promise<void> {
    await Promise.all([this.compaction?.close(), this.options.close?.()]);
  }

  /**
   * An answer. Throws `NoModel` where none can give it, and another `ModelError` where it went wrong; what was spent on the way
   * has been counted even so.
   */
  async infer(inquiry: Inquiry): Promise<InferredStep> {
    const { item, turn, nested, signal } = inquiry;
    const asker = nested?.turn ?? turn;
    // Attachments, and money: it is reserved until the answer has been stored.
    const [attached, past, steps, money] = await Promise.all([
      nested ? NOTHING : this.attach(inquiry),
      nested ? undefined : this.options.pastPictures(recalledOf(item).history, item.person.id),
      asker.steps.length > 0 ? this.options.addPictures(asker.messages(), item.person.id) : [],
      this.ledger.admit(item, turn, (at) => this.worst(this.pick(inquiry, at).name), signal),
    ]);
    const shownTurn: ShownTurn = {
      ...inquiry,
      turn: asker,
      attached,
      past,
      steps,
      ...(nested && { task: nested.task }),
    };
    const rowOptions = {
      purpose: nested ? ('subagent' as const) : ('answer' as const),
      reservation: money?.reservation,
    };
    const cost: AnswerCost = { used: [], repairs: asker.corrections() };
    try {
      this.checkBudgets(inquiry, money);
      const answer = await this.ask(this.pick(inquiry, money), inquiry, shownTurn, cost);
      const low = nested || money?.told ? undefined : money?.low;
      const used = this.ledger.rows(cost, { ...rowOptions, told: low !== undefined });
      if (used.length === 0) await this.ledger.release(turn, rowOptions.reservation);
      const tainted = !nested && recalledOf(item).summary?.tainted === true;
      const ofFiles = attached.notices.filter((notice) => !asker.notices().includes(notice));
      const notices = nested ? [] : [...this.priceNotices(item, answer), ...ofFiles];
      const step = this.stepOf({ ...answer, notices: [...answer.notices, ...notices] }, used, low);
      const isDrawn = answer.pictures.length > 0;
      const { situation, isUnsituated } = asker;
      const situatedStep = isUnsituated && situation ? { ...step, situation } : step;
      return { step: isDrawn ? { ...situatedStep, files: await this.filesOf(answer) } : situatedStep, tainted };
    } catch (error) {
      const used = this.ledger.rows(cost, rowOptions);
      if (used.length === 0) await this.ledger.release(turn, rowOptions.reservation);
      else await this.ledger.add(item, turn.id, used);
      if (signal.aborted && !nested) throw new ModelError('cancelled', 'The turn was stopped.');
      throw error;
    }
  }

  /** A stopped turn waits for no file; what reads it goes on by itself. */
  private async attach({ item, showFile, signal }: Inquiry): Promise<AttachedFiles> {
    if (item.payload.files.length === 0) return NOTHING;
    try {
      return await unlessAborted(signal, this.options.attach(item, showFile));
    } catch (error) {
      if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
      throw error;
    }
  }

  async charge(item: Item, turn: Turn, used: readonly UsageRow[]): Promise<void> {
    await this.ledger.charge(item, turn.id, used);
  }

  closeLedger(turn: Turn): Promise<void> {
    return this.ledger.close(turn);
  }

  describe(...asked: Parameters<ContextWindows['describe']>): ReturnType<ContextWindows['describe']> {
    return this.windows.describe(...asked);
  }

  /** The model that answers; where little is left to spend, the light one. */
  private pick({ item, nested }: Inquiry, money: Pick<Money, 'low'> | undefined): Model {
    const { models, alone } = this.options;
    const model = () => {
      if (money?.low) return models?.modelFor('light');
      if (nested) return models?.modelFor(nested.tier, nested.model);
      return models?.modelOf(item);
    };
    const picked = model() ?? alone;
    if (!picked) throw new ModelError('not_found', 'No model is configured.');
    return picked;
  }

  private checkBudgets({ turn, nested }: Inquiry, money: Money | undefined): void {
    const nestedCost = turn.nested.reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (nested && (money?.over || (nested.budget !== undefined && nestedCost >= nested.budget))) {
      this.counters.stops.add({ budget: 'nested' });
      throw new ModelError('budget', 'The budget of the nested turn is used up.');
    }
    if (!money?.over) return;
    this.counters.stops.add({ budget: `${money.over.whose}_${money.over.period}` });
    const over = new ModelError('budget', 'The budget for models is used up.');
    throw new NoModel(over, texts.budgetOver(money.over, this.currency));
  }

  /** The most that an answer of a model, and of what is asked besides it, may cost; 0: no price is known. */
  private worst(name: string): number {
    const { models } = this.options;
    if (!models) return 0;
    const prices = [...new Set([name, ...models.settings.fallbacks])].map((each) => {
      const { context, answer } = this.windows.limits(each);
      const input = context - answer;
      return models.prices.of(each, { input, written: input, cached: 0, output: answer }) ?? 0;
    });
    return prices.reduce((sum, price) => sum + price, 0);
  }

  private priceNotices(item: Item, { model }: Answer): string[] {
    const { models } = this.options;
    if (!models || item.person.role !== 'owner' || !isPrivate(item)) return [];
    return models.prices.tellsOnce(model) ? [texts.priceUnknown(model, models.prices.price(model) !== undefined)] : [];
  }

  private async ask(
    model: Model,
    { signal, onText }: Inquiry,
    shownTurn: ShownTurn,
    cost: AnswerCost,
  ): Promise<Answer> {
    const { swallowing } = this;
    const shows = model.streams !== false && onText && { onText };
    const silence = { maySaySilence: shownTurn.task === undefined && maySaySilence(shownTurn.item) };
    const options = { taken: callIds(shownTurn), cost, swallowing, ...silence, ...shows };
    let fitted = await this.windows.fit(shownTurn, model, signal);
    // A filter that objects to what was said before says nothing of the window.
    let wasLong = false;
    for (let tries = 0; ; tries++) {
      try {
        const request = withDistinctIds(fitted.plan.request);
        this.windows.noteSent(shownTurn, fitted);
        const about = { model: model.name, tools: request.tools.length };
        const answer = await inSpan(this.options.world, 'model', about, () =>
          requestModel(model, request, signal, options),
        );
        this.estimates.learn(fitted.plan, fitted.by, answer);
        this.windows.noteTokens(model.name, shownTurn, fitted, wasLong);
        return fitted.alone && hasBefore(shownTurn)
          ? { ...answer, notices: [...answer.notices, texts.beforeLeftOut()] }
          : answer;
      } catch (error) {
        const shorter = await this.shorter(error, { model, shownTurn, fitted, tries }, signal);
        if (!shorter) throw isTooLong(error) && shownTurn.task === undefined ? smallWindow(error) : error;
        wasLong ||= !(error instanceof ModelError && error.fault === 'refused');
        fitted = shorter;
      }
    }
  }

  /** The request to try after `error`; undefined where a shorter one would change nothing. */
  private async shorter(
    error: unknown,
    { model, shownTurn, fitted, tries }: { model: Model; shownTurn: ShownTurn; fitted: FittedPlan; tries: number },
    signal: AbortSignal,
  ): Promise<FittedPlan | undefined> {
    if (isTooLong(error) && tries < HALVED) return this.windows.halve(shownTurn, fitted, signal);
    if (fitted.alone) return undefined;
    // Some services say of a request that is too long only that it is a bad one.
    const isRejected = error instanceof ModelError && error.details.reason === 'rejected';
    if (isRejected) return this.windows.aloneIfLong(model.name, shownTurn, fitted);
    if (!hasBefore(shownTurn)) return undefined;
    // Something that was said before may be what a filter does not let through.
    const isRefused = error instanceof ModelError && error.fault === 'refused';
    return isTooLong(error) || isRefused ? this.windows.alone(shownTurn, fitted) : undefined;
  }

  private async filesOf({ pictures }: Answer): Promise<FileRef[]> {
    const { store } = this.options;
    const firstPictures = store ? pictures.slice(0, MOST_PICTURES) : [];
    return Promise.all(
      firstPictures.map(async ({ type, base64 }, index) => {
        const { hash, size } = await (store as NonNullable<typeof store>)(Buffer.from(base64, 'base64'));
        const number = firstPictures.length > 1 ? `-${index + 1}` : '';
        return { name: `picture${number}.${type.slice('image/'.length).replace('jpeg', 'jpg')}`, type, size, hash };
      }),
    );
  }

  private stepOf(
    { text, calls, model, keep, notices, refused }: Answer,
    used: UsageRow[],
    low: Limit | undefined,
  ): ModelStep {
    const cut = refused ? [texts.cutByFilter()] : [];
    const allNotices = [...notices, ...cut, ...(low && used.length > 0 ? [texts.budgetLow(low, this.currency)] : [])];
    return {
      text,
      calls,
      model,
      ...omitUndefined({
        keep,
        refused,
        used: used.length > 0 ? used : undefined,
        notices: allNotices.length > 0 ? allNotices : undefined,
      }),
    };
  }

  private get currency(): string {
    return this.options.models?.settings.currency ?? '';
  }
}

/**
 * Calls of two turns may share an id: one was parked while the other passed, and their service counts ids anew for each answer.
 * The later one has another id then, the same in each request. Any other request stays as it is.
 */
function withDistinctIds(request: ModelRequest): ModelRequest {
  const ids: string[] = [];
  for (const message of request.messages) {
    if (message.role === 'assistant' && message.calls) ids.push(...message.calls.map(({ id }) => id));
  }
  if (new Set(ids).size === ids.length) return request;
  const takenIds = new Set<string>();
  const renamed = new Map<string, string>();
  const rename = (id: string): string => {
    let free = id;
    for (let count = 2; takenIds.has(free); count++) free = `${id}_${count}`;
    takenIds.add(free);
    renamed.set(id, free);
    return free;
  };
  const messages = request.messages.map((message) => {
    if (message.role === 'tool') return { ...message, callId: renamed.get(message.callId) ?? message.callId };
    if (message.role !== 'assistant' || !message.calls) return message;
    return { ...message, calls: message.calls.map((call) => ({ ...call, id: rename(call.id) })) };
  });
  return { ...request, messages };
}

/** Ids that no new call may have: results are matched to calls by them. Under a nested turn's path stands its outcome. */
function callIds({ turn, item }: Pick<ShownTurn, 'turn' | 'item'>): Set<string> {
  const { path } = turn;
  const before = path === '' ? recalledOf(item).history.filter(({ shown }) => shown?.steps) : [];
  const steps = before.flatMap(({ shown }) => shown?.steps ?? []);
  const calls = steps.flatMap((step) => (step.role === 'assistant' ? (step.calls ?? []) : []));
  return new Set([...(path === '' ? [] : [path]), ...[...calls, ...turn.allCalls()].map(({ id }) => id)]);
}

function isTooLong(error: unknown): error is ModelError {
  return error instanceof ModelError && error.fault === 'context_overflow';
}

function hasBefore({ item, task }: ShownTurn): boolean {
  const { summary, history } = recalledOf(item);
  return task === undefined && (summary !== null || history.length > 0);
}

/** To begin afresh would not help: nothing of what was said before has been sent. */
function smallWindow({ message, details }: ModelError): ModelError {
  return new ModelError('context_overflow', message, { ...details, reason: 'small_window' });
}
