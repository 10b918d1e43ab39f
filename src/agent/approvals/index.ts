import { timingSafeEqual } from 'node:crypto';
import { Document, Scalar, visit } from 'yaml';
import { z } from 'zod';
import type { AuditOrigin } from '../../audit/index.ts';
import type { Instant } from '../../base/clock.ts';
import { type Json, omitUndefined } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import { buttons, type Card, type Choice, conversations, type Delivery, inBlock } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { type CommitHints, type Database, type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { hashOfCall } from '../tools/calls.ts';
import { type AnyTool, type CallContext, dataTool, done, failed } from '../tools/tool.ts';
import type { Turn } from '../turn/turn.ts';
import { shownValue, withoutValues } from '../turn/unsaved-values.ts';
import { callSentence, purposeOf, UNSEEN, withEscapes } from './sentence.ts';
import * as store from './store.ts';

export { toolSentence, withEscapes } from './sentence.ts';

export const DECIDE = 'approval_decide';
/** Tool of the button that says all of what is to be approved. */
export const DETAILS = 'approval_details';

export const commitHints: CommitHints = {
  'turn.park': ['all', 'approvals'],
  'approvals.decide': ['all', 'approvals'],
  'approvals.expire': ['all', 'approvals'],
};

/**
 * The whole input as `name: value` lines. In YAML's own quoting, so that no value can pass for a line of another field; what
 * lies deeper or has several lines is indented below its name.
 */
function linesOf(input: unknown): string {
  const isEmpty = input === null || (typeof input === 'object' && Object.keys(input).length === 0);
  if (isEmpty) return '';
  const document = new Document(input, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      // Only there an escape is one, and no text of its own.
      if (typeof scalar.value === 'string' && scalar.value.search(UNSEEN) >= 0) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const lines = { lineWidth: 0, doubleQuotedMinMultiLineLength: 1e9, blockQuote: 'literal' as const };
  return withEscapes(document.toString(lines).trimEnd());
}

/** A call that must not run before the person has said yes to it. */
export interface ApprovalQuestion {
  turn: Turn;
  call: ModelToolCall;
  reason: string;
  under?: string;
  rest?: true;
}

/** A single question about the rest is enough, whichever nested turns want to go on. */
export function askedOnce(questions: readonly ApprovalQuestion[]): ApprovalQuestion[] {
  const ofRest = questions.find(({ rest }) => rest);
  return questions.filter((question) => !question.rest || question === ofRest);
}

export interface ApprovalRules {
  /** Milliseconds that a question waits for its answer. */
  expiryMs: number;
  rememberable: readonly string[];
}

/** A call as its tool of now takes it. */
export interface MeantCall {
  tool: AnyTool | undefined;
  input: unknown;
}

export function ask(
  { turn, call, reason, under, rest }: ApprovalQuestion,
  ctx: CallContext,
  rules: ApprovalRules,
  { tool, input: resolvedInput }: MeantCall,
): Card {
  const hash = hashOfCall(turn, call, ctx, tool);
  const input = linesOf(tool ? withoutValues(call.input, tool, shownValue) : call.input);
  const about = { tool, call, input: tool ? withoutValues(resolvedInput, tool, shownValue) : resolvedInput };
  const sentence = callSentence(about, ctx);
  const says = turn.bound.get(call.id)?.says;
  const shownText = [input, says ?? ''].filter((each) => each !== '').join('\n');
  const look = turn.looked.get(call.id);
  const payload = {
    hash,
    shown: shownText,
    tool: call.name,
    purpose: purposeOf(tool, call),
    sentence: sentence.plain,
    ...omitUndefined({ critique: look?.says, rest }),
  };
  turn.add({ kind: 'asked', callId: call.id, payload }, ctx.clock.now());
  const why = [reason, says ?? '', look ? texts.lookedAt(look) : ''].filter((each) => each !== '').join(' ');
  const text = texts.approvalAsked(sentence.markdown, under === undefined ? why : texts.askedUnder(why));
  // A yes beforehand is never for a turn that somebody else may have led.
  const lasting = rules.rememberable.includes(call.name) && !ctx.tainted && !turn.tainted;
  return { kind: 'approval', text, details: input, choices: choices(turn, call.id, hash, lasting) };
}

/** Characters. */
const LONGEST_WHY = 500;

function choices({ id, path }: Turn, callId: string, hash: string, lasting: boolean): Choice[] {
  const decide = (approved: boolean, more: object = {}) => ({
    tool: DECIDE,
    input: { turn: id, path, call: callId, hash, approved, ...more },
  });
  return [
    { label: 'Approve', style: 'primary', ...decide(true) },
    ...(lasting ? [{ label: texts.forConversation(), ...decide(true, { lasting }) }] : []),
    { label: 'Deny', style: 'danger', ...decide(false) },
    {
      label: texts.denyBecause(),
      ...decide(false),
      form: { field: 'because', label: texts.reasonLabel(), longest: LONGEST_WHY },
    },
    { label: 'Details', tool: DETAILS, input: { turn: id, path, call: callId, hash }, group: DETAILS, shows: true },
  ];
}

/** Says the exact details of a question, before and after it was decided. */
export function detailsTool(): AnyTool {
  return dataTool({
    name: DETAILS,
    description: 'Shows all of what is to be approved.',
    effect: 'read',
    callers: 'person',
    policy: { always: true },
    input: z.object({ turn: z.string(), path: z.string().default(''), call: z.string(), hash: z.string() }),
    async run({ turn, path, call, hash }, { tx, person }) {
      const asked = await store.askedOf(tx, { turnId: turn, path, callId: call }, hash);
      if (!asked) return failed('GONE', texts.approvalGone());
      if (asked.personId !== person.id && person.role !== 'owner') return failed('DENIED', texts.approvalNotYours());
      return done(inBlock(asked.shown));
    },
  });
}

/**
 * Tool of the buttons: stores the decision with the parked turn and puts it back into its lane, in the transaction that
 * also uses the buttons up. A decision binds to the hash of what was shown.
 */
export function decideTool(delivery: Pick<Delivery, 'resume'>): AnyTool {
  return dataTool({
    name: DECIDE,
    description: 'Decides about a call that asked first.',
    effect: 'write',
    callers: 'person',
    policy: { always: true },
    record: { records: true },
    input: z.object({
      turn: z.string(),
      path: z.string().default(''),
      call: z.string(),
      hash: z.string(),
      approved: z.boolean(),
      lasting: z.boolean().optional(),
      because: z.string().max(LONGEST_WHY).optional().describe('Why not, for the model.'),
    }),
    async run({ turn, path, call, hash, approved, lasting, because }, { tx, person, clock, conversationId }) {
      const asked = { turnId: turn, path, callId: call };
      const parked = await store.lockParked(tx, asked);
      if (!parked || parked.hash !== hash) return failed('GONE', texts.approvalGone());
      if (parked.personId !== person.id && person.role !== 'owner') return failed('DENIED', texts.approvalNotYours());
      const why = approved ? undefined : because?.trim() || undefined;
      const decision = { approved, by: person.id, hash, ...omitUndefined({ because: why }) };
      await store.addDecision(tx, asked, decision, clock.now(), {
        action: 'approval.decide',
        subject: parked.tool,
        personId: person.id,
        conversationId,
        origin: 'press',
      });
      // Whoever else may decide about this call does not decide for the requester's next ones.
      if (lasting && parked.tool !== undefined && parked.personId === person.id) {
        await remember(tx, conversationId, person.id, parked.tool);
      }
      // All calls of one step that ask are decided before any of them runs.
      if ((await store.openQuestions(tx, turn)) === 0) await delivery.resume(tx, parked.inboxId);
      return done(approved ? texts.approvedNotice() : texts.disapprovedNotice());
    },
  });
}

/** Timeout of a decision where untrusted text is in play: the person is there, or has forgotten what it was about. */
const TAINTED_MS = 10 * 60_000;
/** Stands where a person's id would: the time decided. */
export const NOBODY = 'nobody';
const BATCH = 50;

/** No answer in time means no: the parked turn goes on, and is told so; the card shows it. */
export function approvalSource(deps: { database: Database; delivery: Pick<Delivery, 'resume' | 'outbox'> }): DueSource {
  return {
    name: 'approvals',
    earliest: store.EARLIEST_EXPIRY,
    fire: (now) =>
      deps.database.tx('approvals.expire', async (tx) => {
        const late = await store.claimExpired(tx, now, BATCH);
        for (const { turnId, inboxId, personId, conversationId, open } of late) {
          for (const { path, callId, hash, tool } of open) {
            const decision = { approved: false, by: NOBODY, hash };
            const entry = {
              action: 'approval.expire' as const,
              subject: tool,
              personId,
              conversationId,
              origin: 'expiry' as const,
            };
            await store.addDecision(tx, { turnId, path, callId }, decision, now, entry);
          }
          const cards = await buttons.close(tx, { conversationId, turnId, tool: DECIDE }, now);
          for (const card of cards) await deps.delivery.outbox.close(tx, card, texts.approvalExpired());
          await deps.delivery.resume(tx, inboxId);
        }
        return late.length;
      }),
  };
}

export function expiryOf(now: Instant, tainted: boolean, { expiryMs }: ApprovalRules): Instant {
  return new Date(now.getTime() + (tainted ? Math.min(expiryMs, TAINTED_MS) : expiryMs));
}

const MOST_AT_HOME = 5;

export async function approvalsAtHome(db: Queryable, personId: string) {
  const open = await store.ownApprovals(db, personId, DECIDE, MOST_AT_HOME);
  const items = open.map(({ purpose, shown, buttons: offered }) => ({
    text: texts.approvalAtHome(purpose, shown),
    actions: offered.map(({ id, label }) => ({ label, button: id })),
  }));
  return { title: texts.approvalsTitle(), items };
}

/** Approvals for the rest of a conversation: a setting of it, which holds until it begins afresh. */
const SETTING = 'approved';

interface RememberedApprovals {
  epoch: number;
  by: Record<string, string[]>;
}

export function rememberedIn(
  { settings, epoch }: { settings: Readonly<Record<string, unknown>>; epoch: number },
  personId: string,
): readonly string[] {
  const approvals = settings[SETTING] as RememberedApprovals | undefined;
  return approvals?.epoch === epoch ? (approvals.by[personId] ?? []) : [];
}

async function remember(tx: Transaction, conversationId: string, personId: string, tool: string): Promise<void> {
  const state = await conversations.lock(tx, conversationId);
  if (!state) return;
  const { settings, epoch } = state;
  const tools = new Set([...rememberedIn(state, personId), tool]);
  const approvals = settings[SETTING] as unknown as RememberedApprovals | undefined;
  const by = { ...(approvals && approvals.epoch === epoch ? approvals.by : {}), [personId]: [...tools] };
  await conversations.setSetting(tx, conversationId, SETTING, { epoch, by } as unknown as Json);
}

// Approvals as programs list and decide them: `coda approvals`.

export interface ListedApproval {
  /** The beginning of its hash: what a decision names. */
  id: string;
  tool: string;
  /** The call as a sentence. */
  purpose: string;
  shown: string;
  /** The sentence does not say all of the arguments. */
  isCut: boolean;
  person: string;
  personId: string;
  place: string;
  at: string;
  expiresAt: string | undefined;
}

/** The outcome of a decision; `token`: it did not carry the configured one. */
export type DecisionOutcome = 'done' | 'gone' | 'several' | 'token';

interface ApprovalsDeps {
  database: Database;
  world: World;
  delivery: Pick<Delivery, 'resume' | 'outbox'>;
  /** Token that a program must send with a decision; undefined: none. */
  token: string | undefined;
}

interface DecisionMaker {
  by: string;
  personId: string | undefined;
  origin: AuditOrigin;
  because?: string | undefined;
}

const MOST_LISTED = 100;
const ID_LENGTH = 12;
const TERMINAL = 'terminal';

export class Approvals {
  private readonly deps: ApprovalsDeps;

  constructor(deps: ApprovalsDeps) {
    this.deps = deps;
  }

  /** Open questions, the oldest first: a person's own, or everybody's. */
  async list(whose?: string): Promise<ListedApproval[]> {
    const { database } = this.deps;
    const open = await store.openApprovals(readerOf(database), '', MOST_LISTED, whose);
    return open.map(({ hash, tool, purpose, shown, isCut, person, personId, adapter, channel, at, expiresAt }) => ({
      personId,
      id: hash.slice(0, ID_LENGTH),
      tool,
      purpose,
      shown,
      isCut,
      person,
      place: `${adapter}:${channel}`,
      at: at.toISOString(),
      expiresAt: expiresAt?.toISOString(),
    }));
  }

  /** Number of open questions: a person's own, or everybody's. */
  countFor(personId: string | undefined): Promise<number> {
    return store.countOpen(readerOf(this.deps.database), personId);
  }

  async decide(id: string, approved: boolean, token: string | undefined, because?: string): Promise<DecisionOutcome> {
    const why = approved ? undefined : because;
    return this.carries(token)
      ? this.applyDecision(id, approved, { by: TERMINAL, personId: undefined, origin: TERMINAL, because: why })
      : 'token';
  }

  /** `because`: why not, for the model. */
  decideAs(
    personId: string,
    origin: AuditOrigin,
    id: string,
    { approved, because }: { approved: boolean; because?: string | undefined },
  ): Promise<DecisionOutcome> {
    return this.applyDecision(id, approved, {
      by: personId,
      personId,
      origin,
      because: approved ? undefined : because,
    });
  }

  private applyDecision(
    id: string,
    approved: boolean,
    { by, personId, origin, because }: DecisionMaker,
  ): Promise<DecisionOutcome> {
    const { database, delivery, world } = this.deps;
    const now = world.clock.now();
    return database.tx('approvals.decide', async (tx) => {
      const [approval, ...others] = await store.openApprovals(tx, id, MOST_LISTED);
      // A call that is asked for again has one id: its first question is decided.
      if (others.some(({ hash }) => hash !== approval?.hash)) return 'several';
      const parked = approval && (await store.lockParked(tx, approval));
      if (!approval || !parked || parked.hash !== approval.hash) return 'gone';
      const { hash, turnId, callId, conversationId } = approval;
      await store.addDecision(tx, approval, { approved, by, hash, ...omitUndefined({ because }) }, now, {
        action: 'approval.decide',
        subject: parked.tool,
        personId,
        conversationId,
        origin,
      });
      const text = approved ? texts.approvedNotice() : texts.disapprovedNotice();
      const cards = await buttons.close(tx, { conversationId, turnId, tool: DECIDE, call: { id: callId, hash } }, now);
      for (const card of cards) await delivery.outbox.close(tx, card, text);
      if ((await store.openQuestions(tx, turnId)) === 0) await delivery.resume(tx, parked.inboxId);
      return 'done';
    });
  }

  carries(token: string | undefined): boolean {
    const { token: wanted } = this.deps;
    if (wanted === undefined) return true;
    const [tokenBytes, wantedBytes] = [Buffer.from(token ?? ''), Buffer.from(wanted)];
    return tokenBytes.length === wantedBytes.length && timingSafeEqual(tokenBytes, wantedBytes);
  }
}
