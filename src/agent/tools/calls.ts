import { createHash } from 'node:crypto';
import { z } from 'zod';
import { deadline, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import { inSpan } from '../../base/spans.ts';
import { isSaid } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { inEnglish, mayBeForeign, wordsFor } from '../../time/index.ts';
import { DROP, keepDialogue } from '../dialogue/tools.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { Turn } from '../turn/turn.ts';
import { bindingOf, storable } from '../turn/unsaved-values.ts';
import { addUndo } from '../undo/store.ts';
import {
  type Call,
  type CallContext,
  type DataTool,
  type Done,
  dataTool,
  type Failed,
  failed,
  type Look,
  type OutsideTool,
  PassedOn,
  type Tool,
  type ToolResult,
  type TxContext,
} from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';

/** By tool and input: what calls have awaited before their transaction (a file, a service). */
export class PreparedInputs extends Map<string, unknown> {
  wasSlow = false;
}

const DATA_TIMEOUT_MS = 1_000;
/** The second time it may take longer: on a small or loaded machine the first one also loads what it needs. */
const SECOND_TIME = 5;
const OUTSIDE_TIMEOUT_MS = 60_000;
/** Characters of a result that are kept: more than a turn can read on in. What is larger is for a tool to give as a file. */
const LONGEST_KEPT = 200_000;

export interface DataCall {
  tool: DataTool;
  input: unknown;
}

function keyOf({ tool, input }: DataCall): string {
  return JSON.stringify([tool.name, input]);
}

const slotsKeyOf = (call: DataCall): string => `times ${keyOf(call)}`;

const lookKeyOf = (call: DataCall): string => `look ${keyOf(call)}`;

export function isData(valid: ValidCall): valid is ValidCall & { tool: DataTool } {
  return valid.tool.effect === 'read' || valid.tool.effect === 'write';
}

/**
 * Hash that binds an approval to what was shown: tool, canonical arguments, place, requester, and the tool's own
 * binding (the content of what would run). Of values that are stored nowhere it holds no more than their binding.
 */
export function hashOfCall(
  turn: Turn,
  call: ModelToolCall,
  { person, place }: CallContext,
  tool: Pick<Tool, 'record' | 'input'> | undefined,
): string {
  const bound = bindingOf(turn, call, tool);
  const { name, input } = storable(call, tool);
  const shown = {
    tool: name,
    input,
    person: person.id,
    place: `${place.adapter}:${place.channel}`,
    ...(bound !== undefined && { bound }),
  };
  return createHash('sha256').update(canonicalJson(shown)).digest('hex');
}

export class TookTooLong extends PassedOn {}

class NotPrepared extends PassedOn {
  readonly valid: DataCall;
  readonly ctx: CallContext;

  constructor(valid: DataCall, ctx: CallContext) {
    super(`${valid.tool.name} has to be prepared before its transaction`);
    this.valid = valid;
    this.ctx = ctx;
  }
}

export async function prepareInput(ready: PreparedInputs, call: DataCall, ctx: CallContext): Promise<void> {
  const [key, slots] = [keyOf(call), slotsKeyOf(call)];
  if (mustBeLookedAt(call, ctx) && !ready.has(lookKeyOf(call)))
    ready.set(lookKeyOf(call), await ctx.runner.lookFirst?.(call.tool, call.input));
  if (isRefused(ready.get(lookKeyOf(call)), ctx)) return;
  if (hasForeignSlots(call, ctx) && !ready.has(slots)) ready.set(slots, await inEnglishWords(call, ctx));
  if (call.tool.prepare && !ready.has(key)) ready.set(key, await call.tool.prepare(call.input, ctx));
}

const mustBeLookedAt = ({ tool }: DataCall, ctx: CallContext): boolean =>
  tool.policy?.critique === true && !!ctx.runner.lookFirst;

/** A person who presses the button has said yes to what could not be looked at; a program has not. */
function isRefused(look: unknown, { request }: Pick<CallContext, 'request'>): look is Look {
  if (look === undefined) return false;
  const { ok, byPerson } = look as Look;
  return !ok && !(byPerson && request.origin === 'person');
}

const isReady = (call: DataCall, ctx: CallContext, ready = ctx.runner.ready): boolean =>
  isRefused(ready?.get(lookKeyOf(call)), ctx) ||
  ((!mustBeLookedAt(call, ctx) || ready?.has(lookKeyOf(call)) === true) &&
    (!call.tool.prepare || ready?.has(keyOf(call)) === true) &&
    (!hasForeignSlots(call, ctx) || ready?.has(slotsKeyOf(call)) === true));

/**
 * Runs `work`, which opens a transaction whose calls have `ready` in their context. Where one of them turns out to need
 * something else first (what an undo calls is known in the transaction only), `work` is run again with it, and once more
 * where one took too long. A tool's `prepare` never runs inside a transaction.
 */
export async function retryPrepared<T>(ready: PreparedInputs, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TookTooLong && !ready.wasSlow) {
        ready.wasSlow = true;
        continue;
      }
      if (!(error instanceof NotPrepared) || isReady(error.valid, error.ctx, ready)) throw error;
      await prepareInput(ready, error.valid, error.ctx);
    }
  }
}

