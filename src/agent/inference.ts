import type { World } from '../base/world.ts';
import type { Item } from '../delivery/index.ts';
import type { Database } from '../storage/index.ts';
import type { WhenContext } from '../time/index.ts';
import { type Answer, askModel, type Took } from './asking.ts';
import { Compaction } from './compaction.ts';
import {
  type Attached,
  Clocks,
  type Filled,
  isDue,
  type Limits,
  type Plan,
  type PlanInput,
  plainRequest,
  planRequest,
  type Recalled,
  type Sections,
  SMALL_WINDOW,
  shortened,
  smallTools,
  toolTokens,
} from './context/index.ts';
import { type Counters, countersOf } from './counters.ts';
import { fresh } from './dialogue/dialogue.ts';
import { Estimates, tokensOf } from './estimates.ts';
import { Ledger } from './ledger.ts';
import { type Model, ModelError, type ModelMessage, type ModelRequest, type ToolSpec } from './model.ts';
import type { Models, Tier } from './models/index.ts';
import { withoutModels } from './models/routed.ts';
import type { ModelStep, Turn } from './steps.ts';
import type { ItemContext } from './store.ts';
import * as texts from './texts.ts';
import type { BudgetState, Limit, UsageRow } from './usage/index.ts';

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
/** A request that is too long after all is sent again so often, each time half as long. */
const SHORTENED = 2;
/** Windows whose tools are kept: of each model one. */
const SMALL_FORMS = 50;
/** The shortest answer that a request is made shorter for. Tokens. */
const LEAST_ANSWER = 256;

/** One answer of a model within a turn: what it may cost, who gives it, what it is shown, and what it took. */
export class Inference {
  private readonly options: InferenceOptions;
  private readonly counters: Counters;
  private readonly ledger: Ledger;
  private readonly compaction: Compaction | undefined;
  private readonly clocks = new Clocks();
  private readonly estimates: Estimates;
  private readonly small = new WeakMap<readonly ToolSpec[], Map<number, ToolSpec[]>>();

  constructor(options: InferenceOptions) {
    const { database, world, models, zone } = options;
    this.options = options;
    this.estimates = new Estimates(world.log);
    this.counters = countersOf(world.metrics);
    this.ledger = new Ledger({ database, world, models, zone, counters: this.counters });
    const limits = (name: string, most: Limits) => this.limits(name, most);
    this.compaction = models && new Compaction({ database, world, models, ledger: this.ledger, limits });
  }

  /** Ends what runs beside the answers. */
  async close(): Promise<void> {
    await this.compaction?.close();
  }

  /** Throws a `ModelError`. What failed on the way has been counted even so. */
  async infer(inquiry: Inquiry): Promise<Inferred> {
    const { item, turn, signal } = inquiry;
    const { attached: opened, illustrated } = this.options;
    const [attached, steps, money] = await Promise.all([
      opened(item),
      illustrated(turn.messages()),
      this.ledger.admit(item, turn, (at) => this.worst(this.choose(item, at).name), signal),
    ]);
    const reservation = money?.reservation;
    const model = this.goesOnAlone(turn, steps) ? this.options.alone : this.choose(item, money);
    const took: Took = { used: [], repairs: turn.corrections() };
    try {
      const answer = await this.ask(inquiry, model, { attached, steps }, took);
      const low = money?.low && !money.told ? money.low : undefined;
      const rows = this.ledger.rows(took, { told: low !== undefined, reservation });
      if (rows.length === 0) await this.ledger.release(turn, reservation);
      return { step: this.stepOf(answer, rows, low), tainted: attached.tainted || this.recalledTaint(item) };
    } catch (error) {
      if (took.used.length > 0) await this.ledger.add(item, turn.id, this.ledger.rows(took, { reservation }));
      else await this.ledger.release(turn, reservation);
      if (signal.aborted) throw new ModelError('cancelled', 'The turn was stopped.');
      throw error;
    }
  }

  /** Counts what an answer took that could not be stored. */
  async charge(item: Item, turn: Turn, used: readonly UsageRow[]): Promise<void> {
    await this.ledger.charge(item, turn.id, used);
  }

  /** The turn has ended or is parked: nothing stays reserved for it. */
  async settle(turn: Turn): Promise<void> {
    await this.ledger.close(turn);
  }

