/** The part of a turn that a model is shown, within its window. */

import { unlessAborted, withTimeout } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { indentLines } from '../../base/frames.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import type { World } from '../../base/world.ts';
import type { Item } from '../../delivery/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Reader } from '../../time/index.ts';
import {
  type AttachedFiles,
  addSummary,
  type Compacting,
  clockLine,
  compact,
  type FilledPart,
  fittingTools,
  type HistoryEntry,
  isDue,
  type Limits,
  type PastPictures,
  type Plan,
  type PlanInput,
  planRequest,
  quotedFrames,
  type RecalledContext,
  readBetween,
  type Sections,
  shortenResults,
  toolTokens,
  withoutForgotten,
} from '../context/index.ts';
import type { Models } from '../models/index.ts';
import * as texts from '../texts.ts';
import {
  formLine,
  growsIn,
  isToolList,
  keptTools,
  namesIn,
  type OfferedTools,
  type OfferQuery,
  offerTools,
} from '../tools/offer.ts';
import { recalledOf } from '../turn/store.ts';
import type { Turn } from '../turn/turn.ts';
import type { Ledger } from './ledger.ts';
import { type Model, ModelError, type ModelMessage, type ToolSpec } from './model.ts';
import type { Answer, AnswerCost } from './request-model.ts';

export interface ShownTurn {
  item: Item;
  turn: Turn;
  /** The subagent's task; it sees nothing else of the conversation. */
  task?: string;
  when: Pick<Reader, 'zone' | 'locale'>;
  sections: Sections;
  attached: AttachedFiles;
  past?: PastPictures | undefined;
  steps: readonly ModelMessage[];
  /** Nothing of what was said before is shown. */
  alone?: boolean;
}

export interface FittedPlan {
  plan: Plan;
  by: Limits;
  /** Nothing of what was said before is in it. */
  alone?: true;
}

/** Without a configured model nothing is known of the window. */
const UNKNOWN: Limits = { context: 64_000, answer: 4_096, factor: 1 };
const MOST_FORMS = 50;
/** Tokens: the shortest answer that a request is made shorter for. */
const LEAST_ANSWER = 256;
const NOTHING_SAID: RecalledContext = { summary: null, history: [] };

/** Milliseconds for which a conversation is sent no longer than its service took it. */
const SHORT_MS = 3_600_000;
/** A request of so many times what was last taken may have been refused for its length. */
const MUCH_LONGER = 1.5;

export interface ContextWindowOptions {
  models: Models | undefined;
  clock: Clock;
  log: Log;
  estimates: Estimates;
  compaction(): Compaction | undefined;
}

export class ContextWindows {
  private readonly options: ContextWindowOptions;
  private readonly fitting = new WeakMap<readonly ToolSpec[], Map<string, OfferedTools>>();
  /** Tokens of the last request that each model took. */
  private readonly taken = new BoundedMap<string, number>(KEPT);
  /** Tokens that a request of a conversation holds at most, since a longer one was refused. */
  private readonly shortened = new BoundedMap<string, Pick<Limits, 'context' | 'answer'> & { until: number }>(KEPT);

  constructor(options: ContextWindowOptions) {
    this.options = options;
  }

  limits(name: string, most?: Limits): Limits {
    const { models, estimates } = this.options;
    if (!models) return UNKNOWN;
    const { context, answer } = models.limits(name);
    return { context: Math.min(context, most?.context ?? context), answer, factor: estimates.factor(name) };
  }

  /** The request to `model`: near the limits as the service itself counts, and with old messages summarised. */
  async fit(shownTurn: ShownTurn, model: Model, signal: AbortSignal): Promise<FittedPlan> {
    const limits = this.shortened.size === 0 ? this.limits(model.name) : this.limitsIn(model.name, shownTurn);
    const plan = this.plan(shownTurn, limits);
    if (shownTurn.task !== undefined || (!plan.tight && !isDue(recalledOf(shownTurn.item), limits, plan))) {
      return { plan, by: limits };
    }
    // Parts that would be left out are counted as well, to see if they have to be.
    const whole = () => this.plan(shownTurn, { ...limits, context: limits.context * 2 });
    const { estimates } = this.options;
    const by = model.count
      ? await estimates.countByService(model, shownTurn.item.conversation.id, whole(), limits, signal)
      : limits;
    return { plan: await this.compactPlan(shownTurn, by, signal), by };
  }

