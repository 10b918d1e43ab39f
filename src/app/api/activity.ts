/** Things that happened: conversations, turns, the audit log, approvals, and what could not be delivered. */
import { z } from 'zod';
import { type Agent, type Approvals, type TurnTrace, traceTurns } from '../../agent/index.ts';
import { type AuditRecord, findEntries, STATUSES } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { shorten } from '../../base/text.ts';
import {
  type AnyRoute,
  type CallerReader,
  cursorNumber,
  nextPage,
  pageOf,
  pageQuery,
  route,
} from '../../chat/index.ts';
import { activity, type Delivery, factsOf } from '../../delivery/index.ts';
import { refusalWords } from '../platforms.ts';
import { iso, type ReadingParts, readerFrom } from './reader.ts';
import * as store from './store.ts';

export interface ActivityParts extends ReadingParts {
  approvals: Approvals;
  delivery: Delivery;
  agent: Agent;
}

const TAG = 'activity';
const uuidParams = z.object({ id: z.uuid() });

export function activityRoutes(parts: ActivityParts): AnyRoute[] {
  return [
    conversationsRoute(parts),
    turnsRoute(parts),
    auditRoute(parts),
    approvalsRoute(parts),
    decideRoute(parts),
    pastApprovalsRoute(parts),
    undeliveredRoute(parts),
  ];
}

const conversation = z.object({
  id: z.string(),
  platform: z.string(),
  kind: z.enum(['dm', 'channel', 'thread']),
  channel: z.string().nullable().describe('Of a channel or thread: its id there.'),
  name: z.string().nullable().describe('Of a channel, "#general", or a thread; null: it is not known.'),
  person: z.string().nullable().describe('Of a direct conversation: whose it is.'),
  yours: z.boolean(),
  words: z.string().nullable().describe('First words of the newest message, where they are your own.'),
  at: z.iso.datetime(),
  state: z.enum(['answering', 'waiting', 'answered', 'failed', 'expired', 'cancelled']),
});

const STATES: Readonly<Record<string, z.output<typeof conversation>['state']>> = {
  received: 'answering',
  waiting: 'waiting',
  done: 'answered',
  failed: 'failed',
  expired: 'expired',
};

function conversationsRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/activity',
    scope: 'admin',
    tag: TAG,
    summary: 'Conversations of everybody in which something was said, the newest first; words are only your own.',
    query: z.strictObject(pageQuery),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ conversations: z.array(conversation), next: nextPage }),
      },
    },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const { db, personId } = await readerFrom(parts, request);
      const { limit, after } = request.query;
      const before = after !== undefined && /^[0-9a-f-]{36}$/.test(after) ? after : undefined;
      const rows = await store.listConversations(db, personId, { before, limit: limit + 1 });
      const { items, next = null } = pageOf(
        rows,
        limit,
        ({ last }) => last,
        (row) => lineOf(row, personId),
      );
      return { body: { json: { conversations: items, next } } };
    },
  });
}

function lineOf(
  { id, adapter, kind, channel, personId: whose, person, place, words, at, state }: store.ConversationLine,
  reader: string,
): z.output<typeof conversation> {
  return {
    id,
    platform: adapter,
    kind,
    channel: kind === 'dm' ? null : channel,
    name: place,
    person: kind === 'dm' ? person : null,
    yours: whose === reader,
    words: words === null ? null : words.trim(),
    at: at.toISOString(),
    state: STATES[state] ?? 'cancelled',
  };
}

const step = z.object({
  at: z.iso.datetime(),
  where: z.enum(['platform', 'inbox', 'turn', 'model', 'tool', 'asked', 'outbox', 'receipt']),
  what: z.string(),
  words: z.string().describe('The same, with what a tool does instead of its name.'),
  took_ms: z.number().nullable(),
  depth: z.int().describe('0: of the turn itself; more: of a nested one.'),
  inputs: z
    .array(z.object({ tool: z.string(), input: z.string() }))
    .describe('Arguments of calls, where they are yours.'),
});

