/**
 * The agent's part of the statement that ends a row (delivery/closing/store.ts), of those that store a turn's steps before, and
 * of the one that ends a turn nobody goes on with. All of it writes for rows of `fence` alone.
 */

import { type AuditRow, auditWriting } from '../../../audit/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { uuid } from '../../../base/ids.ts';
import { type Json, omitUndefined } from '../../../base/json.ts';
import { type ExtraWrites, FENCED, type Item, quotesOthers } from '../../../delivery/index.ts';
import { type Fragment, json, NO_SQL, render, rowSource, sql, type Transaction } from '../../../storage/index.ts';
import * as ofArtifacts from '../../artifacts/store.ts';
import { bareText, rememberedQuotes, type ShownMessage } from '../../context/index.ts';
import { keptSetting, keptTools } from '../../tools/offer.ts';
import {
  BY_NOW,
  messageFence,
  type OwnedUsage,
  ownUsage,
  type UsageOwner,
  type UsageRow,
  usageWriting,
} from '../../usage/index.ts';
import { type ModelStep, storedCall } from '../steps.ts';
import { contextOf, isQuoting } from '../store.ts';
import type { CallRecorder, Turn } from '../turn.ts';

export type TurnState = 'running' | 'answered' | 'failed' | 'waiting' | 'cancelled';

export interface Parking {
  expiresAt: Instant;
  asking: readonly Turn[];
}

/** A turn's row as it is written, with what is new of it; JSON names are the columns'. */
export interface TurnRecord extends ExtraWrites {
  turn: Record<string, unknown>;
  steps: Record<string, unknown>[];
  usage: OwnedUsage[];
  messages: Record<string, unknown>[];
  audit: AuditRow[];
  artifacts: ReturnType<typeof ofArtifacts.artifactsIn>;
  /** A setting of the conversation: the tools that came to it, where that is new. */
  shown: { inbox_id: string; conversation_id: string; setting: Record<string, Json> }[];
}

export function turnRecord(
  turn: Turn,
  item: Item,
  state: TurnState,
  now: Instant,
  { parking, answer, led = false, refused = false }: { parking?: Parking } & Partial<RememberedAnswer> = {},
): TurnRecord {
  const isFinished = state === 'answered' || state === 'failed' || state === 'cancelled';
  const turns = [turn, ...(parking?.asking ?? [])];
  return {
    turn: {
      id: turn.id,
      inbox_id: item.id,
      conversation_id: item.conversation.id,
      person_id: item.person.id,
      state,
      model: turn.lastAnswer()?.payload.model ?? null,
      tool_calls: turn.toolCalls,
      tainted: turn.tainted,
      elapsed_ms: turn.elapsedMs(now),
      started_at: turn.startedAt,
      finished_at: isFinished ? now : null,
      expires_at: parking?.expiresAt ?? null,
    },
    steps: turns.flatMap((each) => newSteps(each, item)),
    audit: turns.flatMap((each) => (each.toolCalls > 0 ? each.recorder.ofTurn(each, item) : [])),
    artifacts: turns.flatMap((each) => ofArtifacts.artifactsIn(each, item)),
    shown: newlyShown(turn, item),
    usage: ownUsage(usedIn(turn), payerOf(item, turn.id)),
    messages: answer === undefined ? [] : history(turn, item, { answer, led, refused }, now),
    write: writeTurns,
  };
}

function newlyShown(turn: Turn, { id, conversation }: Item): TurnRecord['shown'] {
  const storedNames = keptTools(conversation);
  const names = turn.bringTools(storedNames);
  if (!names || names.length === 0 || names.length === storedNames?.length) return [];
  return [{ inbox_id: id, conversation_id: conversation.id, setting: keptSetting(names, conversation.epoch) }];
}

const TURNS = rowSource(
  't',
  `id uuid, inbox_id uuid, conversation_id uuid, person_id uuid, state text, model text, tool_calls integer,
  tainted boolean, elapsed_ms bigint, started_at timestamptz, finished_at timestamptz, expires_at timestamptz`,
);
const STEPS = rowSource(
  's',
  `turn_id uuid, inbox_id uuid, path text, seq integer, kind text, call_id text, payload jsonb, tainted boolean,
  at timestamptz`,
);
const ASKED_AND_ANSWERED = 2;
const MESSAGES = rowSource(
  'm',
  `id uuid, inbox_id uuid, conversation_id uuid, epoch integer, turn_id uuid, person_id uuid, role text,
  content jsonb, shown json, tainted boolean, at timestamptz, began timestamptz`,
  ASKED_AND_ANSWERED,
);