  /** Half of what was too long after all. Where the window is so much smaller, the answer is shorter, too. */
  async halve(shownTurn: ShownTurn, { plan, by }: FittedPlan, signal: AbortSignal): Promise<FittedPlan> {
    const shorter = this.halfOf(plan, by);
    return { plan: await this.compactPlan(shownTurn, shorter, signal), by: shorter };
  }

  /**
   * As much as a new conversation would send, in half of the room: it goes out where nothing else is taken, so that no
   * conversation can be mended by `/new` alone.
   */
  alone(shownTurn: ShownTurn, { plan, by }: FittedPlan): FittedPlan {
    const shorter = this.halfOf(plan, by);
    return { plan: this.plan({ ...shownTurn, alone: true }, shorter), by: shorter, alone: true };
  }

  /** A shorter request where this one is much longer than what was taken last, or than a new conversation's. */
  aloneIfLong(name: string, shownTurn: ShownTurn, fitted: FittedPlan): FittedPlan | undefined {
    const { plan, by } = fitted;
    const bare = this.plan({ ...shownTurn, alone: true }, by);
    const usual = Math.min(this.taken.get(name) ?? fixedTokensOf(plan), tokensOf(bare));
    const tokens = tokensOf(plan);
    if (tokens <= usual * MUCH_LONGER) return undefined;
    return tokensOf(bare) <= tokens / 2 ? { plan: bare, by, alone: true } : this.alone(shownTurn, fitted);
  }

  /** `isShorter`: a longer request was refused before. */
  noteTokens(name: string, { item }: ShownTurn, { plan, by }: FittedPlan, isShorter: boolean): void {
    const tokens = tokensOf(plan);
    this.taken.set(name, tokens);
    if (!isShorter) return;
    const context = Math.min(by.context, Math.ceil(tokens * MUCH_LONGER) + by.answer);
    const until = this.options.clock.now().getTime() + SHORT_MS;
    this.shortened.set(`${name} ${item.conversation.id}`, { context, answer: by.answer, until });
  }

  private limitsIn(name: string, { item }: ShownTurn): Limits {
    const limits = this.limits(name);
    const reduction = this.shortened.get(`${name} ${item.conversation.id}`);
    if (!reduction || reduction.until <= this.options.clock.now().getTime()) return limits;
    const { context, answer } = reduction;
    return { ...limits, context: Math.min(limits.context, context), answer: Math.min(limits.answer, answer) };
  }

  private halfOf(plan: Plan, by: Limits): Limits {
    const half = Math.floor(tokensOf(plan) / 2);
    const answer = Math.min(by.answer, Math.max(LEAST_ANSWER, Math.floor(half / 2)));
    return { ...by, answer, context: half + answer };
  }

  /** `toolNames`: the servers' tools that the conversation is shown. */
  describe(
    sections: Sections,
    recalled: RecalledContext,
    name: string,
    toolNames?: readonly string[],
  ): { filled: FilledPart[]; limit: number } {
    const limits = this.limits(name);
    const { tools } = this.offerTools(sections.tools, { kept: toolNames, words: '', context: limits.context });
    const asked = { role: 'user' as const, text: '' };
    const rest = { turn: [], limits, names: false, toolTokens: toolTokens(tools) };
    const plan = planRequest({ sections: { ...sections, tools }, clock: '', recalled, asked, ...rest });
    return { filled: plan.filled, limit: limits.context };
  }

  private async compactPlan(shownTurn: ShownTurn, limits: Limits, signal: AbortSignal): Promise<Plan> {
    const { item, turn, task } = shownTurn;
    const recalled = recalledOf(item);
    const plan = this.plan(shownTurn, limits);
    const compaction = this.options.compaction();
    if (task !== undefined || !compaction || !isDue(recalled, limits, plan)) return plan;
    await compaction.run({ item, turnId: turn.id, recalled }, { limits, room: plan.room }, signal);
    return this.plan(shownTurn, limits);
  }