  /** The most that an answer of a model, and of what is asked besides it, may cost; 0: no price is known. */
  private worst(name: string): number {
    const { models } = this.options;
    if (!models) return 0;
    const prices = [...new Set([name, ...models.settings.fallbacks])].map((each) => {
      const { context, answer } = this.limits(each);
      const input = context - answer;
      return models.prices.of(each, { input, written: input, cached: 0, output: answer }) ?? 0;
    });
    return prices.reduce((sum, price) => sum + price, 0);
  }

  /** One answer within a nested turn, which brings its own request. */
  async inferNested(inquiry: NestedInquiry): Promise<{ step: ModelStep }> {
    const { item, turn, request, taken, tier, model: wanted, budget, signal } = inquiry;
    const { models, alone } = this.options;
    const chosen = (low: boolean) =>
      (low ? models?.answering('light', undefined, false) : models?.answering(tier, wanted, false)) ?? alone;
    const money = await this.ledger.admit(item, turn, (at) => this.worst(chosen(at.low !== undefined).name), signal);
    const reservation = money?.reservation;
    const spent = turn.nested.reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (money?.over || (budget !== undefined && spent >= budget)) {
      this.counters.stops.add({ budget: 'nested' });
      await this.ledger.release(turn, reservation);
      throw new ModelError('budget', 'The budget of the nested turn is used up.');
    }
    const model = chosen(money?.low !== undefined);
    const took: Took = { used: [], repairs: inquiry.nested.corrections() };
    try {
      const answer = await askModel(model, await this.planNested(inquiry.nested, request, model.name), signal, {
        taken,
        took,
      });
      return { step: this.stepOf(answer, this.ledger.rows(took, { purpose: 'subagent', reservation }), undefined) };
    } catch (error) {
      if (took.used.length === 0) await this.ledger.release(turn, reservation);
      await this.ledger.add(item, turn.id, this.ledger.rows(took, { purpose: 'subagent', reservation }));
      throw error;
    }
  }

  /** A nested turn's request within the limits: it begins with its task. */
  private async planNested(
    { id, path }: Turn,
    { system, moving, messages, tools }: NestedInquiry['request'],
    name: string,
  ): Promise<ModelRequest> {
    const [task, ...turn] = await this.options.illustrated(messages);
    const limits = this.limits(name);
    // Whoever began it chose its tools: none of them is spare.
    const shown =
      limits.context < SMALL_WINDOW
        ? smallTools(
            tools.map((tool) => ({ ...tool, spare: false })),
            limits.context,
          )
        : tools;
    const plan = planRequest({
      sections: { system, sections: [], tools: shown },
      clock: moving,
      recalled: { summary: null, history: [] },
      asked: task as PlanInput['asked'],
      turn: shortened(`${id}/${path}`, turn, limits.context),
      limits,
      names: false,
      toolTokens: toolTokens(shown),
      dialogue: {},
    });
    return plan.request;
  }

  /** What would fill the window now, part by part, and how large it is. */
  describe(told: Sections, recalled: Recalled, name: string): { filled: Filled[]; limit: number } {
    const limits = this.limits(name);
    const asked = { role: 'user' as const, text: '' };
    const tools = this.offered(told, limits);
    const sections = { ...told, tools };
    const rest = { turn: [], limits, names: false, toolTokens: toolTokens(tools), dialogue: {} };
    const plan = planRequest({ sections, clock: '', recalled, asked, ...rest });
    return { filled: plan.filled, limit: limits.context };
  }

  private async ask(inquiry: Inquiry, model: Model, material: Material, took: Took): Promise<Answer> {
    const { turn, signal, onText } = inquiry;
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
    let { plan, by } = await this.fitted(inquiry, model, material, limits);
    for (let tries = 0; ; tries++) {
      try {
        const answer = await askModel(model, plan.request, signal, options);
        this.estimates.learn(plan, by, answer);
        return answer;
      } catch (error) {
        const tooLong = error instanceof ModelError && error.fault === 'context_overflow';
        if (!tooLong) throw error;
        if (tries === SHORTENED) throw isNew(recalledOf(inquiry.item)) ? smallWindow(error) : error;
        by = halved(plan, by);
        plan = await this.compacted(inquiry, material, by, signal);
      }
    }
  }

