import { z } from 'zod';
import { Sequence } from '../../../base/async.ts';
import type { Clock } from '../../../base/clock.ts';
import { type AnyRoute, type HttpAnswer, route } from '../../../chat/index.ts';
import type { Artifacts, Database } from '../../../storage/index.ts';
import { problemOf } from '../problem.ts';
import { callerOf, keyOf } from '../request.ts';
import * as store from '../store.ts';
import { HttpChat, type PageCaller } from './adapter.ts';
import { nameOf, partId, placeOf, prefixOf, unreadChannels } from './places.ts';
import { answerOut, conversationName, instantIn, messageId, messageIn, partOut, partShown, waitIn } from './shapes.ts';
import { type Answer, nothing, type SaidMessage, Talk } from './talk.ts';
import { markShown } from './unread.ts';
import { eventText, type Happening, type Watch, Watchers } from './watchers.ts';

export interface ChatDeps {
  /** True if a press that brings this as X-Approval-Token is consent. */
  consents(token: string | undefined): boolean;
  database: Database;
  artifacts: Artifacts;
  clock: Clock;
  /** Left out: people are not called. */
  pushes?: PageCaller;
}

const TAG = 'messages';

export function openHttpChat(deps: ChatDeps) {
  const watchers = new Watchers(deps.clock);
  const adapter = new HttpChat(watchers, deps.pushes);
  const talk = new Talk({ ...deps, adapter });
  const routes: readonly AnyRoute[] = [
    say(talk, watchers),
    press(talk, deps),
    conversations(deps.database),
    conversation(deps),
    message(talk),
    events(watchers, deps),
    artifact(deps),
  ];
  return { adapter, routes, talk, watchers };
}

function say(talk: Talk, watchers: Watchers): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/messages',
    scope: 'messages',
    tag: TAG,
    summary: 'Says something to coda as the person of the token, and waits for the answer.',
    body: messageIn,
    form: true,
    answers: {
      200: {
        description: 'The answer; with stream, events: part, delete, typing, and done with the answer.',
        schema: answerOut,
      },
      202: { description: 'It is not there yet: fetch it from Location.', schema: answerOut },
    },
    examples: [
      {
        summary: 'A command',
        body: { text: '/remind tomorrow at 9 call the dentist', conversation: 'home' },
        status: 200,
      },
    ],
    async answerRequest(request) {
      const caller = callerOf(request);
      const { text, conversation: name, files, stream, wait } = request.body;
      const incoming = { caller, conversation: name, id: keyOf(request) ?? talk.newId(), text, files };
      if (stream || /\btext\/event-stream\b/.test(request.header('accept') ?? '')) {
        return { body: { events: await streamAnswer(talk, watchers, incoming, wait * 1_000, request.signal) } };
      }
      const takenMessage = await talk.say(incoming);
      return answerBody(await takenMessage.answer(wait * 1_000, request.signal));
    },
  });
}

function answerBody(answer: Answer): HttpAnswer {
  const { conversation: name, id, status } = answer;
  if (status !== 'running') return { body: { json: answer } };
  const location = `/v1/conversations/${name}/messages/${encodeURIComponent(id)}`;
  return { status: 202, headers: { Location: location }, body: { json: answer } };
}

/** Streams an answer as it grows; at last all of it, whoever has given it. Throws what `say` throws. */
async function streamAnswer(
  talk: Talk,
  watchers: Watchers,
  incoming: SaidMessage,
  waitMs: number,
  signal: AbortSignal,
): Promise<Watch> {
  const { channel } = placeOf(incoming.caller, incoming.conversation);
  const isOwn = (what: Happening) => what.type !== 'part' || what.replyTo === incoming.id;
  const watch = watchers.watch(
    [channel],
    (what) => (what.type !== 'unread' && isOwn(what) ? eventOf(what) : undefined),
    signal,
  );
  void watch.write(eventText('accepted', { id: incoming.id, conversation: incoming.conversation }));
  try {
    const takenMessage = await talk.say(incoming);
    const ended = (text: string) => {
      void watch.write(text);
      watch.endWatch();
    };
    void takenMessage.answer(waitMs, signal).then(
      (answer) => ended(eventText('done', answer)),
      (error: unknown) => ended(eventText('error', problemOf(error))),
    );
    return watch;
  } catch (error) {
    watch.endWatch();
    throw error;
  }
}