const turn = z.object({
  id: z.string(),
  state: z.string(),
  person: z.string().nullable(),
  model: z.string().nullable(),
  error: z.string().nullable(),
  started_at: z.iso.datetime(),
  elapsed_ms: z.number(),
  said: z.string().nullable().describe('The message, where it is yours.'),
  steps: z.array(step),
});

const MOST_TURNS = 20;

function turnsRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/activity/:id',
    scope: 'admin',
    tag: TAG,
    summary: 'The newest turns of a conversation with their steps; words and arguments are only your own.',
    params: uuidParams,
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({
          conversation: conversation.omit({ words: true, at: true, state: true }),
          turns: z.array(turn),
        }),
      },
      404: { description: 'There is no such conversation.' },
    },
    async answerRequest(request) {
      const { db, personId } = await readerFrom(parts, request);
      const row = await activity.conversation(db, request.params.id);
      if (!row) throw noSuch('conversation');
      const { id, adapter, kind, channel, name, place } = row;
      const yours = row.personId === personId;
      const sentenceOf = (tool: string) => parts.agent.toolWords(tool);
      const turns = await traceTurns(db, id, MOST_TURNS, { withWords: yours, sentenceOf });
      const about = { id, platform: adapter, kind, channel: kind === 'dm' ? null : channel, name: place, yours };
      const json = {
        conversation: { ...about, person: kind === 'dm' ? name : null },
        turns: turns.map(turnOf),
      };
      return { body: { json } };
    },
  });
}

function turnOf(trace: TurnTrace): z.output<typeof turn> {
  const { id, state, person, model, error, startedAt, elapsedMs, said, steps } = trace;
  return {
    id,
    state,
    person: person ?? null,
    model: model ?? null,
    error: error ?? null,
    started_at: startedAt.toISOString(),
    elapsed_ms: elapsedMs,
    said: said ?? null,
    steps: steps.map((each) => ({
      at: each.at,
      where: each.where,
      what: each.what,
      words: each.words,
      depth: each.depth,
      took_ms: each.tookMs ?? null,
      inputs: (each.inputs ?? []).map(({ name, input }) => ({ tool: name, input })),
    })),
  };
}

const entry = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  does: z.string().nullable().describe('What the tool does, in a sentence; null: it is none that coda describes.'),
  skill: z.string().nullable(),
  status: z.enum(STATUSES),
  code: z.string().nullable(),
  took_ms: z.number().nullable(),
  origin: z.string(),
  agent: z.string().nullable(),
  tainted: z.boolean(),
  detail: z.string().describe('JSON, without secrets and private fields.'),
});

function auditRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/audit',
    scope: 'admin',
    tag: TAG,
    summary: 'The log of what was done, the newest first.',
    query: z.strictObject({
      ...pageQuery,
      person: z.uuid().optional(),
      subject: z.string().min(1).max(200).optional().describe('A tool or an operation.'),
      status: z.enum(STATUSES).optional(),
      from: z.iso.datetime().optional(),
      to: z.iso.datetime().optional(),
    }),
    answers: {
      200: { description: 'A page.', schema: z.object({ entries: z.array(entry), next: nextPage }) },
    },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const { db, now } = await readerFrom(parts, request);
      const { limit, after, person, subject, status, from, to } = request.query;
      const filter = {
        personId: person,
        from: from === undefined ? new Date(0) : new Date(from),
        to: to === undefined ? new Date(now.getTime() + 1) : new Date(to),
        tool: subject,
        status,
        before: cursorNumber(after),
      };
      const rows = await findEntries(db, filter, limit + 1);
      const words = (tool: string) => parts.agent.toolWords(tool);
      const { items, next = null } = pageOf(
        rows,
        limit,
        ({ seq }) => String(seq),
        (each) => entryOf(each, words),
      );
      return { body: { json: { entries: items, next } } };
    },
  });
}

