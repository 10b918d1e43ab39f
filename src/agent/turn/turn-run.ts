/** A turn that runs: what the loop has of the one that talks to the person, and of a nested one; how its steps are stored. */

import type { Instant } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import type { Item } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { ApprovalQuestion } from '../approvals/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { ChosenByModel } from '../tools/act.ts';
import type { CallContext, ToolResult } from '../tools/tool.ts';
import type { SpawnOptions } from './nested.ts';
import type { AgentOptions } from './options.ts';
import type { AnsweredTurn, CallState, RefusedTurn, Step } from './steps.ts';
import type { Turn } from './turn.ts';

export interface TurnRun {
  readonly options: AgentOptions;
  readonly item: Item;
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly maxToolCalls: number;
  /** Stops the time of the turn's limit until what it returns is called. */
  holdTime(): () => void;
  readonly parent?: Turn;
  readonly under?: string;
  /** The name of the transactions in which steps are stored; each step's own when left out. */
  readonly commitName?: string;
  /** True if a tool was given to the turn; every one when left out. */
  isOffered?(tool: string): boolean;
  /** The person's words that a model answers; undefined where no person speaks, or they have made the calls themselves. */
  wordsAnswered?(): Pick<ChosenByModel, 'said' | 'before' | 'answer'> | undefined;
  context(signal?: AbortSignal): CallContext;
  infer(): Promise<void>;
  show(doing: string): void;
  /** Writes the new steps in `tx`, which holds the inbox row: it is this process's until the commit. */
  save(tx: Transaction, now: Instant): Promise<void>;
  /** Lets a call begin nested turns. They themselves cannot. */
  spawnFor?(call: ModelToolCall, signal: AbortSignal): Spawns;
}

export interface Spawns {
  spawn(options: SpawnOptions): Promise<ToolResult>;
  /** Resolves when the call cannot go on without the person; else never. */
  readonly whenAsked: Promise<readonly ApprovalQuestion[]>;
}

export interface OpenCall {
  call: ModelToolCall;
  state: CallState;
}

export interface NeedsApproval {
  kind: 'waiting';
  questions: readonly ApprovalQuestion[];
}

export type Outcome = AnsweredTurn | RefusedTurn | NeedsApproval;

/** Another process has the turn: nothing of it may be committed here. */
export class LostTurn extends Error {}

export function resultOf({ id }: Pick<ModelToolCall, 'id'>, payload: ToolResult): Step {
  return { kind: 'result', callId: id, payload };
}

/** Stores steps in one transaction with what makes them true. Answers that were added before are stored with them. */
export function commit(run: TurnRun, name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
  return run.turn.commits.run(() => commitNext(run, name, work));
}

async function commitNext(run: TurnRun, name: string, work: (tx: Transaction) => Promise<Step[]>): Promise<void> {
  const { options, item, turn, commitName = name } = run;
  const { database, delivery, world } = options;
  const added = turn.steps.length;
  const storing = database.tx(commitName, async (tx) => {
    turn.steps.length = added;
    const { owned, cancel } = await delivery.lockItem(tx, item);
    if (!owned) throw new LostTurn();
    if (cancel) throw new CodaError('CANCELLED', { message: texts.stoppedNotice(), remedy: '' });
    const now = world.clock.now();
    turn.addAll(await work(tx), now);
    await run.save(tx, now);
  });
  await turn.store(storing, added);
}