  private plan(shownTurn: ShownTurn, limits: Limits): Plan {
    const { item, turn, task, when, sections, steps } = shownTurn;
    const results = steps.length > 0 ? shortenResults(pathOf(turn), steps, limits.context) : steps;
    // Whoever began a nested turn chose its tools.
    const { tools, others } =
      task === undefined
        ? this.chooseTools(shownTurn, limits, results)
        : { tools: fittingTools(sections.tools, limits.context) };
    const names = task === undefined && item.conversation.place.kind !== 'dm';
    const plan = planRequest({
      sections: { ...sections, tools },
      // The turn's beginning, so that what was sent stays a prefix of what is sent next.
      clock: clockLine({ ...when, now: turn.startedAt }),
      frozen: shownTurn.alone ? undefined : turn.situation,
      past: shownTurn.past,
      recalled: task === undefined && !shownTurn.alone && !item.payload.tells ? recalledOf(item) : NOTHING_SAID,
      ...(task === undefined ? messageInput(shownTurn, names) : { asked: { role: 'user', text: task } }),
      turn: task === undefined ? withForms(results, sections.tools, limits.context) : results,
      limits,
      names,
      toolTokens: toolTokens(tools),
    });
    const request = { ...plan.request, cacheKey: item.conversation.id };
    return { ...plan, request: others && others.length > 0 ? { ...request, others } : request };
  }

  /** The request goes out: what it shows stays so, in the turn and in the conversation. */
  noteSent({ turn, sections, attached, task }: ShownTurn, { plan, by: { context }, alone }: FittedPlan): void {
    const { messages, asked = messages.length - 1 } = plan.request;
    // A nested turn is told what has changed since, such as how little of its budget is left.
    if (!alone && task === undefined) turn.situation ??= plan.situation;
    const show = (steps: readonly ModelMessage[]) =>
      withForms(shortenResults(pathOf(turn), steps, context), sections.tools, context);
    turn.sentMessage = { text: plan.isCut ? undefined : messages[asked]?.text, pictures: attached.pictures, show };
  }

  /** The tools that the conversation is shown. Those of servers are chosen once, by its first words, and more only come behind. */
  private chooseTools(
    shownTurn: ShownTurn,
    { context }: Limits,
    results: readonly ModelMessage[],
  ): { tools: ToolSpec[]; others: ToolSpec[] } {
    const { item, turn, sections } = shownTurn;
    const storedNames = keptTools(item.conversation);
    const toolNames = turn.bringTools(storedNames, namesByState(shownTurn, results));
    const [first] = recalledOf(item).history;
    const words = first?.content.text ?? item.payload.text;
    const offered = this.offerTools(sections.tools, {
      kept: toolNames,
      words,
      context,
      isPlanned: item.origin === 'schedule',
    });
    if (offered.hidden > 0 && offered.names.some((name) => !toolNames?.includes(name))) {
      turn.bringTools(storedNames, offered.names);
      const { names, hidden } = offered;
      this.options.log.info(
        { conversation: item.conversation.id, shown: names.length, hidden },
        'not all tools of servers fit',
      );
    }
    const isShown = new Set(offered.tools.map(({ name }) => name));
    return { tools: offered.tools, others: sections.tools.filter(({ name }) => !isShown.has(name)) };
  }

  /** Always the same bytes for the same question. */
  private offerTools(tools: ToolSpec[], query: OfferQuery): OfferedTools {
    const offersByKey = this.fitting.get(tools) ?? new Map<string, OfferedTools>();
    this.fitting.set(tools, offersByKey);
    const { kept = [], context, isPlanned = false } = query;
    const isChosen = tools.every(({ by, name }) => by === undefined || kept.includes(name));
    const key = JSON.stringify([context, kept, isPlanned, isChosen ? '' : query.words]);
    const offered = offersByKey.get(key) ?? offerTools(tools, query);
    if (offersByKey.size < MOST_FORMS) offersByKey.set(key, offered);
    return offered;
  }
}

const pathOf = ({ id, path }: Turn): string => (path === '' ? id : `${id}/${path}`);

/** Names of the tools that the conversation's state brings. */
function namesByState({ item, sections }: ShownTurn, results: readonly ModelMessage[]): string[] {
  const groups = [
    ...(item.payload.files.length > 0 ? ['files'] : []),
    ...sections.sections.flatMap(({ group }) => group ?? []),
  ];
  const isShortened = results.some(({ role, text }) => role === 'tool' && text.includes('Read on: result_read {'));
  const names = groups.flatMap((group) => namesIn(sections.tools, group));
  return isShortened ? [...names, 'result_read'] : names;
}

