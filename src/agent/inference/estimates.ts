import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Limits, Plan } from '../context/index.ts';
import type { Model } from './model.ts';
import type { Answer } from './request-model.ts';

/** Reported usage moves the estimate so fast, and stays an upper one. */
const LEARNING = 0.3;
const CAUTION = 1.1;
/** Caution for a count of the service itself, which is nearly right. */
const COUNTED_CAUTION = 1.02;
/** A conversation is counted again when it has grown by so much, */
const GROWN = 1.05;
/** or has shrunk so much that it is another one. */
const SHRUNK = 0.5;
/** Conversations whose count is kept. */
const KEPT = 500;

/** Ratio of real to estimated tokens: learnt from reported usage, or counted where it matters. */
export class Estimates {
  private readonly log: Log;
  private readonly factors = new Map<string, number>();
  /** By model and conversation: what was estimated, and what it came to. */
  private readonly counts = new BoundedMap<string, { estimated: number; factor: number }>(KEPT);

  constructor(log: Log) {
    this.log = log;
  }

  factor(model: string): number {
    return this.factors.get(model) ?? 1;
  }

  /** Takes in what was sent and what the service counted. */
  learn(plan: Plan, { factor }: Limits, { used, model, repairs }: Answer): void {
    const [only] = used;
    if (used.length !== 1 || !only || only.estimated || repairs.length > 0) return;
    const estimated = tokensOf(plan) / factor;
    const counted = only.usage.input + only.usage.cached;
    if (estimated < 500 || counted === 0) return;
    const seen = Math.min(1.6, Math.max(0.4, (counted / estimated) * CAUTION));
    this.factors.set(model, this.factor(model) * (1 - LEARNING) + seen * LEARNING);
  }

  /**
   * The limits with the factor by which the service itself counts `plan`, which they were made for. Asked once until the
   * conversation has grown; where it does not count, or not in time, they stay what they are.
   */
  async counted(
    model: Model,
    conversationId: string,
    plan: Plan,
    limits: Limits,
    signal: AbortSignal,
  ): Promise<Limits> {
    if (!model.count) return limits;
    const key = `${model.name} ${conversationId}`;
    const estimated = tokensOf(plan) / limits.factor;
    const known = this.counts.get(key);
    if (known && estimated <= known.estimated * GROWN && estimated >= known.estimated * SHRUNK) {
      return { ...limits, factor: known.factor };
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

/** Estimated tokens of a request. */
export function tokensOf({ filled }: Plan): number {
  return filled.reduce((sum, { tokens }) => sum + tokens, 0);
}
