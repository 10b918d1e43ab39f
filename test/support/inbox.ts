import { deferred } from '../../src/base/async.ts';
import type { AcceptedEvent, Inbox, Incoming, Place, PostponedPort } from '../../src/delivery/index.ts';

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

export interface RecordingInbox {
  inbox: Inbox;
  heard: Incoming[];
  /** Changes that authors have made to what they said. */
  amended: { place: Place; id: string; change: Parameters<Inbox['amend']>[2] }[];
  /** Lets nothing be committed until what comes back is called. */
  holdCommits(): () => void;
}

/** Keeps what it hears. */
export function recordingInbox(more: Partial<Inbox> = {}): RecordingInbox {
  const heard: Incoming[] = [];
  const amended: RecordingInbox['amended'] = [];
  let commit = Promise.resolve();
  const accept: Inbox['accept'] = async (event, acknowledge) => {
    heard.push(event);
    await commit;
    await acknowledge?.();
    return settled();
  };
  const amend: Inbox['amend'] = async (place, id, change) => {
    amended.push({ place, id, change });
    return heard.some((event) => event.id === id && event.place.channel === place.channel);
  };
  const holdCommits = () => {
    const { promise, resolve } = deferred();
    commit = promise;
    return resolve;
  };
  return { inbox: scriptedInbox(accept, { amend, ...more }), heard, amended, holdCommits };
}