/** The forms of tools that were asked for, where the list of tools cannot grow: as the result of the call. */
function withForms(
  messages: readonly ModelMessage[],
  tools: readonly ToolSpec[],
  context: number,
): readonly ModelMessage[] {
  if (growsIn(context)) return messages;
  return messages.map((message) => {
    if (message.role !== 'tool' || !message.offers) return message;
    const { offers } = message;
    const matches = tools.filter(({ name }) => offers.includes(name));
    const forms = texts.toolForms(matches.map(formLine));
    return { ...message, text: isToolList(message) ? forms : `${message.text}\n\n${forms}` };
  });
}

function messageInput({ item, attached }: ShownTurn, names: boolean): Pick<PlanInput, 'asked' | 'beside'> {
  const { text: words, quoted } = item.payload;
  const beside = [quoted ? quotedFrames(quoted) : '', attached.text].filter((part) => part !== '').join('\n\n');
  const isBare = words.trim() === '' && beside === '' && attached.images.length === 0;
  const text = isBare ? texts.calledOnly() : words;
  return {
    asked: {
      role: 'user',
      text: names ? indentLines(text) : text,
      ...omitUndefined({
        name: names ? item.person.name : undefined,
        images: attached.images.length > 0 ? attached.images : undefined,
      }),
    },
    beside,
  };
}

/** Reported usage moves the estimate so fast, and stays an upper one. */
const LEARNING = 0.3;
const CAUTION = 1.1;
/** Caution for a count of the service itself, which is nearly right. */
const COUNTED_CAUTION = 1.02;
/** Growth from which on a conversation is counted again. */
const GROWN = 1.05;
/** A conversation that has shrunk to this share is another one, and is counted again. */
const SHRUNK = 0.5;
const KEPT = 500;

/** Ratio of real to estimated tokens: learnt from reported usage, or counted where it matters. */
export class Estimates {
  private readonly log: Log;
  private readonly factors = new Map<string, number>();
  private readonly counts = new BoundedMap<string, { estimated: number; factor: number }>(KEPT);

  constructor(log: Log) {
    this.log = log;
  }

  factor(model: string): number {
    return this.factors.get(model) ?? 1;
  }

  learn(plan: Plan, { factor }: Limits, { used, model, repairs }: Answer): void {
    const [only] = used;
    if (used.length !== 1 || !only || only.estimated || repairs.length > 0) return;
    const estimated = tokensOf(plan) / factor;
    const counted = only.usage.input + only.usage.cached;
    if (estimated < 500 || counted === 0) return;
    const sample = Math.min(1.6, Math.max(0.4, (counted / estimated) * CAUTION));
    this.factors.set(model, this.factor(model) * (1 - LEARNING) + sample * LEARNING);
  }

  /**
   * The limits with the factor by which the service itself counts `plan`, which they were made for. Asked once until the
   * conversation has grown; where it does not count, or not in time, they stay what they are.
   */
  async countByService(
    model: Model,
    conversationId: string,
    plan: Plan,
    limits: Limits,
    signal: AbortSignal,
  ): Promise<Limits> {
    if (!model.count) return limits;
    const key = `${model.name} ${conversationId}`;
    const estimated = tokensOf(plan) / limits.factor;
    const lastCount = this.counts.get(key);
    if (lastCount && estimated <= lastCount.estimated * GROWN && estimated >= lastCount.estimated * SHRUNK) {
      return { ...limits, factor: lastCount.factor };
    }
    let { factor } = limits;
    try {
      factor = ((await model.count(plan.request, signal)) / estimated) * COUNTED_CAUTION;
    } catch (error) {
      this.log.debug({ model: model.name, error: messageOf(error) }, 'tokens could not be counted');
    }
    this.counts.delete(key);
    this.counts.set(key, { estimated, factor });
    return { ...limits, factor };
  }
}

