import { messageOf } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { World } from '../base/world.ts';
import type { Item } from '../delivery/index.ts';
import type { Database } from '../storage/index.ts';
import type { WhenContext } from '../time/index.ts';
import { type Answer, askModel, type Took } from './asking.ts';
import {
  type Attached,
  addSummary,
  Clocks,
  compact,
  type Filled,
  isDue,
  isFull,
  type Limits,
  type Plan,
  type PlanInput,
  plainRequest,
  planRequest,
  type Recalled,
  type Sections,
  shortened,
  tokensIn,
} from './context/index.ts';
import { type Counters, countersOf } from './counters.ts';
import { Estimates, tokensOf } from './estimates.ts';
import { type Model, ModelError, type ModelMessage, type ModelRequest } from './model.ts';
import type { Models, Tier } from './models/index.ts';
import { withoutModels } from './models/routed.ts';
import type { ModelStep, Turn } from './steps.ts';
import type { ItemContext } from './store.ts';
import * as texts from './texts.ts';
import {
  addUsage,
  type BudgetState,
  budgetState,
  Calendar,
  type Limit,
  readSpent,
  spentOf,
  type UsageRow,
} from './usage/index.ts';

export interface InferenceOptions {
  database: Database;
  world: World;
  /** Answers where no models are configured, and when a budget is used up. */
  alone: Model;
  models?: Models | undefined;
  /** The household's zone: its days and months are those of the budgets. */
  zone: string;
  /** What came with a message, made ready for a model. */
  attached(item: Item): Promise<Attached>;
  /** What came of calls, with the pictures that belong to it. */
  illustrated(messages: readonly ModelMessage[]): Promise<ModelMessage[]>;
}

/** What is to be answered. */
export interface Inquiry {
  item: Item;
  turn: Turn;
  when: WhenContext;
  sections: Sections;
  signal: AbortSignal;
  /** Hears the text as far as it has come, where it comes in pieces. */
  onText(text: string): void;
}

/** What a nested turn asks. */
export interface NestedInquiry {
  item: Item;
  /** The turn that it belongs to. */
  turn: Turn;
  nested: Turn;
  request: Omit<ModelRequest, 'maxTokens'>;
  taken: ReadonlySet<string>;
  tier: Tier;
  /** `provider/model` instead of the tier's. */
  model?: string | undefined;
  /** The most that all nested turns may cost; undefined: what the answer may cost. */
  budget?: number | undefined;
  signal: AbortSignal;
}

export interface Inferred {
  step: ModelStep;
  /** Untrusted text was shown to the model. */
  tainted: boolean;
}

/** What a turn has besides words. */
interface Material {
  attached: Attached;
  /** What happened in it so far, with pictures. */
  steps: readonly ModelMessage[];
}

/** Without a configured model nothing is counted; this is more than the interpreter looks at. */
const ALONE: Limits = { context: 64_000, answer: 4_096, factor: 1 };

/** One answer of a model within a turn: what it may cost, who gives it, what it is shown, and what it took. */
export class Inference {
  private readonly options: InferenceOptions;
  private readonly calendar: Calendar;
  private readonly counters: Counters;
  private readonly clocks = new Clocks();
  private readonly estimates: Estimates;
  private readonly toolSizes = new WeakMap<Sections['tools'], number>();

  constructor(options: InferenceOptions) {
    this.options = options;
    this.calendar = new Calendar(options.zone);
    this.estimates = new Estimates(options.world.log);
    this.counters = countersOf(options.world.metrics);
  }

  /** Throws a `ModelError`. What failed on the way has been counted even so. */
  async infer(inquiry: Inquiry): Promise<Inferred> {
    const { item, turn, signal } = inquiry;
    const { attached: opened, illustrated } = this.options;
    const [attached, steps, money] = await Promise.all([
      opened(item),
      illustrated(turn.messages()),
      this.money(item, turn),
    ]);
    const model = this.choose(item, money);
    const took: Took = { used: [], repairs: turn.corrections() };
    try {
      const answer = await this.ask(inquiry, model, { attached, steps }, took);
      const low = money?.low && !money.told ? money.low : undefined;
      const rows = this.rows(took, low !== undefined);
      return { step: this.stepOf(answer, rows, low), tainted: attached.tainted || this.recalledTaint(item) };
    } catch (error) {
      if (took.used.length > 0) await this.addUsage(item, turn.id, this.rows(took, false));
      if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
      throw error;
    }
  }

  /** One answer within a nested turn, which brings its own request. */
  async inferNested(inquiry: NestedInquiry): Promise<{ step: ModelStep }> {
    const { item, turn, request, taken, tier, model: wanted, budget, signal } = inquiry;
    const money = await this.money(item, turn);
    const spent = turn.nested.reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (money?.over || (budget !== undefined && spent >= budget)) {
      this.counters.stops.add({ budget: 'nested' });
      throw new ModelError('budget', 'The budget of the nested turn is used up.');
    }
    const { models, alone } = this.options;
    const model =
      (money?.low ? models?.answering('light', undefined, false) : models?.answering(tier, wanted, false)) ?? alone;
    const took: Took = { used: [], repairs: inquiry.nested.corrections() };
    try {
      const answer = await askModel(model, await this.planNested(request, model.name), signal, { taken, took });
      return { step: this.stepOf(answer, this.rows(took, false, 'subagent'), undefined) };
    } catch (error) {
      await this.addUsage(item, turn.id, this.rows(took, false, 'subagent'));
      throw error;
    }
  }

