import type { FaultKind } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { FileRef } from '../../delivery/index.ts';
import type { Finding } from '../models/quirks.ts';

export interface ModelToolCall {
  /** Unique within the turn. */
  id: string;
  name: string;
  /** Parsed arguments, not yet checked against the tool's schema; their text where it was no JSON. */
  input: unknown;
}

export interface ModelImage {
  name: string;
  type: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  base64: string;
}

export type ModelMessage =
  | {
      role: 'user';
      text: string;
      name?: string;
      /** The time, and what skills add: it stands before the words. */
      context?: string;
      files?: FileRef[];
      images?: ModelImage[];
    }
  | { role: 'assistant'; text: string; calls?: ModelToolCall[]; keep?: KeptBlocks }
  | ToolMessage;

export interface ToolMessage {
  role: 'tool';
  callId: string;
  name: string;
  text: string;
  ok: boolean;
  files?: readonly FileRef[];
  /** Names of tools that it brings. */
  offers?: readonly string[];
  /** Pictures that belong to it; never where it is not `ok`, which no service takes. */
  images?: ModelImage[];
}

/** Data that a model wants back, unread and unchanged, together with its answer. */
export interface KeptBlocks {
  model: string;
  blocks: Json[];
}

export interface ToolSpec {
  name: string;
  description: string;
  schema: Record<string, unknown>;
  /** Time at which it is shown (`tools/tool.ts`); undefined: always. */
  group?: string;
  /** The server of others whose tool it is: of these as many are shown as fit (`tools/offer.ts`). */
  by?: string;
}

export interface ModelRequest {
  /** Tools that the request does not show: a call of one of them is a call all the same. */
  others?: readonly ToolSpec[];
  /** The stable part: identity, rules, skills. Byte-identical from turn to turn. */
  system: string;
  messages: ModelMessage[];
  /** The message that is answered, as an index; the last one of a person when left out. */
  asked?: number;
  tools: ToolSpec[];
  maxTokens: number;
  /** Names the conversation to a service that keeps what it has read: the same for all of its requests. */
  cacheKey?: string;
}

/** Tokens. `input` were read afresh, `written` of them into a cache; `cached` came out of it. */
export interface ModelUsage {
  input: number;
  cached: number;
  output: number;
  written?: number;
}

export type StopReason = 'end' | 'tools' | 'length' | 'refused';

export type ModelEvent =
  /** Another model begins to answer: what came before is void, but for its usage. `notice` is for the person. */
  | { type: 'begin'; model: string; notice?: string }
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'keep'; keep: KeptBlocks }
  /** A picture that the model has made. */
  | { type: 'picture'; picture: Omit<ModelImage, 'name'> }
  | { type: 'call'; call: ModelToolCall }
  | { type: 'usage'; usage: ModelUsage }
  /** Cost of a request before its first word. Of the one that answers it is part of `usage`. */
  | { type: 'charged'; model: string; usage: ModelUsage }
  | { type: 'stop'; reason: StopReason };

export type ModelErrorReason =
  /** Took the request and sent nothing. */
  | 'silent'
  | 'wrong_address'
  | 'no_tools'
  | 'no_credit'
  /** Not even a new conversation fits into the model's window. */
  | 'small_window'
  /** The service has read the request and does not take it: it would not the next time either. */
  | 'rejected'
  /** The model made a call that its service could not read, or that fits no tool. */
  | 'slip'
  /** A model thought for as long as its answer may be, and said nothing. */
  | 'thoughts';

export interface ModelErrorDetails {
  retryAfterMs?: number | undefined;
  reason?: ModelErrorReason | undefined;
  /** Tokens that the model takes, where the service told. */
  window?: number | undefined;
  said?: string | undefined;
  /** The service's own short message, for owners: without keys, and without quotes of the conversation. */
  told?: string | undefined;
  finding?: Finding | undefined;
}

/** Failure of a model, in the closed list of faults. Never holds a key or a raw body. */
export class ModelError extends Error {
  readonly fault: FaultKind;
  readonly details: ModelErrorDetails;

  constructor(fault: FaultKind, message: string, details: ModelErrorDetails = {}) {
    super(message);
    this.name = 'ModelError';
    this.fault = fault;
    this.details = details;
  }
}

export class NoModel extends ModelError {
  /** Said to the person; undefined where no model is configured. */
  readonly why: string | undefined;

  constructor({ fault, message, details }: ModelError, why?: string) {
    super(fault, message, details);
    this.why = why;
  }
}

export interface Model {
  /** `provider/model`, as usage and `/model` show it. */
  readonly name: string;
  /** A model without a configuration is shown the files of messages only where it says so. */
  takesFiles?: boolean;
  /** True if its text arrives while it thinks, so that showing it as it grows is worth it; default true. */
  readonly streams?: boolean;
  /**
   * Streams one answer; the last event is `stop`. Throws a `ModelError` and nothing else; after `signal` aborts it
   * throws `cancelled` soon.
   */
  generate(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Number of tokens of a request by the service's own count, where it counts. Costs nothing; may throw anything. */
  count?: ((request: ModelRequest, signal: AbortSignal) => Promise<number>) | undefined;
}