function tokensOf({ filled }: Pick<Plan, 'filled'>): number {
  return filled.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Tokens of the parts that each request begins with. */
function fixedTokensOf({ filled }: Plan): number {
  const fixed = filled.filter(({ part }) => part === 'identity and rules' || part === 'tools' || part === 'skills');
  return tokensOf({ filled: fixed });
}

interface CompactionOptions {
  database: Database;
  world: World;
  models: Models;
  ledger: Ledger;
  limits(name: string, most: Limits): Limits;
}

/** Messages that are summed up besides those that are recalled. What is older was said before there was a model. */
const MOST_OLDER = 1_000;

/** Number of times the summarised pieces are made half as long when they are too long after all. */
const HALVED = 2;

/** Milliseconds that an answer waits for a summary; what is recalled without one has to do then. */
const WAITED_MS = 10_000;

interface RecalledTurn {
  item: Item;
  turnId: string;
  recalled: RecalledContext;
}

export class Compaction {
  private readonly options: CompactionOptions;
  private readonly running = new Map<string, Promise<RecalledContext | undefined>>();
  private readonly stopping = new AbortController();

  constructor(options: CompactionOptions) {
    this.options = options;
  }

  /**
   * Sums up what was said, so that what is recalled of it fits into `room` tokens. An answer waits a little for it; a
   * summary that takes longer is stored when it is there, and the turn goes on with what fits, as without any. Throws
   * when the turn is stopped.
   */
  async run(turn: RecalledTurn, fitting: { limits: Limits; room: number }, signal: AbortSignal): Promise<void> {
    const { id } = turn.item.conversation;
    if (this.running.has(id) || this.stopping.signal.aborted) return;
    const work = this.sum(turn, fitting).finally(() => this.running.delete(id));
    this.running.set(id, work);
    // Heard below as well, while somebody waits.
    work.catch((error) => this.options.world.log.error({ error: messageOf(error) }, 'a summary failed'));
    const recalled = await withTimeout(WAITED_MS, unlessAborted(signal, work));
    if (recalled) Object.assign(turn.recalled, recalled);
  }

  /** Ends summaries that nobody waits for any more; resolves when none runs. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running.values());
  }

  private async sum({ item, turnId, recalled: all }: RecalledTurn, { limits, room }: { limits: Limits; room: number }) {
    const { database, world, models, ledger } = this.options;
    const { signal } = this.stopping;
    const cost: AnswerCost = { used: [], repairs: [] };
    try {
      const recalled = await withoutForgotten(database, item.conversation.id, all);
      const light = models.light();
      const lightLimits = this.options.limits(light.name, limits);
      const older = await this.older(item, recalled);
      const shared = item.conversation.place.kind !== 'dm';
      const compacting = { recalled, shared, older, limits, room, light, lightLimits };
      const compacted = await this.inSmallerPieces(compacting, cost, signal);
      if (!compacted) return undefined;
      const { id: conversationId, epoch } = item.conversation;
      const { model, of } = compacted;
      const { summary } = compacted.recalled;
      const row = { ...summary, conversationId, epoch, model, of, after: recalled.summary?.covers };
      const isKept = await database.tx('summary.add', (tx) => addSummary(tx, row, world.clock.now()));
      return isKept ? compacted.recalled : undefined;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      world.log.warn({ fault: error.fault, error: messageOf(error) }, 'a conversation could not be summed up');
      return undefined;
    } finally {
      await ledger.add(item, turnId, ledger.rows(cost, { purpose: 'summary' }));
    }
  }

  /** The window may be smaller than it was taken for: then smaller pieces are summed up. */
  private async inSmallerPieces(compacting: Compacting, cost: AnswerCost, signal: AbortSignal) {
    let { lightLimits } = compacting;
    for (let tries = 0; ; tries++) {
      try {
        return await compact({ ...compacting, lightLimits }, cost, signal);
      } catch (error) {
        const tooLong = error instanceof ModelError && error.fault === 'context_overflow';
        if (!tooLong || tries === HALVED) throw error;
        lightLimits = { ...lightLimits, context: Math.floor(lightLimits.context / 2) };
      }
    }
  }

  private async older({ conversation }: Item, { summary, history }: RecalledContext): Promise<HistoryEntry[]> {
    const [first] = history;
    if (!first) return [];
    const between = { after: summary?.covers ?? 0, before: first.seq };
    return readBetween(this.options.database, conversation, between, MOST_OLDER);
  }
}
