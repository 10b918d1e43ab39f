/** The conversations of a person, for a page: listed, read, named, taken away, and what is said in all of them from now on. */

import { z } from 'zod';
import { askedLast, listVersions, traceTurns } from '../../../agent/index.ts';
import type { Clock } from '../../../base/clock.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import { readerOf } from '../../../storage/index.ts';
import { nameOf, pageChannel, placeOf, prefixOf, unreadChannels } from '../chat/places.ts';
import { instantIn, type PartOut } from '../chat/shapes.ts';
import { channelOf, nothing } from '../chat/talk.ts';
import { markShown } from '../chat/unread.ts';
import { allOf, eventText, type Happening } from '../chat/watchers.ts';
import { callerOf } from '../request.ts';
import * as said from '../store.ts';
import { type ChatsDeps, chatOf, chatOut, MAIN, params, shownChat, TAG, whereOf } from './chat.ts';
import { entriesOf, entryOf, entryOfPart, entryOfRecord, entryOut } from './entries.ts';
import { modelRoute } from './model.ts';
import { ownRoutes } from './own.ts';
import * as store from './store.ts';
import { againRoute, groupsOf, versionedRows, versionRoute } from './versions.ts';

export type { ChatsDeps } from './chat.ts';

const WATCHED_MS = 10 * 60_000;

export function chatsRoutes(deps: ChatsDeps): readonly AnyRoute[] {
  return [
    list(deps),
    entries(deps),
    ...ownRoutes(deps),
    modelRoute(deps, TAG, params),
    ...versionRoutes(deps),
    stop(deps),
    turns(deps),
    form(deps),
    events(deps),
  ];
}

function versionRoutes(deps: ChatsDeps): readonly AnyRoute[] {
  const ownChat = async (caller: Caller, id: string) => {
    const chat = await chatOf(deps, caller, id);
    if (!chat.isOwn) throw nothing('Conversations of other platforms go on there.');
    return chat;
  };
  const options = { tag: TAG, params, ownChat };
  return [againRoute(deps, options), versionRoute(deps, options)];
}

function list({ database }: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/chats',
    scope: 'messages',
    tag: TAG,
    summary:
      "The caller's conversations: first those that are pinned, beside the limit, then the newest; for a person at a browser also those on other platforms.",
    query: z.strictObject({
      q: z
        .string()
        .max(200)
        .optional()
        .describe('Only those with these words in their title or at their beginning, also of those put aside.'),
      archived: z.enum(['true', 'false']).default('false').describe('true: only those that were put aside.'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: instantIn.optional().describe('Only those in which something was said last before this instant.'),
    }),
    answers: { 200: { description: 'Them.', schema: z.object({ chats: z.array(chatOut), more: z.boolean() }) } },
    examples: [{ summary: 'The newest', status: 200 }],
    async answerRequest(request) {
      const { q, archived, limit, before } = request.query;
      const where = whereOf(callerOf(request));
      const asked = { words: q, before: before === undefined ? undefined : new Date(before), limit: limit + 1 };
      const listed = await store.chatsOf(readerOf(database), where, { ...asked, isArchived: archived === 'true' });
      const [pinned, others] = [listed.filter(({ isPinned }) => isPinned), listed.filter(({ isPinned }) => !isPinned)];
      const named = others.filter(
        ({ adapter, channel, title, first }) =>
          adapter !== 'http' || channel.startsWith(where.prefix) || title || first,
      );
      const chats = [...pinned, ...named.slice(0, limit)].map((row) => shownChat(row, where.prefix));
      return { body: { json: { chats, more: others.length > limit } } };
    },
  });
}

