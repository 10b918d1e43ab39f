import type { Tier } from '../models/index.ts';

export interface SpawnOptions {
  agent?: string;
  /** Milliseconds that a container lives which it opens; default `execution.sandbox_timeout`. */
  sandboxTimeoutMs?: number | undefined;
  /** Its persona and way of working; the rules about data and instructions stand before it. */
  prompt: string;
  task: string;
  /** Names of the tools it may call; default: those that only read. */
  tools?: readonly string[];
  /**
   * Names of tools, coda's own or other assistants', that it may call beside those that only read; for where `tools` is left
   * out.
   */
  besides?: readonly string[];
  /** Tools that it may not call whatever else is said, as `isForbidden` reads them. */
  forbidden?: readonly string[];
  tier?: Tier;
  /** `provider/model` instead of the tier's, where its provider is configured. */
  model?: string;
  onDoing?(doing: string): void;
  tainted?: boolean;
  /** Default 10. */
  maxToolCalls?: number;
  /**
   * Tokens, what it reads and what it says together: when so many are used it is not asked again. Near the end it is told to
   * answer with what it has, so that it takes at most one answer more than these.
   */
  tokenBudget?: number;
  /** Milliseconds, default two minutes; never longer than the turn that it belongs to. */
  timeoutMs?: number;
  /** The most that it may cost, in the price table's currency; default: what is left for the whole answer. */
  budget?: number;
}
