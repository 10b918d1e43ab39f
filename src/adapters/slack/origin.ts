/** Interactions: how answers find back to them. Pure. */

/** The command, press or form behind an answer; travels with the stored event. */
export interface Origin {
  user: string;
  /** Only who made it sees the answer. */
  private: boolean;
  /** Takes a few messages within half an hour; empty where there is none. */
  responseUrl: string;
  /** Of the interaction. */
  id: string;
}

const PREFIX = 'interaction';

export function encodeOrigin({ user, private: hidden, responseUrl, id }: Origin): string {
  return [PREFIX, id, user, hidden ? 'private' : 'open', responseUrl].join('|');
}

export function decodeOrigin(replyTo: string | undefined): Origin | undefined {
  const [prefix, id, user, how, ...url] = (replyTo ?? '').split('|');
  if (prefix !== PREFIX || !id || !user) return undefined;
  return { id, user, private: how === 'private', responseUrl: url.join('|') };
}
