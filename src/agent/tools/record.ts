import { type AuditEntry, type AuditRow, type AuditStatus, auditWriting, detailOf, rowOf } from '../../audit/index.ts';
import type { Clock, Instant } from '../../base/clock.ts';
import type { Secrets } from '../../base/log.ts';
import type { World } from '../../base/world.ts';
import { type ExtraWrites, FENCED, type Item } from '../../delivery/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import type { CallRecorder, Turn } from '../turn/turn.ts';
import { storable } from '../turn/unsaved-values.ts';
import { tierOf } from './critique.ts';
import type { Call, Failed, Look, ToolResult } from './tool.ts';
import type { Toolbox, ValidCall } from './toolbox.ts';

export interface RecordDetail {
  subject?: string;
  /** Its arguments, without private ones. */
  detail?: object;
}

/** The name of a tool, as opposed to any words that a model may write in its place. */
const TOOL_NAME = /^[a-z][a-z0-9_-]{1,63}$/i;

type LookedIn = Pick<Turn, 'path' | 'tainted'>;

/** Writes down what calls did, without secrets and private fields, for the log of what was done. */
export class Recorder implements CallRecorder {
  private readonly toolbox: Toolbox;
  private readonly secrets: Secrets;
  private readonly clock: Clock;

  constructor(toolbox: Toolbox, { secrets, clock }: Pick<World, 'secrets' | 'clock'>) {
    this.toolbox = toolbox;
    this.secrets = secrets;
    this.clock = clock;
  }

  ofTurn(turn: Turn, item: Item): AuditRow[] {
    const calls = new Map(turn.allCalls().map((call) => [call.id, call]));
    return turn.unstoredSteps().flatMap(({ step, at, tainted }) => {
      const call = step.kind === 'result' ? calls.get(step.callId) : undefined;
      if (step.kind !== 'result' || !call) return [];
      const toolCall = { tool: call.name, input: call.input as Call['input'] };
      const agent = turn.path === '' ? undefined : 'nested';
      return [this.call(toolCall, step.payload, item, at, { tainted, agent, critique: critiqueOf(turn, call.id) })];
    });
  }

  storableCall(call: ModelToolCall): ModelToolCall {
    return storable(call, this.toolbox.get(call.name));
  }

  call(
    call: Call,
    result: ToolResult,
    item: Item,
    at: Instant,
    { critique, ...more }: Pick<AuditEntry, 'tainted' | 'agent'> & { critique?: string | undefined } = {},
  ): AuditRow {
    const { tool: name, input } = this.toolbox.resolveCall(call);
    const tool = this.toolbox.get(name);
    const redactedInput = this.shownInput(name, input);
    // Calls of missing tools, which models make again and again, show a gap.
    const asked = !tool && TOOL_NAME.test(name) ? { asked: name } : {};
    return rowOf({
      ...ownerOf(item),
      ...outcomeOf(result),
      ...more,
      at,
      action: 'tool.call',
      // A model may call what there is not.
      subject: tool ? name : 'unknown',
      skill: this.toolbox.skillOf(name),
      detail: detailOf({ input: redactedInput, ...asked, ...(critique !== undefined && { critique }) }, this.secrets),
    });
  }

  /** A second look at a call: refused is `denied`, and `failed` where it could not be looked at. */
  rowOfLook({ tool, effect, input }: ValidCall, { ok, says, fault }: Look, item: Item, of: LookedIn): AuditRow {
    const verdict = ok ? 'ok' : 'refuse';
    const detail = { verdict, why: says, tier: tierOf({ tool, effect, input }), effect };
    return rowOf({
      ...ownerOf(item),
      at: this.clock.now(),
      action: 'critique',
      subject: tool.name,
      skill: this.toolbox.skillOf(tool.name),
      status: ok ? 'ok' : fault === undefined ? 'denied' : 'failed',
      code: fault,
      agent: of.path === '' ? undefined : 'nested',
      tainted: of.tainted,
      detail: detailOf(detail, this.secrets),
    });
  }

  act(
    action: 'command.run' | 'press.refuse',
    recorded: RecordDetail,
    result: ToolResult,
    item: Item,
    at: Instant,
  ): AuditRow {
    const { subject, detail = {} } = recorded;
    return rowOf({
      ...ownerOf(item),
      ...outcomeOf(result),
      at,
      action,
      subject,
      detail: detailOf(detail, this.secrets),
    });
  }

  private shownInput(name: string, input: unknown): unknown {
    const valid = this.toolbox.check({ tool: name, input: input as Call['input'] }, true);
    // Input that fails the schema cannot be redacted field by field, so nothing of it is logged.
    if ('ok' in valid) return {};
    return valid.tool.record?.redact ? valid.tool.record?.redact(valid.input) : input;
  }
}

function critiqueOf(turn: Turn, callId: string): string | undefined {
  const asked = turn.steps.findLast(({ step }) => step.kind === 'asked' && step.callId === callId)?.step;
  return turn.looked.get(callId)?.says ?? (asked?.kind === 'asked' ? asked.payload.critique : undefined);
}

function ownerOf({ id, kind, origin, person, conversation }: Item) {
  return {
    inboxId: id,
    origin: origin === 'person' ? kind : origin,
    personId: person.id,
    conversationId: conversation.id,
  };
}

const STATUS_OF: Readonly<Partial<Record<Failed['code'], AuditStatus>>> = {
  DENIED: 'denied',
  NOT_YOURS: 'denied',
  DECLINED: 'declined',
  OUTCOME_UNKNOWN: 'unknown',
};

function outcomeOf(result: ToolResult) {
  const { tookMs: durationMs } = result;
  if (result.ok) return { status: 'ok' as const, durationMs };
  return { status: STATUS_OF[result.code] ?? ('failed' as const), code: result.code, durationMs };
}

/** Rows that are written in the statement that ends a row of the inbox. */
export function recordRows(rows: readonly AuditRow[]): ExtraWrites | undefined {
  return rows.length === 0 ? undefined : ({ rows, write: writeRecords } as RecordingRows);
}

interface RecordingRows extends ExtraWrites {
  rows: readonly AuditRow[];
}

function writeRecords(records: readonly RecordingRows[]) {
  return auditWriting(
    records.flatMap(({ rows }) => rows),
    FENCED,
  );
}