function eventOf(what: Exclude<Happening, { type: 'unread' }>): string {
  if (what.type === 'part') return eventText('part', what.part);
  return what.type === 'delete' ? eventText('delete', { id: what.id }) : eventText('typing', {});
}

function press(talk: Talk, { consents }: ChatDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/buttons/:id',
    scope: 'messages',
    tag: TAG,
    summary:
      'Presses a button of an answer. To approve something the token needs the scope consent, or the request X-Approval-Token.',
    params: z.object({ id: z.string().regex(/^[\w-]{10,64}$/) }),
    body: z
      .strictObject({ values: z.record(z.string().max(64), z.string().max(1_000)).default({}), wait: waitIn })
      .prefault({}),
    answers: {
      200: { description: 'What came of it.', schema: answerOut },
      202: {
        description: 'It is not over yet: what comes of it will be in the conversation at Location.',
        schema: answerOut,
      },
    },
    async answerRequest(request) {
      const { values, wait } = request.body;
      const isConsent = consents(request.header('x-approval-token'));
      const pressed = { button: request.params.id, key: keyOf(request), values, isConsent };
      const takenMessage = await talk.press(callerOf(request), pressed);
      const answer = await takenMessage.answer(wait * 1_000, request.signal);
      if (answer.status !== 'running') return { body: { json: answer } };
      return { status: 202, headers: { Location: `/v1/conversations/${answer.conversation}` }, body: { json: answer } };
    },
  });
}

const saidOut = z.object({
  role: z.enum(['user', 'assistant']),
  at: z.iso.datetime(),
  id: z.string(),
  text: z.string(),
  status: z.string().optional(),
  part: partOut.optional(),
  unread: z.literal(true).optional(),
});

function conversations(database: Database): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/conversations',
    scope: 'messages',
    tag: TAG,
    summary: 'The conversations of this token, the newest first.',
    answers: { 200: { description: 'Their names.', schema: z.object({ conversations: z.array(z.string()) }) } },
    examples: [{ summary: 'Those that there are', status: 200 }],
    async answerRequest(request) {
      const channels = await store.channelsOf(database, prefixOf(callerOf(request)), 200);
      return { body: { json: { conversations: channels.map(nameOf) } } };
    },
  });
}

function conversation({ database, clock }: ChatDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/conversations/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'What was said in a conversation of this token, the oldest first.',
    params: z.object({ id: conversationName }),
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: instantIn.optional().describe('Only what was said before this instant.'),
    }),
    answers: {
      200: { description: 'What was said.', schema: z.object({ id: z.string(), messages: z.array(saidOut) }) },
    },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { id } = request.params;
      const { limit, before } = request.query;
      const { channel } = placeOf(caller, id);
      const where = { channels: [channel], personId: caller.personId };
      const rows = await store.saidIn(database, where, before === undefined ? undefined : new Date(before), limit);
      if (!rows) throw nothing(`There is no conversation ${id}.`);
      await markShown({ database, clock }, rows);
      return { body: { json: { id, messages: rows.reverse().map(showSaid) } } };
    },
  });
}

function showSaid({ channel, messageId: id, key: stored, text, state, content, at, isUnread }: store.SaidRow) {
  if (!content)
    return {
      role: 'user',
      at: at.toISOString(),
      id: id ?? '',
      text: text ?? '',
      status: state === 'received' ? 'running' : state,
    };
  const part = partShown(partId(channel, stored), content, state === 'draft');
  const entry = { role: 'assistant', at: at.toISOString(), id: part.id, text: part.text, part };
  return isUnread ? { ...entry, unread: true } : entry;
}