function entryOf(record: AuditRecord, words: Agent['toolWords']): z.output<typeof entry> {
  const { seq, at, personId, person, action, subject, skill, status, code, durationMs, origin, agent, tainted } =
    record;
  return {
    seq,
    at: at.toISOString(),
    person: personId === null ? null : { id: personId, name: person ?? '?' },
    action,
    subject,
    does: (subject !== null && words(subject)) || null,
    skill,
    status,
    code,
    took_ms: durationMs,
    origin,
    agent,
    tainted,
    detail: JSON.stringify(record.detail ?? {}),
  };
}

const fact = z.object({ name: z.string(), value: z.string() });

const waiting = z.object({
  id: z.string().describe('POST /v1/approvals/:id decides.'),
  tool: z.string(),
  purpose: z.string().describe('The call as a sentence.'),
  shown: z.string().describe('All that is to be approved, as name: value lines.'),
  facts: z.array(fact).describe('The arguments, for reading, where the sentence does not say all of them.'),
  person: z.string(),
  yours: z.boolean(),
  platform: z.string(),
  asked_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable().describe('No answer by then means no.'),
});

function approvalsRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/approvals',
    scope: 'data',
    tag: TAG,
    summary: "Calls that wait for a yes: the person's own, for owners everybody's.",
    answers: { 200: { description: 'The oldest first.', schema: z.object({ approvals: z.array(waiting) }) } },
    examples: [{ summary: 'Those that wait', status: 200 }],
    async answerRequest(request) {
      const reader = await readerFrom(parts, request);
      const open = await parts.approvals.list(reader.isOwner ? undefined : reader.personId);
      const approvals = open.map(({ id, tool, purpose, shown, isCut, person, personId, place, at, expiresAt }) => ({
        id,
        tool,
        purpose,
        shown,
        facts: isCut ? factsOf(shown) : [],
        person,
        yours: personId === reader.personId,
        platform: place.split(':')[0] ?? '',
        asked_at: at,
        expires_at: expiresAt ?? null,
      }));
      return { body: { json: { approvals } } };
    },
  });
}

const CONFLICTS: Readonly<Record<string, string>> = {
  gone: 'Somebody has decided already, or it was too late.',
  several: 'It cannot be told which is meant.',
  token: 'The approval token is missing, or is another one.',
};

/** Decides as the person who asks: about their own calls, as an owner about everybody's. */
function decideRoute(parts: ActivityParts): AnyRoute {
  const { approvals } = parts;
  return route({
    method: 'POST',
    path: '/v1/approvals/:id',
    scope: 'consent',
    tag: TAG,
    summary: "Decides about a call that waits: a person about their own, an owner about everybody's.",
    params: z.object({ id: z.string().regex(/^[0-9a-f]{12,64}$/) }),
    body: z.strictObject({
      approved: z.boolean(),
      because: z.string().trim().min(1).max(500).optional().describe('Why not: the model reads it.'),
    }),
    answers: {
      200: { description: 'It is decided.', schema: z.object({ done: z.literal(true) }) },
      404: { description: 'No call of this id waits for you.' },
      409: { description: 'Somebody else was first.' },
    },
    async answerRequest(request) {
      const { caller, params, body } = request;
      const reader = await readerFrom(parts, request);
      const mayAll = reader.isOwner && caller?.scopes.includes('admin');
      const open = await approvals.list(mayAll ? undefined : reader.personId);
      if (!open.some(({ id }) => params.id.startsWith(id))) throw noSuch('question');
      const origin = caller?.inPerson ? 'dashboard' : 'http';
      const outcome = await approvals.decideAs(reader.personId, origin, params.id, body);
      const conflict = CONFLICTS[outcome];
      if (conflict === undefined) return { body: { json: { done: true } } };
      throw new CodaError('HTTP_CONFLICT', { message: conflict, remedy: 'Look at the list again.' });
    },
  });
}