  /** What is sent, and the limits that it fits into: where it comes near them, as the service itself counts. */
  private async fitted(inquiry: Inquiry, model: Model, material: Material, limits: Limits) {
    const { item, signal } = inquiry;
    const plan = this.plan(inquiry, material, limits);
    if (!plan.tight && !isDue(recalledOf(item), limits, plan)) return { plan, by: limits };
    if (!model.count) return { plan: await this.compacted(inquiry, material, limits, signal), by: limits };
    // What would be left out is counted as well, to see whether it has to be.
    const whole = this.plan(inquiry, material, { ...limits, context: limits.context * 2 });
    const by = await this.estimates.counted(model, item.conversation.id, whole, limits, signal);
    return { plan: await this.compacted(inquiry, material, by, signal), by };
  }

  /** What is sent within these limits, after what was said has been summed up where it has grown too long. */
  private async compacted(inquiry: Inquiry, material: Material, limits: Limits, signal: AbortSignal): Promise<Plan> {
    const { item, turn } = inquiry;
    const recalled = recalledOf(item);
    const plan = this.plan(inquiry, material, limits);
    if (!this.compaction || !isDue(recalled, limits, plan)) return plan;
    await this.compaction.run({ item, turnId: turn.id, recalled }, { limits, room: plan.room }, signal);
    return this.plan(inquiry, material, limits);
  }

  private plan(inquiry: Inquiry, material: Material, limits: Limits): Plan {
    return planRequest(this.planInput(inquiry, material, limits));
  }

  private planInput(inquiry: Inquiry, { attached, steps }: Material, limits: Limits): PlanInput {
    const { item, turn, when } = inquiry;
    const tools = this.offered(inquiry.sections, limits);
    const names = item.conversation.place.kind !== 'dm';
    const asked: Extract<ModelMessage, { role: 'user' }> = {
      role: 'user',
      text: [item.payload.text, attached.text].filter((part) => part !== '').join('\n\n'),
      ...(names && { name: item.person.name }),
      ...(attached.images.length > 0 && { images: attached.images }),
    };
    return {
      sections: { ...inquiry.sections, tools },
      // The turn's beginning, so that what was sent stays a prefix of what is sent next.
      clock: this.clocks.line(turn.startedAt, when.zone),
      recalled: recalledOf(item),
      asked,
      turn: shortened(turn.id, steps, limits.context),
      limits,
      names,
      toolTokens: toolTokens(tools),
      dialogue: fresh((item.context as unknown as ItemContext).dialogue, turn.startedAt),
    };
  }

  /** The tools in the form that the window has room for, always the same bytes. */
  private offered({ tools }: Sections, { context }: Limits): ToolSpec[] {
    if (context >= SMALL_WINDOW) return tools;
    const known = this.small.get(tools) ?? new Map<number, ToolSpec[]>();
    this.small.set(tools, known);
    const small = known.get(context) ?? smallTools(tools, context);
    if (known.size < SMALL_FORMS) known.set(context, small);
    return small;
  }

  /** Models were down when it made the calls: waiting for them once more would only say the same, later. */
  private goesOnAlone(turn: Turn, steps: readonly ModelMessage[]): boolean {
    const { models, alone } = this.options;
    const isResult = steps.at(-1)?.role === 'tool';
    return models !== undefined && isResult && turn.lastAnswer()?.payload.model === alone.name;
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

  private recalledTaint(item: Item): boolean {
    return recalledOf(item).summary?.tainted === true;
  }
}

function recalledOf(item: Item): Recalled {
  return (item.context as unknown as ItemContext).recalled;
}

/** Limits for half of what was sent. Where the window is so much smaller, the answer is shorter, too. */
function halved(plan: Plan, { answer, ...limits }: Limits): Limits {
  const half = Math.floor(tokensOf(plan) / 2);
  const shorter = Math.min(answer, Math.max(LEAST_ANSWER, Math.floor(half / 2)));
  return { ...limits, answer: shorter, context: half + shorter };
}

function isNew({ summary, history }: Recalled): boolean {
  return summary === null && history.length === 0;
}

/** To begin afresh would not help: nothing was said before. */
function smallWindow({ message, details }: ModelError): ModelError {
  return new ModelError('context_overflow', message, { ...details, reason: 'small_window' });
}
