import { createHash } from 'node:crypto';
import { z } from 'zod';
import { deadline, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import { inSpan } from '../../base/spans.ts';
import { isSaid } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { DROP, keepDialogue } from '../dialogue/tools.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { Turn } from '../turn/turn.ts';
import { bindingOf, storable } from '../turn/unsaved-values.ts';
import { addUndo } from '../undo/store.ts';
import { type DataCall, inEnglishWords, isRefused, PreparedCalls, TookTooLong } from './prepare.ts';
import {
  type Call,
  type CallContext,
  type DataTool,
  type Done,
  dataTool,
  type Failed,
  failed,
  type OutsideTool,
  type Tool,
  type ToolResult,
  type TxContext,
} from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';

const DATA_TIMEOUT_MS = 1_000;
/** The second time it may take longer: on a small or loaded machine the first one also loads what it needs. */
const SECOND_TIME = 5;
const OUTSIDE_TIMEOUT_MS = 60_000;
/** Characters of a result that are kept: more than a turn can read on in. What is larger is for a tool to give as a file. */
const LONGEST_KEPT = 200_000;

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
  const binding = bindingOf(turn, call, tool);
  const { name, input } = storable(call, tool);
  const content = {
    tool: name,
    input,
    person: person.id,
    place: `${place.adapter}:${place.channel}`,
    ...(binding !== undefined && { bound: binding }),
  };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/**
 * Runs a data tool in `tx`, which commits its effect together with its record; keeps what takes it back. Throws what
 * `PreparedCalls.run` catches, and `TookTooLong`.
 */
export async function runData(
  tx: Transaction,
  call: DataCall,
  { tx: _, ...ctx }: CallContext & { tx?: Transaction },
  undoable = true,
): Promise<ToolResult> {
  const { tool } = call;
  if (tool.callers === 'person' && ctx.request.origin !== 'person')
    return failed('DENIED', texts.approvalByPerson(), texts.refusedRemedy(ctx.request.origin));
  const { prepared = NOTHING_PREPARED } = ctx.runner;
  const { look, read, value } = prepared.require(call, ctx);
  if (isRefused(look, ctx)) return failed('DENIED', texts.lookedAt(look));
  const most = (tool.timeoutMs ?? DATA_TIMEOUT_MS) * (prepared.wasSlow ? SECOND_TIME : 1);
  const since = performance.now();
  const own = { ...ctx, ...(tool.prepare && { prepared: value }), tx };
  const result = await inSpan(ctx.runner, 'tool', aboutTool(tool), () => withTimeout(most, runWith(call, read, own)));
  if (!result) throw new TookTooLong(`${tool.name} took longer than ${most} ms in its transaction`);
  // "Undo" is about what the person did; what was done without them has its own button.
  if (undoable && isSaid(ctx.request)) keepUndo(tx, result, ctx);
  if (!ctx.request.byProgram) keepDialogue(tx, call, result, ctx);
  if (tool.effect === 'write') tx.afterCommit(() => ctx.runner.onChange?.(tool.name));
  return keepResult(result, since);
}

const NOTHING_PREPARED = new PreparedCalls();

const runWith = async (
  { tool, input }: DataCall,
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

function keepResult(outcome: ToolResult, since: number): ToolResult {
  const result = { ...outcome, tookMs: Math.round(performance.now() - since) };
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
 * Runs a call of a button, a command or an undo in `tx`: only on the person's own data. Within `PreparedCalls.run`. Its tool may
 * have been deleted since the call was stored.
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
  const entry = { personId: ctx.person.id, conversationId: ctx.conversationId, label, call: { tool, input } };
  const id = addUndo(tx, entry, ctx.clock.now());
  ctx.runner.onUndo?.({ id, label });
}