function entries({ database, clock, agent }: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/chats/:id/entries',
    scope: 'messages',
    tag: TAG,
    summary: 'What was said in a conversation, the oldest first; what was unread counts as read now, if it is seen.',
    params,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: instantIn.optional().describe('Only what was said before this instant, or at it.'),
      seen: z.enum(['true', 'false']).default('true').describe('false: nobody looks; what is unread stays so.'),
    }),
    answers: {
      200: {
        description: 'It.',
        schema: z.object({ entries: z.array(entryOut), more: z.boolean(), readOnly: z.boolean() }),
      },
    },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { limit, before, seen } = request.query;
      // Parts of one answer were said at one instant: the page knows those that it has.
      const until = before === undefined ? undefined : new Date(Math.min(Date.parse(before) + 1, LAST_MS));
      const db = readerOf(database);
      const chat = await store.findChat(db, whereOf(caller), request.params.id);
      const isMain = nameOf(chat?.channel ?? `/${request.params.id}`) === MAIN;
      const isOwn = chat === undefined || (chat.adapter === 'http' && chat.channel.startsWith(prefixOf(caller)));
      if (chat && !isOwn) {
        const rows = await store.recordedMessages(db, chat, caller.personId, until, limit + 1);
        const records = await entriesOf(rows.slice(0, limit), entryOfRecord);
        return { body: { json: { entries: records, more: rows.length > limit, readOnly: true } } };
      }
      const channel = chat?.channel ?? placeOf(caller, request.params.id).channel;
      const { personId } = caller;
      const channels = isMain ? await said.channelsBehind(database, { channel, personId }) : [channel];
      const rows = await said.saidIn(
        database,
        { channels, personId, withTerminal: isMain, withRemembered: true },
        until,
        limit + 1,
      );
      if (!rows && !isMain && !chat) throw nothing('There is no such conversation.');
      const pageRows = (rows ?? []).slice(0, limit);
      const since = pageRows.at(-1)?.at;
      const turns = chat && since ? await store.turnsOf(db, chat.id, since) : [];
      if (seen === 'true') await markShown({ database, clock }, pageRows);
      const byMessage = new Map(turns.map((turn) => [turn.messageId, turn]));
      const more = (rows?.length ?? 0) > limit;
      const versions = chat && since ? await listVersions(db, chat.id, since) : [];
      const versioned = versionedRows(pageRows, groupsOf(versions));
      const entries = await entriesOf(versioned, (row, render) => entryOf(row, byMessage, render));
      const last = chat && !until && agent.hasModel ? await askedLast(db, chat.id) : undefined;
      for (const entry of entries) if (entry.id === last?.firstMessage) entry.again = true;
      return { body: { json: { entries, more, readOnly: false } } };
    },
  });
}

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function stop(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/chats/:id/stop',
    scope: 'messages',
    tag: TAG,
    summary: 'Stops what is being answered in a conversation of its own; what was said of the answer stays.',
    params,
    answers: { 200: { description: 'Whether something ran.', schema: z.object({ stopped: z.boolean() }) } },
    async answerRequest(request) {
      const { id, isOwn } = await chatOf(deps, callerOf(request), request.params.id);
      if (!isOwn) throw nothing('It is stopped where it was asked, by /stop.');
      const stopped = await deps.database.tx('chats.stop', (tx) => deps.delivery.stopTurn(tx, id));
      return { body: { json: { stopped } } };
    },
  });
}

const stepOut = z.object({
  at: z.iso.datetime(),
  where: z.enum(['platform', 'inbox', 'turn', 'model', 'tool', 'asked', 'outbox', 'receipt']),
  what: z.string(),
  words: z.string().describe('The same, with what a tool does instead of its name.'),
  tools: z.array(z.string()).optional(),
  tookMs: z.number().optional(),
  depth: z.int(),
  inputs: z.array(z.object({ name: z.string(), input: z.string() })).optional(),
});

const turnOut = z.object({
  id: z.string(),
  state: z.string(),
  model: z.string().nullable(),
  error: z.string().nullable(),
  startedAt: z.iso.datetime(),
  elapsedMs: z.number(),
  steps: z.array(stepOut),
});

