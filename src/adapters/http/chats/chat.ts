/** A conversation as its person lists it: which one is meant, and how it is shown. */

import { z } from 'zod';
import type { Agent } from '../../../agent/index.ts';
import { omitUndefined } from '../../../base/json.ts';
import type { Caller } from '../../../chat/index.ts';
import type { Delivery } from '../../../delivery/index.ts';
import { readerOf } from '../../../storage/index.ts';
import type { Changes } from '../changes.ts';
import type { HttpChat } from '../chat/adapter.ts';
import { nameOf, prefixOf } from '../chat/places.ts';
import { nothing } from '../chat/talk.ts';
import type { Watchers } from '../chat/watchers.ts';
import type { ModelDeps } from './model.ts';
import * as store from './store.ts';

export interface ChatsDeps extends ModelDeps {
  delivery: Pick<Delivery, 'stopTurn' | 'inbox'>;
  adapter: HttpChat;
  watchers: Watchers;
  changes: Changes;
  agent: Pick<Agent, 'toolWords' | 'hasModel'>;
}

export const TAG = 'chats';
/** The conversation that each person begins with, in which they are told what they did not ask for. */
export const MAIN = 'main';

/** A program reads what was said to it; only the person at a browser reads what they said elsewhere. */
export const whereOf = (caller: Caller): store.ChatsWhere => ({
  prefix: prefixOf(caller),
  personId: caller.inPerson ? caller.personId : undefined,
});

export const chatOut = z.object({
  id: z.string().describe('The name of a conversation of its own, the id of another.'),
  title: z.string().describe('What its person calls it, else the first words said in it; empty: neither.'),
  place: z
    .object({
      platform: z.string(),
      channel: z.string().optional(),
      name: z.string().optional().describe('Of a channel, "#general", or a thread, where it is known.'),
    })
    .optional()
    .describe('Where it is held, if not here: it can be read only.'),
  at: z.iso.datetime().describe('When something was said in it last.'),
  unread: z.int(),
  pinned: z.literal(true).optional(),
  archived: z.literal(true).optional().describe('Put aside, until something is said in it.'),
  temporary: z.literal(true).optional().describe('Nothing of it is remembered, and its words go with the next night.'),
  ended: z.literal(true).optional().describe('A temporary one that was ended, and in which nothing was said since.'),
  imported: z.iso.datetime().optional().describe('When it was brought in from a file.'),
});

const COMMAND = /^\/([a-z][a-z0-9-]*)(?:\s+([\s\S]+))?$/i;

/** First words as a title; those of a command by its name ("Note: the warranty of the washer"). */
function titleOfWords(text: string): string {
  const [, name, rest] = COMMAND.exec(text.trim()) ?? [];
  const words = name === undefined ? text : `${name[0]?.toUpperCase()}${name.slice(1)}${rest ? `: ${rest}` : ''}`;
  return words.replace(/\s+/g, ' ').trim();
}

export function shownChat(row: store.ChatRow, prefix: string): z.output<typeof chatOut> {
  const { id, adapter, channel, kind, title, place, first, at, unread } = row;
  const { isPinned, isArchived, isTemporary, isEnded, importedAt } = row;
  const isOwn = adapter === 'http' && channel.startsWith(prefix);
  return {
    id: isOwn ? nameOf(channel) : id,
    title: title ?? (first === undefined ? '' : titleOfWords(first)),
    at: at.toISOString(),
    unread,
    ...omitUndefined({
      pinned: isPinned || undefined,
      archived: isArchived || undefined,
      temporary: isTemporary || undefined,
      ended: isEnded || undefined,
      imported: importedAt?.toISOString(),
    }),
    ...(!isOwn && {
      place: {
        platform: adapter,
        ...omitUndefined({ channel: kind !== 'dm' ? channel : undefined, name: place ?? undefined }),
      },
    }),
  };
}

export const params = z.object({ id: z.string().regex(/^[\w.-]{1,64}$/) });

/** The conversation of a person's that they mean; undefined: there is none. */
export async function findChatOf({ database }: Pick<ChatsDeps, 'database'>, caller: Caller, id: string) {
  const chat = await store.findChat(readerOf(database), whereOf(caller), id);
  return chat && { ...chat, isOwn: chat.adapter === 'http' && chat.channel.startsWith(prefixOf(caller)) };
}

export async function chatOf(deps: Pick<ChatsDeps, 'database'>, caller: Caller, id: string) {
  const chat = await findChatOf(deps, caller, id);
  if (!chat) throw nothing('There is no such conversation.');
  return chat;
}
