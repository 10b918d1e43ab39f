import type { Clock, Instant } from '../../base/clock.ts';
import {
  buttons,
  type ContextReading,
  conversations,
  type Item,
  type ItemContexts,
  moveUnreadHome,
} from '../../delivery/index.ts';
import { oldest, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import {
  type Database,
  type FileReferences,
  type Fragment,
  json,
  type Queryable,
  sql,
  type Transaction,
} from '../../storage/index.ts';
import * as ofArtifacts from '../artifacts/store.ts';
import { completeHistory, KnownMessages, type RecalledContext, recall } from '../context/index.ts';
import * as ofConversations from '../context/store.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import * as ofDialogues from '../dialogue/store.ts';
import * as ofForgotten from '../forgotten/store.ts';
import * as ofLists from '../lists/store.ts';
import * as ofUndos from '../undo/store.ts';
import { DaySums, type SpentAlong, type SpentDays, spentDays } from '../usage/index.ts';
import * as ofUsage from '../usage/store.ts';
import * as ofVersions from '../versions/store.ts';
import { calledAs, type ModelStep, type Step, type StoredStep } from './steps.ts';
import { type CallRecorder, Turn } from './turn.ts';

/** An open button of the newest card in the conversation: what a typed answer may mean. */
export interface OpenButton {
  id: string;
  label: string;
  /** ISO: since when it is there. */
  at: string;
  /** Deletes, or does harm that cannot be undone. */
  grave: true | null;
}

export interface ItemContext {
  recalled: RecalledContext;
  buttons: OpenButton[];
  /** Referents of the words; null where nothing was said before. */
  dialogue: Dialogue | null;
  turn: string | null;
  /** Costs of models so far; null where nothing costs. */
  spent: SpentDays | null;
}

export const contextOf = ({ context }: Pick<Item, 'context'>): ItemContext => context as unknown as ItemContext;

export const recalledOf = ({ context }: Pick<Item, 'context'>): RecalledContext =>
  (context as unknown as ItemContext).recalled;

/** True if files of the asker's, or what was said of them, are shown. Those of others taint by themselves. */
export function hasFiles(item: Item): boolean {
  const { history } = recalledOf(item);
  return item.payload.files.length > 0 || history.some(({ content: { files, led } }) => led || files?.length);
}

export interface ContextOptions {
  /** Messages of a conversation. */
  remembered: number;
  /** True where models cost something. */
  costs: boolean;
  clock: Clock;
  /** Bytes of contents that are kept. */
  most?: number;
}

/** Reads the context of rows that are taken, without what this process knows of it from the message before. */
export class ContextReader implements ItemContexts {
  private readonly options: ContextOptions;
  private knownMessages: KnownMessages;
  private sums = new DaySums();

  constructor(options: ContextOptions) {
    this.options = options;
    this.knownMessages = new KnownMessages(options.most);
  }

  beginReading(conversationIds: readonly string[]): ContextReading {
    // Held until the rows are there, whatever is dropped meanwhile; what comes after `forget` is not kept.
    const { knownMessages, options } = this;
    const daySums = options.costs ? this.sums.beginReading(options.clock.now()) : undefined;
    const entries = knownMessages.of(conversationIds);
    const seqs = Object.fromEntries([...entries].map(([id, bySeq]) => [id, `{${[...bySeq.keys()].join()}}`]));
    return {
      expression: itemContext(options.remembered, seqs, daySums?.days),
      complete(rows) {
        for (const { conversation, context } of rows) {
          if (context === null) continue;
          const read = context as unknown as ItemContext;
          if (daySums) read.spent = daySums.complete(read.spent as unknown as SpentAlong);
          // Rows that waited for a slot may be of a conversation that was not named.
          const { id } = conversation;
          const history = completeHistory(read.recalled.history, entries.get(id) ?? knownMessages.of([id]).get(id));
          read.recalled.history = history;
          knownMessages.keep(id, history);
        }
      },
    };
  }

  forget(): void {
    this.knownMessages = new KnownMessages(this.options.most);
    this.sums = new DaySums();
  }
}

const [READER, NO_DAYS] = [sql`p.id`, sql`null::jsonb`];
/** But for the versions in whose place the row makes another one. */
const IS_SHELVED = ofVersions.shelvedFor(sql`i.id`);
const DIALOGUE = ofDialogues.readDialogue();
/** A yes is about what was said last, not about a card above it. */
const OPEN_BUTTONS = buttons.openButtons(sql`select m.at from messages m
                                        where m.conversation_id = c.id and m.epoch = c.epoch and m.role = 'assistant'
                                        order by m.seq desc limit 1`);

/** The scalar subquery behind `ItemContext`, with so many messages; `i`, `c` and `p` are in scope. */
function itemContext(remembered: number, seqs: Record<string, string>, days: readonly string[] | undefined): Fragment {
  const knownSeqs = sql`(select (${json(seqs)}::jsonb ->> c.id::text)::bigint[])::bigint[]`;
  return sql`
    select json_build_object(
      'turn', (select t.id from turns t where t.inbox_id = i.id),
      'spent', ${days ? spentDays(days) : NO_DAYS},
      'recalled', ${recall(remembered, READER, { summed: days !== undefined, knownSeqs, isShelved: IS_SHELVED })},
      'dialogue', ${DIALOGUE},
      'buttons', ${OPEN_BUTTONS})`;
}

/** State of a turn's row. A turn that was cut off stays `running` until it is resumed. */
/**
 * A turn that was begun before: by a process that is gone, or before it was parked. It is tainted if it was, or if
 * `tainted`.
 */
export async function loadTurn(
  database: Database,
  id: string,
  tainted: boolean,
  recorder: CallRecorder,
  now: Instant,
): Promise<Turn | undefined> {
  const { rows } = await database.read<{
    tainted: boolean;
    elapsed_ms: number;
    started_at: Instant;
    hasForgotten: boolean;
    steps: LoadedStep[] | null;
  }>(
    `select t.tainted, t.elapsed_ms::int, t.started_at,
            exists (select from forgotten_turns f where f.person_id = t.person_id and f.at >= t.started_at) as "hasForgotten",
            (select jsonb_agg(jsonb_build_object('path', s.path, 'seq', s.seq, 'kind', s.kind, 'callId', s.call_id,
                                                 'payload', s.payload, 'tainted', s.tainted, 'at', s.at)
                              order by s.path, s.seq)
               from steps s where s.turn_id = t.id) as steps
       from turns t where t.id = $1`,
    [id],
  );
  const row = rows[0];
  if (!row) return undefined;
  const byPath = new Map<string, StoredStep[]>([['', []]]);
  for (const step of row.steps ?? []) {
    const stored = storedStep(step);
    // The situation may tell of what has been forgotten since: the next request tells it anew.
    if (row.hasForgotten && stored.step.kind === 'model') delete stored.step.payload.situation;
    byPath.set(step.path, [...(byPath.get(step.path) ?? []), stored]);
  }
  const turnFields = {
    id,
    tainted: row.tainted || tainted,
    startedAt: row.started_at,
    recorder,
    before: { elapsedMs: row.elapsed_ms, since: now },
  };
  const turn = new Turn({ ...turnFields, steps: byPath.get('') ?? [] });
  for (const [path, steps] of byPath) {
    if (path === '') continue;
    turn.under.set(path, new Turn({ ...turnFields, path, steps }));
    turn.nested.push(...steps.flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : [])));
  }
  return turn;
}