const decided = z.object({
  id: z.string(),
  tool: z.string(),
  purpose: z.string(),
  shown: z.string().nullable().describe('Where it was your own.'),
  facts: z.array(fact).describe('The arguments, for reading, where it was your own and the sentence does not say all.'),
  result: z.string().nullable().describe('What the call answered, where it was your own.'),
  because: z.string().nullable().describe('Why not, in the words of whoever decided.'),
  chat: z.string().nullable().describe('The conversation in which it was asked, where it was your own.'),
  person: z.string(),
  platform: z.string(),
  asked_at: z.iso.datetime(),
  decided_at: z.iso.datetime(),
  approved: z.boolean(),
  expired: z.boolean().describe('Nobody answered in time.'),
  by: z.string().nullable().describe('null: it was at the machine, or nobody answered in time.'),
  outcome: z.enum(['done', 'failed']).nullable().describe('What came of it; null: it was not run.'),
  code: z.string().nullable(),
});

const MOST_PAST = 100;
const LONGEST_RESULT = 600;
const LONGEST_MATERIAL = 300;

function pastApprovalsRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/approvals/past',
    scope: 'data',
    tag: TAG,
    summary: 'The newest calls that were decided, and what came of them.',
    answers: { 200: { description: 'The newest first.', schema: z.object({ approvals: z.array(decided) }) } },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const reader = await readerFrom(parts, request);
      const asked = { personId: reader.isOwner ? undefined : reader.personId, reader: reader.personId };
      const past = await store.pastApprovals(reader.db, {
        ...asked,
        limit: MOST_PAST,
        longestMaterial: LONGEST_MATERIAL,
      });
      return { body: { json: { approvals: past.map(decidedOf) } } };
    },
  });
}

function decidedOf(past: store.PastApproval): z.output<typeof decided> {
  const { id, tool, purpose, shown, isCut, person, adapter, askedAt, decidedAt, approved, by, outcome, code } = past;
  const { because, result, material, chat, expired } = past;
  return {
    id,
    tool,
    purpose,
    shown,
    facts: shown === null || !isCut ? [] : factsOf(shown),
    result: approved && result !== null ? shorten(withShort(result, material), LONGEST_RESULT) : null,
    because,
    chat,
    person,
    platform: adapter,
    asked_at: askedAt.toISOString(),
    decided_at: decidedAt.toISOString(),
    approved,
    expired,
    by,
    outcome: approved && outcome !== null ? (outcome ? 'done' : 'failed') : null,
    code: approved ? code : null,
  };
}

/** The answer of a service with the sentence about it, where it is short: it may be all that came of the call. */
const withShort = (result: string, material: string | null): string =>
  material !== null && material.length <= LONGEST_MATERIAL ? `${result} ${material}` : result;

const letter = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  platform: z.string(),
  kind: z.string().describe('answer, reminder, notice …'),
  to: z.string().nullable().describe('The person; null: everybody there.'),
  yours: z.boolean(),
  text: z.string().nullable().describe('The words, where they were for you.'),
  why: z.string().nullable().describe('Why the platform did not take it, in words.'),
  error: z.string().nullable().describe('The same as the platform says it.'),
});

function undeliveredRoute(parts: ActivityParts): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/undelivered',
    scope: 'admin',
    tag: TAG,
    summary: 'What could not be delivered; the words only of what was for you.',
    answers: {
      200: {
        description: 'The newest 50, and how many there are.',
        schema: z.object({ letters: z.array(letter), total: z.int() }),
      },
    },
    examples: [{ summary: 'All', status: 200 }],
    async answerRequest(request) {
      const reader = await readerFrom(parts, request);
      return { body: { json: await undeliveredFor(reader) } };
    },
  });
}

const MOST_LETTERS = 50;

async function undeliveredFor({ db, personId }: CallerReader) {
  const { letters, total } = await activity.listUndelivered(db, personId, MOST_LETTERS);
  const shownLetters = letters.map(({ part, at, adapter, what, recipientId, recipient, text, error }) => ({
    id: part,
    at: iso(at) ?? '',
    platform: adapter,
    kind: what,
    to: recipientId === null ? null : (recipient ?? '?'),
    yours: recipientId === personId,
    text,
    why: error === null ? null : refusalWords(adapter, error),
    error,
  }));
  return { letters: shownLetters, total };
}

function noSuch(thing: string): CodaError {
  return new CodaError('HTTP_NOT_FOUND', { message: `There is no such ${thing}.`, remedy: 'Look at the list again.' });
}
