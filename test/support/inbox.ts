import type { Accepted, Inbox, Incoming, Postponed } from '../../src/delivery/index.ts';

const nothingPostponed: Postponed = {
  keep: async () => false,
  isKept: async () => false,
  heard: async () => {},
  failed: async () => {},
  all: async () => [],
};

/** An inbox of which only what it is handed over matters. */
export function scriptedInbox(accept: Inbox['accept'], more: Partial<Inbox> = {}): Inbox {
  return {
    accept,
    amend: async () => false,
    livesIn: async () => {},
    form: async () => undefined,
    places: async () => [],
    heard: async () => new Set(),
    note: async () => {},
    receipts: async () => new Set(),
    unsure: async () => [],
    postponed: () => nothingPostponed,
    bringUnread: async () => {},
    closed: async () => {},
    seated: async () => {},
    ...more,
  };
}

/** What an inbox says of an event that is dealt with at once. */
const settled = (outcome: Accepted['outcome'] = 'accepted'): Accepted => ({
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