function storedStep({ seq, kind, callId, payload: stored, tainted, at }: LoadedStep): StoredStep {
  const payload = kind === 'model' ? withCalls(stored as ModelStep) : stored;
  const step = { kind, payload, ...(callId !== null && { callId }) } as Step;
  return { seq, step, tainted, at: new Date(at) };
}

const withCalls = (answer: ModelStep): ModelStep => ({ ...answer, calls: answer.calls.map(calledAs) });

interface LoadedStep {
  path: string;
  seq: number;
  kind: string;
  callId: string | null;
  payload: unknown;
  tainted: boolean;
  at: string;
}

export async function newEpoch(tx: Transaction, conversationId: string): Promise<void> {
  await conversations.nextEpoch(tx, conversationId);
  await ofDialogues.forgetDialogue(tx, conversationId);
}

/**
 * Empties what was said in a conversation, for the model too, and takes it out of the list. Its row stays, so that nothing is
 * taken in or said a second time: it comes back when something is said there again.
 */
export async function forgetConversation(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query(
    `update conversations
        set hidden_at = $2, epoch = epoch + 1, title = null, pinned_at = null, archived_at = null, imported_at = null
      where id = $1`,
    [id, now],
  );
  // Before messages: what a turn that ends meanwhile has remembered is there to be deleted, or it remembers nothing.
  await conversations.empty(tx, id);
  // Buttons carry the words that they would act on.
  await tx.query('delete from buttons where conversation_id = $1', [id]);
  await forgetTurns(tx, id);
  await ofVersions.forgetVersions(tx, id);
  await tx.query('delete from summaries where conversation_id = $1', [id]);
  await tx.query('delete from messages where conversation_id = $1', [id]);
}