const MOST_TURNS = 20;

function turns(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/chats/:id/turns',
    scope: 'messages',
    tag: TAG,
    summary: 'How the newest messages of a conversation of its own were answered, step by step.',
    params,
    answers: { 200: { description: 'The turns.', schema: z.object({ turns: z.array(turnOut) }) } },
    async answerRequest(request) {
      const { id, isOwn } = await chatOf(deps, callerOf(request), request.params.id);
      if (!isOwn) throw nothing('Only of conversations here is told how they were answered.');
      const sentenceOf = (tool: string) => deps.agent.toolWords(tool);
      const traces = await traceTurns(readerOf(deps.database), id, MOST_TURNS, { withWords: true, sentenceOf });
      const turns = traces.map(({ id: turn, state, model, error, startedAt, elapsedMs, steps }) => ({
        id: turn,
        state,
        model,
        error,
        elapsedMs,
        steps,
        startedAt: startedAt.toISOString(),
      }));
      return { body: { json: { turns } } };
    },
  });
}

function form({ adapter, database }: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/buttons/:id/form',
    scope: 'messages',
    tag: TAG,
    summary: 'The line of words that a button asks for.',
    params: z.object({ id: z.string().regex(/^[\w-]{10,64}$/) }),
    answers: {
      200: {
        description: 'Its field.',
        schema: z.object({
          field: z.string(),
          label: z.string(),
          placeholder: z.string().optional(),
          longest: z.int().optional(),
        }),
      },
    },
    async answerRequest(request) {
      const { id } = request.params;
      const channel = await channelOf(database, callerOf(request), id);
      const asked = channel === undefined ? undefined : await (await adapter.inbox).form(id);
      if (!asked) throw nothing('There is no such button.');
      return { body: { json: asked } };
    },
  });
}

function events({ database, adapter, watchers, changes, clock }: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/events',
    scope: 'messages',
    tag: TAG,
    summary:
      'What is said from now on in all conversations of its own, and what else has changed: events ready, entry, delete, typing and changed.',
    query: z.strictObject({
      seen: z
        .enum(['true', 'false'])
        .default('true')
        .describe('false: nobody looks at the page; its person is notified as if it were closed.'),
    }),
    answers: { 200: { description: 'Events.', type: 'text/event-stream' } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { personId, inPerson, scopes } = caller;
      const { channel } = placeOf(caller, MAIN);
      const behind = await said.channelsBehind(database, { channel, personId });
      const open = inPerson && personId !== undefined && request.query.seen === 'true';
      const watched = [
        allOf(channel),
        ...behind.slice(1),
        ...unreadChannels(caller),
        ...(open ? [pageChannel(personId)] : []),
      ];
      // A browser connects again, and is then asked anew who it is.
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WATCHED_MS)]);
      const prefix = prefixOf(caller);
      const take = (what: Happening, where: string) =>
        eventOf(what, where.startsWith(prefix) ? nameOf(where) : MAIN, clock);
      let stopListening = () => {};
      const watch = watchers.watch(watched, take, signal, () => {
        stopListening();
        if (open) void adapter.onPageClosed(personId);
      });
      const reader = { personId: personId ?? '', isOwner: scopes.includes('admin') };
      stopListening = changes.listen(reader, (all) => {
        for (const what of all) void watch.write(eventText('changed', { what }));
      });
      void watch.write(eventText('ready', {}));
      return { body: { events: watch } };
    },
  });
}

function eventOf(what: Happening, chat: string, clock: Clock): string {
  if (what.type === 'typing') return eventText('typing', { chat });
  // The page reads all of it anew.
  if (what.type === 'unread') return eventText('ready', {});
  if (what.type === 'delete') return eventText('delete', { chat, id: what.id });
  return eventText('entry', { chat, entry: entryOfPart(what.part as PartOut, clock.now(), what.replyTo) });
}
