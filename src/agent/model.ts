import type { FaultKind } from '../base/errors.ts';
import type { FileRef } from '../delivery/index.ts';

/** The port to a language model. */

export interface ModelToolCall {
  /** Unique within the turn. */
  id: string;
  name: string;
  /** Parsed arguments; not yet checked against the tool's schema. */
  input: unknown;
}

export type ModelMessage =
  | { role: 'user'; text: string; name?: string; files?: FileRef[] }
  | { role: 'assistant'; text: string; calls?: ModelToolCall[] }
  | { role: 'tool'; callId: string; name: string; text: string; ok: boolean };

/** A tool as the model sees it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of its input. */
  schema: Record<string, unknown>;
}

export interface ModelRequest {
  /** The stable part: identity, rules, skills. Byte-identical from turn to turn. */
  system: string;
  /** The moving part: the time, summaries, what skills add. */
  moving: string;
  messages: ModelMessage[];
  tools: ToolSpec[];
  maxTokens: number;
}

export interface ModelUsage {
  input: number;
  cached: number;
  output: number;
}

export type StopReason = 'end' | 'tools' | 'length' | 'refused';

export type ModelEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'call'; call: ModelToolCall }
  | { type: 'usage'; usage: ModelUsage }
  | { type: 'stop'; reason: StopReason };

/** What a model's failure is, in the closed list of faults. Never holds a key or a raw body. */
export class ModelError extends Error {
  readonly fault: FaultKind;
  readonly retryAfterMs: number | undefined;

  constructor(fault: FaultKind, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ModelError';
    this.fault = fault;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Model {
  /** `provider/model`, as usage and `/model` show it. */
  readonly name: string;
  /**
   * Streams one answer; the last event is `stop`. Throws a `ModelError` and nothing else; after `signal` aborts it
   * throws `cancelled` soon.
   */
  generate(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