/** `with` parts that write turns whose inbox rows are in `fence`. */
function writeTurns(records: readonly TurnRecord[]): Fragment {
  // Most turns call nothing: whoever would write nothing is not asked for it.
  const [messages, audit, settings] = [
    records.flatMap((record) => record.messages),
    records.flatMap((record) => record.audit),
    records.flatMap((record) => record.shown),
  ];
  return sql`, turned as (
      insert into turns (id, inbox_id, conversation_id, person_id, state, model, tool_calls, tainted,
                         elapsed_ms, started_at, finished_at, expires_at)
      select * from ${TURNS(records.map(({ turn }) => turn))}
       where ${FENCED}
      on conflict (id) do update
         set state = excluded.state, model = coalesce(excluded.model, turns.model), tool_calls = excluded.tool_calls,
             tainted = excluded.tainted, elapsed_ms = excluded.elapsed_ms, finished_at = excluded.finished_at, expires_at = excluded.expires_at
    ), ${stepWriting(records.flatMap(({ steps }) => steps))}${usageWriting(
      records.flatMap(({ usage }) => usage),
    )}${audit.length > 0 ? auditWriting(audit, FENCED) : NO_SQL}${ofArtifacts.artifactWriting(
      records.flatMap(({ artifacts }) => artifacts),
    )}${messages.length > 0 ? messageWriting(messages) : NO_SQL}${settings.length > 0 ? shownWriting(settings) : NO_SQL}`;
}

/** Only where it is new, which is rare: the statement of any other turn has no such part. */
function shownWriting(rows: TurnRecord['shown']): Fragment {
  return sql`, shown as (
      update conversations c set settings = c.settings || s.setting
        from jsonb_to_recordset(${json(rows as unknown as Json)}) as s (inbox_id uuid, conversation_id uuid, setting jsonb)
       where c.id = s.conversation_id and ${FENCED}
    )`;
}

function stepWriting(steps: readonly Record<string, unknown>[]): Fragment {
  return sql`stepped as (
      insert into steps (turn_id, path, seq, kind, call_id, payload, tainted, at)
      select turn_id, path, seq, kind, call_id, payload, tainted, at
        from ${STEPS(steps)}
       where ${FENCED}
    )`;
}

function messageWriting(messages: readonly Record<string, unknown>[]): Fragment {
  return sql`, said as (
      insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, shown, tainted, at)
      select id, conversation_id, epoch, turn_id, person_id, role, content,
             case when not exists (select from forgotten_turns f where f.person_id = m.person_id and f.at >= m.began)
                  then m.shown end, tainted, at
        from ${MESSAGES(messages)}
       where ${FENCED}
         -- looked at row by row: a join would take them in another order, which is that of what was said
         and coalesce((select not f.payload ? 'forgotten' from inbox f where f.id = inbox_id), true)
    )`;
}

function usedIn(turn: Turn): UsageRow[] {
  return turn.unstoredSteps().flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : []));
}

export function payerOf({ id: inboxId, person, conversation }: Item, turnId: string): UsageOwner {
  return { personId: person.id, conversationId: conversation.id, spaceId: conversation.place.space, turnId, inboxId };
}

function newSteps(turn: Turn, item: Item) {
  return turn.unstoredSteps().map(({ seq, step, tainted, at }) => ({
    turn_id: turn.id,
    inbox_id: item.id,
    path: turn.path,
    seq,
    kind: step.kind,
    call_id: 'callId' in step ? step.callId : null,
    payload: step.kind === 'model' ? withStored(step.payload, turn.recorder) : step.payload,
    tainted,
    at,
  }));
}

function withStored(answer: ModelStep, recorder: CallRecorder) {
  return { ...answer, calls: answer.calls.map((call) => recorder.storableCall(call)).map(storedCall) };
}

interface Closing extends ExtraWrites {
  inboxId: string;
  now: Instant;
}

/** Ends the turn of a row that nobody answers any more; otherwise it would be kept, and counted as waiting, for ever. */
export function closeOrphan(item: Item, now: Instant): ExtraWrites | undefined {
  const also: Closing = { inboxId: item.id, now, write: closeTurns };
  return contextOf(item).turn === null ? undefined : also;
}

function closeTurns(closings: readonly Closing[]): Fragment {
  const [{ now }] = closings as [Closing];
  return sql`, let_go as (
      update turns set state = 'failed', finished_at = ${now}, expires_at = null
       where inbox_id = any(${closings.map(({ inboxId }) => inboxId)}::uuid[]) and finished_at is null and ${FENCED}
    )`;
}

/** Writes the turn and its new steps in `tx`, whose fence has been held. */
export function saveTurn(tx: Transaction, turn: Turn, item: Item, state: TurnState, now: Instant): void {
  const record = turnRecord(turn, item, state, now);
  tx.send(...render(sql`with ${fenceOf(item)}${record.write([record])} select 1`));
}

