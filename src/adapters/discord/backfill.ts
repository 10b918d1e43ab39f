import type { REST } from 'discord.js';
import { deadline } from '../../base/async.ts';
import type { History } from '../../delivery/index.ts';
import { madeAt, type RawMessage } from './parse.ts';
import { asPage } from './shapes.ts';

const PAGE_WITHIN_MS = 30_000;

/** The messages of a channel, as Discord gives them. A page throws what the request throws. */
export function historyOf(rest: REST, channel: string, signal: AbortSignal): History<RawMessage> {
  return {
    async page(limit, before) {
      const query = new URLSearchParams({ limit: String(limit), ...(before && { before: before.id }) });
      // The client never takes its listener off a signal: each request gets one of its own.
      using own = deadline(PAGE_WITHIN_MS, signal);
      const found = await rest.get(`/channels/${channel}/messages`, { query, signal: own.signal });
      const messages = asPage<RawMessage>(found);
      // Discord fills its pages (discord.com/developers/docs/resources/message#get-channel-messages).
      return { messages, more: messages.length >= limit };
    },
    sentAt: ({ id }) => madeAt(id),
  };
}