function message(talk: Talk): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/conversations/:id/messages/:message',
    scope: 'messages',
    tag: TAG,
    summary: 'A message of this token with its answer as it stands.',
    params: z.object({ id: conversationName, message: messageId }),
    answers: {
      200: { description: 'The answer.', schema: answerOut },
      202: { description: 'It grows.', schema: answerOut },
    },
    async answerRequest(request) {
      const answer = await talk.find(callerOf(request), request.params.id, request.params.message);
      if (!answer) throw nothing('There is no such message.');
      return answerBody(answer);
    },
  });
}

function events(watchers: Watchers, { database, clock }: ChatDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/conversations/:id/events',
    scope: 'messages',
    tag: TAG,
    summary:
      'What is unread in a conversation, then what is said from now on: answers as they grow, reminders as they come.',
    params: z.object({ id: conversationName }),
    answers: { 200: { description: 'Events part, delete and typing.', type: 'text/event-stream' } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { channel } = placeOf(caller, request.params.id);
      const replay = new Sequence();
      const leaving = new Set<string>();
      const take = (what: Happening) => {
        if (what.type !== 'unread') return eventOf(what);
        void replay.run(() => showUnread(watch, where, leaving)).catch(() => watch.endWatch());
        return undefined;
      };
      const where = { channels: [channel], personId: caller.personId };
      const watch = watchers.watch([channel, ...unreadChannels(caller)], take, request.signal);
      void watch.write(eventText('ready', { conversation: request.params.id }));
      await replay
        .run(() => showUnread(watch, where, leaving))
        .catch((error: unknown) => {
          watch.endWatch();
          throw error;
        });
      return { body: { events: watch } };
    },
  });
  /** `leaving`: keys of parts that `watch` has been given and that are not marked yet. */
  async function showUnread(watch: Watch, where: store.SaidWhere, leaving: Set<string>): Promise<void> {
    // Taken before the rows are read: a part that is marked meanwhile is unread in them.
    const leavingKeys = new Set(leaving);
    const rows = (await store.saidIn(database, where, undefined, MOST_UNREAD)) ?? [];
    const unread = rows.filter(({ isUnread, key }) => isUnread && !leavingKeys.has(key)).reverse();
    for (const { key } of unread) leaving.add(key);
    const writes = unread.map(async (part) => {
      const { channel, key, content } = part;
      const isTaken = content && (await watch.write(eventText('part', partShown(partId(channel, key), content))));
      return isTaken ? [part] : [];
    });
    // The stream begins after this; what it does not take stays unread.
    void Promise.all(writes)
      .then(async (batches) => {
        await markShown({ database, clock }, batches.flat());
        for (const { key } of unread) leaving.delete(key);
      })
      .catch(() => watch.endWatch());
  }
}

/** Older ones stand in the conversation, which is read by pages. */
const MOST_UNREAD = 200;

/** Bytes with a name by their content never change; another session at the same browser asks anew. */
const KEPT_BY_ITS_READER = { 'Cache-Control': 'private, max-age=3600', Vary: 'Cookie, Authorization' };

/** Files that a browser would run if it opened them are sent as bytes to be saved. */
const SAFE_TYPES = /^(?:image\/(?:png|jpeg|gif|webp)|text\/plain|application\/pdf|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

function artifact({ database, artifacts }: ChatDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/artifacts/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'A file that was handed over in a conversation of this token.',
    params: z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) }),
    answers: { 200: { description: 'Its content.', type: 'application/octet-stream' } },
    async answerRequest(request) {
      const { id } = request.params;
      const file = await store.fileIn(database, prefixOf(callerOf(request)), id);
      if (!file) throw nothing('There is no such file in your conversations.');
      const type = SAFE_TYPES.test(file.type) ? file.type : 'application/octet-stream';
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, escape)}`;
      return {
        headers: { 'Content-Disposition': disposition, 'Content-Length': String(file.size), ...KEPT_BY_ITS_READER },
        body: { bytes: await artifacts.open(id), type },
      };
    },
  });
}
