import type { Instant } from '../../base/clock.ts';
import { parseJson } from '../../base/json.ts';
import type { Choice, FileRef } from '../../delivery/index.ts';
import type { Situation } from '../context/index.ts';
import type { KeptBlocks, ModelToolCall } from '../inference/model.ts';
import type { Failed, ToolResult } from '../tools/tool.ts';
import type { UsageRow } from '../usage/index.ts';

export interface ModelStep {
  text: string;
  calls: ModelToolCall[];
  /** The model that answered, `provider/model`. */
  model: string;
  /** Data that the model wants back with it. */
  keep?: KeptBlocks;
  /** Made by the model: files of the answer. */
  files?: FileRef[];
  /** A filter has cut it off. */
  refused?: true;
  used?: UsageRow[];
  notices?: string[];
  /** The situation that the turn's first request told of. */
  situation?: Situation;
  /** The person asked for its calls, and no model was asked. */
  by?: 'person';
}

/** A call as it is stored: `written` keeps the order of its fields, which jsonb does not. */
export type StoredCall = ModelToolCall & { written?: string };

export function storedCall(call: ModelToolCall): StoredCall {
  const { input } = call;
  const isObject = typeof input === 'object' && input !== null;
  return isObject ? { ...call, written: JSON.stringify(input) } : call;
}

export function calledAs({ written, ...call }: StoredCall): ModelToolCall {
  return written === undefined ? call : { ...call, input: parseJson(written) };
}

/** A step of a turn; each is stored as it happens. `version` 1. */
export type Step =
  | { kind: 'model'; payload: ModelStep }
  /** A call that acts outside has begun: without a result after it, nobody knows whether it happened. */
  | { kind: 'started'; callId: string; payload: Record<string, never> }
  | { kind: 'result'; callId: string; payload: ToolResult }
  /** The person is asked; `hash` binds the answer to exactly what was shown. `rest`: it holds for the rest of what is followed. */
  | { kind: 'asked'; callId: string; payload: AskedCall }
  | { kind: 'decided'; callId: string; payload: { approved: boolean; by: string; hash: string; because?: string } }
  | { kind: 'steered'; payload: { texts: string[] } };

interface AskedCall {
  hash: string;
  shown: string;
  tool?: string;
  /** The call in words of its tool alone, and with its values: those are its person's own. */
  purpose?: string;
  sentence?: string;
  critique?: string;
  rest?: true;
}

export const OFFLINE = 'offline';

export interface StoredStep {
  seq: number;
  step: Step;
  tainted: boolean;
  at: Instant;
}

export type CallState =
  | { kind: 'open' }
  | { kind: 'started' }
  | { kind: 'asked'; hash: string }
  | { kind: 'decided'; approved: boolean; hash: string; by: string; because?: string }
  | { kind: 'done'; result: ToolResult };

export interface AnsweredTurn {
  kind: 'answered';
  text: string;
  choices?: readonly Choice[];
}

export interface RefusedTurn {
  kind: 'failed';
  code: Failed['code'];
  text: string;
  cancelled?: true;
  /** A filter or the model itself refused the request. */
  declined?: true;
}

export function stateOf(callId: string, steps: readonly Step[]): CallState {
  let state: CallState = { kind: 'open' };
  for (const step of steps) {
    if (!('callId' in step) || step.callId !== callId) continue;
    if (step.kind === 'result') state = { kind: 'done', result: step.payload };
    else if (step.kind === 'started') state = { kind: 'started' };
    else if (step.kind === 'asked') state = { kind: 'asked', hash: step.payload.hash };
    else if (step.kind === 'decided') state = { kind: 'decided', ...step.payload };
  }
  return state;
}
