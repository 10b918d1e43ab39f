/** Interactions: how answers find back to them, and how they are acknowledged. */
import type { APIMessage, REST } from 'discord.js';
import { sleep } from '../../base/async.ts';
import { CODES, codeOf, outcomeOf, statusOf } from './outcome.ts';

/** The interaction behind an answer; travels with the stored event. */
export interface InteractionToken {
  id: string;
  token: string;
  user: string;
  private: boolean;
}

const PREFIX = 'interaction';

export function encodeOrigin({ id, token, user, private: isHidden }: InteractionToken): string {
  return [PREFIX, id, user, isHidden ? 'private' : 'open', token].join(':');
}

export function decodeOrigin(replyTo: string | undefined): InteractionToken | undefined {
  const [prefix, id, user, how, ...token] = (replyTo ?? '').split(':');
  if (prefix !== PREFIX || !id || !user || token.length === 0) return undefined;
  return { id, user, private: how === 'private', token: token.join(':') };
}

export const originalOf = (application: string, { token }: InteractionToken) =>
  `/webhooks/${application}/${token}/messages/@original` as const;

/** Its own token stands in the address: no other goes along, and no limit of the bot's counts. */
export const OPEN = { auth: false } as const;

export const EPHEMERAL = 64;
export const LOADING = 128;
/** Discord waits 3 s from when it was made; the way here has taken some of it. */
const ACKNOWLEDGE_WITHIN_MS = 2_500;

export async function respond(
  rest: REST,
  { id, token }: InteractionToken,
  type: number,
  data: object = {},
): Promise<void> {
  await rest.post(`/interactions/${id}/${token}/callback`, { ...OPEN, body: { type, data } });
}

export function tell(rest: REST, origin: InteractionToken, content: string): Promise<void> {
  return respond(rest, origin, 4, { content, flags: EPHEMERAL, allowed_mentions: { parse: [] } });
}

/** Shows that it is being worked on. False when Discord does not wait any more: the person has seen it fail. */
export async function acknowledge(rest: REST, origin: InteractionToken): Promise<boolean> {
  const until = performance.now() + ACKNOWLEDGE_WITHIN_MS;
  for (;;) {
    try {
      await respond(rest, origin, 5, origin.private ? { flags: EPHEMERAL } : {});
      return true;
    } catch (error) {
      // An answer that was lost on the way back: it is acknowledged.
      if (codeOf(error) === CODES.alreadyAcknowledged) return true;
      const kind = outcomeOf(error).kind;
      if ((kind !== 'unknown' && kind !== 'retry') || performance.now() > until) return false;
      await sleep(100);
    }
  }
}

/** Takes an acknowledgement away again, if nothing followed it: another process may have answered. */
export async function takeAway(rest: REST, application: string, origin: InteractionToken): Promise<void> {
  const original = originalOf(application, origin);
  const { flags = 0 } = (await rest.get(original, OPEN)) as APIMessage;
  if (flags & LOADING) await rest.delete(original, OPEN);
}

export async function wasAcknowledged(rest: REST, application: string, origin: InteractionToken): Promise<boolean> {
  try {
    await rest.get(originalOf(application, origin), OPEN);
    return true;
  } catch (error) {
    if (statusOf(error) === 404 || codeOf(error) === CODES.invalidWebhookToken) return false;
    throw error;
  }
}
