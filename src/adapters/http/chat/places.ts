/** Conversations over HTTP: each is a token's, under a name that its program chooses. */

import { createHash } from 'node:crypto';
import { omitUndefined } from '../../../base/json.ts';
import type { Caller } from '../../../chat/index.ts';
import type { Place, Sender } from '../../../delivery/index.ts';

export const ADAPTER = 'http';
const SPACE = 'programs';

export function prefixOf({ id }: Pick<Caller, 'id'>): string {
  return `${id}/`;
}

export function placeOf(caller: Pick<Caller, 'id'>, conversation: string): Place {
  return { adapter: ADAPTER, channel: prefixOf(caller) + conversation, space: SPACE, kind: 'dm' };
}

/** The one conversation of a person in all of their browsers. */
export function browserChannel(personId: string): string {
  return `web-${personId}/main`;
}

/** Watched beside a conversation: its person may have something unread. Is no conversation's name. */
export function unreadChannels({ personId }: Pick<Caller, 'personId'>): string[] {
  return personId === undefined ? [] : [`unread ${personId}`];
}

/** Watched by a page that shows all of a person's own places. Is no conversation's name. */
export function pageChannel(personId: string): string {
  return `page ${personId}`;
}

export function nameOf(channel: string): string {
  return channel.slice(channel.indexOf('/') + 1);
}

export function senderOf({ id, name, personId, account, groups }: Caller): Sender {
  return {
    externalId: account ?? id,
    name,
    ...omitUndefined({ byToken: account === undefined ? undefined : true, personId, groups }),
  };
}

export function callerPlace(caller: Caller, conversation: string): { sender: Sender; place: Place } {
  return { sender: senderOf(caller), place: placeOf(caller, conversation) };
}

/** The id of a part as programs see it: the same however often it is sent. */
export function partId(channel: string, key: string): string {
  return createHash('sha256').update(`${channel}\n${key}`).digest('hex').slice(0, 32);
}