export function saveNested(tx: Transaction, nested: Turn, item: Item): void {
  const usage = usageWriting(ownUsage(usedIn(nested), payerOf(item, nested.id)), BY_NOW);
  const audit = auditWriting(nested.recorder.ofTurn(nested, item), FENCED, BY_NOW);
  tx.send(
    ...render(
      sql`with ${messageFence(item.id)}, ${stepWriting(newSteps(nested, item))}${usage}${audit}${ofArtifacts.artifactWriting(ofArtifacts.artifactsIn(nested, item))} select 1`,
    ),
  );
}

function fenceOf(item: Item): Fragment {
  return sql`fence as (select ${item.id}::uuid as id)`;
}

interface RememberedAnswer {
  answer: string;
  led: boolean;
  /** A filter has refused it: it is remembered, and not sent again. */
  refused: boolean;
}

function history(turn: Turn, item: Item, { answer, led, refused }: RememberedAnswer, now: Instant) {
  const mark = refused && { refused: true as const };
  const common = {
    inbox_id: item.id,
    conversation_id: item.conversation.id,
    epoch: item.conversation.epoch,
    turn_id: turn.id,
    began: turn.startedAt,
  };
  const isTainted = (text: string) => item.tainted || isQuoting(text);
  const asked = { ...common, person_id: item.person.id, role: 'user' };
  const meanwhile = turn.steps.flatMap(({ step, at }) =>
    step.kind === 'steered' ? step.payload.texts.map((text) => ({ text, at })) : [],
  );
  const content = rememberMessage(item);
  const { asked: shownMessage, steps } = shownIn(turn, item, content);
  // The answer is found with what its person has said.
  const answered = { ...common, person_id: item.person.id, role: 'assistant', tainted: turn.tainted || led };
  return [
    {
      ...asked,
      tainted: isTainted(item.payload.text) || quotesOthers(item),
      id: uuid(item.receivedAt),
      content: { ...content, ...mark },
      shown: shownMessage,
      at: item.receivedAt,
    },
    ...meanwhile.map(({ text, at }) => ({
      ...asked,
      tainted: isTainted(text),
      id: uuid(at),
      content: { ...saidIn(text, item), ...mark },
      shown: steps ? { isStep: true } : null,
      at,
    })),
    {
      ...answered,
      id: uuid(now),
      content: { text: shortenRemembered(answer), ...(led && { led }), ...mark },
      shown: steps ? { steps } : null,
      at: now,
    },
  ];
}

/** Characters of a message with its files and quotes that stay. */
const LONGEST_TEXT = 60_000;
/** Characters of a turn's steps, as JSON, that stay in the conversation. */
const LONGEST_STEPS = 40_000;

/**
 * The part of the turn that stays in what follows. Where others read, what a person was shown beside their message and the results of
 * their calls are not for the next one: the time alone stays.
 */
function shownIn(
  turn: Turn,
  item: Item,
  content: ReturnType<typeof rememberMessage>,
): { asked: ShownMessage | null; steps: ShownMessage['steps'] } {
  const { sentMessage, situation, recorder } = turn;
  if (!sentMessage) return { asked: null, steps: undefined };
  if (item.conversation.place.kind !== 'dm') {
    return { asked: situation ? { situation: { ...situation, sections: [] } } : null, steps: undefined };
  }
  const steps = (turn.shownSteps() ?? []).map((step) =>
    step.role === 'assistant' && step.calls
      ? { ...step, calls: step.calls.map((call) => recorder.storableCall(call)) }
      : step,
  );
  const isOther =
    sentMessage.text !== undefined && sentMessage.text.length <= LONGEST_TEXT && sentMessage.text !== bareText(content);
  return {
    asked: omitUndefined({
      situation,
      text: isOther ? (sentMessage.text ?? '') : undefined,
      pictures: sentMessage.pictures.length > 0 ? sentMessage.pictures : undefined,
    }),
    steps: steps.length > 0 && JSON.stringify(steps).length <= LONGEST_STEPS ? steps : undefined,
  };
}

/** A message as it is remembered: files that came with it by name and kind only, others' words apart from the person's. */
function rememberMessage({ payload, person, origin }: Item) {
  const isOwn = origin === 'person' || origin === 'http';
  const files = payload.files.map(({ name, type }) => ({ name, type }));
  const quoted = payload.quoted ? rememberedQuotes(payload.quoted) : [];
  return {
    ...saidIn(payload.text, { person }),
    ...omitUndefined({
      origin: isOwn ? undefined : origin,
      files: files.length > 0 ? files : undefined,
      quoted: quoted.length > 0 ? quoted : undefined,
    }),
  };
}

function saidIn(text: string, { person }: Pick<Item, 'person'>) {
  return { text: shortenRemembered(text), name: person.name };
}

/** Characters: what PostgreSQL can index the words of (a megabyte of distinct ones), whatever alphabet they are in. */
const LONGEST_REMEMBERED = 100_000;

function shortenRemembered(text: string): string {
  return text.length <= LONGEST_REMEMBERED ? text : `${text.slice(0, LONGEST_REMEMBERED)}…`;
}