  /** A nested turn's request within the limits: it begins with its task. */
  private async planNested({ system, moving, messages, tools }: NestedInquiry['request'], name: string) {
    const [task, ...turn] = await this.options.illustrated(messages);
    const plan = planRequest({
      sections: { system, sections: [], tools },
      clock: moving,
      recalled: { summary: null, history: [] },
      asked: task as PlanInput['asked'],
      turn,
      limits: this.limits(name),
      names: false,
      toolTokens: tokensIn(JSON.stringify(tools)),
    });
    return plan.request;
  }

  /** What would fill the window now, part by part, and how large it is. */
  describe(sections: Sections, recalled: Recalled, name: string): { filled: Filled[]; limit: number } {
    const limits = this.limits(name);
    const asked = { role: 'user' as const, text: '' };
    const toolTokens = this.toolTokens(sections);
    const plan = planRequest({ sections, clock: '', recalled, asked, turn: [], limits, names: false, toolTokens });
    return { filled: plan.filled, limit: limits.context };
  }

  private async ask(inquiry: Inquiry, model: Model, material: Material, took: Took): Promise<Answer> {
    const { item, turn, signal, onText } = inquiry;
    const taken = new Set(
      turn.steps.flatMap(({ step }) => (step.kind === 'model' ? step.payload.calls : [])).map(({ id }) => id),
    );
    const options = {
      taken,
      took,
      ...(model.streams !== false && { onText }),
    };
    const limits = this.limits(model.name);
    if (model.interpreter) {
      return askModel(model, plainRequest(this.planInput(inquiry, material, limits)), signal, options);
    }
    const { plan, by } = await this.fitted(inquiry, model, material, limits);
    try {
      const answer = await askModel(model, plan.request, signal, options);
      this.estimates.learn(plan, by, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof ModelError) || error.fault !== 'context_overflow') throw error;
      // The window is smaller than it was taken for: half of what was sent is tried once.
      const half = { ...by, context: Math.floor(tokensOf(plan) / 2) + by.answer };
      await this.compacted(item, turn, half, signal);
      return askModel(model, this.plan(inquiry, material, half).request, signal, options);
    }
  }

  /** What is sent, and the limits that it fits into: where it comes near them, as the service itself counts. */
  private async fitted(inquiry: Inquiry, model: Model, material: Material, limits: Limits) {
    const { item, turn, signal } = inquiry;
    const { id } = item.conversation;
    const counted = async () => {
      if (!model.count) return limits;
      // What would be left out is counted as well, to see whether it has to be.
      const whole = this.plan(inquiry, material, { ...limits, context: limits.context * 2 });
      return this.estimates.counted(model, id, whole, limits, signal);
    };
    let by = isFull(recalledOf(item), limits) ? await counted() : limits;
    await this.compacted(item, turn, by, signal);
    let plan = this.plan(inquiry, material, by);
    if (plan.tight && by === limits) {
      by = await counted();
      if (by !== limits) plan = this.plan(inquiry, material, by);
    }
    return { plan, by };
  }

  private plan(inquiry: Inquiry, material: Material, limits: Limits): Plan {
    return planRequest(this.planInput(inquiry, material, limits));
  }

  private planInput(inquiry: Inquiry, { attached, steps }: Material, limits: Limits): PlanInput {
    const { item, turn, when, sections } = inquiry;
    const names = item.conversation.place.kind !== 'dm';
    const asked: Extract<ModelMessage, { role: 'user' }> = {
      role: 'user',
      text: [item.payload.text, attached.text].filter((part) => part !== '').join('\n\n'),
      ...(names && { name: item.person.name }),
      ...(attached.images.length > 0 && { images: attached.images }),
    };
    return {
      sections,
      // The turn's beginning, so that what was sent stays a prefix of what is sent next.
      clock: this.clocks.line(turn.startedAt, when.zone),
      recalled: recalledOf(item),
      asked,
      turn: shortened(turn.id, steps),
      limits,
      names,
      toolTokens: this.toolTokens(sections),
    };
  }

  /** The same tools are offered again and again. */
  private toolTokens({ tools }: Sections): number {
    const known = this.toolSizes.get(tools);
    if (known !== undefined) return known;
    const tokens = tokensIn(JSON.stringify(tools));
    this.toolSizes.set(tools, tokens);
    return tokens;
  }

  /** Sums up what was said when it has grown too long. Without a summary the turn goes on with what fits. */
  private async compacted(item: Item, turn: Turn, limits: Limits, signal: AbortSignal): Promise<void> {
    const { models, database, world } = this.options;
    const recalled = recalledOf(item);
    if (!models || recalled.history.length < 3 || !isDue(recalled, limits)) return;
    const took: Took = { used: [], repairs: [] };
    try {
      const light = models.light();
      const { recalled: shorter, model } = await compact(
        recalled,
        this.limits(light.name, limits),
        light,
        took,
        signal,
      );
      const { id: conversationId, epoch } = item.conversation;
      await addSummary(database, { ...shorter.summary, conversationId, epoch, model }, world.clock.now());
      Object.assign(recalled, shorter);
    } catch (error) {
      if (!(error instanceof ModelError) || signal.aborted) throw error;
      world.log.warn({ fault: error.fault, error: messageOf(error) }, 'a conversation could not be summed up');
    } finally {
      await this.addUsage(item, turn.id, this.rows(took, false, 'summary'));
    }
  }

  /** What was spent and what may be; undefined where nothing costs. Throws when this one answer has cost enough. */
  private async money(item: Item, turn: Turn): Promise<(BudgetState & { told: boolean }) | undefined> {
    const { models, database, world } = this.options;
    if (!models) return undefined;
    const { budgets, currency } = models.settings;
    const rows = turn.steps.flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : []));
    const cost = [...rows, ...turn.nested].reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (cost >= budgets.request) {
      this.counters.stops.add({ budget: 'request' });
      const said = texts.requestOver(budgets.request, currency);
      throw new ModelError('budget', 'The budget of one answer is used up.', { said });
    }
    const now = world.clock.now();
    const [day, month] = [this.calendar.day(now), this.calendar.month(now)];
    // What was read along with the message is as new as the turn; later on others have spent too.
    const along = turn.steps.length === 0 && turn.nested.length === 0 ? contextOf(item).spent : null;
    const spent = along ? spentOf(along, day, month) : await readSpent(database, item.person.id, day, month);
    return { ...budgetState(spent, budgets), told: spent.told || rows.some(({ told }) => told) };
  }

  private choose(item: Item, money: BudgetState | undefined): Model {
    const { models, alone } = this.options;
    if (!models) return alone;
    const { currency } = models.settings;
    if (money?.over) this.counters.stops.add({ budget: `${money.over.whose}_${money.over.period}` });
    if (money?.over) return withoutModels(alone, texts.budgetOver(money.over, currency));
    if (money?.low) return models.answering('light');
    return models.chosen(item.conversation.settings, item.payload.text);
  }

  private limits(name: string, most?: Limits): Limits {
    const { models } = this.options;
    if (!models) return ALONE;
    const { context, answer } = models.limits(name);
    return { context: Math.min(context, most?.context ?? context), answer, factor: this.estimates.factor(name) };
  }

  private stepOf(answer: Answer, used: UsageRow[], low: Limit | undefined): ModelStep {
    const currency = this.options.models?.settings.currency ?? '';
    const notices = [...answer.notices, ...(low && used.length > 0 ? [texts.budgetLow(low, currency)] : [])];
    return {
      text: answer.text,
      calls: answer.calls,
      model: answer.model,
      ...(answer.keep && { keep: answer.keep }),
      ...(used.length > 0 && { used }),
      ...(notices.length > 0 && { notices }),
    };
  }

  private rows(took: Took, told: boolean, purpose: UsageRow['purpose'] = 'answer'): UsageRow[] {
    const { used, repairs } = took;
    const now = this.options.world.clock.now();
    const day = this.calendar.day(now);
    this.count(took);
    return used.map(({ model, usage, estimated }, index) => ({
      id: uuid(now),
      at: now.toISOString(),
      day,
      purpose,
      model,
      input: usage.input,
      cached: usage.cached,
      output: usage.output,
      written: usage.written ?? 0,
      price: this.options.models?.prices.of(model, usage) ?? null,
      estimated: estimated === true,
      repairs: index === 0 ? [...repairs] : [],
      told: told && index === 0,
    }));
  }

  private count({ used, repairs }: Took): void {
    const { tokens, cost, repairs: mended } = this.counters;
    for (const repair of repairs) mended.add({ repair });
    for (const { model, usage } of used) {
      for (const kind of ['input', 'cached', 'output'] as const) tokens.add({ model, kind }, usage[kind]);
      cost.add({ model }, this.options.models?.prices.of(model, usage) ?? 0);
    }
  }

  private async addUsage(item: Item, turnId: string, rows: UsageRow[]): Promise<void> {
    await addUsage(this.options.database, rows, {
      personId: item.person.id,
      conversationId: item.conversation.id,
      spaceId: item.conversation.place.space,
      turnId,
      inboxId: item.id,
    });
  }

  private recalledTaint(item: Item): boolean {
    return recalledOf(item).summary?.tainted === true;
  }
}

function contextOf(item: Item): ItemContext {
  return item.context as unknown as ItemContext;
}

function recalledOf(item: Item): Recalled {
  return contextOf(item).recalled;
}
