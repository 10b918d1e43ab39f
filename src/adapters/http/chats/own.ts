/** Acts on a conversation of one's own: begun, brought in, named, pinned, put aside, taken away. */

import { z } from 'zod';
import { holdLane } from '../../../agent/index.ts';
import { CodaError } from '../../../base/errors.ts';
import { shortId, uuid } from '../../../base/ids.ts';
import { plural } from '../../../base/text.ts';
import { type AnyRoute, type Caller, route } from '../../../chat/index.ts';
import { conversations } from '../../../delivery/index.ts';
import { lockPerson } from '../../../people/index.ts';
import { type CommitHints, readerOf, type Transaction } from '../../../storage/index.ts';
import { nameOf, placeOf, prefixOf } from '../chat/places.ts';
import { nothing } from '../chat/talk.ts';
import { callerOf } from '../request.ts';
import { type ChatsDeps, chatOf, chatOut, findChatOf, MAIN, params, shownChat, TAG, whereOf } from './chat.ts';
import { importIn, MOST_BYTES, readFile } from './file.ts';
import { modelIn, setModel } from './model.ts';
import * as store from './store.ts';

/** Open pages list them anew, on every device. */
export const chatHints: CommitHints = {
  'chats.change': ['all', 'conversations'],
  'chats.hide': ['all', 'conversations'],
  'chats.import': ['all', 'conversations'],
  'chats.version': ['all', 'conversations'],
};

export function ownRoutes(deps: ChatsDeps): readonly AnyRoute[] {
  return [begin(deps), bringIn(deps), find(deps), change(deps), remove(deps)];
}

const begunOut = z.object({ id: z.string() });

function begin(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/chats',
    scope: 'messages',
    tag: TAG,
    summary:
      'Begins a temporary conversation: nothing of it is remembered or found, and its words go when it is deleted, or with the next night.',
    body: z.strictObject({ temporary: z.literal(true) }),
    answers: { 201: { description: 'It is there.', schema: begunOut } },
    examples: [{ summary: 'A temporary one', body: { temporary: true }, status: 201 }],
    async answerRequest(request) {
      const caller = callerOf(request);
      const id = await deps.database.tx('chats.begin', async (tx) => {
        if (caller.personId !== undefined) await store.holdCount(tx, caller.personId);
        const emptyOnes = { prefix: prefixOf(caller), isTemporary: true, most: MOST_EMPTY };
        if ((await store.countEmpty(tx, emptyOnes)) >= MOST_EMPTY) throw tooManyEmpty();
        const chat = await open(deps, tx, caller);
        await store.markTemporary(tx, chat.id, deps.clock.now());
        return chat.name;
      });
      return { status: 201, body: { json: { id } } };
    },
  });
}

/** Temporary conversations of a person in which nothing was said yet. */
const MOST_EMPTY = 50;

const tooManyEmpty = () =>
  refusal(
    `${MOST_EMPTY} temporary conversations were begun in which nothing was said yet.`,
    'Say something in one of them, or delete it: DELETE /v1/chats/:id.',
  );

function bringIn(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/chats/import',
    scope: 'messages',
    tag: TAG,
    summary: 'Makes a new conversation of an exported one, to be continued. The same file twice makes two.',
    body: importIn,
    maxBytes: MOST_BYTES,
    answers: { 201: { description: 'It is there, with all words of the file.', schema: begunOut } },
    examples: [
      {
        summary: 'A file in Markdown',
        body: { markdown: '# Plan\n\n**You** · 2026-11-28 12:00 UTC\n\nplan a dinner\n' },
        status: 201,
      },
    ],
    async answerRequest(request) {
      const caller = callerOf(request);
      const file = readFile(request.body, deps.clock.now());
      const id = await deps.database.tx('chats.import', async (tx) => {
        const chat = await open(deps, tx, caller);
        await store.addImported(tx, chat, file, deps.clock.now());
        return chat.name;
      });
      return { status: 201, body: { json: { id } } };
    },
  });
}

/** Opens a conversation of the caller's under a name that nobody has chosen. */
async function open({ clock }: ChatsDeps, tx: Transaction, caller: Caller) {
  const { personId } = caller;
  if (personId === undefined || !(await lockPerson(tx, personId)))
    throw refusal('coda does not know yet in whose name this is asked.', 'Say something to coda first.');
  const name = shortId(12);
  const now = clock.now();
  const id = await conversations.open(tx, placeOf(caller, name), personId, uuid(now), now);
  return { id, name, personId };
}

