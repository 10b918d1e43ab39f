/** The part of a turn that a model is shown, within its window. */
import { continued } from '../../base/frames.ts';
import type { Item } from '../../delivery/index.ts';
import type { Reader } from '../../time/index.ts';
import {
  type Attached,
  clockLine,
  type Filled,
  fittingTools,
  isDue,
  type Limits,
  type Plan,
  type PlanInput,
  planRequest,
  quotedFrames,
  type Recalled,
  type Sections,
  shortened,
  toolTokens,
} from '../context/index.ts';
import type { Models } from '../models/index.ts';
import * as texts from '../texts.ts';
import { recalledOf } from '../turn/store.ts';
import type { Turn } from '../turn/turn.ts';
import type { Compaction } from './compaction.ts';
import { type Estimates, tokensOf } from './estimates.ts';
import type { Model, ModelMessage, ToolSpec } from './model.ts';

/** Parts to be shown. */
export interface Shown {
  item: Item;
  /** The turn of the steps: the item's own, or a nested one. */
  turn: Turn;
  /** Of a nested turn, which sees nothing else of the conversation. */
  task?: string;
  when: Pick<Reader, 'zone' | 'locale'>;
  sections: Sections;
  attached: Attached;
  /** Steps of the turn so far, with pictures. */
  steps: readonly ModelMessage[];
}

/** A request, and the limits that it fits into. */
export interface Fitted {
  plan: Plan;
  by: Limits;
}

/** Without a configured model nothing is known of the window. */
const UNKNOWN: Limits = { context: 64_000, answer: 4_096, factor: 1 };
/** The most windows whose tools are kept: of each model one. */
const MOST_FORMS = 50;
/** Tokens: the shortest answer that a request is made shorter for. */
const LEAST_ANSWER = 256;
const NOTHING_SAID: Recalled = { summary: null, history: [] };

export interface ContextWindowOptions {
  models: Models | undefined;
  estimates: Estimates;
  /** Undefined where no model could sum anything up. */
  compaction(): Compaction | undefined;
}

export class ContextWindows {
  private readonly options: ContextWindowOptions;
  private readonly fitting = new WeakMap<readonly ToolSpec[], Map<number, ToolSpec[]>>();

  constructor(options: ContextWindowOptions) {
    this.options = options;
  }

  /** Of a model by its name, within `most`. */
  limits(name: string, most?: Limits): Limits {
    const { models, estimates } = this.options;
    if (!models) return UNKNOWN;
    const { context, answer } = models.limits(name);
    return { context: Math.min(context, most?.context ?? context), answer, factor: estimates.factor(name) };
  }

  /** The request to `model`: near the limits as the service itself counts, and with old messages summarised. */
  async fit(shown: Shown, model: Model, signal: AbortSignal): Promise<Fitted> {
    const limits = this.limits(model.name);
    const plan = this.plan(shown, limits);
    if (shown.task !== undefined || (!plan.tight && !isDue(recalledOf(shown.item), limits, plan))) {
      return { plan, by: limits };
    }
    // Parts that would be left out are counted as well, to see if they have to be.
    const whole = () => this.plan(shown, { ...limits, context: limits.context * 2 });
    const { estimates } = this.options;
    const by = model.count
      ? await estimates.counted(model, shown.item.conversation.id, whole(), limits, signal)
      : limits;
    return { plan: await this.compacted(shown, by, signal), by };
  }

  /** Half of what was too long after all. Where the window is so much smaller, the answer is shorter, too. */
  async halve(shown: Shown, { plan, by }: Fitted, signal: AbortSignal): Promise<Fitted> {
    const half = Math.floor(tokensOf(plan) / 2);
    const answer = Math.min(by.answer, Math.max(LEAST_ANSWER, Math.floor(half / 2)));
    const shorter = { ...by, answer, context: half + answer };
    return { plan: await this.compacted(shown, shorter, signal), by: shorter };
  }

  /** The current contents of the window, part by part, and its size. */
  describe(told: Sections, recalled: Recalled, name: string): { filled: Filled[]; limit: number } {
    const limits = this.limits(name);
    const tools = this.offered(told.tools, limits);
    const asked = { role: 'user' as const, text: '' };
    const rest = { turn: [], limits, names: false, toolTokens: toolTokens(tools) };
    const plan = planRequest({ sections: { ...told, tools }, clock: '', recalled, asked, ...rest });
    return { filled: plan.filled, limit: limits.context };
  }

  /** The request within these limits, after what was said has been summed up where it has grown too long. */
  private async compacted(shown: Shown, limits: Limits, signal: AbortSignal): Promise<Plan> {
    const { item, turn, task } = shown;
    const recalled = recalledOf(item);
    const plan = this.plan(shown, limits);
    const compaction = this.options.compaction();
    if (task !== undefined || !compaction || !isDue(recalled, limits, plan)) return plan;
    await compaction.run({ item, turnId: turn.id, recalled }, { limits, room: plan.room }, signal);
    return this.plan(shown, limits);
  }

  private plan(shown: Shown, limits: Limits): Plan {
    const { item, turn, task, when, sections, steps } = shown;
    // Whoever began a nested turn chose its tools: none of them is spare.
    const given = task === undefined ? sections.tools : sections.tools.map((tool) => ({ ...tool, spare: false }));
    const tools = this.offered(given, limits);
    const names = task === undefined && item.conversation.place.kind !== 'dm';
    return planRequest({
      sections: { ...sections, tools },
      // The turn's beginning, so that what was sent stays a prefix of what is sent next.
      clock: clockLine({ ...when, now: turn.startedAt }),
      recalled: task === undefined ? recalledOf(item) : NOTHING_SAID,
      ...(task === undefined ? asked(shown, names) : { asked: { role: 'user', text: task } }),
      turn: shortened(turn.path === '' ? turn.id : `${turn.id}/${turn.path}`, steps, limits.context),
      limits,
      names,
      toolTokens: toolTokens(tools),
    });
  }

  /** The tools in the form that the window has room for, always the same bytes. */
  private offered(tools: ToolSpec[], { context }: Limits): ToolSpec[] {
    const known = this.fitting.get(tools) ?? new Map<number, ToolSpec[]>();
    this.fitting.set(tools, known);
    const form = known.get(context) ?? fittingTools(tools, context);
    if (known.size < MOST_FORMS) known.set(context, form);
    return form;
  }
}

/** The message that is answered, and what came with it. */
function asked({ item, attached }: Shown, names: boolean): Pick<PlanInput, 'asked' | 'beside'> {
  const { text: said, quoted = [] } = item.payload;
  const beside = [quotedFrames(quoted), attached.text].filter((part) => part !== '').join('\n\n');
  const isBare = said.trim() === '' && beside === '' && attached.images.length === 0;
  const text = isBare ? texts.calledOnly() : said;
  return {
    asked: {
      role: 'user',
      text: names ? continued(text) : text,
      ...(names && { name: item.person.name }),
      ...(attached.images.length > 0 && { images: attached.images }),
    },
    beside,
  };
}