/**
 * Runs a data tool in `tx`, which commits its effect together with its record; keeps what takes it back. Throws
 * `TookTooLong`, and what `retryPrepared` catches.
 */
export async function runData(
  tx: Transaction,
  { tool, input }: DataCall,
  { tx: _, ...ctx }: CallContext & { tx?: Transaction },
  undoable = true,
): Promise<ToolResult> {
  const key = keyOf({ tool, input });
  if (tool.callers === 'person' && ctx.request.origin !== 'person')
    return failed('DENIED', texts.approvalByPerson(), texts.refusedRemedy(ctx.request.origin));
  const { ready } = ctx.runner;
  if (!isReady({ tool, input }, ctx)) throw new NotPrepared({ tool, input }, ctx);
  const look = ready?.get(lookKeyOf({ tool, input }));
  if (isRefused(look, ctx)) return failed('DENIED', texts.lookedAt(look));
  const read = ready?.get(slotsKeyOf({ tool, input })) as Awaited<ReturnType<typeof inEnglishWords>> | undefined;
  const most = (tool.timeoutMs ?? DATA_TIMEOUT_MS) * (ready?.wasSlow ? SECOND_TIME : 1);
  const since = performance.now();
  const prepared = tool.prepare && { prepared: ready?.get(key) };
  const result = await inSpan(ctx.runner, 'tool', aboutTool(tool), () =>
    withTimeout(most, ran({ tool, input }, read, { ...ctx, ...prepared, tx })),
  );
  if (!result) throw new TookTooLong(`${tool.name} took longer than ${most} ms in its transaction`);
  // "Undo" is about what the person did; what was done without them has its own button.
  if (undoable && isSaid(ctx.request)) keepUndo(tx, result, ctx);
  if (!ctx.request.byProgram) keepDialogue(tx, { tool, input }, result, ctx);
  if (tool.effect === 'write') tx.afterCommit(() => ctx.runner.onChange?.(tool.name));
  return keepResult(result, since);
}

const ran = async (
  { tool, input }: { tool: Pick<DataTool, 'run'>; input: unknown },
  read: { input: unknown } | Failed | undefined,
  ctx: TxContext,
): Promise<ToolResult> => (read && 'ok' in read ? read : tool.run(read ? read.input : input, ctx));

/** Runs a tool that reaches outside. What it throws is a bug, told as a failure: the effect may have happened. */
export async function runOutside(
  { tool, input }: { tool: OutsideTool; input: unknown },
  ctx: CallContext,
): Promise<ToolResult> {
  const since = performance.now();
  using limit = deadline(tool.timeoutOf?.(input) ?? tool.timeoutMs ?? OUTSIDE_TIMEOUT_MS, ctx.signal);
  const { signal } = limit;
  const gaveUp = new Promise<Failed>((resolve) => {
    const stop = () =>
      resolve(
        limit.hasPassed()
          ? failed('OUTCOME_UNKNOWN', `${tool.name} did not finish in time; whether it had an effect is unknown.`)
          : failed('OUTCOME_UNKNOWN', `${tool.name} was stopped; whether it had an effect is unknown.`),
      );
    signal.addEventListener('abort', stop, { once: true });
  });
  const run = inSpan(ctx.runner, 'tool', aboutTool(tool), async () => {
    const read = await inEnglishWords({ tool, input }, ctx);
    return 'ok' in read ? read : tool.run(read.input, { ...ctx, signal });
  }).catch((error: unknown) => failed('INTERNAL', messageOf(error)));
  return keepResult(await Promise.race([run, gaveUp]), since);
}

const aboutTool = ({ name, effect }: Pick<DataTool | OutsideTool, 'name' | 'effect'>) => ({ tool: name, effect });