/** The same for a temporary one, but that nothing is lost which nobody has read yet: it waits where its person begins. */
export async function endTemporary(tx: Transaction, id: string, newId: string, now: Instant): Promise<void> {
  await moveUnreadHome(tx, id, newId, now);
  await forgetConversation(tx, id, now);
}

/** Temporary conversations in which something was said, or has ended, since they were emptied; by their ids, those behind `after`. */
export async function listTemporary(db: Queryable, after: string | undefined, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from conversations c
      where c.temporary_at is not null and ($1::uuid is null or c.id > $1)
        and (exists (select from inbox i where i.adapter = 'http' and i.conversation_id = c.id
                        and (c.hidden_at is null or i.received_at > c.hidden_at or i.finished_at > c.hidden_at))
             or exists (select from outbox o where o.adapter = 'http' and o.conversation_id = c.id
                           and (c.hidden_at is null or o.created_at > c.hidden_at)))
      order by c.id limit $2`,
    [after ?? null, limit],
  );
  return rows.map(({ id }) => id);
}

/** Takes away what ended turns of a conversation did, and what was asked back there. The turns stay, for what they cost. */
async function forgetTurns(tx: Transaction, conversationId: string): Promise<void> {
  await tx.query(
    `delete from steps
      where turn_id in (select id from turns where conversation_id = $1 and finished_at is not null)`,
    [conversationId],
  );
  await ofDialogues.forgetDialogue(tx, conversationId);
}

/** Steps of old turns, and acts too old to be taken back. The messages stay. */
export const retentionRules: readonly RetentionRule[] = [
  {
    name: 'turns.prune',
    // A turn has any number of steps, and goes with the last of them.
    sql: `with old as (
            select id, step
              from (select id from turns where ctid = any (${oldest({ table: 'turns', ended: 'finished_at' })})) t
              left join lateral (select ctid as step from steps where turn_id = t.id limit $2) s on true
             limit $2
          ), stepped as (
            delete from steps where ctid = any (array(select step from old)) returning 1
          ), whole as (
            select id from old group by id having count(step) = (select count(*) from steps where turn_id = id)
          ), gone as (
            delete from turns where id = any (array(select id from whole)) returning 1
          )
          select (select count(*) from stepped) + (select count(*) from gone) as count`,
  },
  {
    name: 'messages.prune_shown',
    sql: `with bare as (
            update messages set shown = null
             where id = any (array(select id from messages where shown is not null and at < $1 order by at limit $2))
            returning 1)
          select count(*) as count from bare`,
  },
  ...ofArtifacts.retentionRules,
  ...ofUndos.retentionRules,
];

export const fileReferences: readonly FileReferences[] = [
  { table: 'steps', column: 'payload', where: "kind = 'result'" },
  { table: 'messages', column: 'shown', where: 'shown is not null' },
  ...ofArtifacts.fileReferences,
];

/** Turns of a person, and their messages; the costs stay, without the person. */
export const deletionRules: readonly DeletionRule[] = [
  ...ofConversations.deletionRules,
  { sql: 'delete from turns where person_id = $1' },
  ...ofArtifacts.deletionRules,
  ...ofUndos.deletionRules,
  ...ofUsage.deletionRules,
  ...ofDialogues.deletionRules,
  ...ofForgotten.deletionRules,
  ...ofLists.deletionRules,
  ...ofVersions.deletionRules,
];

/** An approval binds to who asked for it: what waits for one expires at once, and has to be asked for again. */
export const mergeRules: readonly MergeRule[] = [
  {
    sql: `update turns set person_id = $2, expires_at = case when state = 'waiting' then $3::timestamptz else expires_at end
           where person_id = $1`,
  },
  ...ofArtifacts.mergeRules,
  ...ofUndos.mergeRules,
  ...ofForgotten.mergeRules,
  ...ofLists.deletionRules,
  ...ofConversations.mergeRules,
  ...ofUsage.mergeRules,
  ...ofDialogues.mergeRules,
];

const QUOTED = /^ {0,3}>>>[\s\S]*|^ {0,3}>.*$/gm;

export function isQuoting(text: string): boolean {
  return text.search(QUOTED) >= 0;
}

export function ownWords(text: string): string {
  return text.replace(QUOTED, '').trim();
}
