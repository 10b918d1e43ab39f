/** Versions of an answer: a message is asked again, and its person chooses which of the answers stands there. */

import { z } from 'zod';
import {
  type Agent,
  type AnswerVersion,
  addVersion,
  askedLast,
  countVersions,
  holdLane,
  isVersion,
  MOST_VERSIONS,
  showVersion,
} from '../../../agent/index.ts';
import { groupBy } from '../../../base/async.ts';
import type { Clock } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import { uuid } from '../../../base/ids.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import type { Delivery, IncomingMessage } from '../../../delivery/index.ts';
import { notHeard } from '../../../sign-in/index.ts';
import { type Database, readerOf } from '../../../storage/index.ts';
import { nameOf, placeOf, senderOf } from '../chat/places.ts';
import { messageId } from '../chat/shapes.ts';
import { callerOf, keyOf } from '../request.ts';
import type { SaidRow } from '../store.ts';

export interface VersionDeps {
  database: Database;
  delivery: Pick<Delivery, 'inbox'>;
  agent: Pick<Agent, 'hasModel'>;
  clock: Clock;
}

/** A conversation of the caller's own. Throws `HTTP_NOT_FOUND` for any other. */
export type OwnChat = (caller: Caller, id: string) => Promise<{ id: string; channel: string }>;

interface RouteOptions {
  tag: string;
  params: z.ZodObject<{ id: z.ZodString }>;
  ownChat: OwnChat;
}

const body = z.strictObject({
  message: messageId.describe('The id of a message of the person’s, as entries have it.'),
});

export function againRoute(deps: VersionDeps, { tag, params, ownChat }: RouteOptions): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/chats/:id/again',
    scope: 'messages',
    tag,
    summary:
      'Asks what was said last in a conversation of its own again: another version of the answer takes the place of the one before.',
    params,
    body,
    answers: { 202: { description: 'It is being answered.', schema: z.object({ id: z.string() }) } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const chat = await ownChat(caller, request.params.id);
      const id = keyOf(request) ?? uuid(deps.clock.now());
      await askAgain(deps, caller, { chat, message: request.body.message, id });
      return { status: 202, body: { json: { id } } };
    },
  });
}

async function askAgain(
  { database, delivery, agent, clock }: VersionDeps,
  caller: Caller,
  { chat, message, id }: { chat: { id: string; channel: string }; message: string; id: string },
): Promise<void> {
  const db = readerOf(database);
  const last = await askedLast(db, chat.id);
  // Looked up behind `last`, which the same request may have changed meanwhile.
  if (await isVersion(db, chat.id, id)) return;
  if (!agent.hasModel) throw refusal('No model is configured, which could give another answer.');
  if (last?.firstMessage !== message) throw isNotLast();
  const now = clock.now();
  const event: IncomingMessage = {
    kind: 'message',
    id,
    place: placeOf(caller, nameOf(chat.channel)),
    text: last.payload.text,
    files: last.payload.files,
    origin: caller.inPerson ? 'person' : 'http',
    sender: senderOf(caller),
    sentAt: now,
    again: last.firstId,
  };
  const outcome = await delivery.inbox.acceptWith(event, async (tx, row) => {
    // The lane first, as whoever takes in a message does: two who ask at once do so one after the other.
    await holdLane(tx, chat.id);
    // The same request came twice at once: it is a duplicate to the inbox.
    if (await isVersion(tx, chat.id, id)) return;
    if ((await askedLast(tx, chat.id))?.id !== last.id) throw isNotLast();
    const first = last.firstId;
    if ((await countVersions(tx, first)) >= MOST_VERSIONS) throw refusal(`There are ${MOST_VERSIONS} answers to it.`);
    await addVersion(tx, { id: row, first, conversationId: chat.id, now });
  });
  if (outcome === 'refused') throw notHeard();
  if (outcome === 'duplicate' && !(await isVersion(db, chat.id, id)))
    throw conflict('This Idempotency-Key was used for another message.');
  if (outcome === 'too_fast') throw tooFast();
}

export function versionRoute({ database }: VersionDeps, { tag, params, ownChat }: RouteOptions): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/chats/:id/version',
    scope: 'messages',
    tag,
    summary: 'Shows another version of an answer, which then stands in the history that a model is told.',
    params,
    body,
    answers: { 200: { description: 'It is shown.', schema: z.object({ message: z.string() }) } },
    async answerRequest(request) {
      const chat = await ownChat(callerOf(request), request.params.id);
      const { message } = request.body;
      const isThere = await database.tx('chats.version', async (tx) => {
        await holdLane(tx, chat.id);
        return showVersion(tx, chat.id, message);
      });
      if (!isThere) throw conflict('There is no such version here, or something is being answered.');
      return { body: { json: { message } } };
    },
  });
}

const refusal = (message: string) =>
  new CodaError('HTTP_REFUSED', { message, remedy: 'Say it anew, as a message of its own.' });

const conflict = (message: string) =>
  new CodaError('HTTP_CONFLICT', { message, remedy: 'Read the conversation again.' });

const isNotLast = () =>
  new CodaError('HTTP_CONFLICT', {
    message: 'Only what was said last is asked again in its place, once it is answered; commands are not.',
    remedy: 'Wait for the answer, or say it anew.',
  });

const tooFast = () =>
  new CodaError('HTTP_TOO_FAST', {
    message: 'You ask for more than you may in this time.',
    remedy: 'Wait, then ask again.',
  });

/** The versions of one answer, by the message that entries name them by: the one that was asked first, and is still there. */
export interface VersionGroup {
  ids: readonly string[];
  /** Position of the version that is shown. */
  shown: number;
  /** State of its message. */
  state: string;
}

/** Groups by the id of each of their messages. */
export function groupsOf(versions: readonly AnswerVersion[]): Map<string, VersionGroup> {
  const byFirst = groupBy(versions, ({ firstId }) => firstId);
  return new Map(
    [...byFirst.values()].flatMap((all) => {
      const ids = all.map((each) => each.messageId);
      const at = Math.max(
        0,
        all.findIndex(({ isShown }) => isShown),
      );
      const group = { ids, shown: at, state: all[at]?.state ?? 'done' };
      return ids.map((id): [string, VersionGroup] => [id, group]);
    }),
  );
}

/** A row as it is shown among versions: `ofVersion` of one that is not shown, whose buttons still take back what it did. */
export interface VersionedRow {
  row: SaidRow;
  group?: VersionGroup;
  ofVersion?: number;
}

/** Rows without messages that only asked again, and without answers that are not shown; what these did keeps its buttons. */
export function versionedRows(rows: readonly SaidRow[], groups: ReadonlyMap<string, VersionGroup>): VersionedRow[] {
  return rows.flatMap((row): VersionedRow[] => {
    const group = groups.get(row.messageId ?? row.replyTo ?? '');
    const [first] = group?.ids ?? [];
    if (!group || first === undefined) return [{ row }];
    if (!row.content) return row.messageId === first ? [{ row: { ...row, state: group.state }, group }] : [];
    const at = group.ids.indexOf(row.replyTo ?? '');
    const answer = { ...row, replyTo: first };
    if (at === group.shown) return [{ row: answer }];
    return row.content.buttons?.length ? [{ row: answer, ofVersion: at + 1 }] : [];
  });
}