function keepResult(came: ToolResult, since: number): ToolResult {
  const result = { ...came, tookMs: Math.round(performance.now() - since) };
  if (!result.ok || result.text.length <= LONGEST_KEPT) return result;
  return {
    ...result,
    text: `${result.text.slice(0, LONGEST_KEPT)}\n${texts.notKept(result.text.length - LONGEST_KEPT)}`,
  };
}

/** A call's problem goes back to the model once; then the call fails plainly. */
export function refusedInput(refused: Failed, turn: Turn, tool: string): Failed {
  const again = refused.code === 'INVALID_INPUT' && turn.wasCorrected(tool);
  return again ? failed('STILL_INVALID', texts.stillInvalid(tool)) : refused;
}

/**
 * Runs a call of a button, a command or an undo in `tx`: only on the person's own data. Within `retryPrepared`. Its tool may have
 * been deleted since the call was stored.
 */
export async function runCall(
  tx: Transaction,
  toolbox: Toolbox,
  call: Call,
  ctx: CallContext,
  undoable = true,
): Promise<ToolResult> {
  const valid = toolbox.check(call, true);
  if ('ok' in valid) return valid.code === 'UNKNOWN_TOOL' ? failed(valid.code, texts.capabilityGone()) : valid;
  const admitted = toolbox.admits(ctx.person, valid);
  if (admitted === 'deny') return failed('DENIED', texts.deniedNotice(texts.notPermitted()));
  if (!isData(valid)) return failed('NOT_HERE', `${call.tool} cannot be run from a button.`);
  if (admitted === 'ask' && !ctx.approval.confirmed) return reallyCall(call, valid.tool);
  return runData(tx, valid, ctx, undoable);
}

function reallyCall(call: Call, { description }: Tool): Failed {
  return failed('ASKS_FIRST', texts.reallyCall(description, call.input), {
    choices: [
      { label: 'Yes, do it', tool: CONFIRMED, input: { call }, style: 'primary' },
      { label: 'No', tool: DROP, input: {} },
    ],
  });
}

const CONFIRMED = 'call_confirmed';

export const confirmedTool = dataTool({
  name: CONFIRMED,
  description: 'Does what was asked about.',
  effect: 'write',
  callers: 'person',
  policy: { always: true },
  timeoutMs: 10_000,
  input: z.object({ call: z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) }) }),
  record: { redact: ({ call }) => ({ tool: call.tool }) },
  run: ({ call }, ctx) => ctx.tools.call(call, { ...ctx, approval: { ...ctx.approval, confirmed: true } }),
});

function keepUndo(tx: Transaction, result: ToolResult, ctx: CallContext): void {
  const undo = (result as Partial<Done>).undo;
  if (!undo) return;
  const { label, tool, input } = undo;
  const kept = { personId: ctx.person.id, conversationId: ctx.conversationId, label, call: { tool, input } };
  const id = addUndo(tx, kept, ctx.clock.now());
  ctx.runner.onUndo?.({ id, label });
}

interface SlottedCall {
  tool: Pick<Tool, 'name' | 'form'>;
  input: unknown;
}

function foreignSlots({ tool, input }: SlottedCall, { when }: Pick<CallContext, 'when'>): [string, string][] {
  const fields = input as Readonly<Record<string, unknown>>;
  return (tool.form?.times ?? []).flatMap((field): [string, string][] => {
    const words = fields[field];
    return typeof words === 'string' && mayBeForeign(words, when) ? [[field, words]] : [];
  });
}

const hasForeignSlots = (call: SlottedCall, ctx: Pick<CallContext, 'when'>): boolean =>
  foreignSlots(call, ctx).length > 0;

async function inEnglishWords(call: SlottedCall, ctx: Pick<CallContext, 'when'>): Promise<{ input: unknown } | Failed> {
  let input = call.input as Readonly<Record<string, unknown>>;
  for (const [field, said] of foreignSlots(call, ctx)) {
    const read = await inEnglish(said, ctx.when);
    if ('words' in read) input = { ...input, [field]: read.words };
    else if (read.when.kind === 'reject') return failed(read.when.code, read.when.say);
    else {
      const choices = read.when.readings.map((reading) => ({
        label: reading.words,
        tool: call.tool.name,
        input: { ...input, [field]: wordsFor(reading, ctx.when) },
      }));
      return failed('AMBIGUOUS', read.when.question, { choices });
    }
  }
  return { input };
}
