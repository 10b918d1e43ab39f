/**
 * Events of coda, by one stream for all tabs of a browser: the tab with the lock reads it, and tells the others. An event is
 * a hint: after a lost connection everything that is shown is read anew.
 */
import { signal } from '@preact/signals';
import { addressOf, ownName } from '../app/base.ts';
import type { Entry } from '../chat/entry.ts';

export interface Events {
  /** The stream begins, or something may have been missed: read anew. */
  ready: Record<string, never>;
  entry: { chat: string; entry: Entry };
  delete: { chat: string; id: string };
  typing: { chat: string };
  changed: { what: string };
}

type Name = keyof Events;
type Listener<N extends Name> = (event: Events[N]) => void;

/** False while the connection is lost. */
export const online = signal(true);

const listeners: { [N in Name]: Set<Listener<N>> } = {
  ready: new Set(),
  entry: new Set(),
  delete: new Set(),
  typing: new Set(),
  changed: new Set(),
};

/** Calls `listener` with each event of this name; the result ends that. */
export function onEvent<N extends Name>(name: N, listener: Listener<N>): () => void {
  (listeners[name] as Set<Listener<N>>).add(listener);
  return () => void (listeners[name] as Set<Listener<N>>).delete(listener);
}

function tell<N extends Name>(name: N, event: Events[N]): void {
  for (const listener of listeners[name] as Set<Listener<N>>) listener(event);
}

/** Milliseconds until a lost connection is tried again. */
const AGAIN_MS = 2_000;
/** Milliseconds in which coda answers while there is a connection. */
const ANSWERS_MS = 2_500;
/** Out of sight for longer, a page is as good as closed: it gives the stream back, and its person is notified elsewhere. */
const UNSEEN_MS = 20_000;
/** A laptop that slept for longer has missed what was said, whatever its connection says. */
const SLEPT_MS = 20_000;

type TabMessage = { [N in Name]: { name: N; event: Events[N] } }[Name] | { name: 'away' };

let onEnd = (): void => {};
/** The channel of the person who is signed in; undefined while nobody listens. */
let channel: BroadcastChannel | undefined;
let isListening = false;
/** True while this tab reads the stream for all of them. */
let isReader = false;
let source: EventSource | undefined;
let openedAt = 0;
let leave = new AbortController();
let again: ReturnType<typeof setTimeout> | undefined;
let isAsking = false;

/** `ended` is called when an answer says that the session is over. */
export function onSessionEnd(ended: () => void): void {
  onEnd = ended;
}

/** An answer has said that nobody is signed in. */
export const sessionEnded = (): void => onEnd();

/** A request did not come through: said at once, and tried again until one does. */
export function connectionLost(): void {
  online.value = false;
  if (isReader) channel?.postMessage({ name: 'away' });
  if (isListening) tryAgain();
}

/** Begins to listen as this person. */
export function listen(personId: string): void {
  stopListening();
  isListening = true;
  online.value = true;
  // Without locks each tab reads by itself, and told the others everything twice.
  if (typeof BroadcastChannel === 'function' && globalThis.navigator?.locks) {
    channel = new BroadcastChannel(streamName(personId));
    channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => take(data));
  }
  seekStream(personId);
}

function take(message: TabMessage): void {
  if (!isListening || document.hidden) return;
  online.value = message.name !== 'away';
  if (message.name !== 'away') tell(message.name, message.event);
}

const streamName = (personId: string): string => ownName(`coda.events ${personId}`);

/** Waits for the lock, or reads at once where a browser has none: it has them over HTTPS and on the machine itself. */
function seekStream(personId: string): void {
  leave = new AbortController();
  if (document.hidden) leave.abort();
  const { signal } = leave;
  const read = () => {
    if (signal.aborted) return;
    isReader = true;
    openStream();
    return new Promise<void>((release) => signal.addEventListener('abort', () => release(), { once: true }));
  };
  if (signal.aborted) return;
  const locks = globalThis.navigator?.locks;
  if (!locks || !channel) void read();
  else void locks.request(streamName(personId), { signal }, read).catch(() => {});
}

/** Lets another tab read. */
function giveBack(): void {
  isReader = false;
  source?.close();
  source = undefined;
  leave.abort();
}

function openStream(): void {
  source?.close();
  openedAt = Date.now();
  const opened = new EventSource(addressOf('/v1/events'));
  source = opened;
  for (const name of Object.keys(listeners) as Name[]) {
    opened.addEventListener(name, (message) => {
      if (source !== opened) return;
      const event = JSON.parse((message as MessageEvent<string>).data);
      channel?.postMessage({ name, event });
      online.value = true;
      tell(name, event);
    });
  }
  opened.addEventListener('error', () => {
    if (source !== opened) return;
    // A stream ends by itself every few minutes: whether the connection is lost, only a request tells.
    opened.close();
    void askAgain();
  });
}

function tryAgain(): void {
  clearTimeout(again);
  again = setTimeout(() => void askAgain(), AGAIN_MS);
}

/** Asks whether coda is there, and goes on if it is. */
async function askAgain(): Promise<void> {
  clearTimeout(again);
  if (isAsking) return;
  isAsking = true;
  const status = await fetch(addressOf('/v1/me'), { signal: AbortSignal.timeout(ANSWERS_MS) }).then(
    (answer) => answer.status,
    () => 0,
  );
  isAsking = false;
  if (!isListening) return;
  if (status === 401) sessionEnded();
  else if (status === 0 || status >= 500) connectionLost();
  // A stream that ends as soon as it begins is not begun over and over.
  else if (isReader && Date.now() - openedAt < AGAIN_MS) tryAgain();
  else goOn();
}

/** Reads anew what may have been missed. */
function goOn(): void {
  if (isReader) openStream();
  else {
    online.value = true;
    tell('ready', {});
  }
}

export function stopListening(): void {
  isListening = false;
  clearTimeout(again);
  giveBack();
  channel?.close();
  channel = undefined;
}

/** Goes on when the machine was asleep, the connection is back, or the page comes into sight; `personId`: who is signed in. */
export function watchSleep(personId: () => string): void {
  let lastAt = Date.now();
  setInterval(() => {
    const hasSlept = Date.now() - lastAt > SLEPT_MS;
    lastAt = Date.now();
    if (hasSlept && isListening) goOn();
  }, 5_000);
  addEventListener('offline', () => {
    online.value = false;
  });
  // A stream may look alive through a loss that the browser knows of.
  addEventListener('online', () => {
    if (isListening) void askAgain();
  });
  let unseen: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(unseen);
    if (!isListening) return;
    if (document.hidden) {
      unseen = setTimeout(giveBack, UNSEEN_MS);
      return;
    }
    if (leave.signal.aborted) seekStream(personId());
    tell('ready', {});
  });
}
