import type { AcceptedEvent, Inbox, Incoming, PostponedPort } from '../../src/delivery/index.ts';

const nothingPostponed: PostponedPort = {
  keep: async () => false,
  isKept: async () => false,
  markHeard: async () => {},
  markFailed: async () => {},
  listAll: async () => [],
};

/** An inbox of which only what it is handed over matters. */
export function scriptedInbox(accept: Inbox['accept'], more: Partial<Inbox> = {}): Inbox {
  return {
    accept,
    amend: async () => false,
    livesIn: async () => {},
    form: async () => undefined,
    places: async () => [],
    namePlaces: () => {},
    heardAlready: async () => new Set(),
    note: async () => {},
    receipts: async () => new Set(),
    unsure: async () => [],
    postponedOf: () => nothingPostponed,
    bringUnread: async () => {},
    onPageClosed: async () => {},
    onSeats: async () => {},
    ...more,
  };
}

/** What an inbox says of an event that is dealt with at once. */
const settled = (outcome: AcceptedEvent['outcome'] = 'accepted'): AcceptedEvent => ({
  outcome,
  settled: Promise.resolve(),
});

/** Keeps what it hears. */
export function recordingInbox(more: Partial<Inbox> = {}): { inbox: Inbox; heard: Incoming[] } {
  const heard: Incoming[] = [];
  const accept: Inbox['accept'] = async (event, acknowledge) => {
    heard.push(event);
    await acknowledge?.();
    return settled();
  };
  return { inbox: scriptedInbox(accept, more), heard };
}