function find(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/chats/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'A conversation as the list has it, also one that was put aside.',
    params,
    answers: { 200: { description: 'It.', schema: chatOut } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { id } = await chatOf(deps, caller, request.params.id);
      return { body: { json: await showChat(deps, caller, id) } };
    },
  });
}

async function showChat({ database }: ChatsDeps, caller: Caller, id: string): Promise<z.output<typeof chatOut>> {
  const [chat] = await store.chatsOf(readerOf(database), whereOf(caller), { limit: 1, only: id });
  if (!chat) throw nothing('There is no such conversation.');
  return shownChat(chat, prefixOf(caller));
}

const orderIn = z
  .strictObject({
    title: z.string().trim().min(1).max(120).optional(),
    pinned: z.boolean().optional(),
    archived: z.boolean().optional().describe('true puts it aside, until something is said in it.'),
    model: modelIn.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, { error: 'name what is to be changed' });

function change(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'PATCH',
    path: '/v1/chats/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'Gives a conversation of its own a title, pins it, puts it aside, or has another model answer there.',
    params,
    body: orderIn,
    answers: { 200: { description: 'It as it is now.', schema: chatOut.extend({ model: modelIn.optional() }) } },
    async answerRequest(request) {
      const caller = callerOf(request);
      const { model, ...order } = request.body;
      const { id: name } = request.params;
      const ordered = Object.keys(order).length > 0 ? await inOrder(deps, caller, { name, order }) : undefined;
      if (!ordered) await notElsewhere(deps, caller, name);
      const choice = await deps.database.tx('chats.change', async (tx) => {
        const isCounted = order.pinned === true || model !== undefined;
        if (isCounted && caller.personId !== undefined) await store.holdCount(tx, caller.personId);
        if (ordered) await putInOrder(deps, tx, ordered, order);
        return model === undefined ? {} : { model: await setModel(tx, deps, caller, { chat: name, model }) };
      });
      const { id } = await chatOf(deps, caller, name);
      return { body: { json: { ...(await showChat(deps, caller, id)), ...choice } } };
    },
  });
}

/** Its first word may still be said where only a model is chosen: that begins it, but under no name of one that is held elsewhere. */
async function notElsewhere(deps: ChatsDeps, caller: Caller, name: string): Promise<void> {
  if ((await findChatOf(deps, caller, name))?.isOwn === false)
    throw nothing('The model of a conversation on another platform is chosen there.');
}

/** A conversation that may be put in order so. */
async function inOrder(deps: ChatsDeps, caller: Caller, { name, order }: { name: string; order: store.ChatChange }) {
  const { id, isOwn, channel, isTemporary } = await chatOf(deps, caller, name);
  if (!isOwn) throw nothing('Conversations of other platforms are named there.');
  if (isTemporary) throw refusal('A temporary conversation is neither named nor put in order.', 'Begin another one.');
  if (nameOf(channel) === MAIN && (order.pinned !== undefined || order.archived !== undefined))
    throw refusal('The conversation that everybody begins with always stands first.', 'Pin or archive another one.');
  return { id, prefix: prefixOf(caller) };
}

async function putInOrder(
  { clock }: Pick<ChatsDeps, 'clock'>,
  tx: Transaction,
  chat: { id: string; prefix: string },
  order: store.ChatChange,
): Promise<void> {
  if (await store.changeChat(tx, chat, order, clock.now())) return;
  const most = plural(store.MOST_PINNED, 'conversation');
  throw refusal(`At most ${most} can be pinned.`, 'Unpin one that you need no more.');
}

const refusal = (message: string, remedy: string) => new CodaError('HTTP_REFUSED', { message, remedy });

function remove(deps: ChatsDeps): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/chats/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'Deletes what was said in a conversation of its own; what came of it (reminders, notes) stays.',
    params,
    answers: { 204: { description: 'It is gone.' } },
    async answerRequest(request) {
      const chat = await chatOf(deps, callerOf(request), request.params.id);
      if (!chat.isOwn) throw nothing('Conversations of other platforms are deleted there.');
      await deps.database.tx('chats.hide', async (tx) => {
        // Whoever asks again takes the lane as well: their words are there to be deleted, or they find nothing to ask.
        await holdLane(tx, chat.id);
        await deps.delivery.stopTurn(tx, chat.id);
        await store.hide(tx, chat, deps.clock.now());
      });
      return { status: 204 };
    },
  });
}
