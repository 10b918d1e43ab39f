import type { REST } from 'discord.js';
import { deadline } from '../../base/async.ts';
import type { RawMessage } from './parse.ts';
import { madeAt } from './parse.ts';
import { asPage } from './shapes.ts';

export interface LookBack {
  /** Older messages are not answered any more. */
  since: Date;
  /** The most messages that are looked at. */
  limit: number;
  /** When the newest message that was heard here was sent. */
  heardAt: Date | undefined;
  signal: AbortSignal;
}

const PAGE = 100;
const PAGE_WITHIN_MS = 30_000;

/**
 * The last messages of a channel, oldest first. It is always the whole window, whatever was heard of it: an earlier
 * message may have been missed before a later one was heard, and the inbox knows each that it has. `older` are those
 * beyond the window that came after the last one heard; `cut`: the limit was reached before the last one heard was.
 * Throws what the request throws.
 */
export async function missedIn(
  rest: REST,
  channel: string,
  { since, limit, heardAt, signal }: LookBack,
): Promise<{ recent: RawMessage[]; older: RawMessage[]; cut: boolean }> {
  const until = heardAt && heardAt < since ? heardAt : since;
  const found: RawMessage[] = [];
  for (let before: string | undefined; found.length < limit; ) {
    const query = new URLSearchParams({
      limit: String(Math.min(PAGE, limit - found.length)),
      ...(before && { before }),
    });
    // The client never takes its listener off a signal: each request gets one of its own.
    using own = deadline(PAGE_WITHIN_MS, signal);
    const page = asPage<RawMessage>(await rest.get(`/channels/${channel}/messages`, { query, signal: own.signal }));
    found.push(...page);
    before = page.at(-1)?.id;
    if (page.length < PAGE || before === undefined || madeAt(before) < until) break;
  }
  const inOrder = found.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  return {
    recent: inOrder.filter(({ id }) => madeAt(id) >= since),
    cut: found.length >= limit && heardAt !== undefined && madeAt(inOrder[0]?.id ?? '0') > heardAt,
    older: inOrder.filter(({ id }) => heardAt !== undefined && madeAt(id) > heardAt && madeAt(id) < since),
  };
}
